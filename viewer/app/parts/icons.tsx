// Icons, in the colour of the surrounding text.

const PATHS = {
  logo: 'M12 2 3 7v10l9 5 9-5V7zM12 2v20M3 7l9 5 9-5',
  overview: 'M4 13h4v7H4zM10 8h4v12h-4zM16 4h4v16h-4z',
  classes: 'M4 5h16M4 10h16M4 15h10M4 20h6',
  dominators: 'M3 3h18v18H3zM12 3v18M12 11h9M3 15h9',
  containment: 'M5 4v16M5 8h6M5 14h6M11 5h8v6h-8zM11 12h8v6h-8z',
  objects: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.5 16.5 21 21',
  strings: 'M6 17c-2 0-3-1.500-3-4 0-4 2-6 5-7v3c-1 .500-2 1.500-2 2.500h3V17zM17 17c-2 0-3-1.500-3-4 0-4 2-6 5-7v3c-1 .500-2 1.500-2 2.500h3V17z',
  allocations: 'M3 20h18M3 15h13M5 10h8M7 5h3',
  compare: 'M8 4v16M4 8l4-4 4 4M16 20V4M12 16l4 4 4-4',
  node: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
  sun: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1v3M12 20v3M1 12h3M20 12h3M4.200 4.200l2 2M17.800 17.800l2 2M4.200 19.800l2-2M17.800 6.200l2-2',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z',
  drop: 'M12 3v12M7 10l5 5 5-5M4 20h16',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.7" stroke-linejoin="round" stroke-linecap="round" />
    </svg>
  );
}
