import { signal } from '@preact/signals';
import type { ComponentType, FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { toast } from './toast.tsx';

/** A part of the page that is loaded when it is first shown. Until then there is nothing; what cannot be loaded says so and closes. */
export function lazy<Props extends { onClose(): void }>(
  load: () => Promise<ComponentType<Props>>,
): FunctionComponent<Props> {
  const loaded = signal<{ Part: ComponentType<Props> } | undefined>(undefined);
  return function Lazy(props: Props) {
    useEffect(() => {
      if (loaded.peek()) return;
      load().then(
        (Part) => {
          loaded.value = { Part };
        },
        () => {
          toast(t.unreachable);
          props.onClose();
        },
      );
    }, []);
    const Part = loaded.value?.Part;
    return Part ? <Part {...props} /> : null;
  };
}
