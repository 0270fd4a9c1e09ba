import { signal } from '@preact/signals';

/** What stands in the address before anybody is signed in: an invite, or the code that sets the server up. */
export const invitation = signal(readInvitation());

function readInvitation(): { code: string; setUp: boolean } | undefined {
  const [, kind, code] = /^#\/(join|setup)\/([\w-]+)$/.exec(location.hash) ?? [];
  return code ? { code, setUp: kind === 'setup' } : undefined;
}

/** Which part of the administrator's page is open; undefined: none (`#/admin/<part>`). */
export const adminPart = signal<string | undefined>(readAdminPart());

function readAdminPart(): string | undefined {
  const [, part] = /^#\/admin(?:\/(\w+))?$/.exec(location.hash) ?? [];
  return location.hash.startsWith('#/admin') ? (part ?? 'overview') : undefined;
}

export function goToAdmin(part: string): void {
  history.pushState(null, '', `#/admin/${part}`);
  readAddress();
}

/** The open conversation, or undefined: the list. Kept in the address (`#/c/<id>`), so that back, forward and reload work. */
export const openChannel = signal<string | undefined>(read());

function read(): string | undefined {
  return /^#\/c\/(\d+)$/.exec(location.hash)?.[1];
}

function readAddress(): void {
  openChannel.value = read();
  adminPart.value = readAdminPart();
  invitation.value = readInvitation();
}

addEventListener('hashchange', readAddress);

export function goTo(channel: string | undefined, replace = false): void {
  const address = channel ? `#/c/${channel}` : location.pathname;
  if (replace) history.replaceState(null, '', address);
  else if (channel !== openChannel.value || adminPart.value) history.pushState(null, '', address);
  readAddress();
}

addEventListener('popstate', readAddress);
