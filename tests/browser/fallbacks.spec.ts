import { type Browser, expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const kPassword = 'correct horse battery';

/** Workers that the tabs of one origin share, as the browser counts them. */
async function sharedWorkers(browser: Browser, origin: string): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'shared_worker' }] });
  await session.detach();
  return targetInfos.filter(({ url }) => url.startsWith(origin)).length;
}

/** Everything that a conversation needs, by somebody whose page has to do without the worker. */
async function talk(browser: Browser, rana: Person, kurt: Person): Promise<void> {
  const { page } = rana;
  await rana.register('Rana Said');
  await kurt.register('Kurt Lahm');
  expect(await sharedWorkers(browser, kurt.network.address)).toBe(1);
  expect(await sharedWorkers(browser, rana.network.address)).toBe(0);

  await test.step('sends and receives', async () => {
    await rana.find('kurt');
    await rana.say('Anybody there?');
    await kurt.open('Rana Said');
    await kurt.say('Me');
    await rana.sees('Anybody there?', 'Me');
    await expect(rana.tick('Anybody there?')).toHaveAccessibleName('Read');
  });

  await test.step('reloads with an outbox and a draft', async () => {
    rana.network.cut();
    await expect(page.locator('.banner')).toBeVisible();
    await rana.say('Left over');
    await expect(rana.tick('Left over')).toHaveAccessibleName('Waiting for the connection');
    await page.locator('#composer').fill('Half a thought');
    rana.network.heal();
    await page.reload();
    await rana.sees('Anybody there?', 'Me', 'Left over');
    await expect(page.locator('#composer')).toHaveValue('Half a thought');
    await kurt.sees('Anybody there?', 'Me', 'Left over');
    await expect(rana.tick('Left over')).toHaveAccessibleName('Read');
  });

  await test.step('comes back by itself after the connection was lost', async () => {
    rana.network.cut();
    await expect(page.locator('.banner')).toBeVisible();
    await kurt.say('Meanwhile');
    rana.network.heal();
    await page
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 2000 })
      .catch(() => undefined); // it may be back by itself
    await expect(rana.message('Meanwhile')).toBeVisible({ timeout: 70_000 });
  });

  await test.step('has a second tab, which hears of everything too', async () => {
    const tab = await rana.context.newPage();
    await tab.goto(page.url());
    const texts = () => tab.locator('.message .text').allTextContents();
    await expect.poll(texts).toEqual(['Anybody there?', 'Me', 'Left over', 'Meanwhile']);
    await rana.say('To both');
    await expect.poll(texts).toEqual(['Anybody there?', 'Me', 'Left over', 'Meanwhile', 'To both']);
    await tab.close();
  });

  await test.step('signs out, and in again', async () => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Username').fill('rana');
    await page.getByLabel('Password', { exact: true }).fill(kPassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await rana.open('Kurt Lahm');
    await rana.sees('Anybody there?', 'Me', 'Left over', 'Meanwhile', 'To both');
  });

  expect(await sharedWorkers(browser, rana.network.address)).toBe(0);
}

async function hasEverything(browser: Browser, prepare: (person: Person) => Promise<void>): Promise<void> {
  const installation = new Installation();
  await installation.start();
  const port = () => installation.port;
  const rana = await Person.arrive(browser, 'rana', port, prepare);
  const kurt = await Person.arrive(browser, 'kurt', port);
  await talk(browser, rana, kurt);
  expect([...rana.complaints, ...kurt.complaints]).toEqual([]);
  await rana.leave();
  await kurt.leave();
  await installation.remove();
}

test('a browser without shared workers has everything all the same', async ({ browser }) => {
  await hasEverything(browser, async ({ context }) => {
    await context.addInitScript(() => {
      Reflect.deleteProperty(globalThis, 'SharedWorker');
    });
  });
});

test('a page whose worker cannot be loaded has everything all the same', async ({ browser }) => {
  await hasEverything(browser, async ({ network }) => {
    network.refused = '/engine.js';
  });
});
