import type { ConnectionState } from '@rookery/sdk';

/** What is to be said of a connection; nothing of one that is there, or is not wanted. */
export type Trouble = 'lost' | 'offline' | 'elsewhere';

/**
 * Goes by how the connection itself stands. `networkUp`, the browser's own opinion, may be wrong both ways: it only says in which words a
 * connection that is lost is spoken of.
 */
export function troubleOf(state: ConnectionState, networkUp: boolean): Trouble | undefined {
  if (state.kind === 'stopped' && state.reason === 'elsewhere') return 'elsewhere';
  if (state.kind !== 'connecting' && state.kind !== 'waiting') return undefined;
  return networkUp ? 'lost' : 'offline';
}
