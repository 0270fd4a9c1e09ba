import { useEffect, useRef } from 'preact/hooks';
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

interface EmojiPickerProps {
  onPick(emoji: string): void;
  onClose(): void;
}

/** A small grid; arrow keys move in it, Escape and a click elsewhere close it. */
export function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    ref.current?.querySelector('button')?.focus();
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
