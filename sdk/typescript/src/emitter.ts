/** Typed listeners. Called in the order in which they were added, each time in the emitter's own turn. */
export class Emitter<Events extends object> {
  #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Returns the function that takes the listener away again. */
  on<T extends keyof Events>(name: T, listener: (value: Events[T]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener as (value: never) => void);
    return () => set.delete(listener as (value: never) => void);
  }

  emit<T extends keyof Events>(name: T, value: Events[T]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) (listener as (value: Events[T]) => void)(value);
  }
}
