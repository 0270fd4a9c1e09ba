import { expect, test } from '@playwright/test';
import { violations } from './axe.ts';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('every view passes axe in light and dark, and nothing is wider than a phone', async ({ browser }) => {
  const port = () => installation.port;
  const eve = await Person.arrive(browser, 'eve', port);
  const { page } = eve;
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Create account' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.reload();
  const fred = await Person.arrive(browser, 'fred', port);
  await fred.register('Fred Ohm');
  await eve.register('Eve Stone');
  expect(await violations(page)).toEqual([]);

  await eve.find('fred');
  await eve.say('A link: https://rookery.example, and `code`');
  await eve.say('🎉');
  await expect(eve.tick('🎉')).toHaveAccessibleName('Delivered');
  await fred.open('Eve Stone');
  await fred.say('Seen');
  await eve.message('Seen').hover();
  await page.getByRole('button', { name: 'Reply' }).click();
  await eve.say('Answered');
  await expect(eve.tick('Answered')).toHaveAccessibleName('Read');
  expect(await violations(page)).toEqual([]);

  await eve.say('@fred: **bold**\n> quoted\n- one ||hidden||\n```ts\nconst a = "b"; // c\n```');
  await expect(eve.message('quoted').locator('.code-comment')).toBeVisible();
  await eve.message('quoted').hover();
  await page.getByRole('button', { name: 'React', exact: true }).click();
  await expect(page.getByRole('button', { name: 'wink' })).toBeAttached();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Search emoji').fill('tada');
  await page.getByLabel('Search emoji').press('Enter');
  await expect(page.getByRole('button', { name: '🎉, 1 person, you too' })).toBeVisible();
  await page.getByRole('button', { name: 'More actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Pin' })).toBeFocused();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(eve.message('quoted').getByLabel('Pinned')).toBeVisible();
  await page.locator('#composer').pressSequentially('@f');
  await expect(page.getByRole('option')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.locator('#composer').fill('');
  await eve.message('quoted').getByRole('button', { name: '@Fred Ohm' }).click();
  await expect(page.getByRole('dialog', { name: 'Profile' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');

  for (const name of ['Details', 'Settings', 'New group', 'Pinned messages', 'Mentions']) {
    await page.getByRole('button', { name }).click();
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }

  await page.keyboard.press('Control+/');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByLabel('Find people and chats').fill('nobody.of.that.name');
  await expect(page.getByText('Nobody here is called')).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel('Find people and chats').fill('');

  await page.setViewportSize({ width: 320, height: 568 });
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await overflow()).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await expect(eve.row('Fred Ohm')).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
  expect(eve.complaints).toEqual([]);
  await eve.leave();
  await fred.leave();
});

test('every part of the settings passes axe, wide and narrow, with its forms open', async ({ browser }) => {
  const lia = await Person.arrive(browser, 'lia', () => installation.port);
  const { page } = lia;
  await lia.register('Lia Brandt');
  for (const part of ['Account', 'Appearance', 'Notifications', 'Privacy', 'Devices', 'About']) {
    if (part === 'Account') await lia.settings(part);
    else await page.getByRole('tab', { name: part }).click();
    await expect(page.getByRole('tabpanel', { name: part })).toBeVisible();
    if (part === 'Devices') await expect(page.getByText('This one')).toBeVisible();
    if (part === 'Account') {
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByRole('button', { name: 'Delete account' }).click();
    }
    expect(await violations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 320, height: 568 });
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await lia.leave();
});

test('read from the right, the page is its own mirror, and nothing overflows', async ({ browser }) => {
  const port = () => installation.port;
  const [mona, noor] = [await Person.arrive(browser, 'mona', port), await Person.arrive(browser, 'noor', port)];
  const { page } = mona;
  const turn = (dir: 'rtl' | 'ltr') => page.evaluate((dir) => document.documentElement.setAttribute('dir', dir), dir);
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await turn('rtl');
  expect(await overflow()).toBeLessThanOrEqual(0);
  await turn('ltr');
  await noor.register('نور الهدى');
  await mona.register('منى');
  await mona.find('noor');
  await mona.say('مرحبا، هل أنت هنا؟');
  await expect(mona.tick('مرحبا')).toHaveAccessibleName('Delivered');
  await noor.open('منى');
  await noor.say('Yes, I am here!');
  await expect(mona.message('Yes, I am here')).toBeVisible();

  const middle = async (selector: string) => {
    const box = (await page.locator(selector).first().boundingBox())!;
    return box.x + box.width / 2;
  };
  const order = async () => {
    const places: [string, number][] = [];
    for (const one of ['.sidebar', '.main', '.own .bubble', '.other .bubble', '.composer-emoji', '.send-button']) {
      places.push([one, await middle(one)]);
    }
    return places;
  };
  const before = await order();
  await turn('rtl');
  const width = 1100;
  for (const [n, [one, x]] of (await order()).entries()) {
    expect(Math.abs(width - x - before[n]![1]), `${one} in the mirror`).toBeLessThanOrEqual(16); // a scroll bar's width
  }
  expect(await overflow()).toBeLessThanOrEqual(0);
  // What is written reads in its own direction, whatever the page's.
  expect(
    await mona
      .message('Yes, I am here')
      .locator('.text')
      .evaluate((text) => getComputedStyle(text).unicodeBidi),
  ).toBe('plaintext');
  await page.getByRole('button', { name: 'Details' }).click();
  await expect(page.getByRole('dialog', { name: 'Details' })).toBeVisible();
  expect(await middle('dialog')).toBeLessThan(width / 2);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 320, height: 568 });
  expect(await overflow()).toBeLessThanOrEqual(0);
  expect(mona.complaints).toEqual([]);
  await mona.leave();
  await noor.leave();
});
