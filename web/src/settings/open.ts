import { signal } from '@preact/signals';
import { onSignOut } from '../app/stores.ts';

export type Section = 'account' | 'appearance' | 'notifications' | 'privacy' | 'logins' | 'about';

/** The part of the settings that is open, or undefined: none. */
export const openSettings = signal<Section | undefined>(undefined);

onSignOut(() => {
  openSettings.value = undefined;
});
