/** Typed listeners. Called in the order in which they were added, each time in the emitter's own turn. */
export class Emitter<Events extends object> {
  #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Returns the function that takes the listener away again. */
  on<T extends keyof Events>(name: T, listener: (value: Events[T]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener as (value: never) => void);
    return () => this.off(name, listener);
  }

  off<T extends keyof Events>(name: T, listener: (value: Events[T]) => void): void {
    this.#listeners.get(name)?.delete(listener as (value: never) => void);
  }

  /** What a listener throws is thrown again outside, as with any event: the others, and the connection, go on. */
  emit<T extends keyof Events>(name: T, value: Events[T]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (value: Events[T]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
