import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();
const port = () => installation.port;

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('with the keyboard alone one registers, finds somebody, talks, reacts, edits, deletes and changes a setting', async ({
  browser,
}) => {
  const gus = await Person.arrive(browser, 'gus', port);
  const hana = await Person.arrive(browser, 'hana', port);
  await hana.register('Hana Ito');
  const { page } = gus;
  const { keyboard } = page;
  const press = (key: string) => keyboard.press(key);
  /** Goes on with Tab until what has the focus is called so. */
  const tabTo = async (name: string, key = 'Tab') => {
    await expect(async () => {
      await press(key);
      const called = await page.evaluate(() => {
        const one = document.activeElement as HTMLElement | null;
        const label = (one as HTMLInputElement | null)?.labels?.[0];
        return (one?.ariaLabel || label?.textContent || one?.textContent || '').trim();
      });
      expect(called).toBe(name);
    }).toPass({ intervals: [0] });
  };

  await test.step('register', async () => {
    await tabTo('Create account');
    await press('Enter');
    await expect(page.getByRole('heading', { name: 'Create account' })).toBeVisible();
    await tabTo('Username', 'Shift+Tab');
    await keyboard.type('gus');
    await tabTo('Name');
    await keyboard.type('Gus Reed');
    await tabTo('Password');
    await keyboard.type('correct horse battery');
    await press('Enter');
    await expect(page.getByRole('heading', { name: 'Welcome, Gus Reed' })).toBeVisible();
  });

  await test.step('find and talk', async () => {
    await press('Control+k');
    await keyboard.type('hana');
    await expect(page.getByRole('button', { name: '@hana' })).toBeVisible();
    await press('ArrowDown');
    await expect(page.getByRole('button', { name: '@hana' })).toBeFocused();
    await press('Enter');
    await expect(page.locator('#composer')).toBeFocused();
    await keyboard.type('first line');
    await press('Shift+Enter');
    await keyboard.type('second line');
    await press('Enter');
    await expect(gus.tick('second line')).toHaveAccessibleName('Delivered');
  });

  await test.step('edit', async () => {
    await press('ArrowUp');
    await expect(page.locator('#composer')).toHaveValue('first line\nsecond line');
    await keyboard.type(', mended');
    await press('Enter');
    await expect(gus.message('mended')).toContainText('edited');
  });

  await test.step('react', async () => {
    await page.getByRole('log').focus();
    await press('ArrowUp');
    await tabTo('React');
    await press('Enter');
    await expect(page.locator('.emoji-picker :focus')).toBeVisible();
    await press('Enter'); // the first of the emoji
    await expect(page.getByRole('button', { name: '👍, 1 person, you too' })).toBeVisible();
    await hana.open('Gus Reed');
    await expect(hana.page.getByRole('button', { name: '👍, 1 person', exact: true })).toBeVisible();
  });

  await test.step('new messages are read aloud, a burst as one sentence', async () => {
    await hana.say('Good to read you');
    await expect(page.locator('[data-live]')).toHaveText('Hana Ito: Good to read you');
  });

  await test.step('delete, and be back at the line to write on', async () => {
    await press('Escape');
    await expect(page.locator('#composer')).toBeFocused();
    await keyboard.type('A mistake');
    await press('Enter');
    await expect(gus.tick('A mistake')).toHaveAccessibleName('Read');
    await page.getByRole('log').focus();
    await press('ArrowUp');
    await tabTo('Delete');
    await press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await tabTo('Delete');
    await press('Enter');
    await expect(page.getByText('This message was deleted').first()).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('settings: from part to part with the arrow keys, and the focus comes back', async () => {
    await press('Escape');
    await expect(page.locator('#composer')).toBeFocused();
    await press('Control+,');
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await tabTo('Account');
    await press('ArrowDown');
    await expect(page.getByRole('tab', { name: 'Appearance' })).toBeFocused();
    await expect(page.getByRole('tab', { name: 'Appearance' })).toHaveAttribute('aria-selected', 'true');
    await press('Tab');
    await press('Tab');
    await press('ArrowRight');
    await press('ArrowRight');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page.locator('#composer')).toBeFocused();
  });

  await test.step('the sheet of the keys: by ? where nothing is written, and by Ctrl+/', async () => {
    await keyboard.type('?');
    await expect(page.locator('#composer')).toHaveValue('?');
    await press('Control+/');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await press('Escape');
    await page.getByRole('log').focus();
    await keyboard.type('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });
  expect(gus.complaints).toEqual([]);
  await gus.leave();
  await hana.leave();
});

test('from conversation to conversation, to the next unread one, and everything is read', async ({ browser }) => {
  const [iris, jack, kate] = [
    await Person.arrive(browser, 'iris', port),
    await Person.arrive(browser, 'jack', port),
    await Person.arrive(browser, 'kate', port),
  ];
  await jack.register('Jack Moor');
  await kate.register('Kate Lowe');
  await iris.register('Iris Bell');
  const { page } = iris;
  const title = page.getByRole('heading', { level: 1 });
  for (const [person, text] of [
    [jack, 'One'],
    [kate, 'Two'],
  ] as const) {
    await person.find('iris');
    await person.say(text);
    await expect(iris.row(person === jack ? 'Jack Moor' : 'Kate Lowe')).toContainText('1 unread');
  }
  await page.keyboard.press('Alt+ArrowDown');
  await expect(title).toHaveText('Kate Lowe');
  await expect(iris.row('Kate Lowe')).not.toContainText('unread');
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await expect(title).toHaveText('Jack Moor');
  await expect(iris.row('Jack Moor')).not.toContainText('unread'); // seen, and not only opened
  await page.keyboard.press('Alt+ArrowUp');
  await expect(title).toHaveText('Kate Lowe');
  await jack.say('Three');
  await expect(iris.row('Jack Moor')).toContainText('1 unread');
  await page.keyboard.press('Shift+Escape');
  await expect(iris.row('Jack Moor')).not.toContainText('unread');
  await expect(jack.tick('Three')).toHaveAccessibleName('Read');
  expect(iris.complaints).toEqual([]);
  for (const person of [iris, jack, kate]) await person.leave();
});
