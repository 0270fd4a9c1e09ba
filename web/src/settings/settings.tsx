import type { ComponentType } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { rove } from '../ui/rove.ts';
import { About } from './about.tsx';
import { Account } from './account.tsx';
import { Appearance } from './appearance.tsx';
import { Logins } from './logins.tsx';
import { Notifications } from './notifications.tsx';
import { openSettings, type Section } from './open.ts';
import { Privacy } from './privacy.tsx';
import './settings.css';

const parts: Record<Section, { icon: IconName; title(): string; Panel: ComponentType }> = {
  account: { icon: 'person', title: () => t.account, Panel: Account },
  appearance: { icon: 'palette', title: () => t.appearance, Panel: Appearance },
  notifications: { icon: 'bell', title: () => t.notifications, Panel: Notifications },
  privacy: { icon: 'shield', title: () => t.privacy, Panel: Privacy },
  logins: { icon: 'device', title: () => t.devices, Panel: Logins },
  about: { icon: 'info', title: () => t.about, Panel: About },
};

export function Settings({ onClose }: { onClose(): void }) {
  const id = useId();
  const open = openSettings.value ?? 'account';
  const { title, Panel } = parts[open];
  return (
    <Dialog title={t.settings} onClose={onClose} wide>
      <div class="settings">
        <div
          class="settings-tabs"
          role="tablist"
          aria-label={t.settings}
          aria-orientation="vertical"
          onKeyDown={(event) => rove(event, '[role=tab]', (tab) => tab.click())}
        >
          {Object.entries(parts).map(([name, part]) => (
            <button
              type="button"
              key={name}
              role="tab"
              id={`${id}-${name}`}
              class="settings-tab"
              aria-selected={name === open}
              aria-controls={`${id}-panel`}
              tabIndex={name === open ? 0 : -1}
              onClick={() => (openSettings.value = name as Section)}
            >
              <Icon name={part.icon} size={18} />
              {part.title()}
            </button>
          ))}
        </div>
        <div
          key={open}
          id={`${id}-panel`}
          class="settings-panel"
          role="tabpanel"
          aria-labelledby={`${id}-${open}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
          tabIndex={0}
        >
          <h3 class="settings-title">{title()}</h3>
          <Panel />
        </div>
      </div>
    </Dialog>
  );
}
