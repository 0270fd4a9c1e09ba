import type { Browser, CDPSession, Page } from '@playwright/test';

/** What the browser saw of a page since `restart`. Times in milliseconds. */
export interface Seen {
  longTasks: number[];
  /** The sum of layout shifts that no input explains. */
  shift: number;
  /** From one frame to the next. */
  frames: number[];
  /** For each key: from its press to the frame that shows it. */
  keys: number[];
  /** For each key: from its press to the first line of ours that hears of it. */
  delays: number[];
  /** Since navigation: when the first message stood in a frame. */
  firstMessage: number | undefined;
}

/** Watches every page that comes after it, from its first moment. */
export async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const fresh = () => ({
      longTasks: [] as number[],
      shift: 0,
      frames: [] as number[],
      keys: [] as number[],
      delays: [] as number[],
      firstMessage: undefined as number | undefined,
    });
    const probe = { seen: fresh(), restart: () => Object.assign(probe, { seen: fresh() }) };
    Object.assign(window, { probe });
    new PerformanceObserver((list) => {
      for (const one of list.getEntries()) probe.seen.longTasks.push(one.duration);
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list) => {
      for (const one of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[]) {
        if (!one.hadRecentInput) probe.seen.shift += one.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
    /** After the next frame was handed over: a task that waits behind it. */
    const afterFrame = (then: () => void) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = then;
        port2.postMessage(undefined);
      });
    let last = performance.now();
    const frame = (now: number) => {
      probe.seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        probe.seen.delays.push(performance.now() - timeStamp);
        afterFrame(() => probe.seen.keys.push(performance.now() - timeStamp));
      },
      { capture: true },
    );
    const first = new MutationObserver(() => {
      if (!document.querySelector('.message')) return;
      first.disconnect();
      afterFrame(() => (probe.seen.firstMessage = performance.now()));
    });
    first.observe(document, { childList: true, subtree: true });
  });
}

type Probed = Window & { probe: { seen: Seen; restart(): void } };

export const restart = (page: Page) => page.evaluate(() => (window as unknown as Probed).probe.restart());
export const seenBy = (page: Page) => page.evaluate(() => (window as unknown as Probed).probe.seen);

/** The page's main thread, as the browser counts it. */
export interface Work {
  /** Seconds that it was busy, of them with scripts, styles and layout. */
  busy: number;
  script: number;
  style: number;
  layout: number;
  at: number;
}

export async function workOf(session: CDPSession): Promise<Work> {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0;
  return {
    busy: value('TaskDuration'),
    script: value('ScriptDuration'),
    style: value('RecalcStyleDuration'),
    layout: value('LayoutDuration'),
    at: value('Timestamp'),
  };
}

/** MiB of JavaScript objects that are still reachable, and how many nodes. */
export async function memoryOf(session: CDPSession): Promise<{ heap: number; nodes: number }> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0;
  return { heap: value('JSHeapUsedSize') / 2 ** 20, nodes: value('Nodes') };
}

interface TraceEvent {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of its thread's CPU. */
  tdur?: number;
  args?: { name?: string };
}

/**
 * What the tasks of the page's main thread cost while `work` ran, each in milliseconds of CPU: what else the machine had to do does not
 * count in it.
 */
export async function tasksDuring(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  let trace: Buffer | undefined;
  try {
    await work();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] };
  const mains = new Map<string, number[]>();
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  for (const one of traceEvents) {
    if (one.ph === 'M' && one.name === 'thread_name' && one.args?.name === 'CrRendererMain') mains.set(thread(one), []);
  }
  for (const one of traceEvents) {
    if (one.ph === 'X' && one.name === 'ThreadControllerImpl::RunTask') {
      mains.get(thread(one))?.push((one.tdur ?? 0) / 1000);
    }
  }
  const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0);
  return [...mains.values()].sort((a, b) => sum(b) - sum(a))[0] ?? []; // the busiest one is the page's
}
