import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

const kGuess = 62; // a row's height in pixels, until one was measured
const kFirst = 24;
const kSpare = 12; // rows that are drawn beyond the sight, on both sides

interface VirtualRowsProps<T> {
  items: readonly T[];
  label: string;
  /** Draws the `n`th as an `li`, which must be as high as all the others, with a key. */
  row(item: T, n: number): ComponentChild;
}

/** A list of any length, of which only what is in sight is drawn. Its parent is what scrolls. */
export function VirtualRows<T>({ items, label, row }: VirtualRowsProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const height = useRef(kGuess);
  const sight = useSignal({ from: 0, to: kFirst });
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
