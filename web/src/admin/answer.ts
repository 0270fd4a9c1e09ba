import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { sentence } from '../ui/problem.ts';

export interface Asked<T> {
  value: T | undefined;
  failed: string | undefined;
  reload(): Promise<void>;
}

/** What a call answers: asked when the part is shown, again by `reload`, and every `every` milliseconds while the page is seen. */
export function useAnswer<T>(ask: () => Promise<T>, every?: number): Asked<T> {
  const value = useSignal<T | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);
  const reload = async () => {
    try {
      value.value = await ask();
      failed.value = undefined;
    } catch (error) {
      failed.value = sentence(error);
    }
  };
  useEffect(() => {
    void reload();
    if (!every) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void reload();
    }, every);
    return () => clearInterval(timer);
  }, []);
  return { value: value.value, failed: failed.value, reload };
}
