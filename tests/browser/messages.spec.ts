import { expect, type Locator, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

/** One of a message's actions behind "More actions". */
async function further(person: Person, message: string, action: string): Promise<void> {
  await person.message(message).hover();
  await person.page.getByRole('button', { name: 'More actions' }).click();
  await person.page.getByRole('menuitem', { name: action }).click();
}

const dialog = (person: Person, name: string): Locator => person.page.getByRole('dialog', { name });

test('in a group: marks, completion, mentions, reactions, pins, receipts, forwarding', async ({ browser }) => {
  const port = () => installation.port;
  const sam = await Person.arrive(browser, 'sam', port);
  const tea = await Person.arrive(browser, 'tea', port);
  const uwe = await Person.arrive(browser, 'uwe', port);
  await tea.register('Tea Lind');
  await uwe.register('Uwe Brandt');
  await sam.register('Sam Okoro');
  await sam.page.getByRole('button', { name: 'New group' }).click();
  await sam.page.getByLabel('Name of the group').fill('Boats');
  for (const name of ['tea', 'uwe']) {
    await sam.page.getByPlaceholder('Type a username').fill(name);
    await dialog(sam, 'New group')
      .getByRole('button', { name: `@${name}` })
      .click();
  }
  await sam.page.getByRole('button', { name: 'Create group' }).click();

  await test.step('marks are drawn, code gets its colours, and nothing of it is HTML', async () => {
    await sam.say('**Bold** and [words](https://rookery.example/a) and <img src=x onerror="document.title=1">');
    await tea.open('Boats');
    const first = tea.message('and words');
    await expect(first.locator('strong')).toHaveText('Bold');
    await expect(first.getByRole('link')).toHaveAttribute('href', 'https://rookery.example/a');
    await expect(first.getByRole('link')).toHaveAttribute('rel', /noopener/);
    await expect(first.locator('img')).toHaveCount(0);
    await expect(first).toContainText('<img src=x onerror="document.title=1">');
    await sam.say('```ts\nconst boat = 1; // ours\n```');
    await expect(tea.message('const boat').locator('.code-word')).toHaveText('const');
    await expect(tea.message('const boat').locator('.code-comment')).toHaveText('// ours');
  });

  await test.step('somebody is mentioned with completion, finds it in the inbox and goes there', async () => {
    const { page } = sam;
    await page.locator('#composer').pressSequentially('Who cleans it? @u');
    await expect(page.getByRole('option', { name: 'Uwe Brandt' })).toHaveAttribute('aria-selected', 'true');
    await page.locator('#composer').press('Enter');
    await expect(page.locator('#composer')).toHaveValue('Who cleans it? @uwe ');
    await page.locator('#composer').press('Enter');
    await expect(tea.message('Who cleans it').locator('.mention')).toHaveText('@Uwe Brandt');
    await uwe.page.getByRole('button', { name: 'Mentions, 1 unread' }).click();
    const card = dialog(uwe, 'Mentions').getByRole('listitem').filter({ hasText: 'Who cleans it?' });
    await expect(card).toContainText('Boats');
    await expect(card.getByLabel('Unread')).toBeVisible();
    await card.getByRole('button').click();
    await expect(uwe.page.getByRole('heading', { name: 'Boats', level: 1 })).toBeVisible();
    await expect(uwe.page.getByRole('button', { name: 'Mentions', exact: true })).toBeVisible();
  });

  await test.step('an emoji is found by its name, and who took it is shown', async () => {
    await tea.message('Who cleans it').hover();
    await tea.page.getByRole('button', { name: 'React', exact: true }).click();
    await tea.page.getByLabel('Search emoji').fill('rocket');
    await expect(tea.page.locator('.emoji')).toHaveText(['🚀']);
    await tea.page.getByLabel('Search emoji').press('Enter');
    const chip = sam.page.getByRole('button', { name: '🚀, 1 person' });
    await chip.hover();
    await expect(sam.page.getByRole('tooltip')).toHaveText(/Tea Lind/);
    await chip.click();
    await expect(tea.page.getByRole('button', { name: '🚀, 2 people, you too' })).toBeVisible();
    await further(tea, 'Who cleans it', 'Reactions');
    await expect(dialog(tea, 'Reactions').getByRole('listitem')).toHaveText([/Tea Lind/, /Sam Okoro/]);
    await tea.page.keyboard.press('Escape');
  });

  await test.step('who has read it is told in a group', async () => {
    await sam.message('Who cleans it').getByRole('button', { name: 'Read' }).click();
    await expect(dialog(sam, 'Who has read it').getByRole('region', { name: 'Read by 2 people' })).toContainText('Uwe');
    await sam.page.keyboard.press('Escape');
  });

  await test.step('what is pinned stands in the panel of the others, until it is unpinned', async () => {
    await further(tea, 'const boat', 'Pin');
    await expect(sam.message('const boat').getByLabel('Pinned')).toBeVisible();
    await sam.page.getByRole('button', { name: 'Pinned messages' }).click();
    const pins = dialog(sam, 'Pinned messages');
    await expect(pins.getByRole('listitem')).toHaveText([/const boat/]);
    await pins.getByRole('button', { name: 'Unpin' }).click();
    await expect(pins).toContainText('Nothing is pinned yet');
    await sam.page.keyboard.press('Escape');
    await expect(tea.message('const boat').getByLabel('Pinned')).toHaveCount(0);
  });

  await test.step('a message too long says so and is not sent; an emoji is completed', async () => {
    await tea.page.locator('#composer').fill('y'.repeat(4001));
    await expect(tea.page.getByText('This message is 1 character too long.')).toBeVisible();
    await expect(tea.page.getByRole('button', { name: 'Send' })).toBeDisabled();
    await tea.page.locator('#composer').fill('');
    await tea.page.locator('#composer').pressSequentially('Off we go :rocke');
    await expect(tea.page.getByRole('option').first()).toContainText('🚀');
    await tea.page.locator('#composer').press('Tab');
    await expect(tea.page.locator('#composer')).toHaveValue(/^Off we go 🚀 $/);
    await tea.page.locator('#composer').press('Enter');
    await expect(sam.message('Off we go')).toBeVisible();
  });

  await test.step('a message is forwarded as a quote', async () => {
    await uwe.find('sam');
    await uwe.say('Hello Sam');
    await uwe.open('Boats');
    await further(uwe, 'Off we go', 'Forward');
    await dialog(uwe, 'Forward to').getByRole('button', { name: 'Sam Okoro' }).click();
    await sam.open('Uwe Brandt');
    await expect(sam.message('Tea Lind').locator('blockquote')).toContainText('Off we go');
  });

  await test.step('what somebody blocked says in a group is hidden until one wants to see it', async () => {
    await sam.open('Boats');
    await sam.page.getByRole('button', { name: 'Tea Lind', exact: true }).last().click();
    await dialog(sam, 'Profile').getByRole('button', { name: 'Block' }).click();
    await dialog(sam, 'Block Tea Lind?').getByRole('button', { name: 'Block' }).click();
    await expect(dialog(sam, 'Profile')).toContainText('You have blocked this account');
    await sam.page.keyboard.press('Escape');
    await expect(sam.message('Off we go')).toHaveCount(0);
    await sam.message('Written by somebody you blocked').getByRole('button', { name: 'Show' }).click();
    await expect(sam.message('Off we go')).toBeVisible();
  });

  expect([...sam.complaints, ...tea.complaints, ...uwe.complaints]).toEqual([]);
  for (const person of [sam, tea, uwe]) await person.leave();
});

test('a conversation is muted; a block closes it for both until it ends', async ({ browser }) => {
  const port = () => installation.port;
  const vera = await Person.arrive(browser, 'vera', port);
  const will = await Person.arrive(browser, 'will', port);
  await will.register('Will Stark');
  await vera.register('Vera Moll');
  await vera.find('will');
  await vera.say('Hello Will');
  await will.open('Vera Moll');

  await vera.page.getByRole('button', { name: 'Details' }).click();
  await dialog(vera, 'Details').getByRole('combobox', { name: 'Notifications' }).selectOption('Nothing');
  await expect(vera.row('Will Stark').getByLabel('Muted')).toBeAttached();
  await vera.page.reload();
  await vera.page.getByRole('button', { name: 'Details' }).click();
  await expect(dialog(vera, 'Details').getByRole('combobox', { name: 'Notifications' })).toHaveValue('none');
  await dialog(vera, 'Details').getByRole('combobox', { name: 'Notifications' }).selectOption('Every message');
  await expect(vera.row('Will Stark').getByLabel('Muted')).toHaveCount(0);
  await dialog(vera, 'Details').getByRole('button', { name: '8 hours' }).click();
  await expect(dialog(vera, 'Details')).toContainText('Muted until');
  await dialog(vera, 'Details').getByRole('button', { name: 'Unmute' }).click();
  await expect(dialog(vera, 'Details').getByRole('button', { name: '8 hours' })).toBeVisible();

  await dialog(vera, 'Details').getByRole('button', { name: 'Block' }).click();
  await dialog(vera, 'Block Will Stark?').getByRole('button', { name: 'Block' }).click();
  await expect(dialog(vera, 'Details')).toContainText('You have blocked this account');
  await vera.page.keyboard.press('Escape');
  await expect(vera.page.getByText('You have blocked Will Stark.')).toBeVisible();
  await expect(vera.page.locator('#composer')).toHaveCount(0);

  await will.say('Are you angry?');
  await expect(will.message('Are you angry?').getByRole('alert')).toContainText('Not sent');
  await will.page.getByRole('button', { name: 'Discard' }).click();
  await expect(will.message('Are you angry?')).toHaveCount(0);

  await vera.page.getByRole('button', { name: 'Unblock' }).click();
  await vera.say('Not any more');
  await expect(will.message('Not any more')).toBeVisible();
  await will.say('Good');
  await expect(vera.message('Good')).toBeVisible();

  await vera.page.getByLabel('Find people and chats').fill('nobodyatall');
  await expect(vera.page.getByText('Nobody here is called “nobodyatall”.')).toBeVisible();
  expect([...vera.complaints, ...will.complaints]).toEqual([]);
  for (const person of [vera, will]) await person.leave();
});
