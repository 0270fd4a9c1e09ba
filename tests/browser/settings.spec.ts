import { expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();
const port = () => installation.port;
const kPassword = 'correct horse battery';

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

/** What the browser still holds of an account: names of stored things, and what IndexedDB has. */
async function held(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found = [...Object.keys(localStorage), ...Object.keys(sessionStorage)];
    for (const { name, version } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name!, version);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of database.objectStoreNames) {
        const keys = await new Promise<IDBValidKey[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAllKeys();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        found.push(...keys.map((key) => `${store}/${String(key)}`));
      }
      database.close();
    }
    return found.sort();
  });
}

test('language, colours and density are chosen, hold over a reload, and are forgotten at sign-out', async ({
  browser,
}) => {
  const vera = await Person.arrive(browser, 'vera', port);
  const { page } = vera;
  await vera.register('Vera Holm');
  const root = page.locator('html');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await expect(root).toHaveAttribute('lang', 'en');
  const light = await ground();

  await vera.settings('Appearance');
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect.poll(ground).not.toBe(light);
  await page.getByRole('radio', { name: 'Compact' }).check();
  await page.getByLabel('Language').selectOption('Deutsch');
  await expect(page.getByRole('dialog', { name: 'Einstellungen' })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Darstellung' })).toHaveAttribute('aria-selected', 'true');
  await expect(root).toHaveAttribute('lang', 'de');

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Willkommen, Vera Holm' })).toBeVisible();
  await expect(root).toHaveAttribute('data-density', 'compact');
  expect(await ground()).not.toBe(light);

  await page.getByRole('button', { name: 'Einstellungen' }).click();
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect.poll(ground).toBe(light);
  await expect.poll(() => held(page)).toEqual(['rookery.device']);
  expect(vera.complaints).toEqual([]);
  await vera.leave();
});

test('who has a German browser is spoken to in German from the first moment', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'de-AT' });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${installation.port}/`);
  await expect(page.getByRole('heading', { name: 'Anmelden' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('button', { name: 'Konto anlegen' }).click();
  await page.getByLabel('Benutzername').fill('ab');
  await page.getByLabel('Passwort', { exact: true }).fill(kPassword);
  await page.locator('form').getByRole('button', { name: 'Konto anlegen' }).click();
  await expect(page.getByText('Möglich sind 3 bis 32 Zeichen.')).toBeVisible();
  await context.close();
});

test('the account: name, password, the places where one is signed in, and its end', async ({ browser }) => {
  const will = await Person.arrive(browser, 'will', port);
  const { page } = will;
  await will.register('Will Lang');

  await test.step('a new name is everywhere at once', async () => {
    await will.settings('Account');
    await page.getByLabel('Name', { exact: true }).fill('William Lang');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'William Lang', exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'William Lang' })).toBeFocused();
  });

  const signInElsewhere = async () => {
    const other = await Person.arrive(browser, 'will', port);
    await other.page.getByLabel('Username').fill('will');
    await other.page.getByLabel('Password', { exact: true }).fill(kPassword);
    await other.page.getByRole('button', { name: 'Sign in' }).click();
    await expect(other.page.getByRole('heading', { name: 'Welcome, William Lang' })).toBeVisible();
    return other;
  };
  const ended = (person: Person) => expect(person.page.getByText('This login has ended.')).toBeVisible();

  await test.step('other logins are seen and ended, one or all', async () => {
    const others = [await signInElsewhere(), await signInElsewhere(), await signInElsewhere()];
    await will.settings('Devices');
    const rows = page.getByRole('tabpanel').getByRole('listitem');
    await expect(rows).toHaveCount(4);
    await expect(rows.first()).toContainText('This one');
    await rows
      .last()
      .getByRole('button', { name: /^End the login on/ })
      .click();
    await expect(rows).toHaveCount(3);
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByRole('dialog', { name: 'End all others' }).getByRole('button', { name: 'End all others' }).click();
    await expect(rows).toHaveCount(1);
    for (const other of others) {
      await ended(other);
      await other.leave();
    }
    await page.keyboard.press('Escape');
  });

  await test.step('the password: a wrong one is refused in words, the right one ends every other login', async () => {
    const other = await signInElsewhere();
    await will.settings('Account');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill('staple battery horse');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByText('This is not your password.')).toBeVisible();
    await page.getByLabel('Current password').fill(kPassword);
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByText('Password changed.')).toBeVisible();
    await ended(other);
    await other.leave();
  });

  await test.step('the end of the account takes the password, and leaves nothing here', async () => {
    await page.getByRole('button', { name: 'Delete account' }).click();
    await expect(page.getByText('Your messages stay where they are, without your name.')).toBeVisible();
    await page.getByLabel('Your password').fill(kPassword);
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await expect(page.getByText('This is not your password.')).toBeVisible();
    await page.getByLabel('Your password').fill('staple battery horse');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await expect(page.getByText('Your account is deleted.')).toBeVisible();
    await expect.poll(() => held(page)).toEqual(['rookery.device']);
    await page.getByLabel('Username').fill('will');
    await page.getByLabel('Password', { exact: true }).fill('staple battery horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toHaveText('Wrong username or password.');
  });
  expect(will.complaints.filter((line) => !line.includes('401'))).toEqual([]); // wrong passwords are refused so
  await will.leave();
});

test('read receipts are switched off, and blocked people are let go', async ({ browser }) => {
  const [xena, yuri] = [await Person.arrive(browser, 'xena', port), await Person.arrive(browser, 'yuri', port)];
  await yuri.register('Yuri Sand');
  await xena.register('Xena Dahl');
  await xena.find('yuri');
  await xena.settings('Privacy');
  const receipts = xena.page.getByRole('switch', { name: 'Show others what you have read' });
  await expect(receipts).toBeChecked();
  await receipts.click();
  await expect(receipts).not.toBeChecked();
  await expect(xena.page.getByText('You have not blocked anybody.')).toBeVisible();
  await xena.page.keyboard.press('Escape');

  await yuri.find('xena');
  await yuri.say('Do you see this?');
  await xena.sees('Do you see this?');
  await expect(xena.row('Yuri Sand')).not.toContainText('unread');
  await expect(yuri.tick('Do you see this?')).toHaveAccessibleName('Delivered');

  await xena.page.getByRole('button', { name: 'Details' }).click();
  const dialog = (name: string) => xena.page.getByRole('dialog', { name });
  await dialog('Details').getByRole('button', { name: 'Block' }).click();
  await dialog('Block Yuri Sand?').getByRole('button', { name: 'Block' }).click();
  await expect(dialog('Details').getByRole('button', { name: 'Unblock' })).toBeVisible();
  await xena.page.keyboard.press('Escape');
  await xena.settings('Privacy');
  await expect(receipts).not.toBeChecked();
  await xena.page.getByRole('button', { name: 'Unblock Yuri Sand' }).click();
  await expect(xena.page.getByText('You have not blocked anybody.')).toBeVisible();
  await xena.leave();
  await yuri.leave();
});

test('a message that comes while one looks elsewhere is announced once, and heard where one wants to', async ({
  browser,
}) => {
  const [zoe, adam] = [await Person.arrive(browser, 'zoe', port), await Person.arrive(browser, 'adam', port)];
  // What the system and the loudspeaker would be given is kept; whether anybody looks is said by the test.
  await zoe.context.addInitScript(() => {
    const kept = { shown: [] as string[], tones: 0, away: false };
    Object.assign(globalThis, { kept });
    class Kept extends EventTarget {
      static permission = 'default';
      static async requestPermission() {
        Kept.permission = 'granted';
        return Kept.permission;
      }
      constructor(
        readonly title: string,
        readonly options: NotificationOptions,
      ) {
        super();
        kept.shown.push(`${title}: ${options.body}`);
      }
      close() {
        kept.shown.push(`closed: ${this.title}`);
      }
    }
    Object.assign(globalThis, { Notification: Kept });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (this: OscillatorNode, when?: number) {
      kept.tones++;
      start.call(this, when);
    };
    document.hasFocus = () => !kept.away;
  });
  const kept = () =>
    zoe.page.evaluate(() => (globalThis as unknown as { kept: { shown: string[]; tones: number } }).kept);
  const look = (away: boolean) =>
    zoe.page.evaluate((away) => {
      (globalThis as unknown as { kept: { away: boolean } }).kept.away = away;
      dispatchEvent(new Event(away ? 'blur' : 'focus'));
    }, away);
  await zoe.page.reload();
  await adam.register('Adam Frost');
  await zoe.register('Zoe Marsh');
  await adam.find('zoe');
  const icon = zoe.page.locator('link[rel=icon]');

  await adam.say('Nobody is told of this');
  await expect(zoe.row('Adam Frost')).toContainText('1 unread');
  await expect(icon).toHaveAttribute('href', /^data:image\/png/);
  expect((await kept()).shown).toEqual([]);

  await zoe.settings('Notifications');
  await expect(zoe.page.getByRole('switch', { name: 'Play a sound' })).not.toBeChecked();
  await zoe.page.getByRole('switch', { name: 'Show notifications' }).click();
  await expect(zoe.page.getByRole('switch', { name: 'Show notifications' })).toBeChecked();
  await zoe.page.keyboard.press('Escape');
  await adam.say('She looks at the page');
  await expect(zoe.row('Adam Frost')).toContainText('2 unread');
  expect((await kept()).shown).toEqual([]);

  await look(true);
  await adam.say('Now she does not');
  await expect.poll(async () => (await kept()).shown).toEqual(['Adam Frost: Now she does not']);
  expect((await kept()).tones).toBe(0);

  await look(false);
  await zoe.settings('Notifications');
  await zoe.page.getByRole('switch', { name: 'Play a sound' }).click();
  await expect.poll(async () => (await kept()).tones).toBe(2);
  await zoe.page.keyboard.press('Escape');
  await zoe.open('Adam Frost');
  await expect.poll(async () => (await kept()).shown.at(-1)).toBe('closed: Adam Frost');
  await expect(icon).toHaveAttribute('href', /icon\.svg$/);
  await zoe.leave();
  await adam.leave();
});
