import { expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';

const kLimit = 20;
const installation = new Installation(['--limit-content', String(kLimit)]);
const port = () => installation.port;

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

/** What this browser keeps of unsent messages: `content`, with a mark where it was refused. */
function kept(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('rookery');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = await new Promise<{ content: string; failed?: unknown }[]>((resolve, reject) => {
      const request = database.transaction('outbox').objectStore('outbox').getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    return all.map(({ content, failed }) => (failed ? `${content}: refused` : content)).sort();
  });
}

async function speak(page: Page, language: 'en' | 'de'): Promise<void> {
  await page.evaluate(
    (language) => localStorage.setItem('rookery.preferences', JSON.stringify({ language })),
    language,
  );
  await page.reload();
}

test('a refused message says why in the language of its reader; trying again and discarding outlive a reload', async ({
  browser,
}) => {
  const [olga, pavel] = [await Person.arrive(browser, 'olga', port), await Person.arrive(browser, 'pavel', port)];
  await pavel.register('Pavel Novak');
  await olga.register('Olga Brand');
  const { page } = olga;
  const failure = (text: string) => olga.message(text).getByRole('alert');
  const button = (text: string, name: string) => olga.message(text).getByRole('button', { name });
  await olga.find('pavel');
  await olga.say('Hello');
  await pavel.open('Olga Brand');
  await pavel.page.getByRole('button', { name: 'Details' }).click();
  await pavel.page.getByRole('dialog', { name: 'Details' }).getByRole('button', { name: 'Block' }).click();
  await pavel.page.getByRole('dialog', { name: 'Block Olga Brand?' }).getByRole('button', { name: 'Block' }).click();
  await pavel.page.keyboard.press('Escape');
  const unblock = pavel.page.getByRole('button', { name: 'Unblock' });
  await expect(unblock).toBeVisible();

  await test.step('refused, it says why, also after a reload, and in another language', async () => {
    await olga.say('To be said again');
    await olga.say('To be dropped');
    for (const text of ['To be said again', 'To be dropped']) {
      await expect(failure(text)).toContainText('Not sent: You cannot write to this person.');
    }
    await expect.poll(() => kept(page)).toEqual(['To be dropped: refused', 'To be said again: refused']);
    await speak(page, 'de');
    await olga.sees('Hello', 'To be said again', 'To be dropped');
    await expect(failure('To be dropped')).toContainText('Dieser Person kannst du nicht schreiben.');
    await speak(page, 'en');
    await olga.sees('Hello', 'To be said again', 'To be dropped');
    await expect(failure('To be dropped')).toContainText('You cannot write to this person.');
  });

  await test.step('tried again too early, it is refused again', async () => {
    await button('To be said again', 'Try again').click();
    await expect(failure('To be said again')).toContainText('You cannot write to this person.');
  });

  await test.step('discarded, it stays away', async () => {
    await button('To be dropped', 'Discard').click();
    await olga.sees('Hello', 'To be said again');
    await expect.poll(() => kept(page)).toEqual(['To be said again: refused']);
    await page.reload();
    await olga.sees('Hello', 'To be said again');
    await expect(failure('To be said again')).toBeVisible();
  });

  await test.step('tried again without a network, it is on its way after the reload too, and arrives once', async () => {
    await unblock.click();
    await expect(pavel.page.locator('#composer')).toBeVisible();
    olga.network.cut();
    await expect(page.locator('.banner')).toBeVisible();
    await button('To be said again', 'Try again').click();
    await expect(olga.tick('To be said again')).toHaveAccessibleName('Waiting for the connection');
    await expect.poll(() => kept(page)).toEqual(['To be said again']);
    await page.reload();
    await olga.sees('Hello', 'To be said again');
    await expect(failure('To be said again')).toHaveCount(0);
    olga.network.heal();
    await page
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 2000 })
      .catch(() => undefined); // it may be back by itself
    await pavel.sees('Hello', 'To be said again');
    await expect(olga.tick('To be said again')).toHaveAccessibleName('Read', { timeout: 70_000 });
    await expect.poll(() => kept(page)).toEqual([]);
  });

  expect([...olga.complaints, ...pavel.complaints]).toEqual([]);
  await olga.leave();
  await pavel.leave();
});

test('a message beyond a limit that the page did not know is told the limit', async ({ browser }) => {
  const [rita, sven] = [await Person.arrive(browser, 'rita', port), await Person.arrive(browser, 'sven', port)];
  await sven.register('Sven Lie');
  await rita.register('Rita Moor');
  await rita.page.route('**/api/v1/instance', (route) => route.abort());
  await rita.page.reload();
  await rita.find('sven');
  await rita.say('x'.repeat(kLimit + 1));
  await expect(rita.message('xxx').getByRole('alert')).toContainText(`Not sent: At most ${kLimit} characters fit.`);
  await rita.say('y'.repeat(kLimit));
  await expect(rita.tick('yyy')).toHaveAccessibleName('Delivered');
  await rita.message('xxx').getByRole('button', { name: 'Discard' }).click();
  await rita.sees('y'.repeat(kLimit));
  await rita.leave();
  await sven.leave();
});
