import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';
import './popover.css';

const kMargin = 8;
const kGap = 6;

/** Beside its anchor: below it where there is room, else above; never beyond an edge of the window. */
function place(box: HTMLElement, anchor: Element): void {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = innerHeight - at.bottom - kGap - kMargin;
  const top = below >= height || below >= at.top ? at.bottom + kGap : at.top - kGap - height;
  const toEnd = getComputedStyle(anchor).direction === 'rtl' ? at.left : at.right - width;
  const toStart = getComputedStyle(anchor).direction === 'rtl' ? at.right - width : at.left;
  const left = at.left + at.width / 2 > innerWidth / 2 ? toEnd : toStart;
  box.style.top = `${Math.max(kMargin, Math.min(top, innerHeight - height - kMargin))}px`;
  box.style.left = `${Math.max(kMargin, Math.min(left, innerWidth - width - kMargin))}px`;
}

interface PopoverProps {
  /** What it belongs to: it stands beside it, and a click there is the anchor's own business. */
  anchor: { current: Element | null };
  onClose(): void;
  children: ComponentChildren;
  class?: string;
}

/** Above everything, whatever the list around the anchor cuts off. Escape and a click elsewhere close it; the focus goes back. */
export function Popover({ anchor, onClose, children, class: names = '' }: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = ref.current!;
    const stay = () => anchor.current && place(box, anchor.current);
    box.showPopover();
    stay();
    const sizes = new ResizeObserver(stay);
    sizes.observe(box);
    addEventListener('resize', stay);
    addEventListener('scroll', stay, true);
    return () => {
      sizes.disconnect();
      removeEventListener('resize', stay);
      removeEventListener('scroll', stay, true);
    };
  }, []);
  useEffect(() => {
    const before = document.activeElement;
    const outside = (event: Event) => {
      const to = event.target as Node;
      if (!ref.current?.contains(to) && !anchor.current?.contains(to)) onClose();
    };
    addEventListener('pointerdown', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      const { activeElement } = document;
      if (before?.isConnected && (activeElement === document.body || ref.current?.contains(activeElement))) {
        (before as HTMLElement).focus({ preventScroll: true });
      }
    };
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only Escape is taken, on its way up from what is inside
    <div
      class={`popover ${names}`}
      popover="manual"
      ref={ref}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        onClose();
      }}
    >
      {children}
    </div>
  );
}

export interface MenuItem {
  icon: IconName;
  label: string;
  onPick(): void;
  danger?: boolean;
}

interface MenuProps {
  anchor: PopoverProps['anchor'];
  label: string;
  items: MenuItem[];
  onClose(): void;
}

export function Menu({ anchor, label, items, onClose }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector('button')?.focus({ preventScroll: true }), []);
  const move = (event: KeyboardEvent) => {
    const buttons = [...list.current!.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      buttons.at(to % buttons.length)?.focus();
    } else if (event.key === 'Tab') {
      onClose();
    }
  };
  return (
    <Popover anchor={anchor} onClose={onClose} class="menu">
      <div role="menu" aria-label={label} ref={list} tabIndex={-1} onKeyDown={move}>
        {items.map((item) => (
          <button
            type="button"
            role="menuitem"
            key={item.label}
            class={item.danger ? 'menu-item menu-danger' : 'menu-item'}
            onClick={() => {
              onClose();
              item.onPick();
            }}
          >
            <Icon name={item.icon} size={18} />
            {item.label}
          </button>
        ))}
      </div>
    </Popover>
  );
}
