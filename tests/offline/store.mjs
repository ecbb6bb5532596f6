// What the store promises, on a fake IndexedDB: whole changes, each person's things apart, upgrades that lose nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { app, IDBFactory } from "./phone.mjs";

const { Store } = app();
const open = (indexedDB, from = Store) => from.open({ indexedDB, name: "field" });

async function filled() {
  const indexedDB = new IDBFactory();
  const store = await open(indexedDB);
  const shelf = store.of("anna");
  await shelf.put("records", { id: "1", state: "finalised", body: "one" });
  await shelf.put("records", { id: "2", state: "acknowledged", body: "two" });
  await shelf.put("meta", { id: "sequence", value: 2 });
  return { indexedDB, store, shelf };
}

// A browser that will not open a store: at once, or after a while.
const refusing = (name, atOnce) => ({
  open() {
    const error = new DOMException("no", name);
    if (atOnce) throw error;
    const request = { error };
    setImmediate(() => request.onerror());
    return request;
  },
});

test("what was put is there, for its owner alone", async () => {
  const { store, shelf } = await filled();
  assert.deepEqual(await shelf.get("records", "1"), { owner: "anna", id: "1", state: "finalised", body: "one" });
  assert.deepEqual((await shelf.all("records", "finalised")).map(({ id }) => id), ["1"]);
  assert.equal(await shelf.count("records"), 2);
  const ben = store.of("ben");
  assert.equal(await ben.get("records", "1"), undefined);
  assert.deepEqual(await ben.all("records"), []);
  await ben.put("records", { id: "1", owner: "anna", state: "finalised", body: "mine" });
  await ben.delete("records", "2");
  assert.deepEqual((await shelf.all("records")).map(({ body }) => body), ["one", "two"]);
});

test("of others only numbers are told", async () => {
  const { store } = await filled();
  await store.of("anna").put("drafts", { id: "d1" });
  await store.of("ben").put("drafts", { id: "d2" });
  await store.of("carl").put("records", { id: "3", state: "attention" });
  assert.deepEqual(await store.others("ben"), { people: 2, drafts: 1, unsent: 2 });
  assert.deepEqual(await store.others("anna"), { people: 2, drafts: 1, unsent: 1 });
});

test("a change is made whole or not at all", async () => {
  const { shelf } = await filled();
  const broken = shelf.batch(["records", "meta"], async (inside) => {
    await inside.put("records", { id: "3", state: "finalised" });
    await inside.delete("meta", "sequence");
    throw new Error("half-way");
  });
  await assert.rejects(broken, /half-way/);
  assert.equal(await shelf.get("records", "3"), undefined);
  assert.equal((await shelf.get("meta", "sequence")).value, 2);
  await assert.rejects(shelf.batch(["records"], () => { throw new Error("at once"); }), /at once/);
});

test("changes of one thing come one after the other, from however many tabs", async () => {
  const { indexedDB, shelf } = await filled();
  const other = (await open(indexedDB)).of("anna");
  const count = (where) =>
    where.batch(["meta"], async (inside) => {
      const { value } = await inside.get("meta", "sequence");
      await inside.put("meta", { id: "sequence", value: value + 1 });
    });
  await Promise.all(Array.from({ length: 20 }, (_, i) => count(i % 2 ? shelf : other)));
  assert.equal((await shelf.get("meta", "sequence")).value, 22);
});

test("every change asks the browser to wait for the disk", async () => {
  const { store, shelf } = await filled();
  const asked = [];
  const database = await store.connected();
  const transaction = database.transaction.bind(database);
  database.transaction = (areas, mode, options) => asked.push(options) && transaction(areas, mode, options);
  await shelf.put("drafts", { id: "d1" });
  await shelf.batch(["drafts"], (inside) => inside.delete("drafts", "d1"));
  assert.deepEqual(asked, [{ durability: "strict" }, { durability: "strict" }]);
});

test("a later version of the store keeps what an earlier one has", async () => {
  const { indexedDB, store } = await filled();
  const later = app([
    ["store.js", "const VERSION = 1;", "const VERSION = 2;"],
    ["store.js", '"tombstones"]', '"tombstones", "notes"]'],
  ]).Store;
  const upgraded = await open(indexedDB, later); // although the first tab is still open
  const shelf = upgraded.of("anna");
  assert.deepEqual((await shelf.all("records")).map(({ body }) => body), ["one", "two"]);
  assert.equal((await shelf.get("meta", "sequence")).value, 2);
  await shelf.put("notes", { id: "1" });
  await assert.rejects(store.of("anna").all("records"), Store.Newer);
  await assert.rejects(open(indexedDB), Store.Newer);
});

test("a connection that the browser closed is opened again", async () => {
  const { store, shelf } = await filled();
  (await store.connected()).close(); // the app is not told
  assert.equal((await shelf.get("records", "1")).body, "one");
  (await store.connected()).close();
  await shelf.put("records", { id: "3", state: "finalised", body: "three" });
  const database = await store.connected();
  database.close();
  database.onclose(); // the app is told
  assert.equal(await shelf.count("records"), 3);
  let times = 0;
  await shelf.batch(["records"], async (inside) => {
    times += 1;
    if (times === 1) {
      const lost = await store.connected();
      lost.close();
      lost.onclose();
      throw new DOMException("closing", "AbortError");
    }
    await inside.put("records", { id: "4", state: "finalised" });
  });
  assert.deepEqual([times, await shelf.count("records")], [2, 4]);
});

test("it opens again once, not for ever", async () => {
  const { store, shelf } = await filled();
  let opened = 0;
  const real = store.indexedDB.open.bind(store.indexedDB);
  store.indexedDB = { open: (...rest) => (opened += 1) && real(...rest) };
  const failing = shelf.batch(["records"], () => {
    throw new DOMException("closed", "InvalidStateError");
  });
  await assert.rejects(failing, { name: "InvalidStateError" });
  assert.equal(opened, 1);
});

test("a browser without a store says so at once, not when something is to be kept", async () => {
  await assert.rejects(open(undefined), Store.Missing);
  for (const name of ["SecurityError", "InvalidStateError", "UnknownError"]) {
    for (const atOnce of [true, false]) await assert.rejects(open(refusing(name, atOnce)), Store.Missing, name);
  }
});

test("a full phone says so, whether one thing has no room or the whole change", async () => {
  await assert.rejects(open(refusing("QuotaExceededError")), Store.Full);
  const { store, shelf } = await filled();
  const database = await store.connected();
  const transaction = database.transaction.bind(database);
  const error = new DOMException("no room", "QuotaExceededError");
  const refuse = (where) => {
    database.transaction = (...rest) => {
      const made = transaction(...rest);
      where(made);
      return made;
    };
  };
  refuse((made) => {
    const objectStore = made.objectStore.bind(made);
    made.objectStore = (area) => {
      const one = objectStore(area);
      one.put = () => {
        throw error;
      };
      return one;
    };
  });
  await assert.rejects(shelf.put("records", { id: "3" }), Store.Full);
  refuse((made) => {
    Object.defineProperty(made, "error", { value: error });
    setImmediate(() => made.abort());
  });
  await assert.rejects(shelf.batch(["records"], (inside) => inside.put("records", { id: "3" })), Store.Full);
  database.transaction = transaction;
  assert.equal(await shelf.count("records"), 2);
});
