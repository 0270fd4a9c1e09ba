import { useId } from 'preact/hooks';

interface SwitchProps {
  label: string;
  hint: string;
  checked: boolean;
  disabled?: boolean;
  onChange(on: boolean): void;
}

export function Switch({ label, hint, checked, disabled, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch">
      <div>
        <label for={id}>{label}</label>
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={checked}
        aria-checked={checked}
        disabled={disabled}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          const { currentTarget } = event;
          const wanted = currentTarget.checked;
          currentTarget.checked = checked; // it moves when the change is done
          onChange(wanted);
        }}
      />
    </div>
  );
}
