import { t } from '../i18n/index.ts';
import { Avatar } from '../ui/avatar.tsx';

/** One thing that can be put in place of what is being typed. */
export interface Offer {
  key: string;
  /** What is written into the text. */
  written: string;
  title: string;
  hint?: string;
  /** A person with a picture, or a sign. */
  person?: string;
  symbol?: string;
}

interface CompletionListProps {
  id: string;
  offers: readonly Offer[];
  chosen: number;
  onChoose(at: number): void;
  onPick(offer: Offer): void;
}

export const optionId = (list: string, at: number): string => `${list}-${at}`;

/** Above the line; the focus stays in the text, which names the chosen one. */
export function CompletionList({ id, offers, chosen, onChoose, onPick }: CompletionListProps) {
  return (
    <div class="completion" id={id} role="listbox" aria-label={t.suggestions}>
      {offers.map((offer, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard chooses in the text that has the focus
        // biome-ignore lint/a11y/useFocusableInteractive: the same
        <div
          key={offer.key}
          id={optionId(id, at)}
          class={at === chosen ? 'completion-offer completion-chosen' : 'completion-offer'}
          role="option"
          aria-selected={at === chosen}
          onPointerMove={() => onChoose(at)}
          onPointerDown={(event) => event.preventDefault()} // or the text would lose the focus
          onClick={() => onPick(offer)}
        >
          {offer.person ? <Avatar id={offer.person} name={offer.title} size="small" /> : null}
          {offer.symbol ? (
            <span class="completion-symbol" aria-hidden="true">
              {offer.symbol}
            </span>
          ) : null}
          <span class="completion-title">{offer.title}</span>
          {offer.hint ? <span class="completion-hint">{offer.hint}</span> : null}
        </div>
      ))}
    </div>
  );
}
