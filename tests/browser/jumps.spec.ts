import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';
import { settledSight } from './timeline.ts';

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

const kBefore = 40;
const kBehind = 2500; // far more than a page holds of a channel

/** A long channel with something to come back to near its start; the newest message answers one of those. */
async function longChannel(reader: string, name: string) {
  const ines = await Writer.register(installation.address, `${reader}.ines`, 'Ines Roth');
  const channel = await ines.openChannel([await ines.idOf(reader)], name);
  const say = (content: string, more = {}) =>
    ines.call('POST', `/channels/${channel}/messages`, { content, ...more }) as Promise<{ id: string; seq: number }>;
  const lines = (n: number, text: string) =>
    ines.sayAll(
      channel,
      Array.from({ length: n }, (_, k) => `${text} ${k + 1}.`),
    );
  await lines(kBefore, 'Before');
  const pinned = await say('The key lies under the third pot');
  await ines.call('PUT', `/channels/${channel}/messages/${pinned.id}/pin`);
  const mention = await say(`<@${await ines.idOf(reader)}> brings the lamp`);
  const asked = await say('Who has the long ladder?');
  await lines(kBehind, 'Behind');
  const answer = await say('It stands in my shed', { reply_to: asked.id });
  return { ines, channel, pinned, mention, asked, newest: answer.seq };
}

test('a pin, a mention and what a reply answers are reached far back, and End leads to the newest again', async ({
  browser,
}) => {
  const iris = await Person.arrive(browser, 'iris', () => installation.port);
  const { page } = iris;
  await iris.register('Iris Wolf');
  const { pinned, mention, asked, newest } = await longChannel('iris', 'The allotment');
  const log = page.getByRole('log');

  /** In sight with its neighbours, without a hole. */
  const arrives = async ({ seq }: { seq: number }) => {
    await expect.poll(() => settledSight(page)).toEqual(expect.arrayContaining([seq - 1, seq, seq + 1]));
    await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toBeVisible();
  };
  const back = async () => {
    await log.focus();
    await page.keyboard.press('End');
    await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(newest);
    await expect(page.getByRole('button', { name: 'Jump to the latest messages' })).toHaveCount(0);
  };

  await test.step('from the inbox of mentions, with no conversation open', async () => {
    await page.getByRole('button', { name: 'Mentions, 1 unread' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'brings the lamp' }).click();
    await expect(page.getByRole('heading', { name: 'The allotment', level: 1 })).toBeVisible();
    await arrives(mention);
    await back();
    await expect(iris.row('The allotment')).not.toContainText('unread');
  });

  await test.step('from a pin', async () => {
    await page.getByRole('button', { name: 'Pinned messages' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'third pot' }).click();
    await arrives(pinned);
    await back();
  });

  await test.step('from a reply to what it answers', async () => {
    const quote = iris.message('in my shed').getByRole('button', { name: 'Who has the long ladder?' });
    await quote.click();
    await arrives(asked);
    await back();
  });

  await test.step('from the inbox, with the conversation open at its end', async () => {
    await page.getByRole('button', { name: 'Mentions', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'brings the lamp' }).click();
    await arrives(mention);
    await back();
  });

  expect(iris.complaints).toEqual([]);
  await iris.leave();
});

test('a jump that the network does not allow says so, leaves the page as it was, and is made when there is one again', async ({
  browser,
}) => {
  const jule = await Person.arrive(browser, 'jule', () => installation.port);
  const { page } = jule;
  await jule.register('Jule Kant');
  const { pinned, newest } = await longChannel('jule', 'The boathouse');
  const log = page.getByRole('log');
  const note = page.getByText('Messages could not be loaded.');
  const again = page.getByRole('button', { name: 'Try again' });
  const latest = page.getByRole('button', { name: 'Jump to the latest messages' });
  await jule.open('The boathouse');
  await log.focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(newest);
  await page.getByRole('button', { name: 'Pinned messages' }).click();
  const card = page.getByRole('dialog').getByRole('button', { name: 'third pot' });
  await expect(card).toBeVisible();

  await jule.loseNetwork();
  await card.click();
  await expect(note).toBeVisible();
  expect((await settledSight(page)).at(-1)).toBe(newest);
  await again.click(); // still no network
  await expect(note).toBeVisible();
  expect((await settledSight(page)).at(-1)).toBe(newest);
  await jule.regainNetwork();
  await expect(jule.message('third pot')).toBeInViewport();
  await expect.poll(() => settledSight(page)).toContain(pinned.seq);
  await expect(note).toHaveCount(0);

  await jule.loseNetwork();
  await latest.click();
  await expect(note).toBeVisible();
  await expect(jule.message('third pot')).toBeInViewport();
  await expect(latest).toBeVisible();
  await jule.regainNetwork();
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(newest);
  expect(jule.complaints).toEqual([]);
  await jule.leave();
});
