// Renders only the visible rows of a long list. All rows have the same height.
//
// Libraries for this place every row in the page's own coordinates, which end at 17 million pixels in Firefox and 33
// million in Chromium, and keep an entry for each row. Here a list that is too tall is scrolled at a scale: the window
// stands where the scroll bar says, and moves `stretch` rows for each that the bar passes.

import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useState } from 'preact/hooks';

/** Pixels that every browser can place. */
const TALLEST = 16_000_000;

/** Rows above and below those in sight: scrolling shows no gap before the next are there. */
const SPARE = 12;

export interface VirtualRows {
  /** Height of what scrolls. */
  height: number;
  /** Where the first row in sight is, from the top of what scrolls. */
  top: number;
  /** Rows in sight. */
  indices: number[];
  /** Scrolls as little as brings the row into sight. */
  scrollTo: (index: number) => void;
}

/** @param headHeight what sticks to the top of the scroller, above the rows */
export function useVirtualRows(count: number, rowHeight: number, headHeight: number, scroller: RefObject<HTMLElement | null>): VirtualRows {
  const [{ scrolled, seen }, setView] = useState({ scrolled: 0, seen: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const update = () => setView({ scrolled: element.scrollTop, seen: Math.max(0, element.clientHeight - headHeight) });
    const observer = new ResizeObserver(update);
    observer.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, []);

  const tall = count * rowHeight;
  const height = Math.min(tall, TALLEST);
  // The ends meet: nothing is scrolled in both, or everything.
  const stretch = tall > height ? (tall - seen) / (height - seen) : 1;
  const start = scrolled * stretch;
  const first = Math.max(0, Math.floor(start / rowHeight) - SPARE);
  const last = Math.min(count, Math.ceil((start + seen) / rowHeight) + SPARE);
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);

  const scrollTo = useCallback(
    (index: number) => {
      const top = index * rowHeight;
      const wanted = top < start ? top : top + rowHeight > start + seen ? top + rowHeight - seen : start;
      if (wanted !== start) scroller.current?.scrollTo({ top: wanted / stretch });
    },
    [start, seen, stretch, rowHeight],
  );
  return { height, top: first * rowHeight - start + scrolled, indices, scrollTo };
}
