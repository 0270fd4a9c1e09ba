import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { goTo, goToAdmin } from '../app/route.ts';
import { a } from '../i18n/admin.ts';
import { t } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';
import { Audit } from './audit.tsx';
import { Config } from './config.tsx';
import { Invites } from './invites.tsx';
import { Overview } from './overview.tsx';
import { Users } from './users.tsx';
import './admin.css';

const parts: Record<keyof typeof a.parts, ComponentType> = {
  overview: Overview,
  users: Users,
  invites: Invites,
  config: Config,
  audit: Audit,
};

const isPart = (name: string): name is keyof typeof parts => Object.hasOwn(parts, name);

export function AdminPage({ part }: { part: string }) {
  const chosen = isPart(part) ? part : 'overview';
  const Part = parts[chosen];
  const body = useRef<HTMLElement>(null);
  useEffect(() => {
    body.current?.scrollTo(0, 0);
  }, [chosen]);
  return (
    <div class="admin">
      <header class="admin-head">
        <button
          type="button"
          class="icon-button narrow-only"
          aria-label={t.back}
          title={t.back}
          onClick={() => goTo(undefined)}
        >
          <Icon name="back" />
        </button>
        <h1>{t.administration}</h1>
        <button
          type="button"
          class="icon-button wide-only"
          aria-label={t.close}
          title={t.close}
          onClick={() => goTo(undefined)}
        >
          <Icon name="close" />
        </button>
      </header>
      <nav class="admin-nav" aria-label={t.administration}>
        {(Object.keys(parts) as (keyof typeof parts)[]).map((name) => (
          <a
            key={name}
            href={`#/admin/${name}`}
            aria-current={name === chosen ? 'page' : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              goToAdmin(name);
            }}
          >
            {a.parts[name]}
          </a>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="admin-body" ref={body} tabIndex={0} aria-label={a.parts[chosen]}>
        <div class="admin-column" key={chosen}>
          <Part />
        </div>
      </section>
    </div>
  );
}
