// The current place as the part of the URL after `#`: everything that a link or the back button must restore.

import { useEffect, useState } from 'preact/hooks';

export const VIEWS = ['overview', 'classes', 'dominators', 'containment', 'objects', 'strings', 'allocations', 'compare', 'node'] as const;

export type ViewName = (typeof VIEWS)[number];

export interface Place {
  view: ViewName;
  /** Settings of the view; defaults are left out. */
  params: Readonly<Record<string, string>>;
}

/** `#/classes?filter=Session&s=1`; anything invalid is the overview. */
export function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const view = VIEWS.find((name) => name === path) ?? 'overview';
  return { view, params: Object.fromEntries(new URLSearchParams(query)) };
}

export function hashOf({ view, params }: Place): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString();
  return `#/${view}${query === '' ? '' : `?${query}`}`;
}

/** A place for the current snapshot. */
export function beside(here: Place, view: ViewName, params: Record<string, string> = {}): Place {
  const { s } = here.params;
  return { view, params: s === undefined ? params : { s, ...params } };
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    addEventListener('hashchange', update);
    // It may have changed between the first render and the listener's registration.
    update();
    return () => removeEventListener('hashchange', update);
  }, []);
  return placeOf(hash);
}

/** Goes to another place; the back button returns to this one. */
export function go(place: Place): void {
  location.hash = hashOf(place);
}

/** Changes settings of the view. Typing into a filter uses 'replace', to keep it out of the history. */
export function change(params: Record<string, string | undefined>, how: 'push' | 'replace' = 'push'): void {
  const place = placeOf(location.hash);
  const merged = Object.fromEntries(Object.entries({ ...place.params, ...params }).filter((entry): entry is [string, string] => Boolean(entry[1])));
  const hash = hashOf({ view: place.view, params: merged });
  if (hash === location.hash) return;
  if (how === 'push') {
    location.hash = hash;
    return;
  }
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
