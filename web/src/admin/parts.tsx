import type { ComponentChildren } from 'preact';
import { a } from '../i18n/admin.ts';
import { t } from '../i18n/index.ts';
import { toast } from '../ui/toast.tsx';
import type { Asked } from './answer.ts';

/** What stands where an answer is still to come, or did not come. */
export function Pending({ of }: { of: Asked<unknown> }) {
  if (!of.failed) return <p class="admin-pending muted" role="status" aria-label={t.starting} />;
  return (
    <div class="admin-empty" role="alert">
      <p>{a.failed}</p>
      <p class="muted">{of.failed}</p>
      <button type="button" class="button" onClick={() => void of.reload()}>
        {t.tryAgain}
      </button>
    </div>
  );
}

export function Empty({ title, text }: { title: string; text?: string }) {
  return (
    <div class="admin-empty">
      <p>{title}</p>
      {text ? <p class="muted">{text}</p> : null}
    </div>
  );
}

export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="admin-card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Without a secure context the browser has no clipboard to write to: what is to be copied is shown and can be selected. */
export const canCopy = (): boolean => navigator.clipboard !== undefined;

export async function copy(text: string, done: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast(done);
}
