import { useEffect } from 'preact/hooks';
import { byActivity, openConversation } from '../conversations/conversations.ts';
import { Sidebar } from '../conversations/sidebar.tsx';
import { t } from '../i18n/index.ts';
import { AuthPage } from '../session/auth-page.tsx';
import { ConnectionBanner } from '../session/connection-banner.tsx';
import '../notifications/badge.ts';
import '../notifications/notify.ts';
import { phase, ready } from '../session/session.ts';
import { openSettings } from '../settings/open.ts';
import { ConversationView } from '../timeline/conversation-view.tsx';
import { Logo } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { Toast } from '../ui/toast.tsx';
import { goTo, openChannel } from './route.ts';
import { Welcome } from './welcome.tsx';
import './shell.css';

const Settings = lazy(async () => (await import('../settings/settings.tsx')).Settings);

export function App() {
  return (
    <>
      <Page />
      <Toast />
    </>
  );
}

function Page() {
  if (phase.value === 'starting') return <Starting />;
  if (phase.value === 'signed-out') return <AuthPage />;
  return <Shell />;
}

function Starting() {
  return (
    <div class="starting" role="status">
      <Logo size={64} />
      <span class="visually-hidden">{t.starting}</span>
    </div>
  );
}

function Shell() {
  useEffect(() => {
    addEventListener('keydown', shortcut);
    return () => removeEventListener('keydown', shortcut);
  }, []);
  const open = openConversation.value;
  const chosen = openChannel.value;
  return (
    <div class={chosen ? 'shell shell-open' : 'shell'}>
      <button type="button" class="skip-link" onClick={skip}>
        {t.skip}
      </button>
      <Sidebar />
      <main id="main" class="main" tabIndex={-1}>
        <ConnectionBanner />
        {open ? (
          <ConversationView key={open.channel.id} id={open.channel.id} />
        ) : ready.value ? (
          <Welcome />
        ) : (
          <Starting />
        )}
      </main>
      {openSettings.value ? <Settings onClose={() => (openSettings.value = undefined)} /> : null}
    </div>
  );
}

function skip(): void {
  document.getElementById('main')?.focus();
}

/** Ctrl+K: search. Alt+↑ and Alt+↓: the conversation before and after. */
function shortcut(event: KeyboardEvent): void {
  if (document.querySelector('dialog[open]')) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    document.querySelector<HTMLInputElement>('#search')?.focus();
  } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    event.preventDefault();
    const ids = byActivity.peek().map((one) => one.channel.id);
    const at = ids.indexOf(openChannel.peek() ?? '');
    const next = ids[at + (event.key === 'ArrowUp' ? -1 : 1)];
    if (next) goTo(next);
  }
}
