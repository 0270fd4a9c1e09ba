import type { Message, OutboxEntry } from '@rookery/sdk';
import { daysBetween } from '../i18n/index.ts';

/** What the list shows, from top to bottom. `first` and `last`: of a run by one author. */
export type Row =
  | { kind: 'day'; key: string; date: Date }
  | { kind: 'new'; key: string }
  | { kind: 'system'; key: string; message: Message }
  | { kind: 'message'; key: string; message: Message; first: boolean; last: boolean }
  | { kind: 'unsent'; key: string; entry: OutboxEntry; first: boolean; last: boolean };

const kRun = 5 * 60_000; // messages of one author further apart than that begin anew

interface Item {
  author: string;
  at: Date;
  row: Row;
}

export function rowsOf(
  messages: readonly Message[],
  unsent: readonly OutboxEntry[],
  self: string,
  newAfter: number | undefined,
): Row[] {
  const rows: Row[] = [];
  let previous: Item | undefined;
  const put = (item: Item) => {
    if (!previous || daysBetween(previous.at, item.at) !== 0) {
      rows.push({ kind: 'day', key: `day ${item.row.key}`, date: item.at });
      previous = undefined;
    }
    const row = item.row;
    if (newAfter !== undefined && 'message' in row && row.message.seq === newAfter + 1) {
      rows.push({ kind: 'new', key: 'new' });
      previous = undefined;
    }
    if ('first' in row) {
      const joins = previous?.author === item.author && item.at.getTime() - previous.at.getTime() < kRun;
      row.first = !joins;
      if (joins && previous && 'last' in previous.row) previous.row.last = false;
    }
    rows.push(row);
    previous = item;
  };
  for (const message of messages) {
    const at = new Date(message.created_at);
    // One's own messages keep their key from the moment they are written to the moment they have arrived.
    const key = message.nonce && message.author.id === self ? message.nonce : message.id;
    if (message.type === 'system') put({ author: '', at, row: { kind: 'system', key, message } });
    else put({ author: message.author.id, at, row: { kind: 'message', key, message, first: true, last: true } });
  }
  for (const entry of unsent) {
    const at = new Date(entry.created_at);
    put({ author: self, at, row: { kind: 'unsent', key: entry.nonce, entry, first: true, last: true } });
  }
  return rows;
}
