// The invariants of the queue, held over anything that may happen in any order: people who finish and press buttons, one
// tab or two, a phone that dies between any two steps, a network and a server that answer in every way.
//
// I1 nothing leaves the phone but acknowledged -> purged            I2 acknowledged: the server holds exactly those bytes
// I3 one id, one text, one number, one effect                       I4 a phone that died is repaired by the next start
// I5 a record that the server cannot take blocks no other           I6 what is counted is what is stored
// I7 tabs at work at once spoil nothing
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock, FAULTS, fc, hash, Phone, soon, uuid, visit } from "./phone.mjs";

const RUNS = Number(process.env.RUNS || 150);
const SECOND = 1000;
const START = Date.parse("2026-11-24T02:00:00Z");
const POISONS = [409, 413, 422, 500, "gone"];

const tab = fc.nat(1);
// After how many steps (a change of the store or half a request each) the phone dies, if it does.
const death = fc.option(fc.nat(12), { freq: 3, nil: Infinity });
const faults = fc.array(fc.constantFrom("", ...Object.keys(FAULTS)), { maxLength: 3 });
const some = (weight, act, more = {}) => ({
  weight,
  arbitrary: fc.record({ act: fc.constant(act), ...more }, { noNullPrototype: true }),
});
const step = fc.oneof(
  some(8, "finish", { tab, death, draft: fc.boolean(), poison: fc.option(fc.constantFrom(...POISONS), { freq: 4 }) }),
  some(2, "finish again", { tab, death, which: fc.nat(20) }),
  some(2, "finish in both", { tab, death, same: fc.boolean() }),
  some(8, "send", { tab, death, faults, now: fc.boolean() }),
  some(2, "send from both", { tab, death, faults }),
  some(2, "network", { fault: fc.constantFrom(null, null, ...Object.keys(FAULTS)) }),
  some(2, "pass", { seconds: fc.constantFrom(3, 60, 1200, 86400) }),
  some(1, "set the clock", { by: fc.constantFrom(-86400, 86400, 3e8, -3e8) }),
  some(1, "restart", { tab }),
  some(2, "purge", { tab, death, backup: fc.boolean() }),
  some(1, "sign-in expires"),
  some(1, "sign in", { tab, death }),
  some(1, "try again", { tab, death })
);
const steps = fc.array(step, { minLength: 1, maxLength: 25, size: "max" });
const life = fc.record({ locks: fc.boolean(), steps }, { noNullPrototype: true });

class World {
  finished = new Map(); // id -> digest: the app was told that it is kept
  begun = new Map(); // id -> draft or null
  backup = 0; // what the newest verified backup covers
  last = 0;

  constructor(changes, locks) {
    this.clock = new Clock();
    this.phone = new Phone({ changes, clock: this.clock, options: locks ? {} : { locks: null } });
    this.server = this.phone.server;
    this.tokens = ["token"];
    this.tabs = [];
  }

  async open(number) {
    const life = { fuse: Infinity, dead: false };
    life.died = new Promise((resolve) => (life.die = resolve));
    const pass = () => {
      if (!life.dead && life.fuse > 0) {
        life.fuse -= 1;
        return null;
      }
      life.dead = true;
      life.die("died");
      return new Promise(() => {}); // nothing that follows ever happens
    };
    const around = (work) => async (...rest) => {
      await pass();
      const result = await work(...rest);
      await pass();
      return result;
    };
    const guard = (store) => Object.assign(store, { run: around(store.run.bind(store)) });
    const token = this.tokens[this.tokens.length - 1];
    const made = await this.phone.tab({ guard, wire: around, token });
    this.tabs[number] = Object.assign(made, { life });
  }

  // Does it in that tab, which may die meanwhile; then it is opened anew. Time passes while it waits for an answer.
  async within(number, death, work) {
    const { queue, life, name } = this.tabs[number];
    life.fuse = death;
    let ended = false;
    const done = Promise.race([work(queue), life.died]).finally(() => (ended = true));
    done.catch(() => {});
    while (!ended) {
      for (let i = 0; i < 50 && !ended; i += 1) await soon();
      if (!ended) await this.clock.pass(10 * SECOND);
    }
    await done;
    life.fuse = Infinity;
    if (!life.dead) return;
    this.phone.locks.die(name);
    await this.open(number);
  }

  async finish(number, death, id, draftId) {
    if (!this.begun.has(id)) this.begun.set(id, draftId);
    await this.within(number, death, async (queue) => {
      const made = await queue.finalise("visit", "pilot", { ...visit(0), id }, { draftId: this.begun.get(id) });
      if (this.finished.has(id)) assert.equal(made.sha256, this.finished.get(id), "I3: other bytes under one id");
      this.finished.set(id, made.sha256);
    });
  }

  async act(step) {
    const { server } = this;
    const put = () => server.faults.splice(0, Infinity, ...step.faults);
    switch (step.act) {
      case "finish": {
        const id = uuid((this.last += 1));
        if (step.poison) server.refused.set(id, step.poison);
        const draftId = step.draft ? `draft ${id}` : null;
        if (draftId) await this.tabs[step.tab].queue.shelf.put("drafts", { id: draftId, sealed: "..." });
        return this.finish(step.tab, step.death, id, draftId);
      }
      case "finish again": {
        const ids = [...this.begun.keys()];
        return ids.length ? this.finish(step.tab, step.death, ids[step.which % ids.length], null) : null;
      }
      case "finish in both": {
        const first = uuid((this.last += 1));
        const other = step.same ? first : uuid((this.last += 1));
        return Promise.all([
          this.finish(step.tab, step.death, first, null),
          this.finish(1 - step.tab, Infinity, other, null),
        ]);
      }
      case "send":
        put();
        return this.within(step.tab, step.death, (queue) => queue.send({ now: step.now }));
      case "send from both":
        put();
        return Promise.all([
          this.within(step.tab, step.death, (queue) => queue.send({ now: true })),
          this.within(1 - step.tab, Infinity, (queue) => queue.send({ now: true })),
        ]);
      case "network":
        server.always = step.fault;
        return;
      case "pass":
        await this.clock.pass(step.seconds * SECOND);
        return;
      case "set the clock":
        this.clock.wall += step.by * SECOND;
        return;
      case "restart":
        this.phone.locks.die(this.tabs[step.tab].name);
        this.tabs[step.tab].life.fuse = 0;
        return this.open(step.tab);
      case "purge": {
        const now = START + this.clock.time;
        if (step.backup) this.backup = now;
        const safe = this.backup ? new Date(this.backup).toISOString() : null;
        return this.within(step.tab, step.death, (queue) => queue.purge(safe, new Date(now).toISOString()));
      }
      case "sign-in expires":
        this.tokens.push(`token ${this.tokens.length}`);
        server.tokens = new Set(this.tokens.slice(-1));
        return;
      case "sign in":
        return this.within(step.tab, step.death, (queue) => queue.resume(this.tokens[this.tokens.length - 1]));
      case "try again":
        return this.within(step.tab, step.death, async (queue) => {
          await queue.again((await queue.attention()).map(({ id }) => id));
        });
    }
  }

  // What rounds are still under way come to their end.
  async quiet() {
    for (const { queue, life } of this.tabs) {
      while (queue.running && !life.dead) {
        for (let i = 0; i < 50 && queue.running; i += 1) await soon();
        if (queue.running) await this.clock.pass(10 * SECOND);
      }
    }
  }

  async check() {
    await this.quiet();
    const { records, tombstones, drafts } = await this.phone.kept();
    const all = new Map([...records, ...tombstones].map((one) => [one.id, one]));
    assert.equal(all.size, records.length + tombstones.length, "I3: one id twice");
    for (const [id, digest] of this.finished) {
      assert.ok(all.has(id), `I1: ${id} is gone`);
      assert.equal(all.get(id).sha256, digest, "I1: it was altered");
    }
    for (const { id, state, body, sha256 } of records) {
      assert.equal(hash(body), sha256, "I1: bytes and digest differ");
      assert.ok(this.begun.has(id));
      if (state === "acknowledged") {
        const stored = this.server.stored.get(id);
        assert.ok(stored && stored.body === body, "I2: acknowledged, but not at the server");
      }
    }
    for (const { id, sha256 } of tombstones) {
      const stored = this.server.stored.get(id);
      assert.ok(stored && hash(stored.body) === sha256, "I2: purged, but not at the server");
      const covered = Date.parse(stored.receipt.received_at);
      const old = START + this.clock.time - covered > 7 * 86400 * SECOND;
      assert.ok(covered < this.backup || old, "I1: purged, but not in a backup");
    }
    for (const [id, bodies] of this.server.seen) assert.equal(bodies.size, 1, `I3: ${id} came in two texts`);
    const numbers = [...all.values()].map(({ sequence }) => sequence).sort((one, other) => one - other);
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1), "I7: numbers with gaps or doubles");
    for (const [id, draft] of this.begun) {
      if (!draft) continue;
      const left = drafts.some((one) => one.id === draft);
      assert.ok(left !== all.has(id), "I4: draft and record, or neither");
    }
    const counts = await this.tabs[0].queue.counts();
    const tally = { drafts: drafts.length, purged: tombstones.length, finalised: 0, sending: 0, attention: 0, acknowledged: 0 };
    for (const { state } of records) tally[state] += 1;
    const unsent = tally.finalised + tally.sending + tally.attention;
    assert.deepEqual(counts, { ...tally, unsent }, "I6: counts");
    return records;
  }

  // The network is well again and the phone is started anew.
  async heal() {
    Object.assign(this.server, { faults: [], always: null });
    await this.act({ act: "restart", tab: 0 });
    await this.act({ act: "restart", tab: 1 });
    await this.clock.pass(3600 * SECOND); // whatever the tabs do by themselves
    const token = this.tokens[this.tokens.length - 1];
    for (let i = 0; i < 3 + this.server.refused.size; i += 1) {
      await this.within(0, Infinity, (queue) => queue.resume(token));
    }
    const records = await this.check();
    for (const { id, state, reason } of records) {
      assert.notEqual(state, "sending", `I4: ${id} was forgotten`);
      const poison = this.server.refused.get(id);
      if (poison === 500 || poison === "gone") assert.ok(["finalised", "attention"].includes(state), "I5");
      else if (state !== "acknowledged") assert.equal(state, "attention", `I4 or I5: ${id} stays ${state} (${reason})`);
    }
  }
}

const lives = (changes, runs, seed) =>
  fc.assert(
    fc.asyncProperty(life, async ({ locks, steps }) => {
      const world = new World(changes, locks);
      await world.open(0);
      await world.open(1);
      for (const step of steps) {
        await world.act(step);
        await world.check();
      }
      await world.heal();
    }),
    { numRuns: runs, seed, endOnFailure: changes.length > 0, verbose: 0 }
  );

test("whatever happens, nothing is lost, doubled, altered or stuck", () => lives([], RUNS, Number(process.env.SEED) || undefined));

const DEFECTS = {
  "deletes what the server refuses": [
    /I1/,
    "await this.settle(record.id, outcome);",
    'if (outcome.attention) await this.shelf.delete("records", record.id); else await this.settle(record.id, outcome);',
  ],
  "takes a status for a receipt": [/I2/, "said.id === record.id && said.sha256 === record.sha256", "true"],
  "forgets at start what was being sent": [/I4/, "await this.recover();", ""],
  "takes a number without looking whether it is still free": [
    /I7/,
    "if ((await this.lastNumber(inside)) !== last) return null;",
    "",
  ],
  "makes a second record of the same id": [/I[137]/, "records.filter((_, i) => !before[i])", "records"],
  "purges without a backup": [/I1: purged/, "if (!(Date.parse(receipt.received_at) < safe)) continue;", ""],
  "keeps the draft": [/I4: draft/, 'if (options.draftId) await inside.delete("drafts", options.draftId);', ""],
  "sends the oldest first even if it never gets an answer": [/I4 or I5/, "rank(one) - rank(other) || ", ""],
  "counts what is on its way as sent": [/I6/, "for (const state of UNSENT) found.unsent", "for (const state of [UNSENT[0], UNSENT[2]]) found.unsent"],
};

for (const [name, [broken, from, to]] of Object.entries(DEFECTS)) {
  test(`a queue that ${name} is caught`, async () => {
    const error = await lives([["queue.js", from, to]], 2 * RUNS).then(() => null, (error) => error);
    assert.match(String(error && error.cause), broken);
  });
}
