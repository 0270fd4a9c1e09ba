import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

const kRooms = 60; // more than are drawn at once

test('the list is one stop of the Tab key, and the keys reach all of it; links skip to every part', async ({
  browser,
}) => {
  const dora = await Person.arrive(browser, 'dora', () => installation.port);
  const { page } = dora;
  const { keyboard } = page;
  await dora.register('Dora Heim');
  const emil = await Writer.register(installation.address, 'emil', 'Emil Voss');
  const id = await emil.idOf('dora');
  for (let n = 1; n <= kRooms; n++) await emil.openChannel([id], `Room ${n}.`);
  const row = (place: number) => page.locator(`li[aria-posinset="${place}"] .row`);
  const count = (rows: number) =>
    expect(page.locator('li[aria-posinset="1"]')).toHaveAttribute('aria-setsize', String(rows));
  const press = async (key: string, place: number) => {
    await keyboard.press(key);
    await expect(row(place)).toBeFocused();
    await expect(row(place)).toBeInViewport();
    await expect(page.locator('.list .row[tabindex="0"]')).toHaveCount(1);
  };
  await count(kRooms);

  await test.step('one stop, from which the keys go to every row', async () => {
    await page.locator('#search').focus();
    await press('Tab', 1);
    await press('ArrowDown', 2);
    await press('End', kRooms);
    await press('ArrowDown', 1);
    await press('ArrowUp', kRooms);
    for (let place = kRooms - 1; place > kRooms - 30; place--) await press('ArrowUp', place);
    await press('Home', 1);
    for (let place = 2; place < 30; place++) await press('ArrowDown', place);
  });

  await test.step('Tab leaves it, and comes back to where one was', async () => {
    await keyboard.press('Tab');
    await expect(page.locator('.me')).toBeFocused();
    await press('Shift+Tab', 29);
    await keyboard.press('Shift+Tab');
    await expect(page.locator('#search')).toBeFocused();
    await press('Tab', 29);
  });

  await test.step('what is found is one list with the people who are not in it', async () => {
    await page.locator('#search').fill('em');
    const found = page.getByRole('button', { name: '@emil' });
    await expect(found).toBeVisible();
    await page.locator('#search').fill('room 5');
    await count(11);
    await expect(found).toHaveCount(0);
    await keyboard.press('ArrowDown');
    await expect(row(1)).toBeFocused();
    await press('End', 11);
    await page.locator('#search').fill('emil');
    await expect(found).toHaveAttribute('tabindex', '0');
    await keyboard.press('Tab');
    await expect(found).toBeFocused();
    await page.locator('#search').fill('');
    await count(kRooms);
  });

  await test.step('the open conversation is the stop', async () => {
    const title = await row(3).locator('.row-title').textContent(); // those made in one millisecond stand in any order
    await row(3).click();
    await expect(page.getByRole('heading', { name: title!, level: 1 })).toBeVisible();
    await expect(row(3)).toHaveAttribute('tabindex', '0');
    await expect(page.locator('.list .row[tabindex="0"]')).toHaveCount(1);
  });

  await test.step('links skip to the list, the messages, and the line to write on', async () => {
    const link = (to: string) => page.getByRole('button', { name: `Skip to the ${to}` });
    for (const [to, place] of [
      ['conversations', row(3)],
      ['messages', page.getByRole('log')],
      ['line to write on', page.locator('#composer')],
    ] as const) {
      await link('conversations').focus();
      await expect(link('conversations')).toBeInViewport();
      for (const before of ['conversations', 'messages', 'line to write on']) {
        await expect(link(before)).toBeFocused();
        if (before === to) break;
        await keyboard.press('Tab');
      }
      await keyboard.press('Enter');
      await expect(place).toBeFocused();
    }
    await page.goBack();
    await expect(page.getByRole('heading', { name: 'Choose a conversation' })).toBeVisible();
    await link('main part').focus();
    await keyboard.press('Enter');
    await expect(page.getByRole('main')).toBeFocused();
  });
  expect(dora.complaints).toEqual([]);
  await dora.leave();
});
