/* The interviewer's app opens without a network: the shell and its files are kept, each checked against its digest before it
   is. Nothing else is ever touched: no call to the server's doors, nothing but GET. `OFF` takes it off every phone. */
'use strict';
const OFF = {{ off | tojson }}, CACHE = 'field-' + {{ version | tojson }}, SHELL = {{ shell | tojson }};
const FILES = Object.assign({{ files | tojson }}, { [SHELL]: {{ shell_integrity | tojson }} });

self.addEventListener('install', event => {
  self.skipWaiting(); /* a page that is open has all its scripts; it is never reloaded under somebody's hands */
  if (OFF) return;
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await Promise.all(Object.keys(FILES).map(async file => {
      const reply = await fetch(new Request(file, { integrity: FILES[file], cache: 'no-cache', redirect: 'error' }));
      if (!reply.ok) throw new Error(file);
      await cache.put(file, reply);
    }));
  })());
});

self.addEventListener('activate', event => event.waitUntil((async () => {
  const names = (await caches.keys()).filter(name => name.startsWith('field-') && (OFF || name !== CACHE));
  await Promise.all(names.map(name => caches.delete(name)));
  if (OFF) await self.registration.unregister();
  else await self.clients.claim();
})()));

self.addEventListener('fetch', event => {
  const request = event.request, url = new URL(request.url);
  if (OFF || request.method !== 'GET' || url.origin !== location.origin) return;
  const known = url.pathname === SHELL ? SHELL : FILES[url.pathname] ? url.pathname : null;
  if (known) event.respondWith(caches.open(CACHE).then(cache => cache.match(known)).then(kept => kept || fetch(request)));
});
