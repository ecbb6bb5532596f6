/* Lessons that were opened stay readable without a network. Only what is named here is ever touched: never a POST, a
   survey, practice, one's own pages or the office. `OFF` (see offline.py) takes it off every phone. */
'use strict';
const OFF = {{ off | tojson }}, CACHE = {{ version | tojson }}, OFFLINE = {{ page | tojson }}, FILES = {{ files | tojson }};
const FOR_EVER = /^\/(static|pictures)\//, LESSON = /^\/learn\/[^/]+/, CARD = /^\/learn\/[^/]+(\/({{ cards | join('|') }}|print))?$/;

self.addEventListener('install', event => {
  self.skipWaiting();
  if (!OFF) event.waitUntil(caches.open(CACHE).then(cache => cache.addAll([OFFLINE].concat(FILES))));
});

/* The version before stays too, so that lessons opened then keep the style that they were made for. */
self.addEventListener('activate', event => event.waitUntil((async () => {
  const names = (await caches.keys()).filter(name => !name.startsWith('field-')); /* the interviewer's app has a worker of its own */
  await Promise.all(names.filter((name, i) => OFF || (name !== CACHE && i < names.length - 2)).map(name => caches.delete(name)));
  if (OFF) await self.registration.unregister();
})()));

self.addEventListener('fetch', event => {
  const request = event.request, url = new URL(request.url);
  if (OFF || request.method !== 'GET' || url.origin !== location.origin) return;
  if (FOR_EVER.test(url.pathname)) event.respondWith(keptFirst(request));
  else if (request.mode === 'navigate' && (url.pathname === '/' || LESSON.test(url.pathname))) event.respondWith(netFirst(event, url));
});

async function kept(request) {
  return await (await caches.open(CACHE)).match(request) || caches.match(request);
}
async function keep(request, reply) {
  if (reply.ok && !reply.redirected) await (await caches.open(CACHE)).put(request, reply.clone());
  return reply;
}
async function keptFirst(request) {
  return await kept(request) || keep(request, await fetch(request));
}

/* The network has three seconds if the page was opened before, and all the time it wants if it was not. */
async function netFirst(event, url) {
  const card = !url.search && CARD.test(url.pathname), whole = (url.pathname.match(LESSON) || ['/'])[0] + '/print';
  const request = event.request, net = fetch(request);
  if (card) event.waitUntil(net.then(reply => store(request, reply.clone(), whole)).catch(() => {}));
  const old = card && await kept(request);
  try {
    const reply = await (old ? Promise.race([net, new Promise((_, late) => setTimeout(late, 3000))]) : net);
    if (reply.status < 500 || !old) return reply;
  } catch (error) { /* no network */ }
  return old || await kept(whole) || kept(OFFLINE);
}

/* With a card its whole lesson is kept, on one page with its picture: some kilobytes, renewed when the lesson is begun. */
async function store(request, reply, whole) {
  const page = await keep(request, reply), path = new URL(request.url).pathname;
  if (!page.ok || page.redirected || path === whole || (path + '/print' !== whole && await kept(whole))) return;
  const all = await keep(whole, await fetch(whole));
  const pictures = (await all.text()).match(/\/pictures\/[^"]+/g) || [];
  await Promise.all(pictures.map(picture => keptFirst(picture)));
}
