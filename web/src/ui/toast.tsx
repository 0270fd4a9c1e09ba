import { signal } from '@preact/signals';
import { sentence } from './problem.ts';

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
