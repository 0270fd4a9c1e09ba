import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Installation } from './installation.ts';
import { Person } from './person.ts';
import { memoryOf, restart, type Seen, seenBy, tasksDuring, watch, workOf } from './probe.ts';
import { Writer } from './seed.ts';
import { settledSight } from './timeline.ts';

// What the page costs: prints a table, and writes it to output/measure.json. Figures of docs/performance.md, "The page".

const kRepeats = Number(process.env.MEASURE_REPEATS ?? 5);
const kMessages = Number(process.env.MEASURE_MESSAGES ?? 100_000);
const kSeconds = 15;
const kPerSecond = 200;
const kWriters = 4;
const kTypingPause = 60; // milliseconds between two keys: somebody who writes fast
const kJump = 2; // pixels that a message may be away from where a step brought it

interface Figure {
  what: string;
  value: string;
  note: string;
}
const figures: Figure[] = [];
const installation = new Installation(['--rate-limits', 'off']);

test.beforeAll(() => installation.start());
test.afterAll(async () => {
  await installation.remove();
  const rows = figures.map((one) => `| ${one.what} | ${one.value} | ${one.note} |`);
  console.log(['', '| | measured | |', '|---|---|---|', ...rows, ''].join('\n'));
  const output = fileURLToPath(new URL('output/', import.meta.url));
  mkdirSync(output, { recursive: true });
  writeFileSync(`${output}measure.json`, JSON.stringify(figures, null, 2));
});

function report(what: string, value: string, note = ''): void {
  figures.push({ what, value, note });
  console.log(`${what}: ${value} ${note}`);
}

const part = (of: readonly number[], share: number): number => {
  const sorted = [...of].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};
const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0);
const median = (of: readonly number[]) => part(of, 0.5);
const max = (of: readonly number[]) => Math.max(0, ...of);
const ms = (value: number) => `${Math.round(value)} ms`;
const load = () => `load ${loadavg()[0]!.toFixed(1)}`;
const kLong = 50; // what the browser calls a long task
const long = (of: readonly number[]) => of.filter((one) => one > kLong);

/** Bytes of a file as the server packs it for who takes gzip. */
function packedBytes(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { 'Accept-Encoding': 'gzip' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.on('end', () => resolve(bytes));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Forgets what earlier visits left in this browser, but for the login. */
async function forget(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/healthz`); // of the same origin, and not the page
  await page.evaluate(async () => {
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('rookery');
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    const tables = ['conversations', 'tails', 'drafts'];
    const transaction = database.transaction([...tables, 'kv'], 'readwrite');
    for (const name of tables) transaction.objectStore(name).clear();
    transaction.objectStore('kv').delete('me');
    await new Promise((resolve) => {
      transaction.oncomplete = resolve;
    });
    database.close();
  });
  const session = await page.context().newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  await session.detach();
}

async function firstMessage(page: Page): Promise<Seen> {
  await expect.poll(async () => (await seenBy(page)).firstMessage, { intervals: [100] }).toBeDefined();
  return seenBy(page);
}

interface Visit {
  seen: Seen;
  tasks: number[];
}

async function visit(browser: Browser, page: Page, address: string): Promise<Visit> {
  let seen: Seen | undefined;
  const tasks = await tasksDuring(browser, page, async () => {
    await page.goto(address);
    seen = await firstMessage(page);
  });
  return { seen: seen!, tasks };
}

test('first load to the first message', async ({ browser }) => {
  const ola = await Person.arrive(browser, 'ola', () => installation.port);
  const { page } = ola;
  await ola.register('Ola Brink');
  const finn = await Writer.register(installation.address, 'finn', 'Finn Dahl');
  const channel = await finn.openChannel([await finn.idOf('ola')]);
  await finn.sayAll(
    channel,
    Array.from({ length: 300 }, (_, n) => `Line ${n + 1} of a quiet conversation.`),
  );
  await ola.open('Finn Dahl');
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  await expect(ola.row('Finn Dahl')).not.toContainText('unread');
  await watch(page);
  const address = `${ola.network.address}/#/c/${channel}`;
  const asked = new Set<string>();
  page.on('request', (one) => asked.add(one.url()));

  const visits: Record<'cold' | 'warm', Visit[]> = { cold: [], warm: [] };
  for (let n = 0; n < kRepeats; n++) {
    await forget(page, ola.network.address);
    asked.clear();
    visits.cold.push(await visit(browser, page, address));
    if (n === 0) {
      const scripts = [...asked].filter((url) => /\/assets\/.*\.js$|\/engine\.js$/.test(url));
      const sizes = await Promise.all([...new Set([...scripts, `${ola.network.address}/engine.js`])].map(packedBytes));
      report('JavaScript of the first load, gzipped', `${(sum(sizes) / 1024).toFixed(1)} KiB`, `${sizes.length} files`);
    }
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (navigator.serviceWorker.controller) return;
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    });
    await settledSight(page);
    await page.goto(`${ola.network.address}/healthz`); // writes down what it has to remember
    visits.warm.push(await visit(browser, page, address));
    await settledSight(page);
  }
  for (const [name, of] of Object.entries(visits)) {
    const times = of.map(({ seen }) => seen.firstMessage!);
    report(
      `${name} load to the first message`,
      ms(median(times)),
      `${kRepeats} loads, slowest ${ms(max(times))}; main thread ${ms(median(of.map(({ tasks }) => sum(tasks))))} of CPU, ` +
        `longest task ${ms(median(of.map(({ tasks }) => max(tasks))))} of CPU; ` +
        `layout shift ${max(of.map(({ seen }) => seen.shift)).toFixed(3)}; ${load()}`,
    );
  }
  await ola.leave();
});

/** Scrolls in steps of `pixels` until the message `until` is in sight. A jump: a message that stands elsewhere than the step put it. */
function travel(page: Page, pixels: number, until: number) {
  return page.getByRole('log').evaluate(
    async (box, { pixels, until, kJump }) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const tops = () => {
        const sight = box.getBoundingClientRect();
        const found = new Map<number, number>();
        for (const row of box.querySelectorAll<HTMLElement>('[data-seq]')) {
          const { top, bottom } = row.getBoundingClientRect();
          if (bottom > sight.top && top < sight.bottom) found.set(Number(row.dataset.seq), top);
        }
        return found;
      };
      const seen = new Set<number>();
      let [jumps, worst, waits, steps] = [0, 0, 0, 0];
      let after = tops();
      while (!after.has(until)) {
        const before = after;
        const scrolled = box.scrollTop;
        box.scrollTop += pixels;
        const far = box.scrollTop - scrolled; // less, at the ends
        await frame();
        await frame();
        after = tops();
        if (after.size < 2) waits++;
        while (after.size < 2) {
          await frame();
          after = tops();
        }
        steps++;
        let off = 0;
        for (const [seq, top] of after) {
          seen.add(seq);
          const was = before.get(seq);
          if (was !== undefined) off = Math.max(off, Math.abs(was - far - top));
        }
        if (off > kJump) jumps++;
        worst = Math.max(worst, off);
      }
      return { jumps, worst, waits, steps, seen: seen.size };
    },
    { pixels, until, kJump },
  );
}

test('a long conversation: opened, scrolled to its start and back; memory', async ({ browser }) => {
  const wim = await Person.arrive(browser, 'wim', () => installation.port);
  const { page } = wim;
  await wim.register('Wim Holt');
  await page.goto('about:blank');
  const [one, other] = [
    await Writer.register(installation.address, 'ulla', 'Ulla Berg'),
    await Writer.register(installation.address, 'veit', 'Veit Sund'),
  ];
  const channel = await one.openChannel([other.id, await one.idOf('wim')], 'The long one');
  const words = 'the owl at the gate has seen a fox in the fog and says so to all who pass by at dawn '.repeat(6);
  const kParts = 10;
  for (let n = 0; n < kParts; n++) {
    const contents = Array.from({ length: kMessages / kParts }, (_, k) => `${k}: ${words.slice(0, (k * 37) % 480)}`);
    await (n % 2 === 0 ? one : other).sayAll(channel, contents);
  }
  await watch(page);

  const opened: number[] = [];
  for (let n = 0; n < kRepeats; n++) {
    await page.goto('about:blank');
    await page.goto(`${wim.network.address}/#/c/${channel}`);
    opened.push((await firstMessage(page)).firstMessage!);
  }
  const count = kMessages.toLocaleString('en');
  report(`a conversation of ${count} messages, loaded to the first message`, ms(median(opened)), load());
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(kMessages);

  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await memoryOf(session);
  const ways: [string, number, number][] = [
    ['up to the first message', -900, 1],
    ['down to the newest', 900, kMessages],
  ];
  for (const [way, pixels, until] of ways) {
    await restart(page);
    const from = await workOf(session);
    const result = await travel(page, pixels, until);
    const to = await workOf(session);
    const { longTasks, frames } = await seenBy(page);
    report(
      `${count} messages, ${way}: jumps`,
      String(result.jumps),
      `${result.steps.toLocaleString('en')} steps of ${Math.abs(pixels)} px, ${result.seen.toLocaleString('en')} messages seen, ` +
        `farthest ${result.worst.toFixed(1)} px; waited for messages ${result.waits} times`,
    );
    report(
      `${count} messages, ${way}: long tasks`,
      `${long(longTasks).length}`,
      `longest ${ms(max(longTasks))}; frame p50 ${ms(median(frames))}, p99 ${ms(part(frames, 0.99))}; ` +
        `main thread ${(((to.busy - from.busy) / (to.at - from.at)) * 100).toFixed(0)} % busy; ${load()}`,
    );
  }
  await settledSight(page);
  const after = await memoryOf(session);
  report(
    `memory after ${count} messages up and down`,
    `${after.heap.toFixed(1)} MiB`,
    `JavaScript heap; before ${before.heap.toFixed(1)} MiB; ${after.nodes} nodes, before ${before.nodes}`,
  );
  await wim.leave();
});

async function burst(browser: Browser, run: number) {
  const kai = await Person.arrive(browser, `kai${run}`, () => installation.port);
  const { page } = kai;
  await kai.register('Kai Lund');
  const writers: Writer[] = [];
  for (let n = 0; n < kWriters; n++) {
    writers.push(await Writer.register(installation.address, `kai${run}.w${n}`, `Writer ${n}`));
  }
  const [first, ...others] = writers;
  const ids = [...others.map((one) => one.id), await first!.idOf(kai.name)];
  const channel = await first!.openChannel(ids, 'The newsroom');
  await first!.sayAll(
    channel,
    Array.from({ length: 300 }, (_, n) => `Before ${n}.`),
  );
  await page.goto('about:blank');
  await watch(page);
  await page.goto(`${kai.network.address}/#/c/${channel}`);
  await page.getByRole('log').focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(300);
  const composer = page.locator('#composer');
  await composer.focus();
  const type = async (until: () => boolean) => {
    const text = 'what a day and what a noise and still I write this down ';
    let typed = '';
    while (!until()) {
      const letter = text[typed.length % text.length]!;
      typed += letter;
      await page.keyboard.press(letter === ' ' ? 'Space' : letter);
      await page.waitForTimeout(kTypingPause);
    }
    return typed;
  };

  await restart(page);
  const stop = Date.now() + 5000;
  let typed = await type(() => Date.now() > stop);
  const quiet = await seenBy(page);

  const words = 'the owl at the gate has seen a fox in the fog '.repeat(4);
  const each = (kPerSecond * kSeconds) / kWriters;
  await restart(page);
  const began = Date.now();
  let [over, seconds] = [false, 0];
  const say = async () => {
    const contents = (n: number) =>
      Array.from({ length: each }, (_, k) => `${n}: ${k} ${words.slice(0, (k * 37) % 170)}`);
    await Promise.all(writers.map((one, n) => one.sayAll(channel, contents(n), kPerSecond / kWriters)));
    over = true;
  };
  const tasks = await tasksDuring(browser, page, async () => {
    const said = say();
    typed += await type(() => over);
    await said;
    seconds = (Date.now() - began) / 1000;
  });
  const seen = await seenBy(page);
  expect(await composer.inputValue()).toBe(typed);
  const newest = 300 + each * kWriters;
  await expect.poll(async () => (await settledSight(page)).at(-1)).toBe(newest);

  await kai.leave();
  return { seen, quiet, tasks, seconds };
}

test('a burst into the open conversation while somebody types', async ({ browser }) => {
  const runs: Awaited<ReturnType<typeof burst>>[] = [];
  for (let n = 0; n < kRepeats; n++) runs.push(await burst(browser, n));
  const of = (take: (run: (typeof runs)[number]) => number) => median(runs.map(take));
  const said = `${kPerSecond} messages/s of ${kWriters} senders`;
  const keys = (take: (run: (typeof runs)[number]) => readonly number[]) =>
    `p50 ${ms(of((run) => median(take(run))))}, p98 ${ms(of((run) => part(take(run), 0.98)))}`;
  report(
    'typing, from a key to its frame, quiet',
    keys((run) => run.quiet.keys),
    `${kRepeats} runs`,
  );
  report(
    `typing, from a key to its frame, ${said}`,
    keys((run) => run.seen.keys),
    `worst of all ${ms(max(runs.flatMap((run) => run.seen.keys)))}; ${kSeconds} s, ${kRepeats} runs, no letter lost; ${load()}`,
  );
  report(
    `typing, input delay, ${said}`,
    keys((run) => run.seen.delays),
  );
  report(
    `longest task, ${said}`,
    `${ms(of((run) => max(run.tasks)))} of CPU`,
    `worst of all ${ms(max(runs.flatMap((run) => run.tasks)))} of CPU, ${ms(max(runs.flatMap((run) => run.seen.longTasks)))} by the clock; ` +
      `above ${kLong} ms of CPU: ${max(runs.map((run) => long(run.tasks).length))}, by the clock: ${of((run) => long(run.seen.longTasks).length)}`,
  );
  report(
    `main thread, ${said}`,
    `${(of((run) => sum(run.tasks) / run.seconds / 1000) * 100).toFixed(0)} % of a processor`,
  );
  report(
    `frames, ${said}`,
    `p50 ${ms(of((run) => median(run.seen.frames)))}, p99 ${ms(of((run) => part(run.seen.frames, 0.99)))}`,
    `layout shift ${of((run) => run.seen.shift).toFixed(3)}; all were said within ${of((run) => run.seconds).toFixed(1)} s`,
  );
});
