// The service worker: keeps the shell (the page and its assets, nothing of anybody's), so that it is there at once and without a network.
// A new version waits until the page asks it to take over: nobody's page changes under his hands. Written in by the build: the files and
// their version.

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}
const scope = self as unknown as Scope;

const kPrefix = 'shell-';
const kName = `${kPrefix}%VERSION%`;
const kFiles = '%FILES%';
const kPage = '/';
// What has no page of its own here, but at the server.
const kServers = /^\/(api|gateway|docs|media|healthz|readyz|metrics|\.well-known)(\/|$)/;

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(kName).then((cache) =>
      // Past the browser's own cache, which may hold the version before.
      cache.addAll(kFiles.split(' ').map((path) => new Request(path, { cache: 'reload' }))),
    ),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(kPrefix) && name !== kName))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => scope.clients.claim()),
  );
});

scope.addEventListener('message', (event) => {
  if (event.data === 'take over') void scope.skipWaiting();
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== scope.location.origin || kServers.test(pathname)) return;
  const isPage = request.mode === 'navigate' && !/\.[^/]*$/.test(pathname);
  if (isPage || kFiles.split(' ').includes(pathname)) event.respondWith(kept(isPage ? kPage : pathname, request));
});

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(kName);
  return (await cache.match(path)) ?? fetch(request);
}
