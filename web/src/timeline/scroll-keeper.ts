import type { Range, Spare } from './window.ts';

const kNearEnd = 48; // pixels that still count as "at the end"
const kGapsMax = 12_000_000; // browsers draw nothing right beyond some 17 million
const kFirstGuess = 60;
const kSlack = 100_000;

/** Where a message is to stand: at an edge of the sight, or in its middle; `new`: the line before what is new, in the upper part. */
export type Place = { at: 'top' | 'bottom' | 'middle'; seq: number } | { at: 'new' };

/** What stands between the two gaps. `head`: the channel's newest; `tail`: the end of what is drawn is the end of the channel. */
export interface Layout extends Range {
  head: number;
  tail: boolean;
}

interface Parts {
  box: HTMLElement;
  above: HTMLElement;
  list: HTMLElement;
  below: HTMLElement;
}

/**
 * Keeps the reader's place. A few of a channel's messages are drawn, between two gaps that are as high as the others would be, by guess. At
 * the end he stays at the end; elsewhere the message that he sees on top stays where it is, whatever is drawn, dropped or grows above it:
 * the gap takes up the difference, so that nothing interferes with a scroll that is under way.
 */
export class ScrollKeeper {
  atEnd = true;
  /** Whether the first look has its place. */
  placed = false;
  /** What is new is on its way; when it is there he goes to the line before it, unless he has scrolled. */
  untilNew = false;
  #parts: Parts | undefined;
  #layout: Layout = { from: 1, to: 0, head: 0, tail: true };
  #gap = 0; // the height of the one above
  #average = kFirstGuess;
  /** The row on top, where it stood, and how far the list was scrolled then. */
  #anchor: { row: Element; top: number; scrolled: number } | undefined;
  #scrolled = 0; // when the place was last looked at
  #height = 0; // of everything, then
  #size = ''; // of the list and the room for it, then
  #place: Place | undefined;

  /** `resized`: after something in the list, or the room for it, grew or shrank. Returns what undoes it. */
  attach(parts: Parts, resized: () => void): () => void {
    this.#parts = parts;
    const observer = new ResizeObserver(() => {
      if (this.#size === this.#sizeNow()) return; // it stood so already when its place was kept
      this.restore();
      resized();
    });
    observer.observe(parts.box);
    observer.observe(parts.list);
    return () => observer.disconnect();
  }

  /** With the first `restore` that finds it drawn. */
  put(place: Place): void {
    this.#place = place;
    this.placed = true;
    this.atEnd = false;
    this.untilNew = false;
  }

  /** What is to be drawn for the place that was asked for. */
  get goal(): number | undefined {
    return this.#place && 'seq' in this.#place ? this.#place.seq : undefined;
  }

  /** What was asked for is not to be had: he stays where he is. */
  giveUp(): void {
    this.#place = undefined;
    this.atEnd = this.#layout.tail && this.nearEnd;
  }

  /** Where he is now, at the end too: what comes is not followed. */
  stay(): void {
    this.restore(); // the room for the list may just have changed
    if (this.#parts) this.record();
    this.atEnd = false;
  }

  toEnd(): void {
    this.untilNew = false;
    this.#place = undefined;
    this.placed = true;
    this.atEnd = true;
  }

  /** After the reader scrolled. */
  record(): void {
    const { box } = this.#parts!;
    // Who follows goes on following while something is on its way, unless he scrolls up.
    if (this.nearEnd) this.atEnd ||= this.#layout.tail;
    else this.atEnd &&= box.scrollTop >= this.#scrolled;
    if (this.spare().below > box.clientHeight / 2) this.untilNew = false; // he went away; a banner or the line moves less
    this.#scrolled = box.scrollTop;
    const edge = box.getBoundingClientRect().top;
    const row = this.#rows().find((one) => one.getBoundingClientRect().bottom > edge);
    this.#anchor = row && { row, top: row.getBoundingClientRect().top, scrolled: box.scrollTop };
  }

  /** After the list, or the room for it, changed. */
  restore(layout = this.#layout): void {
    if (!this.#parts) return;
    const { box, below } = this.#parts;
    this.#layout = layout;
    below.style.height = `${this.#height + kSlack}px`; // what was dropped above must not make the list too short for its place
    this.#keepPlace(layout);
    this.#setBelow();
    if (this.atEnd && layout.tail) box.scrollTop = box.scrollHeight;
    this.#lookAgain();
  }

  #keepPlace(layout: Layout): void {
    const { box } = this.#parts!;
    if (box.scrollTop < this.#scrolled - 1 && !this.nearEnd) this.atEnd = false; // scrolled, and not yet told
    if (this.#place) {
      this.#putThere(this.#place);
    } else if (this.atEnd && layout.tail) {
      this.#setGap(this.#gapWanted());
    } else if (this.#anchor?.row.isConnected) {
      const { row, top, scrolled } = this.#anchor;
      this.#shift(row.getBoundingClientRect().top - (top + scrolled - box.scrollTop));
    }
    if (layout.from <= 1 && this.#gap > 0) this.#correctGap(0);
  }

  /** While nothing moves: makes good what the gap took up. */
  settle(): void {
    if (!this.#parts || this.#layout.to < this.#layout.from) return;
    const { box, list } = this.#parts;
    const { from, to } = this.#layout;
    const spare = this.spare();
    if (spare.above < -box.clientHeight / 2 || spare.below < -box.clientHeight / 2) return; // in a gap: what belongs there is on its way
    this.#average = (this.#average + list.offsetHeight / (to - from + 1)) / 2;
    this.#setBelow();
    const wanted = this.#gapWanted();
    if (Math.abs(wanted - this.#gap) > Math.max(box.clientHeight, wanted / 4)) this.#correctGap(wanted);
    this.record();
  }

  spare(): Spare {
    const { box, list } = this.#parts!;
    const sight = box.getBoundingClientRect();
    const rows = list.getBoundingClientRect();
    return { above: sight.top - rows.top, below: rows.bottom - sight.bottom };
  }

  /** Whether the end of what is drawn is in sight, or nearly. */
  get nearEnd(): boolean {
    return this.spare().below < kNearEnd;
  }

  /** The message that stands so many pixels beyond the sight, or the last that is drawn on that side. */
  seqAt(side: 'above' | 'below', pixels: number): number {
    const sight = this.#parts!.box.getBoundingClientRect();
    const rows = this.#rows();
    const row =
      side === 'above'
        ? rows.find((one) => one.getBoundingClientRect().bottom > sight.top - pixels)
        : rows.findLast((one) => one.getBoundingClientRect().top < sight.bottom + pixels);
    return Number((row ?? rows.at(side === 'above' ? 0 : -1))?.dataset.seq);
  }

  /** For a sight that is in a gap: what should stand there, by proportion. */
  inGap(): { seq: number; at: 'top' | 'bottom' } {
    const { from, to, head } = this.#layout;
    if (!this.#parts) return { at: 'bottom', seq: head };
    const { box, below } = this.#parts;
    if (box.scrollTop < this.#gap) {
      return { at: 'top', seq: 1 + Math.floor((box.scrollTop / this.#gap) * (from - 1)) };
    }
    const left = Math.max(0, box.scrollHeight - box.scrollTop - box.clientHeight);
    const part = below.offsetHeight > 0 ? Math.min(1, left / below.offsetHeight) : 0;
    return { at: 'bottom', seq: head - Math.floor(part * (head - to)) };
  }

  /** The last message whose end is in sight. */
  lastSeenSeq(): number | undefined {
    const sight = this.#parts!.box.getBoundingClientRect();
    const row = this.#rows().findLast((one) => one.getBoundingClientRect().bottom <= sight.bottom + kNearEnd);
    return row && row.getBoundingClientRect().bottom > sight.top ? Number(row.dataset.seq) : undefined;
  }

  #putThere(place: Place): void {
    const { box, list } = this.#parts!;
    const row = list.querySelector<HTMLElement>(place.at === 'new' ? '.new-line' : `[data-seq="${place.seq}"]`);
    if (row || place.at === 'new') this.#place = undefined;
    if (!row) return;
    const sight = box.getBoundingClientRect();
    const inGap = place.at === 'top' || place.at === 'bottom';
    if (!inGap) this.#setGap(this.#gapWanted());
    const { top, bottom, height } = row.getBoundingClientRect();
    switch (place.at) {
      case 'top':
        if (place.seq > 1) this.#shift(top - sight.top);
        else box.scrollTop = 0; // with what stands before the first of all
        break;
      case 'bottom':
        this.#shift(bottom - sight.bottom);
        break;
      case 'new':
        box.scrollTop += top - sight.top - sight.height / 5;
        break;
      case 'middle':
        box.scrollTop += top - sight.top - Math.max(0, (sight.height - height) / 2);
        shine(row);
        break;
    }
    if (this.#layout.from <= 1 && this.#gap > 0) this.#correctGap(0);
    this.record();
  }

  /** After its own doing: the anchor is where it is now. */
  #lookAgain(): void {
    const { box } = this.#parts!;
    this.#scrolled = box.scrollTop;
    this.#height = box.scrollHeight;
    this.#size = this.#sizeNow();
    if (!this.#anchor) return;
    const { row } = this.#anchor;
    this.#anchor = { row, top: row.getBoundingClientRect().top, scrolled: box.scrollTop };
  }

  #sizeNow(): string {
    const { box, list } = this.#parts!;
    return `${box.clientWidth} ${box.clientHeight} ${list.getBoundingClientRect().height}`;
  }

  /** Moves what is drawn up by so many pixels: by the gap as long as it lasts. */
  #shift(pixels: number): void {
    if (Math.abs(pixels) < 0.5) return;
    const gap = this.#gap - pixels;
    this.#setGap(Math.max(0, gap));
    if (gap < 0) this.#parts!.box.scrollTop -= gap;
  }

  #correctGap(height: number): void {
    const { box } = this.#parts!;
    const top = box.scrollTop + height - this.#gap;
    if (height > this.#gap) this.#setGap(height);
    box.scrollTop = top; // while the higher of the two is there: it has to be within reach
    this.#setGap(height);
  }

  #setGap(height: number): void {
    this.#gap = height;
    this.#parts!.above.style.height = `${height}px`;
  }

  #setBelow(): void {
    const { head, to } = this.#layout;
    this.#parts!.below.style.height = `${Math.max(0, head - to) * this.#guess()}px`;
  }

  #gapWanted(): number {
    return Math.max(0, this.#layout.from - 1) * this.#guess();
  }

  #guess(): number {
    return Math.min(this.#average, kGapsMax / Math.max(1, this.#layout.head));
  }

  #rows(): HTMLElement[] {
    return [...(this.#parts?.list.querySelectorAll<HTMLElement>('[data-seq]') ?? [])];
  }
}

/** Marks a message for a moment. */
function shine(row: HTMLElement): void {
  row.classList.remove('shown');
  requestAnimationFrame(() => row.classList.add('shown'));
  row.addEventListener('animationend', () => row.classList.remove('shown'), { once: true });
}
