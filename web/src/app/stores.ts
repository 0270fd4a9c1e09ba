// What a store holds belongs to one login: each store says here how it is emptied.

const recalls: (() => Promise<void>)[] = [];
const resets: (() => void)[] = [];

export function onSignOut(reset: () => void): void {
  resets.push(reset);
}

export function emptyStores(): void {
  for (const reset of resets) reset();
}

/** `recall`: shows what was kept of the last visit, before the network answers. */
export function onRecall(recall: () => Promise<void>): void {
  recalls.push(recall);
}

export async function recallStores(): Promise<void> {
  await Promise.all(recalls.map((recall) => recall()));
}
