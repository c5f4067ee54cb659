// A long list → the few rows in sight. TanStack Virtual does the work; this ties it to Preact.

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

/** Browsers stop placing elements somewhere above 17 million pixels (Firefox) or 33 million (Chromium). */
const TALLEST = 16_000_000;

export interface VirtualRows {
  /** Height of what scrolls. */
  height: number;
  /** Rows in sight and where they are, from the top of what scrolls. */
  items: { index: number; top: number }[];
  scrollTo: (index: number) => void;
}

export function useVirtualRows(count: number, rowHeight: number, scroller: RefObject<HTMLElement | null>): VirtualRows {
  const [, update] = useReducer((turn: number, _: void) => turn + 1, 0);
  // A list too tall for the browser scrolls faster than the pointer: `stretch` rows for each one passed.
  const stretch = Math.max(1, (count * rowHeight) / TALLEST);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    onChange: () => update(),
    observeElementRect,
    observeElementOffset: (instance: Virtualizer<HTMLElement, HTMLElement>, report: (offset: number, isScrolling: boolean) => void) =>
      observeElementOffset(instance, (offset, isScrolling) => report(offset * stretch, isScrolling)),
    scrollToFn: (offset: number, how: { adjustments?: number; behavior?: 'auto' | 'smooth' | 'instant' }, instance: Virtualizer<HTMLElement, HTMLElement>) =>
      elementScroll(offset / stretch, how, instance),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());

  const scrolled = virtualizer.scrollOffset ?? 0;
  const viewport = stretch === 1 ? 0 : (virtualizer.scrollRect?.height ?? 0);
  return {
    height: (virtualizer.getTotalSize() - viewport) / stretch + viewport,
    items: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, top: start - scrolled + scrolled / stretch })),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}
