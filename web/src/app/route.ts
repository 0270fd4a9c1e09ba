import { signal } from '@preact/signals';

/** The open conversation, or undefined: the list. Kept in the address (`#/c/<id>`), so that back, forward and reload work. */
export const openChannel = signal<string | undefined>(read());

function read(): string | undefined {
  return /^#\/c\/(\d+)$/.exec(location.hash)?.[1];
}

addEventListener('hashchange', () => {
  openChannel.value = read();
});

export function goTo(channel: string | undefined, replace = false): void {
  const address = channel ? `#/c/${channel}` : location.pathname;
  if (replace) history.replaceState(null, '', address);
  else if (channel !== openChannel.value) history.pushState(null, '', address);
  openChannel.value = channel;
}

addEventListener('popstate', () => {
  openChannel.value = read();
});
