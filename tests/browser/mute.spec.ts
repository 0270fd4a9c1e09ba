import { expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { Writer } from './seed.ts';

const installation = new Installation(['--rate-limits', 'off']);
const port = () => installation.port;

test.beforeAll(() => installation.start());
test.afterAll(() => installation.remove());

interface Heard {
  /** Every text that was read aloud. */
  aloud: string[];
  /** What the system was given to show. */
  shown: string[];
}

/** Somebody who looks elsewhere, with notifications: what is announced to him is kept. */
async function listen({ context }: Person): Promise<void> {
  await context.addInitScript(() => {
    const heard: Heard = { aloud: [], shown: [] };
    Object.assign(globalThis, { heard });
    class Kept extends EventTarget {
      static permission = 'granted';
      constructor(title: string, options: NotificationOptions) {
        super();
        heard.shown.push(`${title}: ${options.body}`);
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Kept });
    localStorage.setItem('rookery.preferences', JSON.stringify({ notifications: true }));
    document.hasFocus = () => false;
    let before = '';
    const look = () => {
      const now = document.querySelector('[data-live]')?.textContent ?? '';
      if (now && now !== before) heard.aloud.push(now);
      before = now;
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  });
}

const heard = (page: Page): Promise<Heard> => page.evaluate(() => (globalThis as unknown as { heard: Heard }).heard);

async function setNotifications(person: Person, title: string, choice: string): Promise<void> {
  await person.open(title);
  await person.page.getByRole('button', { name: 'Details' }).click();
  const details = person.page.getByRole('dialog', { name: 'Details' });
  await details.getByRole('combobox', { name: 'Notifications' }).selectOption(choice);
  await expect(person.row(title).getByLabel('Muted')).toBeAttached();
  await person.page.keyboard.press('Escape');
}

test('what is muted is neither shown nor read aloud, also in a browser that was told nothing of it yet', async ({
  browser,
}) => {
  const one = await Person.arrive(browser, 'yara', port);
  await one.register('Yara Lind');
  const writer = await Writer.register(installation.address, 'zeno', 'Zeno Hall');
  const yara = await writer.idOf('yara');
  const [loud, silent, picky] = [
    await writer.openChannel([yara], 'Loud'),
    await writer.openChannel([yara], 'Silent'),
    await writer.openChannel([yara], 'Picky'),
  ];
  for (const room of [loud, silent, picky]) await writer.sayAll(room, ['Before']);
  await setNotifications(one, 'Silent', 'Nothing');
  await setNotifications(one, 'Picky', 'Only when I am mentioned');

  const other = await Person.arrive(browser, 'yara', port, listen);
  const asked: string[] = [];
  other.page.on('request', (request) => {
    const channel = /\/channels\/(\d+)\/settings$/.exec(request.url())?.[1];
    if (channel) asked.push(channel);
  });
  await other.page.getByLabel('Username').fill('yara');
  await other.page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await other.page.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.row('Picky')).toContainText('Before');
  expect(asked).toEqual([]); // a start costs nothing

  await writer.sayAll(silent, ['A whisper']);
  await writer.sayAll(picky, ['Nothing for her', `Something for <@${yara}>`]);
  await writer.sayAll(loud, ['A shout']);
  const shown = async () => (await heard(other.page)).shown.sort();
  /** How many messages were read aloud, one by one or in one sentence. */
  const aloud = async () =>
    (await heard(other.page)).aloud.reduce((sum, text) => sum + Number(/^(\d+) new messages$/.exec(text)?.[1] ?? 1), 0);
  const wanted = ['Loud: Zeno Hall: A shout', 'Picky: Zeno Hall: Something for @Yara Lind'];
  await expect.poll(shown).toEqual(wanted);
  await expect.poll(aloud).toBe(2);
  for (const name of ['Silent', 'Picky']) await expect(other.row(name).getByLabel('Muted')).toBeAttached();
  await expect(other.row('Loud').getByLabel('Muted')).toHaveCount(0);
  expect(await shown()).toEqual(wanted);
  expect(await aloud()).toBe(2);
  expect((await heard(other.page)).aloud.join()).not.toMatch(/whisper|Nothing for her/);
  expect(asked.toSorted()).toEqual([loud, silent, picky].sort());
  expect([...one.complaints, ...other.complaints]).toEqual([]);
  await one.leave();
  await other.leave();
});
