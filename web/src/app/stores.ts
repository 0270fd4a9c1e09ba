// What a store holds belongs to one login: each store says here how it is emptied.

const resets: (() => void)[] = [];

export function onSignOut(reset: () => void): void {
  resets.push(reset);
}

export function emptyStores(): void {
  for (const reset of resets) reset();
}
