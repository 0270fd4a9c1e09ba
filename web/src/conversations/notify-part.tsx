import type { ChannelSettings } from '@rookery/sdk';
import { useEffect, useId } from 'preact/hooks';
import { listTime, t } from '../i18n/index.ts';
import { attempt } from '../ui/toast.tsx';
import { loadNotifyChoice, mutedUntil, notifyChoiceOf, setNotifyChoice } from './notify-choice.ts';

const kHour = 3_600_000;
const kSpans = { hour: kHour, workday: 8 * kHour, day: 24 * kHour } as const;

/** What of a conversation is announced, and for how long nothing is. */
export function NotifyPart({ channel }: { channel: string }) {
  const id = useId();
  useEffect(() => void loadNotifyChoice(channel).catch(() => undefined), [channel]); // without an answer, what is remembered
  const { notify } = notifyChoiceOf(channel);
  const until = mutedUntil(channel);
  const mute = (span: number) => {
    const muted_until = new Date(Date.now() + span).toISOString();
    attempt(setNotifyChoice(channel, { notify, muted_until }));
  };
  return (
    <section class="details-part" aria-label={t.notifications}>
      <div class="field">
        <label for={id}>{t.notifications}</label>
        <select
          id={id}
          class="select"
          value={notify}
          onChange={(event) => {
            const next = event.currentTarget.value as ChannelSettings['notify'];
            attempt(setNotifyChoice(channel, { notify: next }));
          }}
        >
          <option value="all">{t.notifyAll}</option>
          <option value="mentions">{t.notifyMentions}</option>
          <option value="none">{t.notifyNone}</option>
        </select>
      </div>
      {notify === 'none' ? null : until ? (
        <p class="notify-muted">
          {t.mutedUntil(listTime(until))}
          <button type="button" class="button" onClick={() => attempt(setNotifyChoice(channel, { notify }))}>
            {t.unmute}
          </button>
        </p>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not fields of a form
        <div class="notify-mute" role="group" aria-label={t.muteFor}>
          <span>{t.muteFor}</span>
          {(Object.keys(kSpans) as (keyof typeof kSpans)[]).map((span) => (
            <button type="button" class="button" key={span} onClick={() => mute(kSpans[span])}>
              {t.spans[span]}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
