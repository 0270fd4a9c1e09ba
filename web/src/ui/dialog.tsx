import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { Icon } from './icon.tsx';
import './dialog.css';

interface DialogProps {
  title: string;
  onClose(): void;
  children: ComponentChildren;
  /** Slides in at the edge instead of standing in the middle. */
  drawer?: boolean;
  /** Room for two columns; on a narrow screen, all of it. */
  wide?: boolean;
}

/** To what opened the dialog, or where that is gone, to what one most likely does next. */
function giveBack(opener: Element | null): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const open = [...document.querySelectorAll('dialog[open]')].at(-1);
  const usable = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
  const next = usable ? opener : (open ?? document.querySelector('#composer') ?? document.querySelector('#main'));
  (next as HTMLElement | null)?.focus();
}

/** The browser's own modal dialog: it keeps the focus inside and closes with Escape. The focus goes back to where it was. */
export function Dialog({ title, onClose, children, drawer, wide }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = ref.current!;
    const opener = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      queueMicrotask(() => giveBack(opener));
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside the dialog closes it; the keyboard has Escape
    <dialog
      ref={ref}
      class={drawer ? 'dialog drawer' : wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={heading}
      onClose={onClose}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t.close} title={t.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text?: string;
  action: string;
  onConfirm(): void;
  onClose(): void;
}

export function Confirm({ title, text, action, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {text ? <p class="muted">{text}</p> : null}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button
          type="button"
          class="button button-danger"
          onClick={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
