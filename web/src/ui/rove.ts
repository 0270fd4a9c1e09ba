/**
 * Where the arrow keys, Home and End lead from the `at`th of so many items, around at the ends; left and right follow the direction of
 * reading. Undefined for every other key.
 */
export function placeFor(event: KeyboardEvent, at: number, count: number): number | undefined {
  if (event.altKey || event.ctrlKey || event.metaKey || at < 0) return undefined;
  const { direction } = getComputedStyle(event.currentTarget as Element);
  const forward = direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  if (event.key === 'Home') return 0;
  if (event.key === 'End') return count - 1;
  if (event.key === 'ArrowDown' || event.key === forward) return (at + 1) % count;
  return event.key.startsWith('Arrow') ? (at - 1 + count) % count : undefined;
}

/** One stop of the Tab key for a whole list: the keys go from item to item. `moved` is called with the item that has the focus now. */
export function rove(event: KeyboardEvent, selector: string, moved?: (item: HTMLElement) => void): void {
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(selector)];
  const at = items.indexOf((event.target as Element).closest<HTMLElement>(selector)!);
  const to = placeFor(event, at, items.length);
  if (to === undefined) return;
  event.preventDefault();
  items[to]!.focus();
  moved?.(items[to]!);
}
