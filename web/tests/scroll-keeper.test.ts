import { beforeEach, expect, test, vi } from 'vitest';
import { type Layout, ScrollKeeper } from '../src/timeline/scroll-keeper.ts';

// A browser's layout in numbers: rows of one height between two gaps, in a box that is scrolled.

const kRow = 30;
const kSight = 300;

class Sheet {
  readonly box = document.createElement('div');
  readonly above = document.createElement('div');
  readonly list = document.createElement('ol');
  readonly below = document.createElement('div');
  #top = 0;

  constructor() {
    const height = (gap: HTMLElement) => Number.parseFloat(gap.style.height) || 0;
    const all = () => height(this.above) + this.list.children.length * kRow + height(this.below);
    const rect = (top: number, height: number) => new DOMRect(0, top, 100, height);
    Object.defineProperties(this.box, {
      clientHeight: { value: kSight },
      clientWidth: { value: 100 },
      scrollHeight: { get: all },
      scrollTop: {
        get: () => Math.max(0, Math.min(this.#top, all() - kSight)),
        set: (to: number) => {
          this.#top = Math.max(0, Math.min(to, all() - kSight));
        },
      },
    });
    this.box.getBoundingClientRect = () => rect(0, kSight);
    const listTop = () => height(this.above) - this.box.scrollTop;
    this.list.getBoundingClientRect = () => rect(listTop(), this.list.children.length * kRow);
    Object.defineProperty(this.list, 'offsetHeight', { get: () => this.list.children.length * kRow });
    Object.defineProperty(this.below, 'offsetHeight', { get: () => height(this.below) });
    this.#rowRect = (n) => rect(listTop() + n * kRow, kRow);
  }

  readonly #rowRect: (n: number) => DOMRect;

  draw(from: number, to: number): void {
    this.list.replaceChildren();
    for (let seq = from; seq <= to; seq++) {
      const row = document.createElement('li');
      row.dataset.seq = String(seq);
      row.getBoundingClientRect = () => this.#rowRect([...this.list.children].indexOf(row));
      this.list.append(row);
    }
  }
}

let sheet: Sheet;
let keeper: ScrollKeeper;
const show = (layout: Layout) => {
  sheet.draw(layout.from, layout.to);
  keeper.restore(layout);
};
const lastInSight = () => keeper.lastSeenSeq();

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  sheet = new Sheet();
  keeper = new ScrollKeeper();
  keeper.attach(sheet, () => undefined);
  show({ from: 1, to: 40, head: 40, tail: true });
});

test('who is at the end stays there', () => {
  expect(lastInSight()).toBe(40);
  show({ from: 1, to: 60, head: 60, tail: true });
  expect(lastInSight()).toBe(60);
});

test('who follows and scrolls on while messages are on their way is brought to them', () => {
  show({ from: 1, to: 40, head: 58, tail: false });
  sheet.box.scrollTop += 40;
  keeper.record();
  show({ from: 1, to: 58, head: 58, tail: true });
  expect(lastInSight()).toBe(58);
});

test('who scrolls up while messages are on their way stays where he is', () => {
  show({ from: 1, to: 40, head: 58, tail: false });
  sheet.box.scrollTop -= 100;
  keeper.record();
  const seen = lastInSight();
  show({ from: 1, to: 58, head: 58, tail: true });
  expect(lastInSight()).toBe(seen);
});

test('who asked for a place, or for the end, that is not to be had stays where he is', () => {
  show({ from: 1, to: 40, head: 90, tail: false });
  sheet.box.scrollTop -= 500;
  keeper.record();
  const seen = lastInSight();
  keeper.put({ at: 'middle', seq: 99 });
  expect(keeper.goal).toBe(99);
  keeper.giveUp();
  expect(keeper.goal).toBeUndefined();
  keeper.toEnd();
  keeper.giveUp();
  expect(keeper.atEnd).toBe(false);
  keeper.restore();
  expect(lastInSight()).toBe(seen);
});
