import { Engine } from './engine.ts';

const engine = new Engine();

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => engine.attach(event.ports[0]!);
