/* Only improves: every form and link works without this file. ES2017; keeps nothing on the phone. */
(function () {
  'use strict';
  const doc = document, root = doc.documentElement;
  const say = name => doc.body.dataset[name + 'Label'] || '';

  /* 1. One press is one answer. After a second of waiting, say so; after ten, let the person press again. */
  function free(form) {
    delete form.dataset.sent;
    form.removeAttribute('aria-busy');
    form.querySelectorAll('.wait').forEach(note => note.remove());
  }
  function hold(form) {
    form.dataset.sent = '1';
    form.setAttribute('aria-busy', 'true');
    const note = doc.createElement('p');
    note.className = 'wait';
    note.setAttribute('role', 'status');
    form.appendChild(note);
    setTimeout(() => { note.textContent = say('wait'); }, 1000);
    setTimeout(() => free(form), 10000);
  }

  /* 2. Forms marked data-enhance answer without a new page; on any trouble the form goes the ordinary way. */
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
  function show(html, url) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const main = page.querySelector('main');
    if (!main || page.documentElement.dataset.room !== root.dataset.room) throw Error('another room');
    hush();
    history.replaceState({swapped: 1}, '');
    if (url !== location.href) history.pushState({swapped: 1}, '', url);
    doc.title = page.title;
    ['.top', 'main'].forEach(part => {
      const now = doc.querySelector(part), then = page.querySelector(part);
      if (now && then) now.replaceWith(then);
    });
    scrollTo(0, 0);
    ready(true);
  }
  async function send(form, by) {
    const data = new FormData(form);
    if (by && by.name) data.append(by.name, by.value);
    const stop = window.AbortController ? new AbortController() : null;
    const late = stop && setTimeout(() => stop.abort(), 8000);
    try {
      const reply = await fetch(form.getAttribute('action') || location.href, {
        method: 'POST', body: new URLSearchParams(data), credentials: 'same-origin', signal: stop ? stop.signal : undefined,
      });
      if (!reply.ok && reply.status !== 422) throw Error(reply.status);
      show(await reply.text(), reply.url);
    } catch (error) {
      plain(form, by);
    } finally {
      clearTimeout(late);
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
    if (doc.querySelector('form[data-enhance]')) location.reload();
    doc.querySelectorAll('form[data-sent]').forEach(free);
  });

  /* 3. Read aloud, only where the phone has a voice for the page's language. */
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

  /* 4. The display menu closes like a menu. */
  function close(event) {
    doc.querySelectorAll('.display[open]').forEach(menu => {
      if (event.key === 'Escape') menu.querySelector('summary').focus();
      if (event.key === 'Escape' || (!event.key && !menu.contains(event.target))) menu.open = false;
    });
  }
  doc.addEventListener('click', close);
  doc.addEventListener('keydown', close);

  function ready(swapped) {
    const target = doc.querySelector('main [data-focus]') || (swapped && doc.querySelector('main h1'));
    if (target) { target.tabIndex = -1; target.focus(); }
    offer();
  }
  ready(false);
}());
