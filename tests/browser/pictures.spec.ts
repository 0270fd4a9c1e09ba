import { fileURLToPath } from 'node:url';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';

// What the main views look like. `npm run pictures -w tests/browser` draws them anew, those of the README too.

const installation = new Installation();
const kPassword = 'correct horse battery';
const kSame = {
  stylePath: fileURLToPath(new URL('pictures.css', import.meta.url)),
  maxDiffPixelRatio: 0.02,
  animations: 'disabled',
} as const;

interface Account {
  id: string;
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
}

async function register(username: string, display_name: string): Promise<Account> {
  const root = `http://127.0.0.1:${installation.port}/api/v1`;
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(root + path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as Answer;
  };
  const { user, session } = await call<{ user: { id: string }; session: { access_token: string } }>(
    'POST',
    '/auth/register',
    { username, display_name, password: kPassword },
  );
  headers.Authorization = `Bearer ${session.access_token}`;
  return { id: user.id, call };
}

let group = '';

test.beforeAll(async () => {
  await installation.start();
  const [maya, jonas, lena, tom] = [
    await register('maya', 'Maya Lindqvist'),
    await register('jonas', 'Jonas Weber'),
    await register('lena', 'Lena Krüger'),
    await register('tom', 'Tom Okafor'),
  ];
  const open = async (by: Account, recipients: Account[], more = {}) =>
    (
      await by.call<{ id: string }>('POST', '/users/@me/channels', {
        recipients: recipients.map(({ id }) => id),
        ...more,
      })
    ).id;
  const say = (by: Account, channel: string, content: string, more = {}) =>
    by.call<{ id: string }>('POST', `/channels/${channel}/messages`, { content, ...more });
  const withTom = await open(maya, [tom]);
  await say(maya, withTom, 'Did the parcel arrive?');
  await say(tom, withTom, 'Yes, thank you! It is perfect 🎉');
  const withLena = await open(lena, [maya]);
  await say(lena, withLena, 'Lunch at half past twelve?');
  await say(lena, withLena, 'The build is still running');
  group = await open(maya, [jonas, lena, tom], { type: 'group', name: 'Launch week' });
  await say(maya, group, 'Morning! The release notes are ready for a last look.');
  await say(jonas, group, 'Reading them now');
  const two = await say(
    jonas,
    group,
    'Two small things: the date in the title, and `make run` needs no flags any more.',
  );
  const date = await say(lena, group, 'I can mend the date');
  await say(maya, group, 'Wonderful, thank you', { reply_to: date.id });
  await say(maya, group, `<@${tom.id}> can you take the pictures for the page? Light and dark, please.`);
  await say(tom, group, 'On it.');
  for (const by of [maya, lena]) {
    await by.call('PUT', `/channels/${group}/messages/${two.id}/reactions/${encodeURIComponent('👍')}/@me`);
  }
  for (const by of [jonas, lena, tom]) await by.call('POST', `/channels/${group}/read`, { seq: 7 });
  await maya.call('POST', `/channels/${group}/read`, { seq: 7 });
  await maya.call('POST', `/channels/${withTom}/read`, { seq: 2 });
});
test.afterAll(() => installation.remove());

async function arrive(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1100, height: 760 },
    locale: 'en-US',
    reducedMotion: 'reduce',
    colorScheme: 'light',
    bypassCSP: true, // for the style of the pictures; everything else here is the page's own
  });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${installation.port}/`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  return page;
}

async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(kPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const narrow = (page: Page) => page.setViewportSize({ width: 375, height: 720 });
const wide = (page: Page) => page.setViewportSize({ width: 1100, height: 760 });

test('the page looks as it should: signing in, the first run', async ({ browser }) => {
  await register('nina', 'Nina Sol');
  const page = await arrive(browser);
  await expect(page).toHaveScreenshot('sign-in.png', kSame);
  await narrow(page);
  await expect(page).toHaveScreenshot('sign-in-narrow.png', kSame);
  await wide(page);
  await signIn(page, 'nina');
  await expect(page.getByRole('heading', { name: 'Welcome, Nina Sol' })).toBeVisible();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page).toHaveScreenshot('first-run-dark.png', kSame);
  await page.context().close();
});

test('the page looks as it should: talking, and the settings', async ({ browser }, { config }) => {
  const page = await arrive(browser);
  await signIn(page, 'maya');
  await page.getByRole('button', { name: /^Launch week/ }).click();
  await expect(page.getByRole('log')).toContainText('On it.');
  await expect(page.locator('.ticks-read')).toHaveCount(3);
  await page.mouse.move(0, 0);
  await expect(page).toHaveScreenshot('conversation.png', kSame);
  const forReadme = async (name: string) => {
    const path = fileURLToPath(new URL(`../../docs/images/${name}`, import.meta.url));
    if (config.updateSnapshots === 'all') await page.screenshot({ path, animations: 'disabled' });
  };
  await forReadme('page.png');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page).toHaveScreenshot('conversation-dark.png', kSame);
  await forReadme('page-dark.png');
  await narrow(page);
  await expect(page).toHaveScreenshot('conversation-narrow-dark.png', kSame);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await expect(page).toHaveScreenshot('list-narrow.png', kSame);
  await wide(page);

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Appearance' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Appearance' })).toBeVisible();
  await expect(page).toHaveScreenshot('settings.png', kSame);
  await page.emulateMedia({ colorScheme: 'dark' });
  await narrow(page);
  await expect(page).toHaveScreenshot('settings-narrow-dark.png', kSame);
  await page.context().close();
});
