import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { t } from '../i18n/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { sentence } from '../ui/problem.ts';
import { createGroup } from './conversations.ts';
import { PeoplePicker } from './people-picker.tsx';

export function GroupDialog({ onClose }: { onClose(): void }) {
  const name = useSignal('');
  const chosen = useSignal<User[]>([]);
  const wrong = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    try {
      await createGroup(
        chosen.value.map((user) => user.id),
        name.value,
      );
      onClose();
    } catch (error) {
      wrong.value = sentence(error);
      busy.value = false;
    }
  };
  return (
    <Dialog title={t.newGroup} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t.groupName}
          value={name.value}
          onValue={(value) => (name.value = value)}
          hint={t.groupNameHint}
          maxLength={100}
          autofocus
        />
        <PeoplePicker chosen={chosen.value} onChange={(users) => (chosen.value = users)} />
        {wrong.value ? (
          <p class="form-error" role="alert">
            {wrong.value}
          </p>
        ) : null}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" class="button button-main" disabled={busy.value || chosen.value.length === 0}>
            {t.createGroup}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
