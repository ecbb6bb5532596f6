// Finished records on their way to the server: sealed, numbered, sent one by one, and kept until a receipt and a backup
// cover them. A record's states: finalised -> sending -> acknowledged -> purged (a tombstone), or attention, which waits
// for a person. Nothing leaves the phone but by acknowledged -> purged.
//
//     const queue = new Queue({ store, owner, token, key: { id, public }, ... });       // more options: DEFAULTS
//     await queue.finalise("visit", "pilot", { id, ... }, { draftId });                 // kept when this resolves
//     await queue.send();   await queue.send({ now: true });   await queue.resume(token);
//     const stop = Queue.watch(window, queue);
//
// Every change is one transaction that looks at the record's present state first, so tabs cannot work against each other.
(function (root) {
  "use strict";

  const SECOND = 1000;
  const DAY = 24 * 3600 * SECOND;
  const FIRST_PAUSE = 5 * SECOND;
  const LONGEST_PAUSE = 15 * 60 * SECOND;
  const LONGEST_LEASE = 600 * SECOND;
  const GRACE = 7 * DAY; // an acknowledged record's body goes after this even without word of a backup
  const MOURNING = 90 * DAY; // how long its tombstone stands
  const UNSENT = ["finalised", "sending", "attention"];
  const WAYSIDE = [407, 408, 429, 502, 503, 504, 511]; // said by what stands on the way, or of the whole server

  const DEFAULTS = {
    address: "/api/v1/records",
    token: null,
    fetch: (...rest) => root.fetch(...rest),
    now: () => Date.now(), // the wall clock: for people's eyes only
    monotonic: () => root.performance.now(),
    random: (length) => root.crypto.getRandomValues(new Uint8Array(length)),
    timers: { setTimeout: (...rest) => root.setTimeout(...rest), clearTimeout: (timer) => root.clearTimeout(timer) },
    limits: { warn: DAY, block: null, most: null }, // milliseconds, milliseconds, records; null: never refuse
    onChange: () => {},
    onSignIn: () => {}, // asked for once, until resume()
  };

  const without = (record) => {
    const summary = Object.assign({}, record);
    delete summary.body;
    return summary;
  };

  // How long a reply may take: a very slow line carries 1 kB a second.
  const patience = (body) => Math.min(30 * SECOND + body.length, LONGEST_LEASE);

  class Queue {
    constructor(options) {
      const web = root.navigator && root.navigator.locks;
      Object.assign(this, { locks: web || null, subtle: root.crypto && root.crypto.subtle }, DEFAULTS, options);
      this.limits = Object.assign({}, DEFAULTS.limits, options.limits);
      this.shelf = this.store.of(this.owner);
      this.me = root.Seal.toText(this.random(12)); // one name for each tab
      this.paused = false; // until somebody signs in
      this.running = this.wanted = this.timer = null;
      this.received = null; // when the server took a record last, as far as this page knows
      this.rest = { failures: 0, until: 0, asked: false }; // the network's
      this.troubles = new Map(); // id -> {failures, until}: in memory only, a restart may try at once
    }

    // Whatever the screen makes of it, it cannot disturb the queue.
    tell(screen) {
      Promise.resolve().then(screen || this.onChange);
    }

    // Finishing

    // Seals what was collected and keeps it: when this resolves, the record is on the disk and its draft is gone. The same
    // id again changes nothing. `put` is a list of [area, value] that are kept in the same step.
    async finalise(kind, pilot, plain, options = {}) {
      const made = await this.finaliseAll([{ kind, pilot, plain, id: options.id }], options);
      return made[0];
    }

    async finaliseAll(list, options = {}) {
      const publicKey = typeof this.key.public === "string" ? root.Seal.toBytes(this.key.public) : this.key.public;
      const sealed = [];
      for (const one of list) {
        const id = one.id || one.plain.id;
        const text = root.Seal.json(one.plain);
        sealed.push({ id, kind: one.kind, pilot: one.pilot, sealed: await root.Seal.seal(this.subtle, publicKey, id, text) });
      }
      let made = null;
      while (!made) made = await this.number(sealed, options);
      this.tell();
      return made;
    }

    // The number is part of what is hashed, and hashing cannot be waited for inside a transaction: so the records are made
    // for the next number first and kept only if it is still the next one. Null if another tab has taken it.
    async number(sealed, options) {
      const last = await this.lastNumber(this.shelf);
      const at = this.now();
      const records = [];
      for (const { id, kind, pilot, sealed: seal } of sealed) {
        const outside = { id, kind, pilot, sequence: last + records.length + 1 };
        const body = JSON.stringify(Object.assign({}, outside, { key: this.key.id, sealed: seal }));
        const sha256 = await root.Seal.sha256(this.subtle, body);
        const rest = { state: "finalised", finalised_at: at, attempts: 0, receipt: null, reason: null };
        records.push(Object.assign(outside, { sha256, body }, rest));
      }
      return this.shelf.batch(["meta", "drafts", "records", "tombstones", "households"], async (inside) => {
        const before = [];
        for (const { id } of records) {
          before.push((await inside.get("records", id)) || (await inside.get("tombstones", id)));
        }
        const fresh = records.filter((_, i) => !before[i]);
        if (fresh.length && fresh.length < records.length) {
          throw new Error("part of these records has been finished before");
        }
        if (fresh.length) {
          if ((await this.lastNumber(inside)) !== last) return null;
          for (const record of fresh) await inside.put("records", record);
          await inside.put("meta", { id: "sequence", value: last + fresh.length });
        }
        for (const [area, value] of options.put || []) await inside.put(area, value);
        if (options.draftId) await inside.delete("drafts", options.draftId);
        return records.map((record, i) => without(before[i] || record));
      });
    }

    async lastNumber(shelf) {
      const kept = await shelf.get("meta", "sequence");
      return kept ? kept.value : 0;
    }

    // Sending

    // Sends what is due, oldest first; resolves to {sent, stopped}, where `stopped` is null or says why the round ended.
    // `now` is for what a person or a returning network asks: it skips our own pause, never one the server asked for.
    send(options = {}) {
      if (this.paused || !this.token) return Promise.resolve({ sent: 0, stopped: "sign-in" });
      if (this.running) {
        this.wanted = this.wanted || options;
        return this.running;
      }
      if (options.now && !this.rest.asked) {
        this.rest.until = 0;
        for (const trouble of this.troubles.values()) trouble.until = 0;
      }
      if (this.monotonic() < this.rest.until) {
        this.wake();
        return Promise.resolve({ sent: 0, stopped: "pause" });
      }
      const ended = () => {
        const wanted = this.wanted;
        this.running = this.wanted = null;
        this.tell();
        if (wanted) this.send(wanted).catch(() => {});
        else this.wake();
      };
      this.running = this.alone(() => this.round());
      this.running.then(ended, ended);
      return this.running;
    }

    // One uploader among all tabs. Without Web Locks a lease in the store does it; two that overlap there send twice, which
    // the server takes once.
    async alone(work) {
      const elsewhere = { sent: 0, stopped: "elsewhere" };
      const name = "field-records";
      if (this.locks) return this.locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : elsewhere));
      if (!(await this.lease(patience("")))) return elsewhere;
      try {
        return await work();
      } finally {
        await this.lease(0);
      }
    }

    // A lease that ends later than one could be made to end comes from before the clock was set back: it counts as over.
    lease(length) {
      return this.shelf.batch(["meta"], async (inside) => {
        const left = (await inside.get("meta", "uploader")) || { who: this.me, until: 0 };
        const ahead = left.until - this.now();
        if (left.who !== this.me && ahead > 0 && ahead <= LONGEST_LEASE) return false;
        await inside.put("meta", { id: "uploader", who: this.me, until: this.now() + length });
        return true;
      });
    }

    async round() {
      await this.recover();
      const tried = new Set();
      let sent = 0;
      for (;;) {
        const line = await this.due(tried);
        if (!line.length) return { sent, stopped: null };
        for (const { id, body } of line) {
          if (this.paused) return { sent, stopped: "sign-in" };
          tried.add(id);
          if (!this.locks && !(await this.lease(patience(body)))) return { sent, stopped: "elsewhere" };
          const outcome = await this.post(id);
          if (outcome.receipt) sent += 1;
          if (outcome.stop) return { sent, stopped: outcome.stop };
        }
      }
    }

    // Whoever holds the lock is the only one who sends: what still says `sending` was broken off by a crash.
    recover() {
      return this.shelf.batch(["records"], async (inside) => {
        for (const record of await inside.all("records", "sending")) {
          await inside.put("records", Object.assign(record, { state: "finalised" }));
        }
      });
    }

    // Oldest first; but what has failed lately comes after what has not, so that it stands in nobody's way.
    async due(tried) {
      const until = (record) => (this.troubles.get(record.id) || { until: 0 }).until;
      const rank = (record) => (this.troubles.has(record.id) ? 1 : 0);
      const due = (await this.shelf.all("records", "finalised")).filter(
        (record) => !tried.has(record.id) && until(record) <= this.monotonic()
      );
      return due.sort((one, other) => rank(one) - rank(other) || one.sequence - other.sequence);
    }

    async post(id) {
      const record = await this.mark(id);
      if (!record) return {};
      const outcome = await this.ask(record);
      try {
        await this.settle(record.id, outcome);
      } catch (error) {
        if (!(error instanceof root.Store.Full)) throw error;
        return { stop: "full" }; // it will be sent again, and the server knows it
      }
      this.tell();
      return outcome;
    }

    // Says `sending` before the first byte goes out. Gives the record, or null if another tab was faster.
    async mark(id) {
      try {
        return await this.change(id, (kept) => {
          if (kept.state !== "finalised") return null;
          return { state: "sending", attempts: kept.attempts + 1, lease_until: this.now() + patience(kept.body) };
        });
      } catch (error) {
        if (error instanceof root.Store.Full) return this.shelf.get("records", id); // a full phone must still send
        throw error;
      }
    }

    // Changes one record, if `work` gives changes for what is kept now; gives the record then, else null.
    change(id, work) {
      return this.shelf.batch(["records"], async (inside) => {
        const kept = await inside.get("records", id);
        const changes = kept && work(kept);
        if (!changes) return null;
        await inside.put("records", Object.assign(kept, changes));
        return kept;
      });
    }

    // Sends one record and says what came of it: {receipt}, {attention, reason}, or {failed}, with {stop} if the others
    // would fare no better.
    async ask(record) {
      let reply, text;
      try {
        [reply, text] = await this.exchange(record.body);
      } catch (error) {
        return { failed: "no reply", stop: "network" };
      }
      const status = reply.status;
      if (status === 413) return { attention: true, reason: "413" };
      const said = read(text);
      const after = retryAfter(reply, this.now());
      if (!said || WAYSIDE.indexOf(status) >= 0) return { failed: String(status), stop: "network", after };
      if (status === 401) return { failed: "401", stop: "sign-in" };
      if (status === 201 || status === 202) return receipt(said, record);
      if (status === 409 || status === 422) return { attention: true, reason: String(status), said };
      return { failed: String(status), stop: status >= 200 && status < 400 ? "network" : null };
    }

    // The whole reply within the time that a very slow line needs for it. Nothing but this address may answer: no
    // redirect is followed, nothing cached, no cookie sent.
    async exchange(body) {
      const abort = new root.AbortController();
      let timer;
      const late = new Promise((_, reject) => {
        timer = this.timers.setTimeout(() => {
          abort.abort();
          reject(new Error("too late"));
        }, patience(body));
      });
      const asked = async () => {
        const reply = await this.fetch(this.address, {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: "Bearer " + this.token },
          body,
          redirect: "manual",
          cache: "no-store",
          credentials: "omit",
          signal: abort.signal,
        });
        return [reply, await reply.text()];
      };
      try {
        return await Promise.race([asked(), late]);
      } finally {
        this.timers.clearTimeout(timer);
      }
    }

    // A true receipt always counts, even if it comes late; nothing else ever takes an acknowledgement back.
    async settle(id, outcome) {
      await this.change(id, (kept) => {
        if (kept.state === "acknowledged") return null;
        if (outcome.receipt) return { state: "acknowledged", receipt: outcome.receipt, reason: null };
        if (outcome.attention) return { state: "attention", reason: outcome.reason, said: outcome.said || null };
        return kept.state === "sending" ? { state: "finalised", reason: outcome.failed } : null;
      });
      if (outcome.receipt) this.received = outcome.receipt.received_at;
      if (outcome.receipt || outcome.attention) {
        this.troubles.delete(id);
        this.rest = { failures: 0, until: 0, asked: false };
        return;
      }
      if (outcome.stop === "sign-in") {
        this.paused = true;
        this.tell(this.onSignIn);
        return;
      }
      const failures = (this.troubles.get(id) || { failures: 0 }).failures + 1;
      this.troubles.set(id, { failures, until: this.monotonic() + this.pause(failures) });
      if (outcome.stop) {
        const times = this.rest.failures + 1;
        const length = Math.max(outcome.after || 0, this.pause(times));
        this.rest = { failures: times, until: this.monotonic() + length, asked: Boolean(outcome.after) };
      }
    }

    // 5 s, 10 s, ... 15 min, less up to a quarter by chance, so that the phones of a county do not come back as one.
    pause(failures) {
      const chance = this.random(1)[0] / 256;
      return Math.min(FIRST_PAUSE * Math.pow(2, failures - 1), LONGEST_PAUSE) * (1 - chance / 4);
    }

    // Tries again by itself when the first pause is over.
    wake() {
      const pauses = Array.from(this.troubles.values(), (trouble) => trouble.until);
      const ends = [this.rest.until].concat(pauses).filter((end) => end > this.monotonic());
      this.timers.clearTimeout(this.timer);
      this.timer = null;
      if (!ends.length || this.paused) return;
      const left = Math.min(...ends) - this.monotonic();
      this.timer = this.timers.setTimeout(() => this.send().catch(() => {}), left);
    }

    resume(token) {
      this.token = token;
      this.paused = false;
      return this.send({ now: true });
    }

    stop() {
      this.timers.clearTimeout(this.timer);
      this.paused = true;
    }

    // Keeping

    // Takes bodies off the phone that the server surely has: received before `safeUntil` (its newest verified backup), or
    // more than seven days ago. Ages are by the server's clock alone, as receipts tell it; the phone's may be wrong.
    async purge(safeUntil, serverNow) {
      const gone = await this.shelf.batch(["records", "tombstones"], async (inside) => {
        const done = await inside.all("records", "acknowledged");
        const stones = await inside.all("tombstones");
        const times = done.map((record) => record.receipt.received_at).concat(stones.map((stone) => stone.received_at));
        const today = Math.max(...times.concat([safeUntil, serverNow].filter(Boolean)).map((time) => Date.parse(time)));
        const safe = Math.max(safeUntil ? Date.parse(safeUntil) : -Infinity, today - GRACE);
        let gone = 0;
        for (const { id, sha256, kind, sequence, receipt } of done) {
          if (!(Date.parse(receipt.received_at) < safe)) continue;
          await inside.put("tombstones", { id, sha256, kind, sequence, received_at: receipt.received_at });
          await inside.delete("records", id);
          gone += 1;
        }
        for (const stone of stones) {
          if (Date.parse(stone.received_at) < today - MOURNING) await inside.delete("tombstones", stone.id);
        }
        return gone;
      });
      if (gone) this.tell();
      return gone;
    }

    // Sends these once more: what a person has looked at, or what the server lost and asks for. Says how many it has.
    async again(ids) {
      let found = 0;
      for (const id of ids) {
        const changed = await this.change(id, (kept) => {
          return kept.state === "attention" || kept.state === "acknowledged" ? { state: "finalised", receipt: null } : null;
        });
        if (changed) found += 1;
      }
      this.tell();
      return found;
    }

    // Looking

    async counts() {
      const areas = ["records", "drafts", "tombstones"];
      return this.shelf.batch(areas, async (inside) => {
        const found = { drafts: await inside.count("drafts"), purged: await inside.count("tombstones"), unsent: 0 };
        for (const state of UNSENT.concat("acknowledged")) found[state] = await inside.count("records", state);
        for (const state of UNSENT) found.unsent += found[state];
        return found;
      });
    }

    // Everything that was ever finished, without bodies, newest first.
    async list() {
      const [records, stones] = await Promise.all([this.shelf.all("records"), this.shelf.all("tombstones")]);
      const gone = stones.map((stone) => Object.assign({ state: "purged" }, stone));
      return records.map(without).concat(gone).sort((one, other) => other.sequence - one.sequence);
    }

    async attention() {
      return (await this.shelf.all("records", "attention")).map(without);
    }

    // {unsent, oldest: milliseconds, late, blocked}. `blocked` means: start no new interview before these are sent.
    async warnings() {
      const waiting = [];
      for (const state of UNSENT) waiting.push(...(await this.shelf.all("records", state)));
      const oldest = waiting.reduce((most, record) => Math.max(most, this.now() - record.finalised_at), 0);
      const { warn, block, most } = this.limits;
      const blocked = (block !== null && oldest > block) || (most !== null && waiting.length > most);
      return { unsent: waiting.length, oldest, late: oldest > warn, blocked };
    }

    // A text to hand in on paper's terms: a line that says what it is, then each record's exact bytes on a line.
    async export() {
      const records = (await this.shelf.all("records")).sort((one, other) => one.sequence - other.sequence);
      const head = { format: "literacy records 1", owner: this.owner, device: this.device, records: records.length };
      return [JSON.stringify(head)].concat(records.map((record) => record.body)).join("\n") + "\n";
    }

    // When to send: at start, when the network or a person comes back, and every minute. Gives what ends it.
    static watch(window, queue, every = 60 * SECOND) {
      const send = (options) => queue.send(options).catch(() => {});
      const online = () => {
        queue.troubles.clear(); // another network may carry what the last did not
        send({ now: true });
      };
      const seen = () => {
        if (window.document.visibilityState === "visible") send({ now: true });
      };
      window.addEventListener("online", online);
      window.document.addEventListener("visibilitychange", seen);
      const timer = window.setInterval(() => send(), every);
      send();
      return () => {
        window.removeEventListener("online", online);
        window.document.removeEventListener("visibilitychange", seen);
        window.clearInterval(timer);
        queue.stop();
      };
    }
  }

  function read(text) {
    try {
      const said = JSON.parse(text);
      return said && typeof said === "object" ? said : null;
    } catch (error) {
      return null;
    }
  }

  // Only this word counts as delivered: the server names the record and the digest of the very bytes.
  function receipt(said, record) {
    const same = said.id === record.id && said.sha256 === record.sha256;
    if (!same || !(Date.parse(said.received_at) > 0)) return { failed: "receipt" };
    if (said.status === "attention") return { attention: true, reason: "attention", said };
    return said.status === "accepted" || said.status === "quarantined" ? { receipt: said } : { failed: "receipt" };
  }

  // Retry-After in milliseconds, at most an hour: seconds, or a date.
  function retryAfter(reply, now) {
    const asked = reply.headers && reply.headers.get("Retry-After");
    if (!asked) return 0;
    const length = /^\d+$/.test(asked.trim()) ? Number(asked) * SECOND : Date.parse(asked) - now;
    return Math.min(Math.max(length || 0, 0), 3600 * SECOND);
  }

  root.Queue = Queue;
})(typeof globalThis === "object" ? globalThis : self);
