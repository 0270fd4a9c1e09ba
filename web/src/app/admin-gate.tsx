import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';

const page = signal<ComponentType<{ part: string }> | undefined>(undefined);
const failed = signal(false);

async function load(): Promise<void> {
  failed.value = false;
  try {
    const { AdminPage } = await import('../admin/admin-page.tsx');
    page.value = AdminPage;
  } catch {
    failed.value = true;
  }
}

/** The administrator's page, which nobody else loads. */
export function AdminGate({ part }: { part: string }) {
  useEffect(() => {
    if (!page.peek()) void load();
  }, []);
  const Page = page.value;
  if (Page) return <Page part={part} />;
  if (!failed.value) return <div class="starting" role="status" aria-label={t.starting} />;
  return (
    <div class="welcome">
      <p>{t.unreachable}</p>
      <button type="button" class="button" onClick={() => void load()}>
        {t.tryAgain}
      </button>
    </div>
  );
}
