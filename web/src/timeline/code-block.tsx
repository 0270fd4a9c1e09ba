import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';
import type { Piece } from './highlight.ts';

/** Code as it was written; its colours come a moment later and move nothing. */
export function CodeBlock({ language, text }: { language: string; text: string }) {
  const pieces = useSignal<Piece[] | undefined>(undefined);
  useEffect(() => {
    pieces.value = undefined;
    if (!language) return;
    let gone = false;
    void import('./highlight.ts').then(
      ({ highlight }) => {
        if (!gone) pieces.value = highlight(text, language);
      },
      () => undefined, // offline: without colours
    );
    return () => {
      gone = true;
    };
  }, [language, text]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast(t.copied);
  };
  return (
    <div class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section class="code-scroll" tabIndex={0} aria-label={language ? t.codeIn(language) : t.code}>
        <pre>
          <code>{pieces.value?.map(painted) ?? text}</code>
        </pre>
      </section>
      {navigator.clipboard ? (
        <button type="button" class="icon-button code-copy" aria-label={t.copyCode} title={t.copyCode} onClick={copy}>
          <Icon name="copy" size={16} />
        </button>
      ) : null}
    </div>
  );
}

function painted({ paint, text }: Piece): ComponentChild {
  return paint === 'plain' ? text : <span class={`code-${paint}`}>{text}</span>;
}
