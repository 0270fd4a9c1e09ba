import { expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

const texts = (page: Page) => page.locator('.message .text').allTextContents();
const row = (page: Page) => page.getByRole('navigation').getByRole('button', { name: /^Ravn Dahl/ });
async function say(page: Page, text: string): Promise<void> {
  await page.locator('#composer').fill(text);
  await page.locator('#composer').press('Enter');
}

test('tabs have one connection and one mind, and any of them may go', async ({ browser }) => {
  const tala = await Person.arrive(browser, 'tala', () => installation.port);
  const ravn = await Writer.register(installation.address, 'ravn', 'Ravn Dahl');
  await tala.register('Tala Reyes');
  const channel = await ravn.openChannel([await ravn.idOf('tala')]);
  await ravn.sayAll(channel, ['One']);
  const first = tala.page;
  await expect(row(first)).toContainText('1 unread message');
  const second = await tala.context.newPage();
  await second.goto(tala.network.address);
  await expect(row(second)).toContainText('1 unread message');

  await test.step('what one reads is read in the other', async () => {
    await row(second).click();
    await expect.poll(() => texts(second)).toEqual(['One']);
    await expect(row(first)).not.toContainText('unread');
    await row(first).click();
    await expect.poll(() => texts(first)).toEqual(['One']);
  });

  await test.step('what one writes, sent or not, is in the other', async () => {
    await say(first, 'Two');
    await expect.poll(() => texts(second)).toEqual(['One', 'Two']);
    await first.locator('#composer').fill('not yet');
    await expect(second.locator('#composer')).toHaveValue('not yet');
  });

  await test.step('the first one goes, and nothing is lost', async () => {
    await first.close();
    await ravn.sayAll(channel, ['Three']);
    await expect.poll(() => texts(second)).toEqual(['One', 'Two', 'Three']);
    expect(tala.network.gateways).toBe(1);
  });

  const third = await tala.context.newPage();
  await third.goto(tala.network.address);
  await row(third).click();
  await expect.poll(() => texts(third)).toEqual(['One', 'Two', 'Three']);

  await test.step('what two write without a network is sent once, also of the one that is closed meanwhile', async () => {
    tala.network.cut();
    await expect(third.locator('.banner')).toBeVisible();
    await say(second, 'Four');
    await say(third, 'Five');
    await expect.poll(() => texts(third)).toEqual(['One', 'Two', 'Three', 'Four', 'Five']);
    await second.close();
    tala.network.heal();
    await third
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 2000 })
      .catch(() => undefined); // it may be back by itself
    await expect(third.locator('.message', { hasText: 'Five' }).locator('.ticks')).toHaveAccessibleName('Sent', {
      timeout: 70_000,
    });
    const all = await ravn.call('GET', `/channels/${channel}/messages`);
    expect(all.map((message: { content: string }) => message.content).reverse()).toEqual([
      'One',
      'Two',
      'Three',
      'Four',
      'Five',
    ]);
  });

  await test.step('who signs out in one is signed out in all', async () => {
    const fourth = await tala.context.newPage();
    await fourth.goto(tala.network.address);
    await expect(row(fourth)).toBeVisible();
    await fourth.getByRole('button', { name: 'Settings' }).click();
    await fourth.getByRole('button', { name: 'Sign out' }).click();
    await expect(fourth.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expect(third.getByText('This login has ended. Please sign in again.')).toBeVisible();
    await expect(fourth.getByText('This login has ended. Please sign in again.')).toHaveCount(0);
  });

  expect(tala.complaints).toEqual([]);
  await tala.leave();
});
