// Drawn on a 24-pixel grid, 2 pixels of stroke, in the colour of the text around them.
const paths = {
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm5 12 4 4',
  plus: 'M12 5v14M5 12h14',
  group:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zm-6 9c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500M16 4.500a3.500 3.500 0 0 1 0 6.500m2 4c2 .7 3 2.400 3 5',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14 5l-7 7 7 7',
  send: 'M5 12h13M12 5l7 7-7 7',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  reply: 'M9 7l-5 5 5 5M4 12h9c4 0 7 2 7 6',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.500 14c1.800 2.700 5.200 2.700 7 0M9 9.500h.01M15 9.500h.01',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM13.500 7.500l3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  down: 'M6 9l6 6 6-6',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01',
  settings: 'M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  checks: 'M2 12.500 6.500 17 15 8M11 15l2 2 9-9',
  alert: 'M12 8v5M12 16.500h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  eye: 'M2.500 12C5 7.500 8 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.500 6.500-9.500 6.500S5 16.500 2.500 12zM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-8 8.500c.4-3.700 3.600-5.500 8-5.500s7.600 1.800 8 5.500',
  palette:
    'M12 3a9 9 0 0 0 0 18c1.500 0 2-1 1.600-2.200-.6-1.800.4-2.800 2-2.800H18a3 3 0 0 0 3-3c0-5.500-4-10-9-10zM7.500 12h.01M9.500 7.800h.01M14.500 7.800h.01',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.500 1.500h-15zM10 21h4',
  shield: 'M12 3l7.500 3v5.500c0 4.500-3 7.700-7.500 9.500-4.500-1.800-7.500-5-7.500-9.500V6z',
  device: 'M4 5h16v11H4zM9 20h6M12 16v4',
  phone: 'M7 3h10v18H7zM11 18h2',
  globe:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3.500 6 3.500 9s-.5 6-3.500 9c-3-3-3.500-6-3.500-9s.5-6 3.500-9z',
  administration:
    'M12 3l7.500 3v5.500c0 4.500-3 7.500-7.500 9.500-4.500-2-7.500-5-7.500-9.500V6zM9 12l2.200 2.200L15.200 10',
  link: 'M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1',
  leave: 'M14 5H6v14h8M11 12h9M17 8.500 20.500 12 17 15.500',
  offline:
    'M4 4l16 16M8.500 15.500a5 5 0 0 1 5-1.200M5.500 12a9.500 9.500 0 0 1 4-2.400M13.500 9.300c2 .4 3.700 1.300 5 2.700M12 19h.01',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  at: 'M12 8.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM15.500 8.500V13c0 3.300 5 3.300 5-1a8.500 8.500 0 1 0-3.500 6.900',
  mute: 'M6 16.500V11c0-1 .2-1.900.7-2.700M9 5.800A6 6 0 0 1 18 11v3M16 18H4.500L6 16.500M10 21h4M4 4l16 16',
  forward: 'M15 7l5 5-5 5M20 12h-9c-4 0-7 2-7 6',
  ban: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.700 5.700l12.600 12.600',
  chat: 'M5 5h14a1.500 1.500 0 0 1 1.500 1.500v9A1.500 1.500 0 0 1 19 17h-7l-5 4v-4H5a1.500 1.500 0 0 1-1.500-1.500v-9A1.500 1.500 0 0 1 5 5z',
  seen: 'M2 13l4.500 4.500L15 8M11 16l1.500 1.500L22 8',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={`icon icon-${name}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** The rook on its tile. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="16" class="logo-tile" />
      <path
        class="logo-bird"
        d="M14 45c0-16 9-27 22-27 4 0 7 1 9 3l9 3-8 4c1 12-7 21-19 21l-5 6h-5l3-7c-4 0-6-1-7-3z"
      />
      <path class="logo-wing" d="M24 43c7 0 12-4 14-11-7-1-14 3-14 11z" />
      <circle cx="39.500" cy="25.500" r="2.400" class="logo-tile" />
    </svg>
  );
}
