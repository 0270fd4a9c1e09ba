import { computed, useSignal, useSignalEffect } from '@preact/signals';
import { client } from '../app/client.ts';
import { t } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';
import { connection, networkUp } from './session.ts';

const kQuiet = 1200; // a connection that comes back sooner is not worth a word

const down = computed(() => connection.value.kind === 'connecting' || connection.value.kind === 'waiting');

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

  const state = connection.value;
  if (!networkUp.value) return <Line text={t.offline} />;
  if (state.kind === 'stopped' && state.reason === 'elsewhere') {
    return <Line text={t.elsewhere} action={t.useHere} onAction={() => client.gateway.start()} />;
  }
  if (!shown.value) return null;
  if (state.kind !== 'waiting') return <Line text={t.reconnecting} />;
  const seconds = Math.max(1, Math.ceil((state.retryAt - now.value) / 1000));
  return <Line text={t.reconnectingIn(seconds)} action={t.retryNow} onAction={() => client.gateway.retryNow()} />;
}

interface LineProps {
  text: string;
  action?: string;
  onAction?(): void;
}

function Line({ text, action, onAction }: LineProps) {
  return (
    // The seconds count down on the screen; read aloud they would only disturb.
    <div class="banner" role="status" aria-live={action ? 'off' : 'polite'}>
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
