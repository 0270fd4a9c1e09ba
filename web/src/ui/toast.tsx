import { signal } from '@preact/signals';
import { ApiError } from '@rookery/sdk';
import { t } from '../i18n/index.ts';

const kShown = 5000;
const current = signal<string | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string): void {
  clearTimeout(timer);
  current.value = text;
  timer = setTimeout(() => {
    current.value = undefined;
  }, kShown);
}

/** A sentence for whatever a call threw. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError) return Object.values(error.fields)[0] ?? error.message;
  return t.unreachable;
}

/** Runs something that the person asked for and that is not worth a form: says so when it fails. */
export function attempt(work: Promise<unknown>): void {
  work.catch((error) => toast(sentence(error)));
}

export function Toast() {
  return (
    <div class="toast-place" role="status">
      {current.value ? <div class="toast">{current.value}</div> : null}
    </div>
  );
}
