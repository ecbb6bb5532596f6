/* Only improves: every form and link works without this file. ES2017; keeps nothing on the phone but
   practice answers that could not be sent yet. */
(function () {
  'use strict';
  const doc = document, root = doc.documentElement;
  const say = name => doc.body.dataset[name + 'Label'] || '';

  /* 1. One press is one answer. After a second of waiting, say so; after ten, let the person press again. */
  function note(form, text, role) {
    form.querySelectorAll('.wait').forEach(old => old.remove());
    const line = doc.createElement('p');
    line.className = 'wait';
    if (role) line.setAttribute('role', role);
    line.textContent = text;
    form.appendChild(line);
    return line;
  }
  function free(form, text) {
    (form.timers || []).forEach(clearTimeout);
    delete form.dataset.sent;
    form.removeAttribute('aria-busy');
    form.querySelectorAll('.wait').forEach(line => line.remove());
    return text ? note(form, text) : null;
  }
  function hold(form) {
    form.dataset.sent = '1';
    form.setAttribute('aria-busy', 'true');
    const line = note(form, '', 'status');
    form.timers = [setTimeout(() => { line.textContent = say('wait'); }, 1000), setTimeout(() => free(form), 10000)];
  }

  /* 2. The outbox: an answer that did not arrive waits on the phone and is sent again until the server has it. Only
     answers to practice: they carry an attempt id from the server, so that one that comes twice counts once. */
  const resident = root.dataset.room === 'resident', SHELF = 'outbox', MOST = 30, WEEK = 6048e5;
  let sending = false, again = 0;
  /* A mark of whoever learns here; the learner's own cookie is shut to scripts. */
  function who() {
    return (doc.cookie.match(/(?:^|; )who=([^;]*)/) || [])[1] || '';
  }
  function waiting() {
    try {
      return JSON.parse(localStorage.getItem(SHELF) || '[]').filter(row => Date.now() - row.at < WEEK);
    } catch (error) { return []; }
  }
  function shelve(rows) {
    try { localStorage.setItem(SHELF, JSON.stringify(rows)); return true; } catch (error) { return false; }
  }
  function keep(to, body) {
    const id = body.get('attempt'), others = waiting().filter(row => row.id !== id);
    if (!resident || !id || others.length >= MOST) return false;
    return shelve(others.concat({id: id, to: to, body: String(body), who: who(), at: Date.now()}));
  }
  function drop(id) {
    const rows = waiting();
    if (rows.some(row => row.id === id)) shelve(rows.filter(row => row.id !== id));
  }
  /* What waits for whoever learns here now; what somebody else left on a shared phone waits until they are back. */
  function mine() {
    return waiting().filter(row => !row.who || row.who === who());
  }
  function tell(saved) {
    const box = doc.getElementById('outbox'), count = mine().length;
    const words = count ? say('kept').replace('#', count) : saved ? say('saved') : '';
    if (box && box.textContent !== words) box.textContent = words;
  }
  async function post(to, body) {
    const stop = window.AbortController ? new AbortController() : null;
    const late = stop && setTimeout(() => stop.abort(), 8000);
    try {
      const reply = await fetch(to, {
        method: 'POST', body: new URLSearchParams(String(body)), credentials: 'same-origin', signal: stop ? stop.signal : undefined,
      });
      const text = await reply.text();
      return {ok: reply.ok, status: reply.status, url: reply.url, page: new DOMParser().parseFromString(text, 'text/html')};
    } finally {
      clearTimeout(late);
    }
  }
  async function deliver(row) {
    const body = new URLSearchParams(row.body);
    let reply = await post(row.to, body);
    const token = reply.page.querySelector('main [name=csrf_token]');
    if (reply.status === 422 && token) {
      body.set('csrf_token', token.value);
      reply = await post(row.to, body);
    }
    if (reply.status >= 500) throw Error(reply.status);
    if (!reply.ok || !reply.page.documentElement.dataset.room) return false;
    drop(row.id);
    const asked = doc.querySelector('main [name=attempt]');
    if (asked && asked.value === row.id) show(reply);
    return true;
  }
  async function flush() {
    clearTimeout(again);
    if (!resident || !window.fetch || sending) return;
    sending = true;
    let saved = false;
    try {
      for (const row of mine()) saved = await deliver(row) || saved;
    } catch (error) {
      again = setTimeout(flush, 20000);
    }
    sending = false;
    tell(saved);
  }
  ['online', 'pageshow'].forEach(name => addEventListener(name, flush));
  doc.addEventListener('visibilitychange', () => { if (!doc.hidden) flush(); });

  /* 3. Forms marked data-enhance answer without a new page; on trouble the answer waits, else the form goes the ordinary way. */
  function plain(form, by) {
    if (by && by.name) {
      const field = doc.createElement('input');
      field.type = 'hidden';
      field.name = by.name;
      field.value = by.value;
      form.appendChild(field);
    }
    HTMLFormElement.prototype.submit.call(form);
  }
  function show(reply) {
    const page = reply.page, main = page.querySelector('main');
    if (!main || page.documentElement.dataset.room !== root.dataset.room) throw Error('another room');
    hush();
    history.replaceState({swapped: 1}, '');
    if (reply.url !== location.href) history.pushState({swapped: 1}, '', reply.url);
    doc.title = page.title;
    ['.top', 'main'].forEach(part => {
      const now = doc.querySelector(part), then = page.querySelector(part);
      if (now && then) now.replaceWith(then);
    });
    scrollTo(0, 0);
    ready(true);
  }
  async function send(form, by) {
    const body = new URLSearchParams(new FormData(form)), to = form.getAttribute('action') || location.href;
    if (by && by.name) body.append(by.name, by.value);
    let status = 0;
    try {
      const reply = await post(to, body);
      status = reply.status;
      if (!reply.ok && status !== 422) throw Error(status);
      show(reply);
      if (!body.has('attempt') || !reply.ok) return;
      drop(body.get('attempt'));
      tell(true);
      if (mine().length) flush();
    } catch (error) {
      const refused = status >= 400 && status < 500 && status !== 429;
      if (!refused && keep(to, body)) {
        const line = free(form, say('later'));
        if (form.dataset.after) {
          const link = line.appendChild(doc.createElement('a'));
          link.href = form.dataset.after;
          link.className = 'button secondary';
          link.textContent = say('onward');
        }
        tell();
        again = setTimeout(flush, 20000);
      } else if (navigator.onLine === false) free(form, say('offline'));
      else plain(form, by);
    }
  }
  doc.addEventListener('submit', event => {
    const form = event.target, at = doc.activeElement;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    hold(form);
    if (!('enhance' in form.dataset) || !window.fetch) return;
    event.preventDefault();
    send(form, event.submitter || (at && at.type === 'submit' && at.form === form ? at : null));
  });
  addEventListener('popstate', event => { if (event.state && event.state.swapped) location.reload(); });
  addEventListener('pageshow', event => {
    if (!event.persisted) return;
    if (doc.querySelector('form[data-enhance]') && navigator.onLine !== false) location.reload();
    doc.querySelectorAll('form[data-sent]').forEach(form => free(form));
  });

  /* 4. Read aloud, only where the phone has a voice for the page's language. */
  const speech = window.speechSynthesis;
  let speaking = null;
  function voice() {
    const tongue = root.lang.slice(0, 2);
    return speech.getVoices().find(v => v.lang.slice(0, 2).toLowerCase() === tongue && !/hk/i.test(v.lang));
  }
  function hush() {
    if (speaking) { speaking.lastChild.data = say('listen'); speaking = null; }
    if (speech) speech.cancel();
  }
  function words(element) {
    const group = element.closest('fieldset');
    return group ? [element].concat(Array.from(group.querySelectorAll('label'))).map(e => e.textContent.trim()).join('\n') : element.innerText;
  }
  function speak(button, element) {
    const again = speaking === button;
    hush();
    if (again) return;
    speaking = button;
    button.lastChild.data = say('stop');
    const parts = words(element).split(/[\n\u3002\uff01\uff1f\uff1b]+|[.!?]\s+/).filter(part => part.trim());
    parts.forEach((part, i) => {
      const line = new SpeechSynthesisUtterance(part);
      line.voice = voice();
      line.lang = line.voice.lang;
      line.rate = 0.9;
      line.onerror = () => { if (speaking === button) hush(); };
      if (i === parts.length - 1) line.onend = line.onerror;
      speech.speak(line);
    });
  }
  function offer() {
    if (!speech || !window.SpeechSynthesisUtterance || !voice()) return;
    doc.querySelectorAll('main [data-listen]').forEach(element => {
      if (element.dataset.listen) return;
      element.dataset.listen = 'on';
      const button = doc.createElement('button');
      button.type = 'button';
      button.className = 'listen';
      button.innerHTML = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/></svg> ';
      button.lastChild.data = say('listen');
      button.addEventListener('click', () => speak(button, element));
      const place = element.closest('legend') || element;
      place.insertAdjacentElement(/^(H\d|LEGEND)$/.test(place.tagName) ? 'afterend' : 'beforebegin', button);
    });
  }
  if (speech) {
    speech.onvoiceschanged = offer;
    addEventListener('pagehide', hush);
  }

  /* 5. The display menu closes like a menu. */
  function close(event) {
    doc.querySelectorAll('.display[open]').forEach(menu => {
      if (event.key === 'Escape') menu.querySelector('summary').focus();
      if (event.key === 'Escape' || (!event.key && !menu.contains(event.target))) menu.open = false;
    });
  }
  doc.addEventListener('click', close);
  doc.addEventListener('keydown', close);

  /* 6. Lessons that were opened stay readable without a network (see sw.js), and the page for that time lists them. */
  const worker = doc.body.dataset.worker;
  if (worker && navigator.serviceWorker) addEventListener('load', () => navigator.serviceWorker.register(worker).catch(() => {}));
  async function list(place) {
    const seen = new Set();
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const path = new URL(request.url).pathname;
        if (!/^\/learn\/[^/]+\/print$/.test(path) || seen.has(path)) continue;
        seen.add(path);
        const page = new DOMParser().parseFromString(await (await cache.match(request)).text(), 'text/html');
        const link = doc.createElement('a');
        link.href = path;
        link.textContent = page.querySelector('h1').textContent;
        place.appendChild(doc.createElement('li')).appendChild(link);
        place.hidden = false;
      }
    }
  }

  function ready(swapped) {
    const target = doc.querySelector('main [data-focus]') || (swapped && doc.querySelector('main h1'));
    if (target) { target.tabIndex = -1; target.focus(); }
    const opened = doc.querySelector('[data-opened]'), press = doc.querySelector('[data-print]');
    if (opened && window.caches) list(opened).catch(() => {});
    if (press) { press.hidden = false; press.onclick = () => print(); }
    offer();
  }
  ready(false);
  flush();
}());
