import { batch } from '@preact/signals';

// What comes in from the server is applied once per frame, all of it in one go: a burst of messages is one new picture, and between two
// pictures there is time for the keyboard.

const kLatest = 200; // milliseconds, where no frames are drawn: a page in the background

let jobs: (() => void)[] = [];
let frame = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Runs `job` with the next frame, after those that were given before. */
export function withNextFrame(job: () => void): void {
  jobs.push(job);
  if (timer !== undefined) return;
  frame = requestAnimationFrame(runJobs);
  timer = setTimeout(runJobs, kLatest);
}

function runJobs(): void {
  cancelAnimationFrame(frame);
  clearTimeout(timer);
  timer = undefined;
  const now = jobs;
  jobs = [];
  batch(() => {
    for (const job of now) {
      try {
        job();
      } catch (error) {
        reportError(error); // the others are no less true
      }
    }
  });
}
