const kNearEnd = 48; // pixels that still count as "at the end"

/**
 * Keeps the reader's place while the list changes above and below: at the end he stays at the end, elsewhere the row that he sees
 * on top stays where it is.
 */
export class ScrollKeeper {
  atEnd = true;
  #box: HTMLElement | undefined;
  #anchor: { row: Element; top: number } | undefined;

  /** Returns what undoes it. */
  attach(box: HTMLElement): () => void {
    this.#box = box;
    const observer = new ResizeObserver(() => this.restore());
    observer.observe(box);
    if (box.firstElementChild) observer.observe(box.firstElementChild);
    return () => observer.disconnect();
  }

  /** After the reader scrolled. */
  record(): void {
    const box = this.#box!;
    this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < kNearEnd;
    const edge = box.getBoundingClientRect().top;
    const row = this.#rows().find((one) => one.getBoundingClientRect().bottom > edge);
    this.#anchor = row && { row, top: row.getBoundingClientRect().top };
  }

  /** After the list, or the room for it, changed. */
  restore(): void {
    const box = this.#box;
    if (!box) return;
    if (this.atEnd) {
      box.scrollTop = box.scrollHeight;
    } else if (this.#anchor?.row.isConnected) {
      const moved = this.#anchor.row.getBoundingClientRect().top - this.#anchor.top;
      if (Math.abs(moved) >= 1) box.scrollTop += moved;
    }
  }

  /** Brings the line before what is new into the upper part; at the end of the list, where all of it fits. */
  toNew(): void {
    const box = this.#box;
    const line = box?.querySelector('.new-line');
    if (!box || !line) return;
    box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 5;
    this.record();
  }

  toEnd(): void {
    this.atEnd = true;
    this.restore();
  }

  /** Brings one message into the middle and marks it for a moment. */
  show(seq: number): void {
    const row = this.#box?.querySelector(`[data-seq="${seq}"]`);
    if (!row) return;
    this.atEnd = false;
    row.scrollIntoView({ block: 'center' });
    row.classList.remove('shown');
    requestAnimationFrame(() => row.classList.add('shown'));
    row.addEventListener('animationend', () => row.classList.remove('shown'), { once: true });
  }

  /** The last message whose end is in sight. */
  lastSeenSeq(): number | undefined {
    const edge = (this.#box?.getBoundingClientRect().bottom ?? 0) + kNearEnd;
    const row = this.#rows().findLast((one) => one.getBoundingClientRect().bottom <= edge);
    return row ? Number(row.dataset.seq) : undefined;
  }

  #rows(): HTMLElement[] {
    return [...(this.#box?.querySelectorAll<HTMLElement>('[data-seq]') ?? [])];
  }
}
