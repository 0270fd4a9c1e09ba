import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cache } from '../src/app/cache.ts';
import { transact } from '../src/app/kv.ts';

vi.mock('../src/app/kv.ts', () => ({
  transact: vi.fn(async () => undefined),
  everything: vi.fn(async () => []),
  kv: {},
}));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

test('what is kept is written after a pause, together; what was deleted is forgotten with the end of the turn', async () => {
  cache.keepTail('10', () => []);
  cache.keepTail('11', () => []);
  await Promise.resolve();
  expect(transact).not.toHaveBeenCalled();
  cache.forgetTail('12');
  cache.writeSoon();
  expect(transact).not.toHaveBeenCalled(); // whoever else hears of it has his turn
  cache.keepTail('13', () => []);
  await Promise.resolve();
  expect(transact).toHaveBeenCalledTimes(1);
  const table = { put: vi.fn(), delete: vi.fn() };
  vi.mocked(transact).mock.calls[0]![2](() => table as unknown as IDBObjectStore);
  expect(table.put.mock.calls.map(([, id]) => id)).toEqual(['10', '11', '13']);
  expect(table.delete.mock.calls.map(([id]) => id)).toEqual(['12']);
  await vi.runAllTimersAsync();
  expect(transact).toHaveBeenCalledTimes(1);
});
