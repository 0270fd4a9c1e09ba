import type { User } from '@rookery/sdk';

// People write @username; the protocol carries <@id>, which stays right when somebody changes his name.

const kWritten = /(^|[^\p{L}\p{N}_@])@([a-z0-9_.]{3,32})/giu;
const kCarried = /<@(\d+)>/g;

/** Only for who is here: everything else stays as it was written. A dot or comma after a name is not part of it. */
export function encodeMentions(text: string, users: readonly User[]): string {
  const ids = new Map(users.map((user) => [user.username, user.id]));
  return text.replace(kWritten, (whole, before: string, written: string) => {
    const name = written.toLowerCase();
    const bare = ids.has(name) ? name : name.replace(/\.+$/, '');
    const id = ids.get(bare);
    return id ? `${before}<@${id}>${written.slice(bare.length)}` : whole;
  });
}

/** For editing: back to what a person writes. */
export function decodeMentions(text: string, users: readonly User[]): string {
  const names = new Map(users.map((user) => [user.id, user.username]));
  return text.replace(kCarried, (whole, id: string) => (names.has(id) ? `@${names.get(id)}` : whole));
}
