import { t } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';

export type TickState = 'sending' | 'waiting' | 'sent' | 'delivered' | 'read';

/** How far one's own message has come. */
export function Ticks({ state }: { state: TickState }) {
  const name = state === 'sending' || state === 'waiting' ? 'clock' : state === 'sent' ? 'check' : 'checks';
  return (
    <span class={`ticks ticks-${state}`} role="img" aria-label={t[state]} title={t[state]}>
      <Icon name={name} size={16} />
    </span>
  );
}
