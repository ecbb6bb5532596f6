// The interviewer's app: what is seen and tapped. What is kept lies in store.js under vault.js, what is finished goes through
// queue.js, which question comes next is walk.js's business. Every text stands in the shell's templates.
(function (root) {
  "use strict";

  const { Store, Vault, Queue, Seal, Walk } = root;
  const document = root.document;
  const body = document.body;
  const SHARED = ""; // the owner of what belongs to the phone, not to a person
  const IN_APP = /MicroMessenger|MQQBrowser|QQ\/|AlipayClient|DingTalk|Weibo/i;
  const SAVE_AFTER = 600; // milliseconds after the last key
  const LOCK_AFTER = 15 * 60 * 1000; // out of sight
  const CLOCK_TOLERANCE = 10 * 60 * 1000;
  const LEAST_PIN = 6;
  const MOST_MEMBERS = 30;

  const me = { store: null, shared: null, shelf: null, vault: null, queue: null, account: null, given: null, clusters: [], cases: {} };
  let view = {}; // what the screen shows, and what its buttons are about

  // The screen

  const words = {};
  for (const one of document.getElementById("words").content.querySelectorAll("[data-word]")) words[one.dataset.word] = one.textContent;

  function say(key, values = {}) {
    return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function when(moment, how = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) {
    return new Date(moment).toLocaleString(document.documentElement.lang, how);
  }

  // A template with its slots filled: a text, or nodes; what `data-if` names is taken out where it is false.
  function made(id, filling = {}) {
    const part = document.importNode(document.getElementById(id).content, true);
    for (const one of part.querySelectorAll("[data-if]")) if (!filling[one.dataset.if]) one.remove();
    for (const one of part.querySelectorAll("[data-slot],[data-list]")) {
      const given = filling[one.dataset.slot || one.dataset.list];
      if (given === undefined || given === null) continue;
      if (typeof given === "object") one.append(...[].concat(given));
      else one.textContent = given;
    }
    return part;
  }

  function show(id, filling = {}, next = {}) {
    view = Object.assign({ id }, next);
    const screen = document.getElementById("screen");
    screen.textContent = "";
    screen.append(made(id, filling));
    root.scrollTo(0, 0);
    const heading = screen.querySelector("h1");
    if (heading) {
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    return screen;
  }

  function notice(kind, title, text = "") {
    return made("n-" + kind, { title, text });
  }

  function field(id) {
    return document.getElementById(id);
  }

  function wrong(text) {
    document.querySelector("#screen [data-slot=error]").textContent = text;
  }

  // Opening

  async function boot() {
    if (IN_APP.test(root.navigator.userAgent)) return show("t-inapp");
    try {
      if (!root.crypto || !root.crypto.subtle) throw new Store.Missing("not a secure page");
      me.store = await Store.open({ indexedDB: root.indexedDB, name: "field" });
      me.shared = me.store.of(SHARED);
      await me.shared.put("meta", { id: "opened", at: Date.now() }); // somewhere one may open a store and write nothing
    } catch (error) {
      return show("t-broken");
    }
    if (field("start")) return (field("start").hidden = false);
    if (root.navigator.serviceWorker) root.navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch(() => {});
    const people = await everybody();
    return people.length ? unlockScreen(people) : show("t-first");
  }

  async function everybody() {
    const kept = await me.shared.get("meta", "people");
    return kept ? kept.list : [];
  }

  function unlockScreen(people) {
    const choices = people.map((one) => new Option(one.name, one.id));
    show("t-unlock", { people: people.length > 1 && choices }, { people });
    if (people.length > 1) field("person").append(...choices);
    field("pin").focus();
  }

  async function unlock() {
    const owner = view.people.length > 1 ? field("person").value : view.people[0].id;
    const shelf = me.store.of(owner);
    const { vault, wait } = await Vault.unlock({ shelf, subtle: root.crypto.subtle, pin: field("pin").value });
    field("pin").value = "";
    if (!vault) return wrong(wait ? say("wait", { seconds: Math.ceil(wait / 1000) }) : say("wrong_pin"));
    await enter(owner, shelf, vault);
  }

  async function enter(owner, shelf, vault) {
    const account = await shelf.get("meta", "account");
    Object.assign(me, { shelf, vault, account: await vault.decrypt(account.data), problem: null });
    field("who").textContent = me.account.staff.name;
    await recall();
    me.queue = new Queue({
      store: me.store,
      owner,
      device: me.account.device,
      token: me.account.token,
      key: me.given && me.given.key,
      limits: { warn: (me.given ? me.given.limits.warn_hours : 24) * 3600 * 1000 },
      onChange: () => standing().catch(() => {}),
      onSignIn: () => standing("signin").catch(() => {}),
    });
    const times = (await me.queue.list()).map((one) => one.received_at || (one.receipt && one.receipt.received_at));
    me.received = times.filter(Boolean).sort().pop();
    Queue.watch(root, me.queue);
    me.persisted = root.navigator.storage && root.navigator.storage.persist ? await root.navigator.storage.persist() : false;
    await today();
    refresh().catch(() => {});
  }

  // What the server gave last, and what was done since.
  async function recall() {
    const kept = await me.shelf.get("meta", "given");
    me.given = kept ? await me.vault.decrypt(kept.data) : null;
    me.clusters = [];
    me.cases = {};
    for (const row of await me.shelf.all("households")) {
      const one = await me.vault.decrypt(row.data);
      if (row.id.startsWith("case/")) me.cases[row.id] = one;
      else me.clusters.push(one);
    }
  }

  // First sign-in on this phone, or a new token: the page of somebody who is signed in (start.html).
  async function start(form) {
    const [pin, again] = [field("new-pin").value, field("pin-again").value];
    const owner = form.dataset.staff, shelf = me.store.of(owner);
    const known = await shelf.get("meta", "vault"), forgotten = field("forgotten") && field("forgotten").checked;
    let vault = null;
    if (known && !forgotten) {
      const tried = await Vault.unlock({ shelf, subtle: root.crypto.subtle, pin });
      if (!tried.vault) return wrong(tried.wait ? say("wait", { seconds: Math.ceil(tried.wait / 1000) }) : say("wrong_pin"));
      vault = tried.vault;
    } else if (pin.length < LEAST_PIN || /^(.)\1*$/.test(pin)) return wrong(say("pin_short"));
    else if (pin !== again) return wrong(say("pin_differs"));
    const people = await everybody(), before = people.find((one) => one.id === owner);
    const sent = new FormData(form), last = await shelf.get("meta", "sequence");
    sent.append("sequence", last ? last.value : 0);
    if (before) sent.append("device", before.device);
    const asked = { method: "POST", body: sent, credentials: "same-origin", redirect: "error" };
    const reply = await root.fetch(form.action, asked).catch(() => null);
    if (!reply || reply.status !== 201) return wrong(say("start_failed"));
    const account = await reply.json();
    let kept = known;
    if (!vault) ({ vault, kept } = await Vault.make(root.crypto.subtle, pin));
    const data = await vault.encrypt(account);
    await shelf.batch(["meta", "drafts", "households"], async (inside) => {
      if (kept !== known) {
        // Under the PIN that was forgotten nothing can be read any more; what is finished was sealed to the server and stays.
        for (const area of ["drafts", "households"]) for (const one of await inside.all(area)) await inside.delete(area, one.id);
        await inside.delete("meta", "given");
        await inside.delete("meta", "tries");
        await inside.put("meta", Object.assign({}, kept, { id: "vault" }));
      }
      await inside.put("meta", { id: "account", data });
    });
    const list = people.filter((one) => one.id !== owner).concat({ id: owner, name: account.staff.name, device: account.device });
    await me.shared.put("meta", { id: "people", list });
    root.location.assign("/field/");
  }

  // With the server

  async function ask(path) {
    const headers = { Authorization: "Bearer " + me.account.token };
    const reply = await root.fetch(path, { headers, cache: "no-store", credentials: "omit", redirect: "error" });
    if (reply.status === 401) me.problem = "signin";
    return reply.ok ? reply.json() : null;
  }

  async function refresh() {
    const counts = await me.queue.counts(), last = await me.shelf.get("meta", "sequence");
    const before = Date.now();
    const given = await ask(`/api/v1/field/assignments?unsent=${counts.unsent}&sequence=${last ? last.value : 0}`);
    if (!given || !given.key || !Array.isArray(given.clusters)) return false; // no network, or somebody else answered
    given.skew = Date.parse(given.now) - (before + Date.now()) / 2;
    given.at = Date.now();
    for (const wave of given.waves) for (const language of wave.languages) await fetchForm(wave, language);
    const rows = [];
    for (const one of given.clusters) rows.push({ id: `${one.draw}/${one.village}/${one.wave}`, data: await me.vault.encrypt(one) });
    delete given.clusters;
    const data = await me.vault.encrypt(given);
    await me.shelf.batch(["meta", "households"], async (inside) => {
      for (const old of await inside.all("households")) if (!old.id.startsWith("case/")) await inside.delete("households", old.id);
      for (const row of rows) await inside.put("households", row);
      await inside.put("meta", { id: "given", data });
    });
    await recall();
    me.queue.key = given.key;
    me.problem = null;
    await me.queue.purge(given.safe_until, given.now);
    if (view.id === "t-today") await today();
    return true;
  }

  const formId = (wave, language) => `form:${wave.form}:${language}`;

  // Fetched again by a later version of the app, which may show questions in another way; until then the old one serves.
  async function fetchForm(wave, language) {
    const kept = await me.shelf.get("meta", formId(wave, language)), app = body.dataset.version;
    if (kept && kept.app === app) return;
    const form = await ask(`/api/v1/field/forms/${encodeURIComponent(wave.id)}/${language}`);
    if (form && form.questions) await me.shelf.put("meta", { id: formId(wave, language), app, form });
  }

  async function standing(problem) {
    if (problem) me.problem = problem;
    if (!me.queue) return;
    const counts = await me.queue.counts(), moment = me.queue.received || me.received;
    const last = moment ? when(moment) : null;
    const waiting = counts.finalised + counts.sending;
    const text = counts.sending
      ? say("sending")
      : waiting
        ? say(last ? "waiting" : "waiting_never", { count: waiting, when: last })
        : say(last ? "synced" : "never", { when: last });
    field("sync").textContent = root.navigator.onLine === false ? `${text} · ${say("offline")}` : text;
    if (view.id === "t-today" && view.waiting !== Boolean(waiting)) await today();
    if (view.id === "t-done") await done();
  }

  // Today

  const caseId = (cluster, house) => `case/${cluster.draw}/${cluster.village}/${house.number}`;

  // A household as the server knows it, with what was done here since.
  function stateOf(cluster, house) {
    const own = me.cases[caseId(cluster, house)] || { visits: [], roster: null, over: false };
    const known = house.visits.map((one) => Date.parse(one.at));
    const visits = house.visits.concat(own.visits.filter((one) => !known.includes(Date.parse(one.at))));
    visits.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    const roster = house.roster || own.roster, last = visits[visits.length - 1];
    const nobody = Boolean(roster) && !roster.chosen;
    const done = house.done || own.over || nobody || Boolean(last && me.given.final.includes(last.result));
    return { visits, roster, last, done, own, over: own.over || house.disposition === "complete" };
  }

  const resultName = (result) => words["r_" + result] || result;
  const person = (member, place) => say("person", { place, sex: words[member.sex], age: member.age });

  async function today() {
    const drafts = [];
    for (const row of await me.shelf.all("drafts")) drafts.push(await me.vault.decrypt(row.data));
    const counts = await me.queue.counts(), warnings = await me.queue.warnings(), others = await me.store.others(me.shelf.owner);
    const waiting = counts.finalised + counts.sending > 0;
    const notices = [];
    if (me.problem === "signin") {
      const part = notice("warn", say("signin"), say("signin_text"));
      const link = Object.assign(document.createElement("a"), { href: body.dataset.start, textContent: say("signin_go"), className: "button secondary" });
      part.querySelector(".grow").append(link);
      notices.push(part);
    }
    if (warnings.late) notices.push(notice("warn", say("late", { hours: Math.floor(warnings.oldest / 3600000) }), say("late_text")));
    if (counts.attention) notices.push(notice("error", say("attention", { count: counts.attention }), say("attention_text")));
    if (!me.persisted) notices.push(notice("warn", say("persist"), say("persist_text")));
    if (me.given && Math.abs(me.given.skew) > CLOCK_TOLERANCE) {
      notices.push(notice("warn", say("clock", { minutes: Math.round(Math.abs(me.given.skew) / 60000) }), say("clock_text")));
    }
    for (const one of (me.given && me.given.returns) || []) {
      const id = Object.keys(me.cases).find((id) => me.cases[id].interview === one.id);
      notices.push(notice("warn", id ? say("returned_at", { number: id.split("/").pop() }) : say("returned"), one.note));
    }
    if (others.unsent + others.drafts) notices.push(notice("info", say("others", { count: others.unsent + others.drafts }), say("others_text")));
    show(
      "t-today",
      {
        notices,
        waiting,
        drafts: drafts.length && drafts.map(draftCard),
        clusters: me.clusters.map(clusterPart),
        nothing: !me.clusters.length,
      },
      { waiting, drafts }
    );
    await standing();
  }

  function draftCard(draft, at) {
    const part = made("t-draft", {
      title: say("house_place", { village: draft.cluster.name, number: draft.house.number }),
      state: say("draft_state", { place: draft.place || 1, when: when(draft.changed_at) }),
    });
    part.querySelector("button").dataset.at = at;
    return part;
  }

  function waveOf(cluster) {
    return me.given.waves.find((one) => one.id === cluster.wave);
  }

  function clusterPart(cluster, at) {
    const states = cluster.households.map((house) => stateOf(cluster, house));
    const order = cluster.households.map((_, i) => i);
    order.sort((one, other) => states[one].done - states[other].done || cluster.households[one].number - cluster.households[other].number);
    const title = waveOf(cluster).title;
    return made("t-cluster", {
      name: cluster.name,
      wave: title[body.dataset.language] || title.zh_Hans,
      progress: say("progress", { done: states.filter((one) => one.done).length, total: states.length }),
      households: order.map((i) => {
        const house = cluster.households[i], state = states[i];
        const part = made("t-house", {
          number: say("number", { number: house.number }),
          state: inWords(house, state) + (house.reserve ? ` · ${say("reserve")}` : ""),
          next: nextWords(state),
        });
        const button = part.querySelector("button");
        button.dataset.at = `${at}/${i}`;
        if (state.done) button.classList.add("over");
        return part;
      }),
    });
  }

  function inWords(house, state) {
    if (state.over) return say("state_done");
    if (state.done) return say("state_over", { last: state.last ? resultName(state.last.result) : resultName("nobody_eligible") });
    if (state.roster) return say("state_chosen", { who: person(state.roster.members[state.roster.chosen - 1], state.roster.chosen) });
    return state.visits.length ? say("state_visited", { count: state.visits.length, last: resultName(state.last.result) }) : say("state_new");
  }

  function nextWords(state) {
    const date = state.last && !state.done && state.last.result === "appointment" && state.last.appointment;
    return date ? say("appointment_at", { when: when(date) }) : "";
  }

  // A household

  function household() {
    const { cluster, house } = view, state = stateOf(cluster, house);
    const left = me.given.limits.attempts - state.visits.length;
    const notices = [];
    if (!state.done && state.visits.length && left > 0) notices.push(notice("info", say("attempts_left", { count: left })));
    show(
      "t-household",
      {
        title: say("number", { number: house.number }),
        place: say("house_place", { village: cluster.name, number: house.number }),
        notices,
        visits: state.visits.length && state.visits.map((one) => line(say("visit_line", { when: when(one.at), result: resultName(one.result) }))),
        open: !state.done,
        fresh: !state.roster,
        chosen: state.roster && state.roster.chosen,
        who: state.roster && state.roster.chosen ? say("state_chosen", { who: person(state.roster.members[state.roster.chosen - 1], state.roster.chosen) }) : "",
      },
      { cluster, house }
    );
  }

  function line(text) {
    return Object.assign(document.createElement("li"), { textContent: text });
  }

  const zone = () => new Date().getTimezoneOffset();
  const localNow = () => Walk.localTime(new Date(), zone());
  const uuid = () => {
    if (root.crypto.randomUUID) return root.crypto.randomUUID();
    const bytes = root.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // What is kept of a household beside a record, in the same step as the record.
  async function changed(cluster, house, change) {
    const id = caseId(cluster, house);
    const next = change(Object.assign({ visits: [], roster: null, over: false }, me.cases[id]));
    return { put: [["households", { id, data: await me.vault.encrypt(next) }]], keep: () => (me.cases[id] = next) };
  }

  const address = (cluster, house) => ({ draw: cluster.draw, village: cluster.village, number: house.number });

  // Everything that is finished goes through here.
  async function keepRecords(records, step, options = {}) {
    const pilot = view.cluster.pilot;
    await me.queue.finaliseAll(records.map((one) => Object.assign({ pilot }, one)), Object.assign({ put: step.put }, options));
    step.keep();
    me.queue.send({ now: true }).catch(() => {});
  }

  async function visited(result, appointment = null) {
    const { cluster, house } = view, at = localNow();
    const step = await changed(cluster, house, (own) => Object.assign(own, { visits: own.visits.concat({ at, result, appointment }) }));
    const plain = Object.assign({ kind: "visit", id: uuid(), at, result, appointment }, address(cluster, house));
    await keepRecords([{ kind: "visit", plain }], step);
    await today();
  }

  // The roster

  function rosterScreen(members = []) {
    const { cluster, house } = view;
    const list = members.map((one, at) => {
      const part = made("t-member", { text: say("member", { place: at + 1, sex: words[one.sex], age: one.age }) });
      part.querySelector("button").dataset.at = at;
      return part;
    });
    show("t-roster", { members: list, none: !members.length, birthday: cluster.selection === "birthday" }, { cluster, house, members });
  }

  const inOrder = (members) =>
    members.map((one, at) => [one, at]).sort(([one, i], [other, j]) => (one.sex === "female") - (other.sex === "female") || other.age - one.age || i - j).map(([one]) => one);

  function addMember() {
    const sex = document.querySelector("[name=sex]:checked"), age = number(field("age").value);
    if (!sex) return wrong(say("member_sex"));
    if (!(age >= me.given.ages[0] && age <= me.given.ages[1])) return wrong(say("member_age", { low: me.given.ages[0], high: me.given.ages[1] }));
    const member = { sex: sex.value, age, birthday: null };
    if (view.cluster.selection === "birthday") {
      const [month, day] = [number(field("month").value), number(field("day").value)];
      const date = new Date(Date.UTC(2000, month - 1, day));
      if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return wrong(say("member_birthday"));
      member.birthday = [month, day];
    }
    if (view.members.length >= MOST_MEMBERS) return wrong(say("too_many"));
    rosterScreen(inOrder(view.members.concat(member)));
  }

  function number(text) {
    const plain = text.replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).replace("．", ".").replace("－", "-").trim();
    return /^-?\d{1,10}(\.\d{1,10})?$/.test(plain) ? Number(plain) : NaN;
  }

  // The place of the person chosen, from 1; null where nobody may be asked. The server works it out again.
  function choose(cluster, house, members) {
    if (!members.length) return null;
    if (cluster.selection !== "birthday") return me.given.kish[house.kish_table][Math.min(members.length, 6) - 1];
    const [, month, day] = new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 10).split("-").map(Number); // in Shanghai
    const ofYear = (m, d) => Math.round((Date.UTC(2000, m - 1, d) - Date.UTC(2000, 0, 1)) / 86400000);
    const waits = members.map((one) => (ofYear(one.birthday[0], one.birthday[1]) - ofYear(month, day) + 366) % 366);
    return waits.indexOf(Math.min(...waits)) + 1;
  }

  async function drawPerson() {
    const { cluster, house, members } = view;
    const chosen = choose(cluster, house, members), at = localNow();
    const step = await changed(cluster, house, (own) => Object.assign(own, { roster: { members, chosen } }));
    const plain = Object.assign({ kind: "roster", id: uuid(), at, members, chosen, reason: null }, address(cluster, house));
    await keepRecords([{ kind: "roster", plain }], step);
    if (!chosen) return show("t-nobody", {}, {});
    const why = cluster.selection === "birthday" ? say("why_birthday") : say("why_kish", { table: house.kish_table, count: members.length, place: chosen });
    show("t-chosen", { who: person(members[chosen - 1], chosen), why }, { cluster, house });
  }

  // The interview

  async function formFor(cluster, language) {
    const kept = await me.shelf.get("meta", formId(waveOf(cluster), language));
    return kept && kept.form;
  }

  async function consent(language) {
    const { cluster, house } = view, wave = waveOf(cluster);
    const chosen = language || (wave.languages.includes(body.dataset.language) ? body.dataset.language : wave.languages[0]);
    const form = await formFor(cluster, chosen);
    if (!form) {
      household();
      return document.querySelector("[data-slot=notices]").append(notice("error", say("form_missing"), say("form_missing_text")));
    }
    const { roster } = stateOf(cluster, house), minor = roster.members[roster.chosen - 1].age < 18;
    const languages = wave.languages.length > 1 && wave.languages.map((one) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: words[one] || one });
      Object.assign(button.dataset, { do: "language", language: one });
      if (one === chosen) button.setAttribute("aria-current", "true");
      return button;
    });
    const rights = form.rights.map(line);
    show("t-consent", { introduction: form.introduction, rights, text: form.consent.text, agree: form.consent.agree, decline: form.consent.decline, minor, languages: languages || [], legal: html(form.header) }, { cluster, house, form, minor, wave });
  }

  function html(text) {
    return Array.from(new DOMParser().parseFromString(text, "text/html").body.childNodes);
  }

  async function agreed() {
    const { cluster, house, form, minor } = view;
    if (minor && !field("guardian").checked) return wrong(say("guardian_missing"));
    const draft = {
      id: uuid(), cluster: { pilot: cluster.pilot, wave: cluster.wave, draw: cluster.draw, village: cluster.village, name: cluster.name },
      house: { number: house.number, respondent: house.respondent }, language: form.language, form: formId(waveOf(cluster), form.language),
      consent: form.consent.version, guardian: minor, started_at: localNow(), changed_at: Date.now(), answers: {}, at: null, place: 1, times: {}, edits: {}, pauses: 0,
    };
    await askAt(draft, form, 0);
  }

  const wayOf = (draft, form) => Walk.walk(form, draft.answers, localNow(), draft.id);

  // One after the other, each as the draft is when its turn comes: an older state never comes after a newer.
  let saved = Promise.resolve();
  function save(draft) {
    saved = saved.catch(() => {}).then(async () => {
      draft.changed_at = Date.now();
      await me.shelf.put("drafts", { id: draft.id, data: await me.vault.encrypt(draft) });
    });
    return saved;
  }

  async function askAt(draft, form, at) {
    const way = wayOf(draft, form);
    if (at >= way.shown.length) return checkScreen(draft, form);
    const question = way.shown[Math.max(at, 0)];
    const asked = way.shown.filter((one) => one.asked), place = asked.indexOf(question) + 1;
    Object.assign(draft, { at: question.id, place: place || draft.place });
    await save(draft);
    const said = Object.assign({}, draft.answers, way.calculated);
    for (const id of way.hidden) delete said[id];
    const nodes = html(form.html[question.id]);
    show("t-question", { question: nodes, skippable: question.asked && !question.required, progress: place ? muted(say("question_of", { place, count: asked.length })) : "" }, { draft, form, question, at: way.shown.indexOf(question), since: root.performance.now(), cluster: draft.cluster, house: draft.house });
    const box = document.querySelector("[data-slot=question]");
    pipe(box, form, said);
    arrange(box, question, Walk.offered(form, question, said, localNow(), draft.id));
    restore(box, question, draft.answers[question.id]);
    const bar = Object.assign(document.createElement("progress"), { max: asked.length, value: place });
    if (place) document.querySelector("[data-slot=progress]").append(bar);
  }

  function muted(text) {
    return Object.assign(document.createElement("p"), { className: "muted", textContent: text });
  }

  function pipe(box, form, said) {
    const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (texts.currentNode.data.includes("${")) texts.currentNode.data = Walk.fill(texts.currentNode.data, form, said);
  }

  // The options that this person is offered, in this person's order; codes stay below.
  function arrange(box, question, offered) {
    if (!question.options.length) return;
    const rows = {};
    for (const row of box.querySelectorAll(".choice")) rows[row.querySelector("input").value] = row;
    const group = box.querySelector("fieldset");
    for (const option of question.options) if (!offered.includes(option)) rows[option].remove();
    for (const option of offered.concat(question.codes)) if (rows[option]) group.append(rows[option]);
  }

  function restore(box, question, answer) {
    if (answer === undefined) return;
    const chosen = Walk.isCode(answer) ? [answer.code] : [].concat(answer).map(String);
    for (const input of box.querySelectorAll("input[type=radio],input[type=checkbox]")) input.checked = chosen.includes(input.value);
    const typed = box.querySelector("#answer:not([type=radio]):not([type=checkbox])");
    if (typed && !Walk.isCode(answer)) typed.value = String(answer);
  }

  // The answer on the screen: {answer}, {fault} in words, or {} where there is none.
  function typedAnswer(question) {
    const box = document.querySelector("[data-slot=question]");
    if (question.options.length) {
      const chosen = Array.from(box.querySelectorAll("input:checked"), (input) => input.value);
      const code = chosen.find((value) => question.codes.includes(value) && !question.options.includes(value));
      if (code) return { answer: { code } };
      if (!chosen.length) return {};
      return { answer: question.kind === "multiple" ? question.options.filter((one) => chosen.includes(one)) : chosen[0] };
    }
    const text = field("answer").value.replace(/\r\n/g, "\n");
    if (!text.trim()) return {};
    if (question.kind === "date") return /^\d{4}-\d{2}-\d{2}$/.test(text) ? { answer: text } : { fault: say("bad_day") };
    if (question.kind === "text") return question.max && Array.from(text).length > question.max ? { fault: say("too_long", { limit: question.max }) } : { answer: text };
    const value = number(text), digits = (text.split(/[.．]/)[1] || "").length;
    if (value !== value || digits > question.decimals) return { fault: say("not_a_number") };
    if (question.min !== null && value < question.min) return { fault: say("too_small", { limit: question.min }) };
    if (question.max !== null && value > question.max) return { fault: say("too_large", { limit: question.max }) };
    return { answer: value };
  }

  // Seconds on this question so far, by a clock that nobody can set.
  function clocked() {
    const { draft, question } = view, now = root.performance.now();
    draft.times[question.id] = Math.round(((draft.times[question.id] || 0) + (now - view.since) / 1000) * 10) / 10;
    view.since = now;
  }

  async function answered(given) {
    const { draft, form, question } = view;
    clocked();
    if (given.fault) return wrong(given.fault);
    if (given.answer === undefined && question.asked && !given.skipped) return wrong((question.words && question.words.required) || say(question.required ? "answer_required" : "answer_missing"));
    const before = draft.answers[question.id];
    if (given.answer === undefined) delete draft.answers[question.id];
    else draft.answers[question.id] = given.answer;
    const way = wayOf(draft, form);
    if (way.violated.includes(question.id)) {
      draft.answers[question.id] = before;
      if (before === undefined) delete draft.answers[question.id];
      return wrong((question.words && question.words.constraint) || say("not_fitting"));
    }
    if (before !== undefined && Walk.asText(before) !== Walk.asText(given.answer)) draft.edits[question.id] = (draft.edits[question.id] || 0) + 1;
    const at = way.shown.findIndex((one) => one.id === question.id);
    await save(draft);
    await askAt(draft, form, view.check ? way.shown.length : at + 1);
  }

  async function checkScreen(draft, form) {
    const way = wayOf(draft, form), asked = way.shown.filter((one) => one.asked);
    const gaps = asked.filter((one) => draft.answers[one.id] === undefined), due = asked.filter((one) => way.violated.includes(one.id) || (one.required && draft.answers[one.id] === undefined));
    draft.at = null;
    await save(draft);
    const chips = (due.length ? due : gaps).map((one) => {
      const item = document.createElement("li"), button = Object.assign(document.createElement("button"), { type: "button", textContent: asked.indexOf(one) + 1 });
      Object.assign(button.dataset, { do: "gap", at: way.shown.indexOf(one) });
      item.append(button);
      return item;
    });
    const text = due.length ? say("gaps_required") : gaps.length ? say("gaps", { count: gaps.length }) : say("all_answered", { count: asked.length });
    show("t-check", { text, gaps: chips }, { draft, form, at: way.shown.length, cluster: draft.cluster, house: draft.house, due: due.length });
    if (due.length) document.querySelector("[data-do=finish]").remove();
  }

  function submission(draft, form) {
    const way = wayOf(draft, form), answers = {};
    for (const question of way.shown) if (draft.answers[question.id] !== undefined) answers[question.id] = draft.answers[question.id];
    const total = Object.keys(draft.times).reduce((sum, id) => sum + draft.times[id], 0);
    const paradata = { times: draft.times, edits: draft.edits, total: Math.round(total * 10) / 10, app: body.dataset.version, zone: -zone(), pauses: draft.pauses, device: me.account.device.slice(0, 8), skew: me.given ? Math.round(me.given.skew / 1000) : 0 };
    if (draft.guardian) paradata.guardian = true;
    return Seal.json({ id: draft.id, wave: draft.cluster.wave, instrument: form.instrument, version: form.version, mode: "interview", language: draft.language, started_at: draft.started_at, finished_at: localNow(), answers, paradata, respondent: draft.house.respondent });
  }

  async function finished(broken) {
    const { draft, form, cluster, house } = view, at = localNow();
    await saved;
    const interview = { kind: "interview", id: draft.id, plain: { kind: "interview", body: submission(draft, form), broken_off: broken, consent: draft.consent } };
    const records = [interview];
    if (broken) records.push({ kind: "visit", plain: Object.assign({ kind: "visit", id: uuid(), at, result: "break_off", appointment: null }, address(cluster, house)) });
    const step = await changed(cluster, house, (own) => (broken ? Object.assign(own, { visits: own.visits.concat({ at, result: "break_off" }) }) : Object.assign(own, { over: true, interview: draft.id })));
    await keepRecords(records, step, { draftId: draft.id });
    if (broken) return today();
    show("t-contact", {}, { cluster, house, record: draft.id });
  }

  async function contact() {
    const { cluster, house, record } = view, [name, phone] = [field("name").value.trim(), field("phone").value.trim()];
    if (!name || !phone) return wrong(say("contact_both"));
    if (!/^[0-9０-９+＋()（）\-－— ]{7,20}$/.test(phone)) return wrong(say("phone_wrong"));
    const plain = Object.assign({ kind: "contact", id: uuid(), at: localNow(), name, phone }, address(cluster, house));
    await keepRecords([{ kind: "contact", plain }], { put: [], keep: () => {} });
    view.record = record;
    await done();
  }

  const shortCode = (digest) => (digest.slice(0, 4) + "-" + digest.slice(4, 8)).toUpperCase();

  async function done() {
    const { record } = view, found = (await me.queue.list()).find((one) => one.id === record);
    const arrived = found && found.state === "acknowledged";
    show("t-done", { text: arrived ? say("arrived", { code: shortCode(found.sha256) }) : say("kept") }, { record });
  }

  async function sent() {
    const list = (await me.queue.list()).filter((one) => one.kind !== "contact"), days = new Map();
    for (const one of list) {
      const day = when(one.finalised_at || one.received_at, { year: "numeric", month: "long", day: "numeric" });
      if (!days.has(day)) days.set(day, []);
      const code = one.state === "acknowledged" || one.state === "purged" ? say("receipt", { code: shortCode(one.sha256) }) : "";
      days.get(day).push(made("t-record", { what: say("record_" + one.kind), state: say("in_" + one.state), code }));
    }
    const troubled = await me.queue.attention();
    const notices = troubled.length ? [notice("error", say("attention", { count: troubled.length }), say("attention_text"))] : [];
    show("t-sent", { notices, nothing: !list.length, days: Array.from(days, ([day, records]) => made("t-day", { day, records })) }, {});
  }

  async function handOver() {
    const file = new Blob([await me.queue.export()], { type: "text/plain" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${me.account.staff.login}-${new Date().toISOString().slice(0, 10)}.records.txt` });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async function resume(draft) {
    const cluster = me.clusters.find((one) => one.draw === draft.cluster.draw && one.village === draft.cluster.village) || draft.cluster;
    const kept = await me.shelf.get("meta", draft.form) || (cluster.households && { form: await formFor(cluster, draft.language) });
    if (!kept || !kept.form) return document.querySelector("[data-slot=notices]").append(notice("error", say("form_missing"), say("form_missing_text")));
    const way = wayOf(draft, kept.form), at = way.shown.findIndex((one) => one.id === draft.at);
    await askAt(draft, kept.form, at < 0 ? way.shown.length : at);
  }

  async function paused() {
    const { draft, form, at, cluster, house } = view;
    clocked();
    draft.pauses += 1;
    await save(draft);
    show("t-pause", {}, { draft, form, at, cluster, house });
  }

  // What buttons do

  const DO = {
    today,
    sent,
    household,
    lock: () => root.location.reload(),
    export: handOver,
    roster: () => rosterScreen(),
    remove: (button) => rosterScreen(view.members.filter((_, at) => at !== Number(button.dataset.at))),
    draw: drawPerson,
    interview: () => consent(),
    language: (button) => consent(button.dataset.language),
    declined: () => visited(view.minor ? "refusal_guardian" : "refusal_person"),
    skip: () => answered({ skipped: true }),
    pause: paused,
    later: () => appointmentScreen(),
    broken: () => finished(true),
    finish: () => finished(false),
    nocontact: () => done(),
    back: () => household(),
    gap: async (button) => {
      await askAt(view.draft, view.form, Number(button.dataset.at));
      view.check = true;
    },
    previous: async () => {
      if (view.question) clocked();
      if (view.at > 0) return askAt(view.draft, view.form, view.at - 1);
      await save(view.draft);
      await today();
    },
    resume: (button) => (view.drafts ? resume(view.drafts[Number(button.dataset.at)]) : askAt(view.draft, view.form, view.at)),
    house: (button) => {
      const [i, j] = button.dataset.at.split("/").map(Number);
      Object.assign(view, { cluster: me.clusters[i], house: me.clusters[i].households[j] });
      household();
    },
    sync: async () => {
      await me.queue.send({ now: true });
      await refresh();
      await today();
    },
    refresh: async () => {
      const fresh = await refresh().catch(() => false);
      await today();
      document.querySelector("[data-slot=notices]").prepend(fresh ? notice("good", say("refreshed")) : notice("warn", say("refresh_failed"), say("refresh_failed_text")));
    },
    again: () => {
      const { work, screen, before } = view;
      view = before;
      field("screen").textContent = "";
      field("screen").append(...screen);
      return attempt(work);
    },
  };

  function appointmentScreen() {
    show("t-appointment", {}, view);
  }

  const FORMS = {
    unlock,
    start,
    member: addMember,
    consent: agreed,
    answer: () => answered(typedAnswer(view.question)),
    contact,
    appointment: () => {
      const moment = new Date(field("when").value);
      return Number.isNaN(moment.getTime()) ? null : visited("appointment", Walk.localTime(moment, moment.getTimezoneOffset()));
    },
  };

  // What could not be kept is said, and can be done once more with everything as it was on the screen.
  async function attempt(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Store.Full)) {
        const part = notice("error", say("trouble"), say("trouble_text"));
        field("screen").prepend(part);
        root.scrollTo(0, 0);
        throw error; // for the console
      }
      const screen = Array.from(field("screen").childNodes);
      show("t-full", {}, { work, screen, before: view });
    }
  }

  let busy = false;

  // One thing at a time: a second tap while the first is being kept does nothing.
  async function once(work) {
    if (busy) return;
    busy = true;
    body.setAttribute("aria-busy", "true");
    try {
      await attempt(work);
    } finally {
      busy = false;
      body.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do],[data-result],[data-code]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.do) once(() => DO[button.dataset.do](button));
    else if (button.dataset.code) once(() => answered({ answer: { code: button.dataset.code } }));
    else if (button.dataset.result === "appointment") appointmentScreen();
    else once(() => visited(button.dataset.result));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-form]");
    if (!form) return;
    event.preventDefault();
    once(() => FORMS[form.dataset.form](form));
  });

  // "Don't know" and the like stand alone.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!view.question || input.type !== "checkbox" || !input.checked) return;
    const alone = view.question.codes.includes(input.value);
    for (const other of document.querySelectorAll("[data-slot=question] input[type=checkbox]")) {
      if (other !== input && (alone || view.question.codes.includes(other.value))) other.checked = false;
    }
  });

  // What is half answered is kept within a second of the last touch, and when the page goes out of sight.
  let saving = 0;
  function keepTyped() {
    root.clearTimeout(saving);
    if (!view.question || busy) return;
    const given = typedAnswer(view.question);
    if (given.answer !== undefined) {
      view.draft.answers[view.question.id] = given.answer;
      save(view.draft).catch(() => {});
    }
  }
  document.addEventListener("input", () => {
    root.clearTimeout(saving);
    saving = root.setTimeout(keepTyped, SAVE_AFTER);
  });
  let hiddenAt = null;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = Date.now();
      keepTyped();
    } else if (me.vault && hiddenAt && Date.now() - hiddenAt > LOCK_AFTER) {
      root.location.reload();
    }
  });
  root.addEventListener("pagehide", keepTyped);
  root.addEventListener("offline", () => standing().catch(() => {}));

  boot();
})(typeof globalThis === "object" ? globalThis : self);
