// The page's script: plays scenarios when it is told to.

import { IndexedDbStore } from '../../src/index.ts';
import { scenarios, type World } from './scenarios.ts';

const world: World = {
  order: async (order) => {
    const answer = await fetch('/order', { method: 'POST', body: JSON.stringify(order) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  },
  store: (name) => new IndexedDbStore(name),
  openSocket: undefined,
};

Object.assign(window, { play: (promise: string) => scenarios[promise]!(world) });
