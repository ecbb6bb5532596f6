// A phone for the tests: the app's own files on a fake IndexedDB, with a clock, locks and a server that do as they are told.
import { createRequire } from "node:module";
import { app, hash, subtle } from "./load.mjs";

export { app, hash, subtle };
const require = createRequire(new URL("../browser/package.json", import.meta.url));

export const { IDBFactory } = require("fake-indexeddb");
export const fc = require("fast-check");

const pair = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
export const key = { id: "k1", public: Buffer.from(await subtle.exportKey("raw", pair.publicKey)).toString("base64url") };

export const soon = () => new Promise((resolve) => setImmediate(resolve));

// Time that passes only when told to. The wall clock can be set; the other one cannot.
export class Clock {
  time = 0;
  wall = Date.parse("2026-11-24T02:00:00Z");
  timers = new Map();
  last = 0;

  now = () => this.wall + this.time;
  monotonic = () => this.time;
  setTimeout = (work, after) => {
    this.timers.set((this.last += 1), { at: this.time + after, work });
    return this.last;
  };
  clearTimeout = (timer) => this.timers.delete(timer);

  // Runs what is due until then, in order, and lets each have its say.
  async pass(length) {
    const end = this.time + length;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort((one, other) => one[1].at - other[1].at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].work();
      for (let i = 0; i < 40; i += 1) await soon();
    }
    this.time = end;
  }
}

// Web Locks of one browser. A tab that dies lets go.
export class Locks {
  held = new Map();
  dead = new Set();

  tab(name) {
    const request = async (lock, options, work) => {
      if (this.dead.has(name)) return new Promise(() => {});
      if (!options.ifAvailable) throw new Error("the uploader never waits for the lock");
      if (this.held.has(lock)) return work(null);
      this.held.set(lock, name);
      try {
        return await work({ name: lock });
      } finally {
        if (this.held.get(lock) === name) this.held.delete(lock);
      }
    };
    return { request };
  }

  die(name) {
    this.dead.add(name);
    for (const [lock, holder] of this.held) if (holder === name) this.held.delete(lock);
  }
}

const json = (status, body, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
const html = (status) => new Response("<html>Welcome to our hotel</html>", { status, headers: { "Content-Type": "text/html" } });

// The server's door for records, idempotent, and everything that can stand between it and a phone.
export class Server {
  stored = new Map(); // id -> {body, receipt}
  seen = new Map(); // id -> set of bodies that ever came
  order = []; // ids as they came
  requests = [];
  faults = []; // for the next requests, one each; then `always`
  always = null;
  refused = new Map(); // id -> status: poisoned records
  tokens = new Set(["token"]);
  running = 0;
  most = 0;

  constructor(clock) {
    this.clock = clock;
  }

  door = async (body, token) => {
    if (!this.tokens.has(token)) return json(401, { error: "sign_in" }, { "WWW-Authenticate": "Bearer" });
    const { id } = JSON.parse(body);
    if (!this.seen.has(id)) this.seen.set(id, new Set());
    this.seen.get(id).add(body);
    this.order.push(id);
    if (this.refused.get(id) === "gone") throw new TypeError("Failed to fetch");
    if (this.refused.has(id)) return json(this.refused.get(id), { errors: { sealed: "poison" } });
    const before = this.stored.get(id);
    if (before) return before.body === body ? json(202, before.receipt) : json(409, { id, sha256: before.receipt.sha256 });
    const received_at = new Date(Date.parse("2026-11-24T02:00:00Z") + this.clock.time).toISOString();
    const receipt = { id, sha256: hash(body), received_at, status: "accepted", reason: null };
    this.stored.set(id, { body, receipt });
    return json(201, receipt);
  };

  fetch = async (address, options) => {
    this.requests.push({ address, ...options });
    this.most = Math.max(this.most, (this.running += 1));
    try {
      const fault = this.faults.shift() || this.always;
      const through = () => this.door(options.body, options.headers.Authorization.replace("Bearer ", ""));
      return fault ? await FAULTS[fault](through, options, this) : await through();
    } finally {
      this.running -= 1;
    }
  };
}

const never = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))));

export const FAULTS = {
  gone: async () => {
    throw new TypeError("Failed to fetch");
  },
  "reply dropped": async (through) => {
    await through();
    throw new TypeError("Failed to fetch");
  },
  silence: (through, { signal }) => never(signal),
  "silence after it": async (through, { signal }) => {
    await through();
    return never(signal);
  },
  twice: async (through) => {
    await through();
    return through();
  },
  portal: async () => html(200),
  "no content": async () => new Response(null, { status: 204 }),
  redirect: async () => ({ type: "opaqueredirect", status: 0, headers: new Headers(), text: async () => "" }),
  "truncated receipt": async (through) => {
    const text = await (await through()).text();
    return new Response(text.slice(0, text.length / 2), { status: 201 });
  },
  "broken body": async (through) => {
    const reply = await through();
    return { status: reply.status, type: "basic", headers: reply.headers, text: async () => { throw new TypeError("network error"); } };
  },
  "other shape": async () => json(200, { ok: true }),
  "wrong hash": async (through, { body }) => json(201, { ...made(body), sha256: hash("something else") }),
  "wrong id": async (through, { body }) => json(201, { ...made(body), id: "00000000-0000-4000-8000-000000000000" }),
  "no hash": async (through, { body }) => json(201, { ...made(body), sha256: undefined }),
  "no time": async (through, { body }) => json(201, { ...made(body), received_at: "yesterday" }),
  "unknown status": async (through, { body }) => json(201, { ...made(body), status: "later" }),
  "empty list": async () => json(201, []),
  null: async () => json(201, null),
  attention: async (through) => {
    const receipt = await (await through()).json();
    return json(202, { ...receipt, status: "attention", reason: "cannot be opened" });
  },
  quarantined: async (through) => {
    const receipt = await (await through()).json();
    return json(202, { ...receipt, status: "quarantined", reason: "device_revoked" });
  },
  "too large": async () => html(413),
  unreadable: async () => json(422, { errors: { sealed: "?" } }),
  conflict: async (through, { body }) => json(409, { id: JSON.parse(body).id, sha256: hash("first") }),
  "portal says 422": async () => html(422),
  "portal says 401": async () => html(401),
  "portal says 403": async () => html(403),
  busy: async () => json(503, { error: "later" }, { "Retry-After": "600" }),
  limited: async () => json(429, { error: "later" }, { "Retry-After": "30" }),
  broken: async () => json(500, { error: "?" }),
  "broken page": async () => html(500),
  "bad gateway": async () => html(502),
};

// What a careless server, or somebody between, would say without having kept anything.
const made = (body) => ({
  id: JSON.parse(body).id,
  sha256: hash(body),
  received_at: "2026-11-24T02:00:00Z",
  status: "accepted",
  reason: null,
});

// A phone with one queue or several tabs. Each tab is a fresh load of the app.
export class Phone {
  indexedDB = new IDBFactory();
  locks = new Locks();
  prompts = 0;
  tabs = 0;

  constructor({ changes = [], clock = new Clock(), server = new Server(clock), options = {} } = {}) {
    Object.assign(this, { changes, clock, server, options });
  }

  async tab({ owner = "anna", guard = (store) => store, wire = (fetch) => fetch, name = `tab ${(this.tabs += 1)}`, ...more } = {}) {
    const root = app(this.changes);
    const store = guard(await root.Store.open({ indexedDB: this.indexedDB, name: "field" }), root);
    const { now, monotonic } = this.clock;
    const queue = new root.Queue({
      store,
      owner,
      subtle,
      now,
      monotonic,
      key,
      token: "token",
      timers: this.clock,
      fetch: wire(this.server.fetch),
      locks: this.locks.tab(name),
      onSignIn: () => (this.prompts += 1),
      ...this.options,
      ...more,
    });
    return { root, store, queue, name };
  }

  // What is really there, without the queue.
  async kept(owner = "anna") {
    const store = await app().Store.open({ indexedDB: this.indexedDB, name: "field" });
    const shelf = store.of(owner);
    const [records, tombstones, drafts] = await Promise.all(["records", "tombstones", "drafts"].map((area) => shelf.all(area)));
    store.close();
    return { records, tombstones, drafts, states: Object.fromEntries(records.map(({ id, state }) => [id, state])) };
  }
}

export const uuid = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const visit = (number) => ({ kind: "visit", id: uuid(number), at: "2026-11-24T10:00:00+08:00", result: "no_one_home" });
