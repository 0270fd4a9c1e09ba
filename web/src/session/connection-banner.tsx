import { computed, useSignal, useSignalEffect } from '@preact/signals';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';
import { connection, networkUp } from './session.ts';
import { troubleOf } from './trouble.ts';

const kQuiet = 1200; // a connection that comes back sooner is not worth a word

const trouble = computed(() => troubleOf(connection.value, networkUp.value));
const down = computed(() => trouble.value === 'lost' || trouble.value === 'offline');

/** Says what is wrong with the connection and what happens about it; nothing while all is well. */
export function ConnectionBanner() {
  const now = useSignal(Date.now());
  const shown = useSignal(false);

  useSignalEffect(() => {
    shown.value = false;
    if (!down.value) return;
    const quiet = setTimeout(() => {
      shown.value = true;
    }, kQuiet);
    const ticking = setInterval(() => {
      now.value = Date.now();
    }, 500);
    return () => {
      clearTimeout(quiet);
      clearInterval(ticking);
    };
  });

  if (trouble.value === 'elsewhere') {
    return <Line text={t.elsewhere} action={t.useHere} onAction={() => client.gateway.start()} />;
  }
  if (!shown.value) return null;
  const state = connection.value;
  const retry = state.kind === 'waiting' ? { action: t.retryNow, onAction: () => client.gateway.retryNow() } : {};
  if (trouble.value === 'offline') return <Line text={t.offline} {...retry} />;
  if (state.kind !== 'waiting') return <Line text={t.reconnecting} />;
  const seconds = Math.max(1, Math.ceil((state.retryAt - now.value) / 1000));
  return <Line text={t.reconnectingIn(seconds)} counting {...retry} />;
}

interface LineProps {
  text: string;
  action?: string;
  /** The seconds in it count down on the screen; read aloud they would only disturb. */
  counting?: boolean;
  onAction?(): void;
}

function Line({ text, action, counting, onAction }: LineProps) {
  return (
    <div class="banner" role="status" aria-live={counting ? 'off' : 'polite'}>
      <Icon name="offline" size={18} />
      <span>{text}</span>
      {action ? (
        <button type="button" class="banner-button" onClick={onAction}>
          {action}
        </button>
      ) : null}
    </div>
  );
}
