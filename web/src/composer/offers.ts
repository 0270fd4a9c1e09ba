import { useSignal } from '@preact/signals';
import type { User } from '@rookery/sdk';
import { useEffect } from 'preact/hooks';
import { language, t } from '../i18n/index.ts';
import { nameOf, people } from '../people/people.ts';
import { me } from '../session/session.ts';
import { completed, type Insertion, kEveryone, peopleFor, type Token, tokenAt } from './completion.ts';
import type { Offer } from './completion-list.tsx';

export const kOffersId = 'composer-offers';
const kEmojiOffered = 8;

export interface Offers {
  list: readonly Offer[];
  chosen: number;
  choose(at: number): void;
  /** Whether the key was for the list. */
  keyDown(event: KeyboardEvent): boolean;
  /** After the text or the caret moved; undefined: nobody types. */
  look(box: HTMLTextAreaElement | undefined): void;
  pick(offer: Offer): Insertion | undefined;
  onPick(offer: Offer): void;
}

/** What can be put in place of the unfinished word at the caret. `group`: one where everybody can be called at once. */
export function useOffers(text: string, group: string | undefined, recipients: readonly User[]): Offers {
  const token = useSignal<Token | undefined>(undefined);
  const chosen = useSignal(0);
  const emoji = useSignal<typeof import('../ui/emoji.ts') | undefined>(undefined);
  const now = token.value;
  useEffect(() => {
    if (now?.kind === 'emoji' && !emoji.peek()) {
      void import('../ui/emoji.ts').then(
        (loaded) => {
          emoji.value = loaded;
        },
        () => undefined, // offline: nothing is offered
      );
    }
  }, [now?.kind]);
  const list = !now ? [] : now.kind === 'mention' ? mentions(now.query) : symbols(now.query);
  const at = Math.min(chosen.value, Math.max(0, list.length - 1));

  function mentions(query: string): Offer[] {
    const others = recipients
      .filter((user) => user.id !== me.value?.id)
      .map((user) => people.value.get(user.id) ?? user);
    const found: Offer[] = peopleFor(query, others).map((user) => ({
      key: user.id,
      written: `@${user.username}`,
      title: nameOf(user),
      hint: `@${user.username}`,
      person: user.id,
    }));
    if (group !== undefined && kEveryone.startsWith(query.toLowerCase())) {
      found.push({
        key: kEveryone,
        written: `@${kEveryone}`,
        title: `@${kEveryone}`,
        hint: t.everyoneHint,
        symbol: '@',
      });
    }
    return found;
  }

  function symbols(query: string): Offer[] {
    const found = emoji.value?.findEmoji(query).slice(0, kEmojiOffered) ?? [];
    return found.map((one) => ({
      key: one.symbol,
      written: one.symbol,
      title: one.names[language.value],
      symbol: one.symbol,
    }));
  }

  const offers: Offers = {
    list,
    chosen: at,
    choose(next) {
      chosen.value = next;
    },
    look(box) {
      const caret = box && box.selectionStart === box.selectionEnd ? box.selectionStart : undefined;
      const next = box && caret !== undefined ? tokenAt(box.value, caret) : undefined;
      if (next?.query !== token.peek()?.query || next?.from !== token.peek()?.from) chosen.value = 0;
      token.value = next;
    },
    pick(offer) {
      token.value = undefined;
      return now && completed(text, now, offer.written);
    },
    onPick: () => undefined,
    keyDown(event) {
      const offer = list[at];
      if (!offer) return false;
      switch (event.key) {
        case 'ArrowDown':
        case 'ArrowUp':
          chosen.value = (at + (event.key === 'ArrowDown' ? 1 : list.length - 1)) % list.length;
          break;
        case 'Enter':
        case 'Tab':
          if (event.shiftKey) return false;
          this.onPick(offer);
          break;
        case 'Escape':
          token.value = undefined;
          event.stopPropagation();
          break;
        default:
          return false;
      }
      event.preventDefault();
      return true;
    },
  };
  return offers;
}
