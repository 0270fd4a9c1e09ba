import { useSignal } from '@preact/signals';
import type { AdminAuditEntry } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { client } from '../app/client.ts';
import { a } from '../i18n/admin.ts';
import { clockTime, dayName, fullTime } from '../i18n/index.ts';
import { attempt } from '../ui/toast.tsx';
import { useAnswer } from './answer.ts';
import { Empty, Pending } from './parts.tsx';

const kPage = 50;

const ask = (before?: number) =>
  client.rest.request('GET /api/v1/admin/audit', { query: { limit: kPage, ...(before ? { before } : {}) } });

export function Audit() {
  const newest = useAnswer(() => ask());
  const older = useSignal<AdminAuditEntry[]>([]);
  const done = useSignal(false);
  useEffect(() => {
    done.value = newest.value !== undefined && newest.value.length < kPage;
  }, [newest.value]);
  if (!newest.value) return <Pending of={newest} />;
  if (newest.value.length === 0) return <Empty title={a.noAudit} text={a.noAuditHint} />;
  const entries = [...newest.value, ...older.value];
  const more = async () => {
    const page = await ask(entries.at(-1)!.number);
    older.value = [...older.value, ...page];
    done.value = page.length < kPage;
  };
  return (
    <>
      <p class="admin-hint muted">{a.auditHint}</p>
      <ol class="admin-card admin-audit" aria-label={a.parts.audit}>
        {entries.map((entry, at) => {
          const when = new Date(entry.at);
          const day = dayName(when);
          const first = at === 0 || dayName(new Date(entries[at - 1]!.at)) !== day;
          return (
            <li key={entry.number}>
              {first ? <h2>{day}</h2> : null}
              <div class="admin-line">
                <span class="row-words">
                  <span>{said(entry)}</span>
                  {detailOf(entry) ? <span class="row-text">{detailOf(entry)}</span> : null}
                </span>
                <time class="muted" dateTime={entry.at} title={fullTime(when)}>
                  {clockTime(when)}
                </time>
              </div>
            </li>
          );
        })}
      </ol>
      {done.value ? null : (
        <button type="button" class="button admin-more" onClick={() => attempt(more())}>
          {a.showMore}
        </button>
      )}
    </>
  );
}

function said(entry: AdminAuditEntry): string {
  const who = entry.actor ? `@${entry.actor.username}` : a.commandLine;
  return a.acts[entry.action](who, entry.target ? `@${entry.target.username}` : '');
}

function detailOf(entry: AdminAuditEntry): string | undefined {
  if (entry.action !== 'registration_changed') return entry.detail;
  return a.modes[entry.detail as keyof typeof a.modes]?.title ?? entry.detail;
}
