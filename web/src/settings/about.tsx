import { sheetOpen } from '../app/shortcuts.ts';
import { t } from '../i18n/index.ts';
import { instance } from '../session/session.ts';
import { Logo } from '../ui/icon.tsx';
import { openSettings } from './open.ts';

export function About() {
  const info = instance.value;
  return (
    <section class="settings-part about">
      <Logo size={56} />
      <h4>{info?.name || 'Rookery'}</h4>
      {info ? <p class="muted">{t.version(info.version)}</p> : null}
      <p>{t.aboutText}</p>
      <p>
        <button
          type="button"
          class="link"
          onClick={() => {
            openSettings.value = undefined;
            sheetOpen.value = true;
          }}
        >
          {t.keyboard}
        </button>
      </p>
      <p>
        <a class="link" href="/docs/" target="_blank" rel="noopener">
          {t.documents}
        </a>
      </p>
    </section>
  );
}
