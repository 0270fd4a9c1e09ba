import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation(['--rate-limits', 'off']);
const kMembers = 256;
const kAtOnce = 8;

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

interface Account {
  user: { id: string };
  session: { access_token: string };
}

async function post<T>(path: string, body: unknown, token?: string): Promise<T> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  const url = `http://127.0.0.1:${installation.port}/api/v1${path}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const register = (username: string, display_name: string) =>
  post<Account>('/auth/register', { username, display_name, password: 'correct horse battery' });

async function signIn(person: Person): Promise<void> {
  await person.page.getByLabel('Username').fill(person.name);
  await person.page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await person.page.getByRole('button', { name: 'Sign in' }).click();
}

test('a group of 256: mentions, typing, messages, members, who has read it', async ({ browser }) => {
  const owner = await register('olga', 'Olga Berg');
  const others: string[] = [];
  const numbers = Array.from({ length: kMembers - 1 }, (_, n) => n + 1);
  for (let at = 0; at < numbers.length; at += kAtOnce) {
    const made = await Promise.all(numbers.slice(at, at + kAtOnce).map((n) => register(`member${n}`, `Member ${n}`)));
    others.push(...made.map((one) => one.user.id));
  }
  const group = { recipients: others, type: 'group', name: 'Everybody' };
  await post('/users/@me/channels', group, owner.session.access_token);

  const port = () => installation.port;
  const olga = await Person.arrive(browser, 'olga', port);
  const paul = await Person.arrive(browser, 'member77', port);
  await signIn(paul);
  await signIn(olga);

  await olga.open('Everybody');
  await expect(olga.page.locator('.head-status')).toContainText('256 people');
  await expect(paul.row('Everybody')).toBeVisible();
  await olga.page.locator('#composer').pressSequentially('Good morning @member77');
  await olga.page.locator('#composer').press('Enter'); // the one that is offered
  await olga.page.locator('#composer').press('Enter');
  await expect(olga.message('Good morning').locator('.mention')).toHaveText('@Member 77');
  await expect(paul.page.getByRole('button', { name: 'Mentions, 1 unread' })).toBeVisible();
  await expect(paul.row('Everybody')).toContainText('1 unread message');

  await paul.open('Everybody');
  await expect(paul.message('Good morning')).toBeVisible();
  await expect(paul.row('Everybody')).not.toContainText('unread');
  await paul.page.locator('#composer').pressSequentially('Good');
  await expect(olga.page.locator('.head-status')).toHaveText('Member 77 is typing');
  await paul.say('Good morning to all 255');
  await expect(olga.message('to all 255')).toBeVisible();

  await olga.message('Good morning @Member 77').getByRole('button', { name: 'Sent' }).click();
  await expect(olga.page.getByRole('region', { name: 'Read by 1 person' })).toContainText('Member 77');
  await olga.page.keyboard.press('Escape');

  await olga.page.getByRole('button', { name: 'Details' }).click();
  const members = olga.page.locator('.member');
  await expect(members).toHaveCount(kMembers);
  await olga.page.getByLabel('Find a member').fill('member25');
  await expect(members.locator('.row-title')).toHaveText([
    'Member 25',
    'Member 250',
    'Member 251',
    'Member 252',
    'Member 253',
    'Member 254',
    'Member 255',
  ]);
  await olga.page.getByRole('button', { name: 'Remove Member 255' }).click();
  await olga.page.getByRole('dialog').last().getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(members).toHaveCount(6);
  await olga.page.keyboard.press('Escape');
  await expect(paul.page.locator('.system').last()).toHaveText('Olga Berg removed Member 255');
  await expect(paul.page.locator('.head-status')).toContainText('255 people');

  expect([...olga.complaints, ...paul.complaints]).toEqual([]);
  await olga.leave();
  await paul.leave();
});
