// What only Node has: files, and a WebSocket for Node 20, which has none of its own.

export { FileStore } from './file-store.ts';
export { openSocket } from './websocket.ts';
