import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { language, t } from '../i18n/index.ts';
import type { Emoji } from './emoji.ts';
import { recentEmoji, tookEmoji } from './emoji-recent.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';
import './emoji-picker.css';

const kColumns = 8;

type List = typeof import('./emoji.ts');

interface EmojiPickerProps {
  anchor: { current: Element | null };
  onPick(emoji: string): void;
  onClose(): void;
}

/** The recent ones at once, all of them as soon as they are loaded; a line to search on. Arrow keys move in the grid. */
export function EmojiPicker({ anchor, onPick, onClose }: EmojiPickerProps) {
  const box = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const list = useSignal<List | undefined>(undefined);
  const query = useSignal('');
  const recent = useRef(recentEmoji.peek()).current; // does not change under the pointer
  useEffect(() => {
    void import('./emoji.ts').then(
      (loaded) => {
        list.value = loaded;
      },
      () => undefined, // offline: the recent ones have to do
    );
    if (!matchMedia('(pointer: coarse)').matches) search.current?.focus({ preventScroll: true });
  }, []);

  const pick = (symbol: string) => {
    tookEmoji(symbol);
    onPick(symbol);
  };
  const names = new Map(list.value?.kEmoji.map((one) => [one.symbol, one.names[language.value]]));
  const nameOf = (symbol: string) => names.get(symbol) ?? symbol;
  const found = query.value.trim() && list.value ? list.value.findEmoji(query.value) : undefined;
  const move = (event: KeyboardEvent) => {
    const buttons = [...box.current!.querySelectorAll<HTMLButtonElement>('.emoji')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Enter' && event.target === search.current) {
      event.preventDefault();
      buttons[0]?.click();
      return;
    }
    const aside = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const step = at < 0 ? undefined : aside && aside * (getComputedStyle(box.current!).direction === 'rtl' ? -1 : 1);
    let to = step === undefined ? undefined : buttons[at + step];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      to = beside(buttons, at, event.key === 'ArrowDown' ? 1 : -1);
    if (event.key === 'ArrowUp' && at >= 0 && at < kColumns && !to) search.current?.focus();
    if (!to && event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    to?.focus();
  };
  const grid = (emoji: readonly { symbol: string }[]) => (
    <div class="emoji-grid">
      {emoji.map(({ symbol }) => (
        <button
          type="button"
          class="emoji"
          key={symbol}
          aria-label={nameOf(symbol)}
          title={nameOf(symbol)}
          onClick={() => pick(symbol)}
        >
          {symbol}
        </button>
      ))}
    </div>
  );
  return (
    <Popover anchor={anchor} onClose={onClose} class="emoji-popover">
      {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons, not fields of a form */}
      <div class="emoji-picker" ref={box} role="group" aria-label={t.emoji} onKeyDown={move}>
        <div class="emoji-search">
          <Icon name="search" size={16} />
          <input
            ref={search}
            type="search"
            value={query.value}
            onInput={(event) => (query.value = event.currentTarget.value)}
            placeholder={t.emojiSearch}
            aria-label={t.emojiSearch}
            autocomplete="off"
            spellcheck={false}
          />
        </div>
        <div class="emoji-list">
          {found ? (
            found.length > 0 ? (
              grid(found)
            ) : (
              <p class="emoji-none muted">{t.emojiNone}</p>
            )
          ) : (
            <>
              <h3>{t.emojiGroups.recent}</h3>
              {grid(recent.map((symbol) => ({ symbol })))}
              {list.value?.kGroups.map((group) => (
                <section key={group}>
                  <h3>{t.emojiGroups[group]}</h3>
                  {grid(list.value!.kEmoji.filter((one: Emoji) => one.group === group))}
                </section>
              ))}
            </>
          )}
        </div>
      </div>
    </Popover>
  );
}

/** The button in the row below or above, nearest to this column; from the search, the first. */
function beside(buttons: HTMLButtonElement[], at: number, way: 1 | -1): HTMLButtonElement | undefined {
  const from = buttons[at];
  if (!from) return way > 0 ? buttons[0] : undefined;
  const { offsetLeft, offsetTop } = from;
  const rest = way > 0 ? buttons.slice(at + 1) : buttons.slice(0, at).reverse();
  const row = rest.find((one) => one.offsetTop !== offsetTop)?.offsetTop;
  const inRow = rest.filter((one) => one.offsetTop === row);
  const distance = (one: HTMLButtonElement) => Math.abs(one.offsetLeft - offsetLeft);
  return inRow.sort((a, b) => distance(a) - distance(b))[0];
}
