import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';
import { glide, settledSight, sightOf } from './timeline.ts';

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('what comes, grows and shrinks around the reader does not move what he reads', async ({ browser }) => {
  const max = await Person.arrive(browser, 'max', () => installation.port);
  const { page } = max;
  await max.register('Max Dorn');
  const lea = await Writer.register(installation.address, 'lea', 'Lea Sand');
  const channel = await lea.openChannel([await lea.idOf('max')]);
  await lea.sayAll(
    channel,
    Array.from({ length: 150 }, (_, n) => `Line ${n + 1}.`),
  );
  await max.open('Lea Sand');
  await expect(page.locator('.new-line')).toBeVisible();
  await page.getByRole('log').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(max.row('Lea Sand')).not.toContainText('unread');
  const { worst, seen } = await glide(page, -200, 20);
  expect(worst).toBeLessThan(2);
  const top = seen[0]! + 2;
  const place = () => max.message(`Line ${top}.`).evaluate((row) => row.getBoundingClientRect().top);
  const before = await place();
  const idOf = async (seq: number) =>
    (await lea.call('GET', `/channels/${channel}/messages?after_seq=${seq - 1}&limit=1`))[0].id;

  await lea.sayAll(channel, ['One more']);
  await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toContainText('1');
  expect(Math.abs((await place()) - before)).toBeLessThan(2);
  await lea.call('PATCH', `/channels/${channel}/messages/${await idOf(top - 5)}`, { content: 'Longer. '.repeat(80) });
  await expect(max.message('Longer.')).toHaveCount(1);
  expect(Math.abs((await place()) - before)).toBeLessThan(2);
  await lea.call('PUT', `/channels/${channel}/messages/${await idOf(top - 4)}/reactions/%F0%9F%91%8D/@me`);
  await expect(page.locator(`[data-seq="${top - 4}"] .reaction`)).toHaveCount(1);
  expect(Math.abs((await place()) - before)).toBeLessThan(2);
  await lea.call('DELETE', `/channels/${channel}/messages/${await idOf(top - 5)}`);
  await expect(max.message('Longer.')).toHaveCount(0);
  expect(Math.abs((await place()) - before)).toBeLessThan(2);

  await page.getByRole('button', { name: 'Jump to the latest messages' }).click();
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(151);
  await expect(max.row('Lea Sand')).not.toContainText('unread');
  expect(max.complaints).toEqual([]);
  await max.leave();
});

test('a message of many lines takes room from the others and not the newest of them out of sight', async ({
  browser,
}) => {
  const lotte = await Person.arrive(browser, 'lotte', () => installation.port);
  const { page } = lotte;
  await lotte.register('Lotte Hein');
  const nils = await Writer.register(installation.address, 'nils', 'Nils Brand');
  const channel = await nils.openChannel([await nils.idOf('lotte')]);
  await nils.sayAll(
    channel,
    Array.from({ length: 30 }, (_, n) => `Line ${n + 1}.`),
  );
  await lotte.open('Nils Brand');
  await page.getByRole('log').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(lotte.row('Nils Brand')).not.toContainText('unread');
  const end = () => page.getByRole('log').evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop);

  const composer = page.locator('#composer');
  await composer.focus();
  const height = await composer.evaluate((box) => box.clientHeight);
  for (const word of ['ladder ', 'lamp ', 'rope ', 'key ', 'boat ']) {
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type(word.repeat(3));
    await expect.poll(end).toBeLessThan(2);
  }
  expect(await composer.evaluate((box) => box.clientHeight)).toBeGreaterThan(height * 2);
  await expect(lotte.message('Line 30.')).toBeInViewport();
  await nils.sayAll(channel, ['And one more']);
  await expect(lotte.message('And one more')).toBeInViewport();
  await expect(lotte.row('Nils Brand')).not.toContainText('unread');
  await composer.fill('');
  await expect.poll(() => composer.evaluate((box) => box.clientHeight)).toBe(height);
  await expect.poll(end).toBeLessThan(2);
  expect(lotte.complaints).toEqual([]);
  await lotte.leave();
});

const kMessages = 100_000;
const kDrawnMax = 260;

test('a channel of 100,000 messages scrolls in both directions without losing a place', async ({ browser }) => {
  const wren = await Person.arrive(browser, 'wren', () => installation.port);
  const { page } = wren;
  await wren.register('Wren Holt');
  await page.goto('about:blank'); // the burst is not for this page

  const [one, other] = [
    await Writer.register(installation.address, 'ulf', 'Ulf Berg'),
    await Writer.register(installation.address, 'vera', 'Vera Sund'),
  ];
  const channel = await one.openChannel([other.id, await one.idOf('wren')], 'The long one');
  const words = 'the owl at the gate has seen a fox in the fog and says so to all who pass by at dawn '.repeat(6);
  // One after the other: nobody has to listen to anybody else's flood.
  const part = kMessages / 10;
  for (let n = 0; n < 10; n++) {
    const contents = Array.from({ length: part }, (_, k) => `${n * part + k}: ${words.slice(0, (k * 37) % 480)}`);
    await (n % 2 === 0 ? one : other).sayAll(channel, contents);
  }

  await test.step('it opens at what is new, and marks it', async () => {
    await page.goto(wren.network.address);
    await wren.open('The long one');
    await expect(page.locator('.new-line')).toBeVisible();
    expect((await settledSight(page))[0]).toBe(1);
    await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toContainText(/\d{5}/);
  });

  await test.step('down from the start, and up again, every message stands where the step brought it', async () => {
    const down = await glide(page, 420, 120);
    expect(down.worst).toBeLessThan(2);
    expect(down.seen).toEqual(down.seen.map((_, n) => down.seen[0]! + n));
    expect(down.seen.length).toBeGreaterThan(300);
    const up = await glide(page, -420, 100);
    expect(up.worst).toBeLessThan(2);
    expect(up.seen).toEqual(up.seen.map((_, n) => up.seen[0]! + n));
    expect((await sightOf(page)).rows).toBeLessThan(kDrawnMax);
  });

  await test.step('to the latest and back by pages', async () => {
    await page.getByRole('button', { name: 'Jump to the latest messages' }).click();
    await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(kMessages);
    await expect(wren.row('The long one')).not.toContainText('unread');
    const up = await glide(page, -500, 150);
    expect(up.worst).toBeLessThan(2);
    expect(up.seen).toEqual(up.seen.map((_, n) => up.seen[0]! + n));
    expect((await sightOf(page)).rows).toBeLessThan(kDrawnMax);
  });

  await test.step('the scroll bar reaches every part of it', async () => {
    for (const part of [0.5, 0.1, 0.9]) {
      await page.getByRole('log').evaluate((box, part) => box.scrollTo(0, box.scrollHeight * part), part);
      await expect
        .poll(async () => Math.abs((await settledSight(page))[0]! / kMessages - part), { timeout: 60_000 })
        .toBeLessThan(0.05);
      expect((await glide(page, part > 0.5 ? -300 : 300, 20)).worst).toBeLessThan(2);
    }
    await page.getByRole('log').focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await sightOf(page)).seqs[0], { timeout: 60_000 }).toBe(1);
    await expect(page.locator('.beginning')).toBeInViewport();
    await page.keyboard.press('End');
    await expect.poll(async () => (await settledSight(page)).at(-1), { timeout: 60_000 }).toBe(kMessages);
  });

  expect(wren.complaints).toEqual([]);
  await wren.leave();
});
