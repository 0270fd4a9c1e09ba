import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const installation = new Installation();

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('what was written survives a reload: a draft, and a message on its way', async ({ browser }) => {
  const port = () => installation.port;
  const nora = await Person.arrive(browser, 'nora', port);
  const omar = await Person.arrive(browser, 'omar', port);
  await omar.register('Omar Ruiz');
  await nora.register('Nora Beck');
  await nora.find('omar');
  await nora.say('First');
  await expect(nora.tick('First')).toHaveAccessibleName('Delivered');

  nora.network.cut();
  await nora.say('On its way');
  await nora.page.locator('#composer').fill('A thought not finished');
  await expect(nora.page.locator('.banner')).toBeVisible();
  nora.network.heal();
  await nora.page.reload();
  await nora.sees('First', 'On its way');
  await expect(nora.page.locator('#composer')).toHaveValue('A thought not finished');
  await omar.open('Nora Beck');
  await omar.sees('First', 'On its way');
  await expect(nora.tick('On its way')).toHaveAccessibleName('Read');
  await nora.leave();
  await omar.leave();
});

test('a connection that goes silent is noticed, and nothing is lost or doubled', async ({ browser }) => {
  const port = () => installation.port;
  const quin = await Person.arrive(browser, 'quin', port);
  const rosa = await Person.arrive(browser, 'rosa', port);
  await rosa.register('Rosa Pohl');
  await quin.register('Quin Abel');
  await quin.find('rosa');
  await quin.say('Can you hear me?');
  await rosa.open('Quin Abel');
  await expect(quin.tick('Can you hear me?')).toHaveAccessibleName('Read');
  quin.network.stall();
  await quin.say('And now?');
  await rosa.say('Loud and clear');
  await expect(quin.tick('And now?')).toHaveAccessibleName('Read', { timeout: 60_000 });
  await quin.sees('Can you hear me?', 'Loud and clear', 'And now?');
  await rosa.sees('Can you hear me?', 'Loud and clear', 'And now?');
  await quin.leave();
  await rosa.leave();
});

test('who wrote much without a network sees the end of it when it is sent, behind what came meanwhile', async ({
  browser,
}) => {
  const port = () => installation.port;
  const sven = await Person.arrive(browser, 'sven', port);
  const tess = await Person.arrive(browser, 'tess', port);
  await tess.register('Tess Arndt');
  await sven.register('Sven Lier');
  await sven.find('tess');
  const lines = (who: string) => Array.from({ length: 18 }, (_, n) => `${who} ${n + 1}.`);
  for (const text of lines('Before')) await sven.say(text);
  await expect(sven.tick('Before 18.')).toHaveAccessibleName('Delivered');
  await tess.open('Sven Lier');

  await sven.loseNetwork();
  for (const text of lines('Dark')) await sven.say(text);
  for (const text of lines('Light')) await tess.say(text);
  await expect(tess.tick('Light 18.')).toHaveAccessibleName('Sent');
  await installation.end('SIGKILL');
  await installation.start();
  await sven.regainNetwork();
  await expect(sven.page.locator('.message.unsent')).toHaveCount(0, { timeout: 70_000 });
  await expect(tess.message('Dark 18.')).toBeInViewport();
  await expect(sven.message('Dark 18.')).toBeInViewport();
  await expect(sven.page.getByRole('button', { name: 'Jump to the latest messages' })).toHaveCount(0);
  await expect(tess.tick('Light 18.')).toHaveAccessibleName('Read');
  await sven.leave();
  await tess.leave();
});

test('tabs share one login: reloads in a row keep it, signing out ends it everywhere', async ({ browser }) => {
  const pia = await Person.arrive(browser, 'pia', () => installation.port);
  await pia.register('Pia Holm');
  for (let n = 0; n < 4; n++) await pia.page.reload({ waitUntil: 'domcontentloaded' }); // the page is just renewing its token
  await expect(pia.page.getByRole('heading', { name: 'Welcome, Pia Holm' })).toBeVisible();

  const tab = await pia.context.newPage();
  await tab.goto(pia.network.address);
  await expect(tab.getByRole('heading', { name: 'Welcome, Pia Holm' })).toBeVisible();
  await pia.page.reload();
  await expect(pia.page.getByRole('heading', { name: 'Welcome, Pia Holm' })).toBeVisible();
  expect(await pia.page.evaluate(() => Object.keys(localStorage))).toEqual(['rookery.device']);

  await pia.page.getByRole('button', { name: 'Settings' }).click();
  await pia.page.getByRole('button', { name: 'Sign out' }).click();
  await expect(pia.page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(tab.getByText('This login has ended. Please sign in again.')).toBeVisible();
  await tab.getByLabel('Username').fill('pia');
  await tab.getByLabel('Password', { exact: true }).fill('not the password');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await expect(tab.getByRole('alert')).toHaveText('Wrong username or password.');
  await tab.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await expect(tab.getByRole('heading', { name: 'Welcome, Pia Holm' })).toBeVisible();
  await pia.leave();
});

test('the banner goes by the connection, not by what the browser believes of the network', async ({ browser }) => {
  const port = () => installation.port;
  const [sina, theo] = [await Person.arrive(browser, 'sina', port), await Person.arrive(browser, 'theo', port)];
  await theo.register('Theo Falk');
  await sina.register('Sina Roth');
  await sina.find('theo');
  await sina.say('Hello');
  await theo.open('Sina Roth');
  const banner = sina.page.locator('.banner');
  const connected = sina.network.gateways;
  // Every text that a banner ever had, however short it stood there.
  await sina.page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    const look = () => {
      for (const one of document.querySelectorAll('.banner')) said.push(one.textContent);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const said = () => sina.page.evaluate(() => (globalThis as unknown as { said: string[] }).said);

  await sina.context.setOffline(true); // for the page: the worker's socket lives on
  expect(await sina.page.evaluate(() => navigator.onLine)).toBe(false);
  await sina.say('Still here');
  await expect(sina.tick('Still here')).toHaveAccessibleName('Read');
  await theo.say('So am I');
  await sina.sees('Hello', 'Still here', 'So am I');
  expect(await said()).toEqual([]);
  expect(sina.network.gateways).toBe(connected);

  sina.network.cut();
  await expect(banner).toContainText('You are offline');
  await sina.say('Into the void');
  await expect(sina.tick('Into the void')).toHaveAccessibleName('Waiting for the connection');
  await sina.context.setOffline(false);
  await expect(banner).toContainText(/Connection lost|Reconnecting/); // the browser sees a network, and nothing comes through it

  sina.network.heal();
  await sina.page
    .getByRole('button', { name: 'Retry now' })
    .click({ timeout: 2000 })
    .catch(() => undefined); // it may be back by itself
  await expect(sina.tick('Into the void')).toHaveAccessibleName('Read', { timeout: 70_000 });
  await expect(banner).toHaveCount(0);
  await sina.leave();
  await theo.leave();
});
