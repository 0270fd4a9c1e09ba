import { useSignal } from '@preact/signals';
import type { AdminOption } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { a } from '../i18n/admin.ts';
import { Icon } from '../ui/icon.tsx';
import { useAnswer } from './answer.ts';
import { Card, Empty, Pending } from './parts.tsx';

export function Config() {
  const options = useAnswer(() => client.rest.request('GET /api/v1/admin/config'));
  const words = useSignal('');
  const onlyChanged = useSignal(false);
  if (!options.value) return <Pending of={options} />;
  const wanted = words.value.trim().toLowerCase();
  const shown = options.value.filter(
    (one) => (!onlyChanged.value || one.changed) && `${one.name} ${one.description}`.toLowerCase().includes(wanted),
  );
  const sections = [...new Set(shown.map((one) => one.section))];
  return (
    <>
      <p class="admin-hint muted">{a.configHint}</p>
      <div class="admin-tools">
        <search class="search">
          <Icon name="search" size={18} />
          <input
            type="search"
            value={words.value}
            onInput={(event) => (words.value = event.currentTarget.value)}
            placeholder={a.findOptions}
            aria-label={a.findOptions}
          />
        </search>
        <label class="admin-check">
          <input
            type="checkbox"
            checked={onlyChanged.value}
            onChange={(event) => (onlyChanged.value = event.currentTarget.checked)}
          />
          {a.onlyChanged}
        </label>
      </div>
      {shown.length === 0 ? <Empty title={a.noOptions} /> : null}
      {sections.map((section) => (
        <Card key={section} title={section}>
          <dl class="admin-options">
            {shown
              .filter((one) => one.section === section)
              .map((one) => (
                <Option key={one.name} of={one} />
              ))}
          </dl>
        </Card>
      ))}
    </>
  );
}

function Option({ of }: { of: AdminOption }) {
  return (
    <div class="admin-option">
      <dt>
        <code>{of.name}</code>
        <span class="muted">{of.description}</span>
      </dt>
      <dd>
        <b>{of.value}</b>
        {of.changed ? <span class="muted">{a.standard(of.default)}</span> : null}
      </dd>
    </div>
  );
}
