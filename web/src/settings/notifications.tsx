import { t } from '../i18n/index.ts';
import { askPermission, permission } from '../notifications/notify.ts';
import { playSound } from '../notifications/sound.ts';
import { prefer, preferences } from './preferences.ts';
import { Switch } from './switch.tsx';

export function Notifications() {
  const { notifications, sound } = preferences.value;
  const may = permission.value;
  const set = async (on: boolean) => prefer({ notifications: on && (await askPermission()) });
  return (
    <>
      <section class="settings-part">
        <Switch
          label={t.showNotifications}
          hint={t.showNotificationsHint}
          checked={notifications && may === 'granted'}
          disabled={may === 'unsupported' || may === 'denied'}
          onChange={(on) => void set(on)}
        />
        {may === 'denied' || may === 'unsupported' ? (
          <p class="settings-notice" role="status">
            {may === 'denied' ? t.notificationsDenied : t.notificationsUnsupported}
          </p>
        ) : null}
      </section>
      <section class="settings-part">
        <Switch
          label={t.playSound}
          hint={t.playSoundHint}
          checked={sound}
          onChange={(on) => {
            prefer({ sound: on });
            if (on) void playSound();
          }}
        />
      </section>
      <p class="field-hint">{t.onlyHere}</p>
    </>
  );
}
