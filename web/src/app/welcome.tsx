import { byActivity } from '../conversations/conversations.ts';
import { t } from '../i18n/index.ts';
import { nameOf } from '../people/people.ts';
import { me } from '../session/session.ts';
import { Icon, Logo } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';

/** What stands beside the list while no conversation is open. */
export function Welcome() {
  if (byActivity.value.length > 0) {
    return (
      <div class="welcome">
        <Logo size={72} />
        <h1>{t.pickConversation}</h1>
        <p class="muted">{t.pickConversationHint}</p>
      </div>
    );
  }
  return (
    <div class="welcome">
      <Logo size={72} />
      <h1>{t.welcome(nameOf(me.value))}</h1>
      <ol class="steps">
        {t.welcomeSteps.map((step) => (
          <li key={step.title}>
            <h2>{step.title}</h2>
            <p>{step.text}</p>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="button button-main wide-only"
        onClick={() => document.querySelector<HTMLElement>('#search')?.focus()}
      >
        <Icon name="search" size={18} />
        {t.searchPlaceholder}
      </button>
      <p class="muted wide-only">
        {t.keysHint} <kbd>?</kbd>
      </p>
    </div>
  );
}

/** One's username, to be passed on. */
export function OwnName() {
  const name = me.value?.username ?? '';
  const copy = async () => {
    await navigator.clipboard?.writeText(name);
    toast(t.copied);
  };
  return (
    <span class="own-name">
      <code>@{name}</code>
      {navigator.clipboard ? (
        <button type="button" class="icon-button" aria-label={t.copyUsername} title={t.copyUsername} onClick={copy}>
          <Icon name="copy" size={16} />
        </button>
      ) : null}
    </span>
  );
}
