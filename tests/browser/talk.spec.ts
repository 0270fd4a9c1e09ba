import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('two people register, talk, reload, lose the network and the server, and see the same', async ({ browser }) => {
  const port = () => installation.port;
  const ada = await Person.arrive(browser, 'ada', port);
  const bo = await Person.arrive(browser, 'bob', port);

  await test.step('they register, and find each other', async () => {
    await ada.register('Ada Marsh');
    await bo.register('Bo Kessler');
    await ada.find('bob');
    await expect(ada.page.getByRole('heading', { name: 'Bo Kessler', level: 1 })).toBeVisible();
    await expect(ada.page.locator('.head-status')).toHaveText('Online');
  });

  await test.step('a message arrives, is counted, and shows how far it came', async () => {
    await ada.say('Good morning, Bo');
    await expect(ada.tick('Good morning, Bo')).toHaveAccessibleName('Delivered');
    await expect(bo.row('Ada Marsh')).toContainText('1 unread message');
    await expect(bo.page).toHaveTitle('(1) Rookery');
    await ada.say('Are you there?');
    await expect(bo.row('Ada Marsh')).toContainText('2 unread messages');
    await bo.open('Ada Marsh');
    await bo.sees('Good morning, Bo', 'Are you there?');
    await expect(bo.row('Ada Marsh')).not.toContainText('unread');
    await expect(ada.tick('Are you there?')).toHaveAccessibleName('Read');
  });

  await test.step('typing is shown, and the answer is read at once', async () => {
    await bo.page.locator('#composer').pressSequentially('I am');
    await expect(ada.page.locator('.head-status')).toHaveText('Bo Kessler is typing');
    await bo.say('I am here');
    await ada.sees('Good morning, Bo', 'Are you there?', 'I am here');
    await expect(bo.tick('I am here')).toHaveAccessibleName('Read');
    await expect(ada.page.locator('.head-status')).toHaveText('Online');
  });

  await test.step('a reload changes nothing', async () => {
    await ada.page.reload();
    await ada.sees('Good morning, Bo', 'Are you there?', 'I am here');
    await expect(ada.tick('Are you there?')).toHaveAccessibleName('Read');
  });

  await test.step('one loses the network; both go on writing, one edits and deletes', async () => {
    await ada.loseNetwork();
    await expect(ada.page.locator('.banner')).toContainText('You are offline');
    await ada.say('Written in the tunnel');
    await expect(ada.tick('Written in the tunnel')).toHaveAccessibleName('Waiting for the connection');
    await bo.say('Said meanwhile');
    await bo.say('Said by mistake');
    await expect(bo.tick('Said by mistake')).toHaveAccessibleName('Sent');
    await bo.message('Said by mistake').hover();
    await bo.page.getByRole('button', { name: 'Delete' }).click();
    await bo.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await bo.message('I am here').hover();
    await bo.page.getByRole('button', { name: 'Edit' }).click();
    await bo.say('I was here');
    await expect(bo.message('I was here')).toContainText('edited');
    await ada.regainNetwork();
    const all = [
      'Good morning, Bo',
      'Are you there?',
      'I was here',
      'Said meanwhile',
      'This message was deleted',
      'Written in the tunnel',
    ];
    await ada.sees(...all);
    await bo.sees(...all);
    await expect(ada.page.locator('.banner')).toHaveCount(0);
    await expect(ada.tick('Written in the tunnel')).toHaveAccessibleName('Read');
    await expect(bo.tick('Said meanwhile')).toHaveAccessibleName('Read');
  });

  await test.step('the server is killed in mid-send and started again; nothing is lost or doubled', async () => {
    const before = await bo.texts();
    await bo.page.goto(`${bo.network.address}/`);
    await expect(bo.row('Ada Marsh')).toBeVisible();
    const burst = Array.from({ length: 10 }, (_, n) => `Burst ${n}.`);
    for (const [n, text] of burst.entries()) {
      await ada.say(text);
      if (n === 5) await installation.end('SIGKILL');
      if (n === 8) await installation.start();
    }
    await ada.page
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 2000 })
      .catch(() => undefined); // it may be back by itself
    await expect(bo.row('Ada Marsh')).toContainText('10 unread messages', { timeout: 70_000 });
    await bo.open('Ada Marsh');
    await expect(ada.tick('Burst 9.')).toHaveAccessibleName('Read', { timeout: 70_000 });
    await ada.sees(...before, ...burst);
    await bo.sees(...before, ...burst);
  });

  await test.step('signing out takes everything along', async () => {
    await bo.page.getByRole('button', { name: 'Settings' }).click();
    await bo.page.getByRole('button', { name: 'Sign out' }).click();
    await expect(bo.page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await bo.page.reload();
    await expect(bo.page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    await expect(ada.page.locator('.head-status')).toHaveText(/^Last seen/);
  });

  expect([...ada.complaints, ...bo.complaints]).toEqual([]);
  await ada.leave();
  await bo.leave();
});
