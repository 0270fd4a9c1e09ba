import { type Browser, expect, type Page, test } from '@playwright/test';
import { violations } from './axe.ts';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const kPassword = 'correct horse battery';
const kDisabled = /This account was disabled/;

let installation: Installation;
const port = () => installation.port;

test.beforeEach(async () => {
  installation = new Installation();
  await installation.start();
});
test.afterEach(() => installation.remove());

/** Opens a link of the server's in somebody's own network. */
async function follow(person: Person, hash: string): Promise<void> {
  await person.page.goto(`${person.network.address}/#/${hash}`);
  await person.page.reload(); // a new fragment alone loads nothing
}

async function fill(page: Page, username: string, name: string, password = kPassword): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.locator('form').getByRole('button', { name: 'Create account' }).click();
}

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click();
}

/** The first administrator, by the link that the server prints. */
async function administrator(browser: Browser): Promise<Person> {
  const root = await Person.arrive(browser, 'root', port);
  await follow(root, `setup/${installation.setUpCode}`);
  await expect(root.page.getByRole('heading', { name: 'Set this server up' })).toBeVisible();
  await fill(root.page, 'root', 'Rita Root');
  await expect(root.page.getByRole('heading', { name: 'Welcome, Rita Root' })).toBeVisible();
  return root;
}

const part = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name });
const sure = (page: Page, question: string, action: string) =>
  page.getByRole('dialog', { name: question }).getByRole('button', { name: action }).click();

test('an administrator sets the server up, invites somebody, disables, enables and resets him; it is written down', async ({
  browser,
  request,
}) => {
  const root = await administrator(browser);
  const { page } = root;
  await page.getByRole('button', { name: 'Administration' }).click();
  await expect(page.getByRole('heading', { name: 'Everything is working' })).toBeVisible();

  await part(page, 'Registration').click();
  await page.getByRole('radio', { name: 'By invite' }).check();
  await expect(page.getByText('Registration was changed.')).toBeVisible();
  await page.getByLabel('For whom').fill('The new one');
  await page.getByLabel('Uses').fill('2');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const invites = page.getByRole('list', { name: 'Invite links' });
  await expect(invites).toContainText('The new one');
  await expect(invites).toContainText('2 of 2 uses left');
  const link = await invites.locator('code').textContent();
  const code = /#\/join\/([\w-]+)$/.exec(link ?? '')?.[1];
  expect(code).toBeTruthy();

  const nils = await Person.arrive(browser, 'nils', port);
  await follow(nils, `join/${code}`);
  await expect(nils.page.getByText('You have been invited.')).toBeVisible();
  await expect(nils.page.getByLabel('Invite code')).toHaveValue(code!);
  await fill(nils.page, 'nils', 'Nils New');
  await expect(nils.page.getByRole('heading', { name: 'Welcome, Nils New' })).toBeVisible();
  expect(new URL(nils.page.url()).hash).toBe('');

  await expect(nils.page.getByRole('button', { name: 'Administration' })).toHaveCount(0);
  await nils.page.evaluate(() => {
    location.hash = '#/admin/users';
  });
  await expect(nils.page.getByRole('heading', { name: 'Welcome, Nils New' })).toBeVisible();
  await expect(nils.page.getByRole('heading', { name: 'Administration' })).toHaveCount(0);
  const api = `${nils.network.address}/api/v1`;
  const login = await request.post(`${api}/auth/login`, { data: { login: 'nils', password: kPassword } });
  const token = (await login.json()).session.access_token as string;
  const refused = await request.get(`${api}/admin/users`, { headers: { Authorization: `Bearer ${token}` } });
  expect([refused.status(), (await refused.json()).code]).toEqual([403, 50013]);

  await part(page, 'Users').click();
  await page.getByLabel('Find by username or name').fill('nil');
  await page.getByRole('list', { name: 'Users' }).getByRole('button', { name: 'Nils New' }).click();
  const account = page.getByRole('dialog', { name: 'Nils New' });
  await expect(account).toContainText('@nils');
  await account.getByRole('button', { name: 'Disable' }).click();
  await sure(page, 'Disable Nils New?', 'Disable');
  await expect(nils.page.getByText(kDisabled)).toBeVisible();
  await expect(nils.page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await signIn(nils.page, 'nils', kPassword);
  await expect(nils.page.getByRole('alert')).toContainText(kDisabled);

  await account.getByRole('button', { name: 'Enable' }).click();
  await expect(account.getByRole('button', { name: 'Disable' })).toBeVisible();
  await account.getByRole('button', { name: 'Reset password' }).click();
  await sure(page, 'Give Nils New a new password?', 'Reset password');
  const password = await account.locator('.admin-secret code').textContent();
  await signIn(nils.page, 'nils', kPassword);
  await expect(nils.page.getByRole('alert')).toContainText('Wrong username or password.');
  await signIn(nils.page, 'nils', password!);
  await expect(nils.page.getByRole('heading', { name: 'Welcome, Nils New' })).toBeVisible();
  await page.keyboard.press('Escape');

  await part(page, 'Audit log').click();
  const acts = page.getByRole('list', { name: 'Audit log' }).getByRole('listitem');
  await expect(acts).toHaveCount(6);
  for (const [at, act] of [
    '@root reset the password of @nils',
    '@root enabled @nils',
    '@root disabled @nils',
    '@root made an invite',
    '@root changed who may register',
    '@root was set up as administrator',
  ].entries()) {
    await expect(acts.nth(at)).toContainText(act);
  }
  await part(page, 'Registration').click();
  await page.getByRole('button', { name: 'Revoke: The new one' }).click();
  await sure(page, 'Revoke this invite?', 'Revoke');
  await expect(page.getByText('No invites')).toBeVisible();
  expect(root.complaints).toEqual([]);
  await root.leave();
  await nils.leave();
});

test("every part of the administrator's page passes axe, fits a phone, and needs no mouse", async ({ browser }) => {
  const root = await administrator(browser);
  const { page } = root;
  const nils = await Person.arrive(browser, 'nils', port);
  await nils.register('Nils New');
  await page.getByRole('button', { name: 'Administration' }).click();
  await expect(page.getByRole('heading', { name: 'Storage' })).toBeVisible();
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  for (const [name, there] of [
    ['Overview', 'Everything is working'],
    ['Users', 'Nils New'],
    ['Registration', 'Who may make an account'],
    ['Configuration', 'session-ttl'],
    ['Audit log', '@root was set up as administrator'],
  ] as const) {
    await page.setViewportSize({ width: 1100, height: 760 });
    await part(page, name).focus();
    await page.keyboard.press('Enter');
    await expect(part(page, name)).toHaveAttribute('aria-current', 'page');
    await expect(page.getByText(there).first()).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 568 });
    expect(await overflow()).toBeLessThanOrEqual(0);
  }
  await part(page, 'Users').click();
  await page.getByRole('button', { name: 'Nils New' }).press('Enter');
  await expect(page.getByRole('dialog', { name: 'Nils New' })).toContainText('Where they are signed in');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Back to conversations' }).click();
  await expect(page.getByLabel('Find people and chats')).toBeVisible();
  expect(root.complaints).toEqual([]);
  await root.leave();
  await nils.leave();
});
