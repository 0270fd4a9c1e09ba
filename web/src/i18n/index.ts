import { type Catalogue, en } from './en.ts';

export const t: Catalogue = en;

const locale = navigator.language;
const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long' });
const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const long = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const longYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });

const kDay = 86_400_000;

export const clockTime = (date: Date) => time.format(date);
export const fullTime = (date: Date) => full.format(date);
export const plainDate = (date: Date) => longYear.format(date);

/** Whole days between two moments, by the calendar of this place: 0 today, 1 yesterday. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(later) - midnight(earlier)) / kDay);
}

/** For lists: the time today, the day of the week in the last week, else the date. */
export function listTime(date: Date, now = new Date()): string {
  const days = daysBetween(date, now);
  if (days <= 0) return time.format(date);
  if (days === 1) return t.yesterday;
  if (days < 7) return weekday.format(date);
  return (date.getFullYear() === now.getFullYear() ? short : shortYear).format(date);
}

/** For the separators between days. */
export function dayName(date: Date, now = new Date()): string {
  const days = daysBetween(date, now);
  if (days <= 0) return t.today;
  if (days === 1) return t.yesterday;
  return (date.getFullYear() === now.getFullYear() ? long : longYear).format(date);
}

/** The date in a last-seen text, with the year only where it is another one. */
export function seenDate(date: Date, now: Date): string {
  const sameYear = date.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(locale, {
    month: 'long',
    day: 'numeric',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(date);
}
