import { signal } from '@preact/signals';
import { target } from '../composer/target.ts';
import { t } from '../i18n/index.ts';
import { client } from './client.ts';
import { scriptUrl } from './trusted.ts';

/** The worker of a newer version of this page, which waits for its turn. */
const waiting = signal<ServiceWorker | undefined>(undefined);
const kCheckEvery = 60 * 60_000;
const kNotWithin = 60_000;

/** Keeps the shell in this browser, where it may be kept (a secure context), and notices newer ones. */
export async function keepShell(): Promise<void> {
  if (import.meta.env.DEV || !navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.register(scriptUrl('/sw.js'), { updateViaCache: 'none' });
  const look = () => {
    if (registration.waiting && navigator.serviceWorker.controller) waiting.value = registration.waiting;
  };
  look();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', look);
  });

  let checked = Date.now();
  const check = () => {
    if (Date.now() - checked < kNotWithin) return;
    checked = Date.now();
    void registration.update().catch(() => undefined); // offline: next time
  };
  setInterval(check, kCheckEvery);
  client.on('state', (state) => {
    if (state.kind === 'online') check(); // a server that was away may be another one now
  });
  let before = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // Drafts and unsent messages are kept. Who is editing one has the note, and takes it when he is done.
    if (before && target.peek()?.kind !== 'edit') location.reload();
    before = navigator.serviceWorker.controller;
  });
}

/** Says that there is a newer version, and does nothing about it by itself. */
export function UpdateNote() {
  const worker = waiting.value;
  if (!worker) return null;
  const take = () => (worker.state === 'installed' ? worker.postMessage('take over') : location.reload());
  return (
    <div class="banner banner-update" role="status">
      <span>{t.newVersion}</span>
      <button type="button" class="banner-button" onClick={take}>
        {t.reload}
      </button>
    </div>
  );
}
