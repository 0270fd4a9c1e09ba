import { computed, effect, signal } from '@preact/signals';
import { onSignOut } from '../app/stores.ts';
import { type Language, languages, speak } from '../i18n/index.ts';

/** How this browser shows the page. Kept in it alone, and deleted with everything else at sign-out. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  density: 'comfortable' | 'compact';
  /** Undefined: the browser's. */
  language: Language | undefined;
  /** Whether messages are announced by the system while the page is open and not looked at. */
  notifications: boolean;
  sound: boolean;
}

const kKey = 'rookery.preferences';
const kDefault: Preferences = {
  theme: 'system',
  density: 'comfortable',
  language: undefined,
  notifications: false,
  sound: false,
};

/** What an earlier version, or a hand, left in the store is taken only where it makes sense. */
export function readPreferences(text: string | null): Preferences {
  let stored: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    stored = (JSON.parse(text ?? '{}') as typeof stored | null) ?? {};
  } catch {
    // Not ours: the defaults.
  }
  const { theme, density, language, notifications, sound } = stored;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : kDefault.theme,
    density: density === 'compact' ? density : kDefault.density,
    language: typeof language === 'string' && Object.hasOwn(languages, language) ? (language as Language) : undefined,
    notifications: notifications === true,
    sound: sound === true,
  };
}

function load(): Preferences {
  try {
    return readPreferences(localStorage.getItem(kKey));
  } catch {
    return kDefault; // no storage allowed
  }
}

export const preferences = signal<Preferences>(load());

export function prefer(part: Partial<Preferences>): void {
  preferences.value = { ...preferences.peek(), ...part };
  try {
    localStorage.setItem(kKey, JSON.stringify(preferences.peek()));
  } catch {
    // They hold as long as the page, then.
  }
}

// Another tab changed them.
addEventListener('storage', (event) => {
  if (event.key === kKey || event.key === null) preferences.value = load();
});

onSignOut(() => {
  preferences.value = kDefault;
  try {
    localStorage.removeItem(kKey);
  } catch {
    // Nothing was stored either.
  }
});

/** Puts them to work on the document, from now on. Resolves when the words are there. */
export function applyPreferences(): Promise<void> {
  effect(() => {
    const { theme, density } = preferences.value;
    const { dataset } = document.documentElement;
    dataset.theme = theme;
    dataset.density = density;
  });
  const language = computed(() => preferences.value.language);
  let first: Promise<void> | undefined;
  effect(() => {
    const spoken = speak(language.value);
    first ??= spoken;
  });
  addEventListener('languagechange', () => void speak(language.peek()));
  return first ?? Promise.resolve();
}
