import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';
import { glide, settledSight, sightOf } from './timeline.ts';

// Three people write 200 messages a second into the open conversation. How fast the page is meanwhile is measured by
// `npm run measure`; here nothing may be lost or moved, however slow the machine is.

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

const kWriters = 3;
const kEach = 400;
const kPerSecond = 200 / kWriters;
const kWords = 'the owl at the gate has seen a fox in the fog '.repeat(4);

async function group(reader: string, name: string) {
  const writers: Writer[] = [];
  for (let n = 0; n < kWriters; n++) {
    writers.push(await Writer.register(installation.address, `${reader}.w${n}`, `Writer ${n}`));
  }
  const [first, ...others] = writers;
  const channel = await first!.openChannel([...others.map((one) => one.id), await first!.idOf(reader)], name);
  const burst = () =>
    Promise.all(
      writers.map((one, n) =>
        one.sayAll(
          channel,
          Array.from({ length: kEach }, (_, k) => `${n}: ${k} ${kWords.slice(0, (k * 37) % 170)}`),
          kPerSecond,
        ),
      ),
    );
  const newest = async () => (await first!.call('GET', `/channels/${channel}/messages?limit=1`))[0].seq as number;
  return { first: first!, channel, burst, newest };
}

test('while somebody types, a burst of messages costs him no letter, and he is shown all of them', async ({
  browser,
}) => {
  const kim = await Person.arrive(browser, 'kim', () => installation.port);
  const { page } = kim;
  await kim.register('Kim Vogt');
  const { burst, newest } = await group('kim', 'The newsroom');
  await kim.open('The newsroom');
  const composer = page.locator('#composer');
  await expect(composer).toBeFocused();

  const text = 'what a day, and what a noise, and still I write this down letter by letter; ';
  let typed = '';
  let over = false;
  const storm = burst().then(() => {
    over = true;
  });
  while (!over || typed.length < text.length) {
    const letter = text[typed.length % text.length]!;
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    typed += letter;
    if (typed.length === 4 * text.length && !over) {
      await page.keyboard.press('Enter');
      typed = '';
      await expect(composer).toHaveValue('');
    }
  }
  await storm;
  await expect(composer).toHaveValue(typed);
  await page.keyboard.press('Enter');
  await expect(page.locator('.message.unsent')).toHaveCount(0);
  const last = await newest();
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(last);
  await expect(kim.message(typed.trim()).last()).toBeInViewport();
  await expect(kim.row('The newsroom')).not.toContainText('unread');

  const shown = new Set((await sightOf(page)).seqs);
  while (!shown.has(1)) {
    for (const seq of (await glide(page, -500, 10)).seen) shown.add(seq);
  }
  expect([...shown].sort((a, b) => a - b)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
  expect(kim.complaints).toEqual([]);
  await kim.leave();
});

test('who reads further up is not moved by a burst below', async ({ browser }) => {
  const jan = await Person.arrive(browser, 'jan', () => installation.port);
  const { page } = jan;
  await jan.register('Jan Oster');
  const { first, channel, burst, newest } = await group('jan', 'The hall');
  await first.sayAll(
    channel,
    Array.from({ length: 200 }, (_, n) => `Before ${n + 1}.`),
  );
  await jan.open('The hall');
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(await newest());
  await expect(jan.row('The hall')).not.toContainText('unread');
  await glide(page, -300, 10);
  const [top] = await settledSight(page);

  // Looked at in every frame: not a single one may show it elsewhere.
  const moved = await page.evaluateHandle((seq) => {
    const row = () => document.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top ?? Number.NaN;
    const before = row();
    const watched = { farthest: 0, frames: 0 };
    const look = () => {
      const now = row();
      watched.farthest = Math.max(
        watched.farthest,
        Number.isNaN(now) ? Number.POSITIVE_INFINITY : Math.abs(now - before),
      );
      watched.frames++;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    return watched;
  }, top! + 2);
  await burst();
  const last = await newest();
  await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toContainText(
    String(kWriters * kEach),
  );
  expect(await moved.evaluate((watched) => watched.farthest)).toBeLessThan(2);
  expect((await settledSight(page))[0]).toBe(top);

  await page.getByRole('button', { name: 'Jump to the latest messages' }).click();
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(last);
  await expect(jan.row('The hall')).not.toContainText('unread');
  expect(jan.complaints).toEqual([]);
  await jan.leave();
});
