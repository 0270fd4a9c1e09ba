import { computed, signal } from '@preact/signals';
import { en } from './en.ts';

/** What a language has to say. English is in the page; every other one is loaded when somebody wants it. */
export type Catalogue = typeof en;
export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const loaders: Record<Exclude<Language, 'en'>, () => Promise<Catalogue>> = {
  de: async () => (await import('./de.ts')).de,
};

const current = signal<{ language: Language; words: Catalogue }>({ language: 'en', words: en });
export const language = computed(() => current.value.language);

/** The sentences of the language of the moment: whatever reads one is drawn anew when the language changes. */
export const t: Catalogue = new Proxy(en, {
  get: (_, key) => current.value.words[key as keyof Catalogue],
});

const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name);
const baseOf = (tag: string): string => tag.toLowerCase().split('-')[0]!;

/** The first of the browser's languages that the page speaks. */
export function browserLanguage(wanted: readonly string[] = navigator.languages): Language {
  return wanted.map(baseOf).find(isLanguage) ?? 'en';
}

const kRightToLeft = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']);
export const directionOf = (tag: string): 'ltr' | 'rtl' => (kRightToLeft.has(baseOf(tag)) ? 'rtl' : 'ltr');

let wantedLast: Language = 'en';

/** Speaks this language, or the browser's. Where it cannot be loaded, everything stays as it is. */
export async function speak(choice: Language | undefined): Promise<void> {
  const wanted = choice ?? browserLanguage();
  wantedLast = wanted;
  const words = wanted === 'en' ? en : await loaders[wanted]().catch(() => undefined);
  if (!words || wanted !== wantedLast) return;
  if (wanted !== current.peek().language) current.value = { language: wanted, words };
  document.documentElement.lang = wanted;
  document.documentElement.dir = directionOf(wanted);
}

/** Dates as people of the browser's region write them, where it is a region of this language: 24 hours in en-GB, 12 in en-US. */
function localeOf(spoken: Language): string {
  return navigator.languages.find((tag) => baseOf(tag) === spoken) ?? spoken;
}

const formats = computed(() => {
  const locale = localeOf(language.value);
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    time: dates({ hour: 'numeric', minute: '2-digit' }),
    weekday: dates({ weekday: 'long' }),
    short: dates({ day: 'numeric', month: 'short' }),
    shortYear: dates({ day: 'numeric', month: 'short', year: 'numeric' }),
    long: dates({ weekday: 'long', day: 'numeric', month: 'long' }),
    longYear: dates({ day: 'numeric', month: 'long', year: 'numeric' }),
    day: dates({ day: 'numeric', month: 'long' }),
    full: dates({ dateStyle: 'full', timeStyle: 'short' }),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
    number: new Intl.NumberFormat(locale),
    list: new Intl.ListFormat(locale),
    collator: new Intl.Collator(locale, { sensitivity: 'base', numeric: true }),
  };
});

const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

export const clockTime = (date: Date) => formats.value.time.format(date);
export const fullTime = (date: Date) => formats.value.full.format(date);
export const plainDate = (date: Date) => formats.value.longYear.format(date);
export const number = (n: number) => formats.value.number.format(n);
/** For sorting names as people of this language look them up. */
export const compareNames = (a: string, b: string) => formats.value.collator.compare(a, b);

/** Whole days between two moments, by the calendar of this place: 0 today, 1 yesterday. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(later) - midnight(earlier)) / kDay);
}

/** For lists: the time today, the day of the week in the last week, else the date. */
export function listTime(date: Date, now = new Date()): string {
  const days = daysBetween(date, now);
  if (days <= 0) return clockTime(date);
  if (days === 1) return t.yesterday;
  const { weekday, short, shortYear } = formats.value;
  if (days < 7) return weekday.format(date);
  return (date.getFullYear() === now.getFullYear() ? short : shortYear).format(date);
}

/** How long ago, in the largest unit that fits: "now", "5 minutes ago", "yesterday". */
export function relativeTime(date: Date, now = new Date()): string {
  const passed = Math.max(0, now.getTime() - date.getTime());
  const { relative } = formats.value;
  if (passed < kMinute) return relative.format(0, 'second');
  if (passed < kHour) return relative.format(-Math.floor(passed / kMinute), 'minute');
  const days = daysBetween(date, now);
  if (days === 0) return relative.format(-Math.floor(passed / kHour), 'hour');
  return days < 30 ? relative.format(-days, 'day') : plainDate(date);
}

/** For the separators between days. */
export function dayName(date: Date, now = new Date()): string {
  const days = daysBetween(date, now);
  if (days <= 0) return t.today;
  if (days === 1) return t.yesterday;
  const { long, longYear } = formats.value;
  return (date.getFullYear() === now.getFullYear() ? long : longYear).format(date);
}

/** The date in a last-seen text, with the year only where it is another one. */
export function seenDate(date: Date, now: Date): string {
  const { day, longYear } = formats.value;
  return (date.getFullYear() === now.getFullYear() ? day : longYear).format(date);
}

/** Several in one sentence: "a, b and c". */
export const listOf = (words: readonly string[]): string => formats.value.list.format(words);
