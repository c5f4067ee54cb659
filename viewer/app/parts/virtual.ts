// Renders only the visible rows of a long list. All rows have the same height.
//
// Libraries for this place every row in the page's own coordinates, which are limited to 17 million pixels in Firefox and
// 33 million in Chromium, and keep an entry for each row. Here a list that is too tall is scrolled at a scale: the window
// moves `stretch` rows for each row that the scroll bar moves.

import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useState } from 'preact/hooks';

/** A height in pixels that every browser supports. */
const TALLEST = 16_000_000;

/** Extra rows above and below the visible ones, so that scrolling shows no gaps. */
const SPARE = 12;

export interface VirtualRows {
  /** The height of the scrolled content. */
  height: number;
  /** The position of the first visible row, from the top of the scrolled content. */
  top: number;
  /** The visible rows. */
  indices: number[];
  /** Scrolls as little as needed to make the row visible. */
  scrollTo: (index: number) => void;
}

/** @param headHeight the height of the sticky head above the rows */
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
  // Maps the ends onto each other: nothing is scrolled in both, or everything.
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
