import { expect, type Page } from '@playwright/test';

/** What is in sight of the open conversation: seqs in their order, and how much of the sight has no message. */
export interface Sight {
  seqs: number[];
  /** Pixels without a message at the edges. */
  bare: number;
  rows: number;
}

export function sightOf(page: Page): Promise<Sight> {
  return page.getByRole('log').evaluate((box) => {
    const sight = box.getBoundingClientRect();
    const rows = [...box.querySelectorAll<HTMLElement>('[data-seq]')];
    const seen = rows.filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > sight.top && top < sight.bottom;
    });
    const first = seen[0]?.getBoundingClientRect().top ?? sight.bottom;
    const last = seen.at(-1)?.getBoundingClientRect().bottom ?? sight.bottom;
    const bare = Math.max(0, first - sight.top) + Math.max(0, sight.bottom - last);
    return { seqs: seen.map((row) => Number(row.dataset.seq)), bare, rows: rows.length };
  });
}

/** Waits until there are messages in sight, without a hole between them, and answers their seqs. */
export async function settledSight(page: Page): Promise<number[]> {
  let seqs: number[] = [];
  await expect(async () => {
    const sight = await sightOf(page);
    seqs = sight.seqs;
    expect(sight.bare).toBeLessThan(200); // a separator, the "new" line, the margin at the ends
    expect(seqs.length).toBeGreaterThan(0);
    expect(seqs).toEqual(seqs.map((_, n) => seqs[0]! + n));
  }).toPass({ timeout: 60_000 });
  return seqs;
}

/**
 * Scrolls in steps of `pixels` (negative: up) and answers the farthest that a message was ever away, two frames later, from where the step
 * should have brought it. Waits after each step until there is something to see.
 */
export function glide(page: Page, pixels: number, steps: number): Promise<{ worst: number; seen: number[] }> {
  return page.getByRole('log').evaluate(
    async (box, { pixels, steps }) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const tops = () => {
        const sight = box.getBoundingClientRect();
        const all = [...box.querySelectorAll<HTMLElement>('[data-seq]')].map((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return [Number(row.dataset.seq), top, bottom] as const;
        });
        return new Map(
          all.filter(([, top, bottom]) => bottom > sight.top && top < sight.bottom).map(([seq, top]) => [seq, top]),
        );
      };
      const seen = new Set<number>();
      let worst = 0;
      for (let n = 0; n < steps; n++) {
        const before = tops();
        box.scrollTop += pixels;
        await frame();
        await frame();
        let after = tops();
        while (after.size < 2) {
          await frame(); // the page is still on its way
          after = tops();
        }
        for (const [seq, top] of after) {
          seen.add(seq);
          const was = before.get(seq);
          if (was !== undefined) worst = Math.max(worst, Math.abs(was - pixels - top));
        }
      }
      return { worst, seen: [...seen].sort((a, b) => a - b) };
    },
    { pixels, steps },
  );
}
