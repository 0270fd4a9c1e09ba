import { expect, type Locator, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';
import { memory, shellKept } from './storage.ts';

// What the last visit left is shown before the network answers; when it does, much may be new.

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `Line ${from + n}.`);
const kRead = 70; // more than is kept of a conversation
const kNew = 60; // more than one page of history

/**
 * Watches where an element is, from now on; answers how far it ever was from where it is now. It has to be there in two frames in a row:
 * what is looked at before a frame is drawn may still be set right in it.
 */
async function watchPlace(element: Locator): Promise<() => Promise<number>> {
  const page = element.page();
  await element.evaluate((row) => {
    const place = { start: row.getBoundingClientRect().top, worst: 0 };
    Object.assign(globalThis, { place });
    let before = 0;
    const look = () => {
      const away = Math.abs(row.getBoundingClientRect().top - place.start);
      place.worst = Math.max(place.worst, Math.min(away, before));
      before = away;
      requestAnimationFrame(look);
    };
    look();
  });
  return () => page.evaluate(() => (globalThis as unknown as { place: { worst: number } }).place.worst);
}

/** The seq before the "new" line, and the one behind it. */
function aroundLine(page: Page): Promise<(number | undefined)[]> {
  return page.getByRole('log').evaluate((log) => {
    const isMessage = (one: Element) => one.hasAttribute('data-seq');
    const all = [...log.querySelectorAll('.messages > li')];
    const at = all.findIndex((one) => one.classList.contains('new-line'));
    if (at < 0) return [];
    const seqOf = (one?: Element) => (one ? Number((one as HTMLElement).dataset.seq) : undefined);
    return [seqOf(all.slice(0, at).findLast(isMessage)), seqOf(all.slice(at).find(isMessage))];
  });
}

async function reader(browser: Parameters<typeof Person.arrive>[0], name: string) {
  const person = await Person.arrive(browser, name, () => installation.port);
  const { page } = person;
  await person.register('Ina Feld');
  await shellKept(page);
  const writer = await Writer.register(installation.address, `${name}.friend`, 'Lew Orth');
  const channel = await writer.openChannel([await writer.idOf(name)]);
  await writer.sayAll(channel, lines(1, kRead));
  await person.open('Lew Orth');
  await page.getByRole('log').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(person.message(`Line ${kRead}.`)).toBeInViewport();
  await expect(person.row('Lew Orth')).not.toContainText('unread');
  await expect.poll(() => memory(page)).toContain(`Line ${kRead}.`);
  // Every bit of it: what was read is known as read by the server, and the newest messages are kept.
  await expect
    .poll(async () => (await writer.call('GET', `/channels/${channel}/receipts`))[await writer.idOf(name)].read_seq)
    .toBe(kRead);
  const address = page.url();
  await page.goto('about:blank'); // which writes down what was not yet
  return { person, page, writer, channel, address };
}

async function back(person: Person): Promise<void> {
  person.network.heal();
  await person.page
    .getByRole('button', { name: 'Retry now' })
    .click({ timeout: 2000 })
    .catch(() => undefined); // it may be back by itself
}

test('an open conversation in which much is new stays where it was left, with the line behind it', async ({
  browser,
}) => {
  const { person, page, writer, channel, address } = await reader(browser, 'ina');
  await writer.sayAll(channel, lines(kRead + 1, kRead + kNew));
  person.network.cut();
  await page.goto(address);
  const last = person.message(`Line ${kRead}.`);
  await expect(last).toBeInViewport();
  await expect(page.locator('.banner')).toBeVisible();
  const moved = await watchPlace(last);
  await back(person);
  await expect(page.locator('.new-line')).toBeAttached({ timeout: 70_000 });
  await expect.poll(() => aroundLine(page)).toEqual([kRead, kRead + 1]);
  await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toContainText(/^(59|60)$/); // at the edge of the sight
  await expect(person.row('Lew Orth')).toContainText(/(59|60) unread/);
  await expect(page.locator('.banner')).toHaveCount(0);
  expect(await moved()).toBeLessThan(2);

  // From here on it is a conversation as any other: read as far as it is seen, to its end.
  await page.locator('.new-line').scrollIntoViewIfNeeded();
  await expect(page.locator('.new-line')).toBeInViewport();
  await page.getByRole('button', { name: 'Jump to the latest messages' }).click();
  await expect(person.message(`Line ${kRead + kNew}.`)).toBeInViewport();
  await expect(person.row('Lew Orth')).not.toContainText('unread');
  expect(person.complaints).toEqual([]);
  await person.leave();
});

test('where little is new, the reader is brought to it, and no farther than to the line', async ({ browser }) => {
  const { person, page, writer, channel, address } = await reader(browser, 'ivo');
  await writer.sayAll(channel, ['Tall.\n'.repeat(30), ...lines(kRead + 2, kRead + 30)]);
  person.network.cut();
  await page.goto(address);
  await expect(person.message(`Line ${kRead}.`)).toBeInViewport();
  await back(person);
  await expect(page.locator('.new-line')).toBeInViewport({ timeout: 70_000 });
  await expect.poll(() => aroundLine(page)).toEqual([kRead, kRead + 1]);
  await expect(person.message('Tall.')).toBeInViewport();
  await expect(person.row('Lew Orth')).toContainText('unread');
  expect(person.complaints).toEqual([]);
  await person.leave();
});

test('a conversation that is opened at what is new shows what is kept of it, and nothing moves when the rest comes', async ({
  browser,
}) => {
  const { person, page, writer, channel } = await reader(browser, 'ilse');
  await writer.sayAll(channel, lines(kRead + 1, kRead + kNew));
  await page.goto(person.network.address);
  await expect(person.row('Lew Orth')).toContainText(`${kNew} unread`);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/messages?*after_seq*', async (route) => {
    await released;
    await route.continue();
  });
  await person.open('Lew Orth');
  const last = person.message(`Line ${kRead}.`);
  await expect(last).toBeInViewport();
  await expect(page.locator('.new-line')).toBeInViewport();
  expect(await aroundLine(page)).toEqual([kRead, undefined]);
  const moved = await watchPlace(last);
  release();
  await expect(person.message(`Line ${kRead + 1}.`)).toBeInViewport();
  await expect.poll(() => aroundLine(page)).toEqual([kRead, kRead + 1]);
  expect(await moved()).toBeLessThan(2);
  await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toContainText(/\d\d/);
  await page.getByRole('button', { name: 'Jump to the latest messages' }).click();
  await expect(person.message(`Line ${kRead + kNew}.`)).toBeInViewport();
  expect(person.complaints).toEqual([]);
  await person.leave();
});
