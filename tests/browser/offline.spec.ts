import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';
import { memory, shellKept } from './storage.ts';

const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

test('without a network the page is there, with what was last seen; what is deleted is nowhere', async ({
  browser,
}) => {
  const uma = await Person.arrive(browser, 'uma', () => installation.port);
  const { page } = uma;
  const vic = await Writer.register(installation.address, 'vic', 'Vic Lang');
  await uma.register('Uma Stern');
  await shellKept(page);
  await uma.find('vic');
  await uma.say('Kept in mind');
  await uma.say('A secret slip');
  await expect(uma.tick('A secret slip')).toHaveAccessibleName('Sent');
  await expect.poll(() => memory(page)).toContain('A secret slip');
  await uma.message('A secret slip').hover();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await uma.sees('Kept in mind', 'This message was deleted');
  await expect.poll(() => memory(page)).not.toContain('A secret slip');
  const room = await vic.openChannel([await vic.idOf('uma')], 'Choir');
  await vic.sayAll(room, ['Rehearsal at six']);
  await expect(uma.row('Choir')).toContainText('Rehearsal at six');
  await expect.poll(() => memory(page)).toContain('Rehearsal at six');

  uma.network.cut();
  await page.reload();
  await uma.sees('Kept in mind', 'This message was deleted');
  await expect(uma.row('Choir')).toContainText('Rehearsal at six');
  await expect(page.locator('.banner')).toBeVisible();
  await uma.say('Written in the dark');
  await page.locator('#composer').fill('Half a thought');
  await expect.poll(() => memory(page)).toContain('Half a thought');
  await page.reload();
  await uma.sees('Kept in mind', 'This message was deleted', 'Written in the dark');
  await expect(page.locator('#composer')).toHaveValue('Half a thought');

  await vic.sayAll(room, ['Bring a candle']); // while she is away
  uma.network.heal();
  await page
    .getByRole('button', { name: 'Retry now' })
    .click({ timeout: 2000 })
    .catch(() => undefined); // it may be back by itself
  await expect(uma.tick('Written in the dark')).toHaveAccessibleName('Sent', { timeout: 70_000 });
  await expect(uma.row('Choir')).toContainText('Bring a candle');

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect.poll(() => memory(page)).not.toMatch(/Kept in mind|Half a thought|Choir|Uma Stern/);
  expect(uma.complaints).toEqual([]);
  await uma.leave();
});

test('a panel that could not be read says so, and is read with the next connection', async ({ browser }) => {
  const wanda = await Person.arrive(browser, 'wanda', () => installation.port);
  const { page } = wanda;
  await Writer.register(installation.address, 'xaver', 'Xaver Rau');
  await wanda.register('Wanda Lux');
  await shellKept(page);
  await wanda.find('xaver');
  await wanda.say('Hello');
  await expect(wanda.tick('Hello')).toHaveAccessibleName('Sent');
  for (const [name, empty] of [
    ['Pinned messages', 'Nothing is pinned yet'],
    ['Mentions', 'Nobody has mentioned you yet'],
  ] as const) {
    await wanda.loseNetwork();
    await page.getByRole('button', { name }).click();
    const panel = page.getByRole('dialog', { name });
    await expect(panel.getByRole('alert')).toContainText('The server cannot be reached');
    await panel.getByRole('button', { name: 'Try again' }).click();
    await expect(panel.getByRole('alert')).toContainText('The server cannot be reached');
    await wanda.regainNetwork();
    await expect(panel).toContainText(empty);
    await page.keyboard.press('Escape');
  }
  expect(wanda.complaints).toEqual([]);
  await wanda.leave();
});

test('in a narrow window the list too says that the connection is gone; code begins on the left for everybody', async ({
  browser,
}) => {
  const yara = await Person.arrive(browser, 'yara', () => installation.port);
  const { page } = yara;
  await Writer.register(installation.address, 'zeno', 'Zeno Falk');
  await yara.register('Yara Klein');
  await yara.find('zeno');
  await yara.say(`\`\`\`\n${'one word after the other, '.repeat(20)}\n\`\`\``);
  await page.setViewportSize({ width: 320, height: 568 });
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  const code = page.locator('.code-scroll');
  await expect(code).toBeVisible();
  // How far its beginning is from where it is seen.
  const off = () =>
    code.evaluate((box) => {
      const text = document.createRange();
      text.selectNodeContents(box.querySelector('code')!);
      return text.getBoundingClientRect().left - box.getBoundingClientRect().left;
    });
  expect(await off()).toBeGreaterThanOrEqual(0);
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'ltr'));

  await page.getByRole('button', { name: 'Back' }).click();
  await expect(yara.row('Zeno Falk')).toBeInViewport();
  await expect(page.locator('.banner')).toHaveCount(0);
  const own = page.getByRole('button', { name: 'Settings' });
  await expect(own).toBeInViewport({ ratio: 1 });
  yara.network.cut();
  await expect(page.locator('.banner')).toBeInViewport({ ratio: 1 });
  await expect(yara.row('Zeno Falk')).toBeInViewport({ ratio: 1 });
  await expect(own).toBeInViewport({ ratio: 1 });
  yara.network.heal();
  await page
    .getByRole('button', { name: 'Retry now' })
    .click({ timeout: 2000 })
    .catch(() => undefined); // it may be back by itself
  await expect(page.locator('.banner')).toHaveCount(0, { timeout: 70_000 });
  expect(yara.complaints).toEqual([]);
  await yara.leave();
});

test('the list knows after a reload how far one’s own message came', async ({ browser }) => {
  const port = () => installation.port;
  const arno = await Person.arrive(browser, 'arno', port);
  const britt = await Person.arrive(browser, 'britt', port);
  await britt.register('Britt Falk');
  await arno.register('Arno Wulf');
  await arno.find('britt');
  await arno.say('Read this');
  await britt.open('Arno Wulf');
  await expect(arno.tick('Read this')).toHaveAccessibleName('Read');
  await expect.poll(() => memory(arno.page)).toContain('Read this');
  await arno.page.goto(`${arno.network.address}/#`);
  await arno.page.reload();
  await expect(arno.row('Britt Falk').locator('.ticks')).toHaveAccessibleName('Read');
  await expect(arno.page.locator('#composer')).toHaveCount(0);
  for (const one of [arno, britt]) {
    expect(one.complaints).toEqual([]);
    await one.leave();
  }
});

test('a list of 2,000 conversations is drawn as far as it is in sight', async ({ browser }) => {
  const xenia = await Person.arrive(browser, 'xenia', () => installation.port);
  const { page } = xenia;
  const yuri = await Writer.register(installation.address, 'yuri', 'Yuri Falk');
  await xenia.register('Xenia Moor');
  await page.goto('about:blank');
  const id = await yuri.idOf('xenia');
  const kRooms = 2000;
  for (let n = 0; n < kRooms; n += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, k) => yuri.openChannel([id], `Room ${n + k + 1}.`)));
  }
  await page.goto(xenia.network.address);
  const rows = page.getByRole('navigation').locator('li:has(.row)');
  await expect(rows.first()).toHaveAttribute('aria-setsize', String(kRooms));
  expect(await rows.count()).toBeLessThan(80);
  const list = page.locator('.list');
  await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await expect(page.locator(`li[aria-posinset="${kRooms}"]`)).toBeInViewport();
  expect(await rows.count()).toBeLessThan(80);
  const last = page.locator(`li[aria-posinset="${kRooms}"] .row`);
  const title = await last.locator('.row-title').textContent();
  await last.click();
  await expect(page.getByRole('heading', { name: title!, level: 1 })).toBeVisible();
  await xenia.say('Hello, room');
  await list.evaluate((box) => box.scrollTo(0, 0));
  await expect(page.locator('li[aria-posinset="1"] .row')).toContainText(title!);
  await page.getByLabel('Find people and chats').fill('Room 1234.');
  await expect(xenia.row('Room 1234\\.')).toBeVisible();
  await expect(rows).toHaveCount(1);
  expect(xenia.complaints).toEqual([]);
  await xenia.leave();
});

test('a newer page is announced, and taken when its reader says so', async ({ browser }) => {
  const web = mkdtempSync(join(tmpdir(), 'rookery-page-'));
  cpSync(process.env.ROOKERY_WEB_DIR ?? fileURLToPath(new URL('../../web/dist', import.meta.url)), web, {
    recursive: true,
  });
  const other = new Installation(['--web-dir', web]);
  await other.start();
  await Writer.register(other.address, 'alma', 'Alma Noll');
  const zoe = await Person.arrive(browser, 'zoe', () => other.port);
  const { page } = zoe;
  await zoe.register('Zoe Brandt');
  await shellKept(page);
  const worker = await page.request.get(`${zoe.network.address}/sw.js`);
  expect(worker.headers()['cache-control']).toBe('no-cache');
  expect(worker.headers()['content-type']).toContain('text/javascript');
  expect(worker.headers()['content-security-policy']).toContain("require-trusted-types-for 'script'");
  const kept = () => page.evaluate(() => caches.keys());
  const [before] = await kept();

  const tab = await zoe.context.newPage();
  await tab.goto(zoe.network.address);
  await zoe.find('alma');
  await zoe.say('First thought');
  await expect(zoe.tick('First thought')).toHaveAccessibleName('Sent');
  await tab
    .getByRole('navigation')
    .getByRole('button', { name: /^Alma Noll/ })
    .click();
  await expect(tab.locator('.message', { hasText: 'First thought' })).toBeVisible();
  const path = join(web, 'sw.js');
  const newer = `shell-${'0'.repeat(16)}`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(before!.slice('shell-'.length), '0'.repeat(16)));
  for (const packed of ['br', 'gz']) rmSync(`${path}.${packed}`);
  await other.end();
  await other.start();
  await page.reload();
  await expect(page.getByText('There is a new version of this page.')).toBeVisible();
  const write = tab.locator('#composer');
  await write.press('ArrowUp');
  await expect(write).toHaveValue('First thought');
  await write.fill('Second thought');
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(async () => (await kept().catch(() => [])).join()).toBe(newer);
  await expect(zoe.message('First thought')).toBeVisible();
  await expect(write).toHaveValue('Second thought'); // what is being edited in the other tab is not taken away
  await write.press('Enter');
  await expect(zoe.message('Second thought')).toBeVisible();
  const note = tab.getByText('There is a new version of this page.');
  await expect(note).toBeVisible();
  await tab.getByRole('button', { name: 'Reload' }).click();
  await expect(note).toHaveCount(0);
  await expect(tab.locator('.message', { hasText: 'Second thought' })).toBeVisible();
  await expect(page.getByText('There is a new version of this page.')).toHaveCount(0);
  expect(zoe.complaints).toEqual([]);
  await zoe.leave();
  await other.remove();
  rmSync(web, { recursive: true });
});
