import { a } from '../i18n/admin.ts';
import { number } from '../i18n/index.ts';

const kUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** "0 B", "1.5 MiB", "12 GiB". */
export function bytes(n: number): string {
  let unit = 0;
  let value = n;
  while (value >= 1024 && unit < kUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${number(value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value))} ${kUnits[unit]}`;
}

/** In the largest unit that it fills. */
export function duration(seconds: number): string {
  if (seconds >= 86_400) return a.days(Math.floor(seconds / 86_400));
  if (seconds >= 3600) return a.hours(Math.floor(seconds / 3600));
  return a.minutes(Math.floor(seconds / 60));
}

/** "0.5 ms", "32 ms", "1,049 ms". */
export function milliseconds(ms: number): string {
  return a.milliseconds(number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)));
}

/** "0", "0.4", "12". */
export function pace(perSecond: number): string {
  return number(perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond));
}
