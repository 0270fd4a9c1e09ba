import { useEffect } from 'preact/hooks';
import { openConversation } from '../conversations/conversations.ts';
import { Sidebar } from '../conversations/sidebar.tsx';
import { t } from '../i18n/index.ts';
import { ShownPerson } from '../people/person.tsx';
import { AuthPage } from '../session/auth-page.tsx';
import { ConnectionBanner } from '../session/connection-banner.tsx';
import '../notifications/badge.ts';
import '../notifications/notify.ts';
import { administrator, phase, ready } from '../session/session.ts';
import { openSettings } from '../settings/open.ts';
import { ConversationView } from '../timeline/conversation-view.tsx';
import { Logo } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { Toast } from '../ui/toast.tsx';
import { AdminGate } from './admin-gate.tsx';
import { Live } from './live.tsx';
import { adminPart, openChannel } from './route.ts';
import { onShortcut, sheetOpen } from './shortcuts.ts';
import { UpdateNote } from './updates.tsx';
import { Welcome } from './welcome.tsx';
import './shell.css';

const Settings = lazy(async () => (await import('../settings/settings.tsx')).Settings);
const ShortcutsSheet = lazy(async () => (await import('./shortcuts-sheet.tsx')).ShortcutsSheet);

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
    addEventListener('keydown', onShortcut);
    return () => removeEventListener('keydown', onShortcut);
  }, []);
  const open = openConversation.value;
  const chosen = openChannel.value;
  const administrating = administrator.value ? adminPart.value : undefined;
  return (
    <div class={chosen || administrating ? 'shell shell-open' : 'shell'}>
      <Skip text={t.skipToList} to={['.list .row[tabindex="0"]', '#search']} />
      {open && !administrating ? (
        <>
          <Skip text={t.skipToMessages} to={['.timeline']} />
          <Skip text={t.skipToComposer} to={['#composer', '#main']} />
        </>
      ) : (
        <Skip text={t.skip} to={['#main']} />
      )}
      <Sidebar />
      <main id="main" class="main" tabIndex={-1}>
        <ConnectionBanner />
        <UpdateNote />
        {administrating ? (
          <AdminGate part={administrating} />
        ) : open ? (
          <ConversationView key={open.channel.id} id={open.channel.id} />
        ) : ready.value ? (
          <Welcome />
        ) : (
          <Starting />
        )}
      </main>
      {sheetOpen.value ? <ShortcutsSheet onClose={() => (sheetOpen.value = false)} /> : null}
      <Live />
      {openSettings.value ? <Settings onClose={() => (openSettings.value = undefined)} /> : null}
      <ShownPerson />
    </div>
  );
}

/** Past everything between: to the first of the places that is there. */
function Skip({ text, to }: { text: string; to: string[] }) {
  const skip = () => {
    for (const place of to) {
      const found = document.querySelector<HTMLElement>(place);
      found?.focus();
      if (found) return;
    }
  };
  return (
    <button type="button" class="skip-link" onClick={skip}>
      {text}
    </button>
  );
}
