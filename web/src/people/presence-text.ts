import type { Presence } from '@rookery/sdk';
import { clockTime, daysBetween, seenDate, t } from '../i18n/index.ts';

const kMinute = 60_000;

/** The same texts that the server gives, in the words and the time of this place. Empty where nothing is known. */
export function presenceText(presence: Presence | undefined, now: Date): string {
  if (!presence || presence.status === 'unknown') return '';
  if (presence.status === 'online') return t.online;
  if (presence.status === 'away') return t.away;
  if (!presence.last_seen) return t.offlineText;
  const seen = new Date(presence.last_seen);
  const minutes = Math.floor((now.getTime() - seen.getTime()) / kMinute);
  if (minutes < 1) return t.seenJustNow;
  if (minutes < 60) return t.seenMinutes(minutes);
  if (daysBetween(seen, now) === 0) return t.seenToday(clockTime(seen));
  return t.seenOn(seenDate(seen, now));
}
