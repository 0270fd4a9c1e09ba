import { useId, useState } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Icon } from './icon.tsx';

interface FieldProps {
  label: string;
  type?: 'text' | 'password';
  value: string;
  onValue(value: string): void;
  hint?: string | undefined;
  error?: string | undefined;
  name?: string;
  autocomplete?: 'username' | 'name' | 'current-password' | 'new-password';
  autocapitalize?: 'none';
  spellcheck?: boolean;
  autofocus?: boolean;
  required?: boolean;
  minLength?: number | undefined;
  maxLength?: number;
}

/** A labelled line of input with its hint and its error. */
export function Field({ label, value, onValue, hint, error, type = 'text', ...rest }: FieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const secret = type === 'password';
  return (
    <div class={error ? 'field field-wrong' : 'field'}>
      <label for={id}>{label}</label>
      <div class="field-line">
        <input
          {...rest}
          id={id}
          type={(secret && shown ? 'text' : type) as 'text'} // the typings know no input that is now one, now the other
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-hint` : undefined}
        />
        {secret ? (
          <button
            type="button"
            class="icon-button"
            aria-pressed={shown}
            aria-label={shown ? t.hidePassword : t.showPassword}
            title={shown ? t.hidePassword : t.showPassword}
            onClick={() => setShown(!shown)}
          >
            <Icon name="eye" />
          </button>
        ) : null}
      </div>
      {error || hint ? (
        <p id={`${id}-hint`} class={error ? 'field-error' : 'field-hint'}>
          {error || hint}
        </p>
      ) : null}
    </div>
  );
}
