import { useId } from 'preact/hooks';
import { browserLanguage, type Language, languages, t } from '../i18n/index.ts';
import { type Preferences, prefer, preferences } from './preferences.ts';

export function Appearance() {
  const id = useId();
  const { theme, density, language } = preferences.value;
  return (
    <>
      <Choice
        title={t.theme}
        name="theme"
        value={theme}
        options={{ system: t.themeSystem, light: t.themeLight, dark: t.themeDark }}
        onChoose={(next) => prefer({ theme: next as Preferences['theme'] })}
      />
      <Choice
        title={t.density}
        name="density"
        value={density}
        options={{ comfortable: t.densityComfortable, compact: t.densityCompact }}
        onChoose={(next) => prefer({ density: next as Preferences['density'] })}
      />
      <section class="settings-part">
        <label class="settings-label" for={id}>
          {t.language}
        </label>
        <select
          id={id}
          class="select"
          value={language ?? ''}
          onChange={(event) => prefer({ language: (event.currentTarget.value || undefined) as Language | undefined })}
        >
          <option value="">{t.languageOfBrowser(languages[browserLanguage()])}</option>
          {Object.entries(languages).map(([key, name]) => (
            <option key={key} value={key} lang={key}>
              {name}
            </option>
          ))}
        </select>
      </section>
      <p class="field-hint">{t.onlyHere}</p>
    </>
  );
}

interface ChoiceProps {
  title: string;
  name: string;
  value: string;
  options: Record<string, string>;
  onChoose(value: string): void;
}

/** A few pictures of what there is to choose from. */
function Choice({ title, name, value, options, onChoose }: ChoiceProps) {
  return (
    <fieldset class="settings-part choice">
      <legend class="settings-label">{title}</legend>
      {Object.entries(options).map(([key, label]) => (
        <label key={key} class="choice-one">
          <input type="radio" name={name} value={key} checked={key === value} onChange={() => onChoose(key)} />
          <span class={`choice-picture picture-${key}`} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
