/**
 * One stop of the Tab key for a whole list: the arrow keys, Home and End go from item to item. Left and right follow the direction of
 * reading; `moved` is called with the item that has the focus now.
 */
export function rove(event: KeyboardEvent, selector: string, moved?: (item: HTMLElement) => void): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const list = event.currentTarget as HTMLElement;
  const items = [...list.querySelectorAll<HTMLElement>(selector)];
  const at = items.indexOf((event.target as Element).closest<HTMLElement>(selector)!);
  const forward = getComputedStyle(list).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  let to: number;
  if (event.key === 'Home') to = 0;
  else if (event.key === 'End') to = items.length - 1;
  else if (event.key === 'ArrowDown' || event.key === forward) to = (at + 1) % items.length;
  else if (event.key.startsWith('Arrow')) to = (at - 1 + items.length) % items.length;
  else return;
  if (at < 0) return;
  event.preventDefault();
  items[to]!.focus();
  moved?.(items[to]!);
}
