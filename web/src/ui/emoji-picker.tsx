import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';

const kEmoji = [
  '👍',
  '❤️',
  '😂',
  '😮',
  '😢',
  '🙏',
  '🎉',
  '🔥',
  '😀',
  '😊',
  '😉',
  '😍',
  '🤔',
  '😅',
  '😎',
  '🙄',
  '😴',
  '😭',
  '😡',
  '🤯',
  '🥳',
  '🤝',
  '👏',
  '👋',
  '💪',
  '👀',
  '✅',
  '❌',
  '⭐',
  '☕',
  '🍰',
  '🚀',
];

const kMargin = 8;

/** Moves what would be cut off at an edge of the list, or of the window, back inside. */
function stayInSight(box: HTMLElement): void {
  const room = (box.closest('.timeline') ?? document.documentElement).getBoundingClientRect();
  const own = box.getBoundingClientRect();
  const inside = (start: number, end: number, low: number, high: number) =>
    Math.max(low + kMargin - start, Math.min(0, high - kMargin - end));
  const x = inside(own.left, own.right, room.left, room.right);
  const y = inside(own.top, own.bottom, room.top, room.bottom);
  box.style.translate = `${x}px ${y}px`;
}

interface EmojiPickerProps {
  onPick(emoji: string): void;
  onClose(): void;
}

/** A small grid; arrow keys move in it, Escape and a click elsewhere close it. */
export function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => stayInSight(ref.current!), []);
  useEffect(() => {
    ref.current?.querySelector('button')?.focus({ preventScroll: true });
    const outside = (event: Event) => {
      if (!ref.current?.parentElement?.contains(event.target as Node)) onClose();
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, []);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    } else if (step) {
      event.preventDefault();
      const buttons = [...ref.current!.querySelectorAll('button')];
      buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, not fields of a form
    <div class="emoji-picker" ref={ref} role="group" aria-label={t.emoji} onKeyDown={move}>
      {kEmoji.map((emoji) => (
        <button type="button" key={emoji} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
