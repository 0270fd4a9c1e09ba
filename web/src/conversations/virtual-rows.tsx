import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

const kGuess = 62; // a row's height in pixels, until one was measured
const kFirst = 24;
const kSpare = 12; // rows that are drawn beyond the sight, on both sides

interface VirtualRowsProps<T> {
  items: readonly T[];
  label: string;
  /** Draws the `n`th as an `li`, which must be as high as all the others, with a key. */
  row(item: T, n: number): ComponentChild;
  /** Filled in here: gives the `n`th the focus, wherever in the list it is. */
  toRow: { current: (n: number) => void };
  /** After rows came or went. */
  onDrawn(): void;
}

/** A list of any length, of which only what is in sight is drawn. Its parent is what scrolls. */
export function VirtualRows<T>({ items, label, row, toRow, onDrawn }: VirtualRowsProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const height = useRef(kGuess);
  const sight = useSignal({ from: 0, to: kFirst });
  const goal = useRef<number | undefined>(undefined); // the row that is to have the focus as soon as it is drawn
  const count = items.length;

  const look = () => {
    const box = list.current?.parentElement;
    if (!list.current || !box) return;
    height.current = list.current.firstElementChild?.getBoundingClientRect().height || height.current;
    const above = box.getBoundingClientRect().top - list.current.getBoundingClientRect().top;
    const from = Math.floor(above / height.current / kSpare) * kSpare - kSpare;
    const to = Math.ceil((above + box.clientHeight) / height.current / kSpare) * kSpare + kSpare;
    const now = sight.peek();
    if (from !== now.from || to !== now.to) sight.value = { from, to };
  };
  useEffect(() => {
    const box = list.current!.parentElement!;
    const observer = new ResizeObserver(look);
    observer.observe(box);
    observer.observe(list.current!);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, []);

  const from = Math.min(Math.max(0, sight.value.from), Math.max(0, count - kFirst));
  const to = Math.min(count, Math.max(sight.value.to, from + kFirst));
  const focusGoal = () => {
    const row = list.current!.children[(goal.current ?? -1) - from];
    if (!row) return false;
    goal.current = undefined;
    row.querySelector('button')?.focus();
    return true;
  };
  toRow.current = (n) => {
    goal.current = n;
    if (focusGoal()) return;
    const box = list.current!.parentElement!;
    const above = box.getBoundingClientRect().top - list.current!.getBoundingClientRect().top;
    box.scrollTop += n * height.current - above - box.clientHeight / 2;
    look();
  };
  useLayoutEffect(() => {
    focusGoal();
    onDrawn();
  }, [from, to, items]);
  return (
    <ul
      ref={list}
      aria-label={label}
      style={{ paddingBlock: `${from * height.current}px ${(count - to) * height.current}px` }}
    >
      {items.slice(from, to).map((item, n) => row(item, from + n))}
    </ul>
  );
}
