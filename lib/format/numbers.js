'use strict';

/** Formats numbers: sizes in decimal units as DevTools does, counts with separators. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Distances as DevTools marks them: from 1e8 on reachable only through V8's own roots, below 0 unreachable. */
const BASE_SYSTEM_DISTANCE = 1e8;

/** 1234567 → `1.2 MB`: one decimal below 100, none above, powers of 1000. */
function formatBytes(bytes) {
  let value = Math.abs(bytes);
  let unit = 0;
  // Compared after rounding, so that 999,999 bytes read `1.0 MB` and not `1000 kB`.
  while (roundedTo(value, unit) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = decimals(value, unit);
  return `${bytes < 0 ? '-' : ''}${value.toFixed(digits)} ${UNITS[unit]}`;
}

function roundedTo(value, unit) {
  return Number(value.toFixed(decimals(value, unit)));
}

function decimals(value, unit) {
  return unit > 0 && value < 99.95 ? 1 : 0;
}

/** 1234567 → `1,234,567`, in every locale, because outputs are compared and searched. */
function formatCount(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** 61.234 → `61.2%`; a smaller share than can be shown is `<0.1%`. */
function formatPercent(percent) {
  if (percent > 0 && percent < 0.05) return '<0.1%';
  return `${percent.toFixed(1)}%`;
}

/** Growth with its sign: `+1.2 MB`, `-300 B`, `0 B`. */
function formatBytesDelta(bytes) {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}

/** Growth with its sign: `+1,234`. */
function formatCountDelta(count) {
  return count > 0 ? `+${formatCount(count)}` : formatCount(count);
}

/** The distance as DevTools shows it: `-` if no root of the program reaches the object. */
function formatDistance(distance) {
  return distance >= 0 && distance < BASE_SYSTEM_DISTANCE ? String(distance) : '-';
}

/** `1 node`, `2 nodes`. */
function formatAmount(count, singular, plural = `${singular}s`) {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A share, 0 to 1, as a bar of at most `cells` cells. A share above 0 has at least the narrowest bar. */
function formatBar(share, cells) {
  if (!(share > 0)) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * cells * 8));
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

module.exports = {
  formatBytes,
  formatCount,
  formatPercent,
  formatBytesDelta,
  formatCountDelta,
  formatDistance,
  formatAmount,
  formatBar,
};
