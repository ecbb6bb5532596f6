// What the PIN guards, and how long wrong ones have to wait.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { app, subtle } from "./load.mjs";

const { Vault } = app();
const random = (length) => webcrypto.getRandomValues(new Uint8Array(length));
const MINUTE = 60000;
// A phone so slow that the fewest rounds are enough: the tests need not wait either.
const slow = () => {
  let time = 0;
  return () => (time += 1000);
};
const make = (pin) => Vault.make(subtle, pin, random, slow());

// A shelf in memory, as store.js gives one.
function shelf(kept) {
  const meta = new Map([["vault", { id: "vault", ...kept }]]);
  const one = {
    owner: "anna",
    get: async (_, id) => meta.get(id),
    put: async (_, value) => meta.set(value.id, value),
    batch: (_, work) => work(one),
  };
  return one;
}

test("what was enciphered is read again with the PIN, whatever it is", async () => {
  const { vault, kept } = await make("246810");
  const draft = { answers: { q1: "a", q2: "😀𠀀\u0000" }, at: 17, half: "\ud800" };
  const text = await vault.encrypt(draft);
  assert.ok(!/answers|q1/.test(Buffer.from(text, "base64url").toString("latin1")));
  const again = await Vault.open(subtle, JSON.parse(JSON.stringify(kept)), "246810");
  assert.deepEqual(await again.decrypt(text), draft);
  assert.notEqual(await again.encrypt(draft), text);
});

test("another PIN opens nothing", async () => {
  const { kept } = await make("246810");
  for (const pin of ["", "246811", "24681", "2468100"]) assert.equal(await Vault.open(subtle, kept, pin), null);
});

test("what was altered is not read", async () => {
  const { vault } = await make("1");
  const text = await vault.encrypt({ a: 1 });
  const altered = text.replace(/\.(.)/, (_, letter) => (letter === "A" ? ".B" : ".A"));
  await assert.rejects(vault.decrypt(altered));
});

test("what goes wrong otherwise is not called a wrong PIN", async () => {
  const { kept } = await make("1");
  await assert.rejects(Vault.open(subtle, { ...kept, wrapped: 7 }, "1"));
});

test("two phones with one PIN have nothing in common", async () => {
  const [one, other] = [await make("1"), await make("1")];
  assert.notEqual(one.kept.salt, other.kept.salt);
  await assert.rejects(other.vault.decrypt(await one.vault.encrypt({})));
});

test("a new PIN opens the same things and the old one no more", async () => {
  const { vault, kept } = await make("old");
  const text = await vault.encrypt({ a: 1 });
  assert.equal(await Vault.change(subtle, kept, "wrong", "new", random, slow()), null);
  const changed = await Vault.change(subtle, kept, "old", "new", random, slow());
  assert.equal(await Vault.open(subtle, changed, "old"), null);
  assert.deepEqual(await (await Vault.open(subtle, changed, "new")).decrypt(text), { a: 1 });
});

test("a try costs at least 310,000 rounds, and more on a fast phone", async () => {
  assert.equal((await make("1")).kept.iterations, 310000);
  let time = 0;
  const fast = () => (time += 20);
  assert.equal((await Vault.make(subtle, "1", random, fast)).kept.iterations, 1125000);
});

test("on this machine a try takes about half a second or the fewest rounds", async () => {
  const { kept } = await Vault.make(subtle, "1", random);
  const started = performance.now();
  await Vault.open(subtle, kept, "1");
  const took = performance.now() - started;
  assert.ok(kept.iterations === 310000 || (took > 150 && took < 1500), `${took} ms for ${kept.iterations} rounds`);
});

test("the third wrong PIN in a row waits a second, each further one twice as long, to a quarter of an hour", () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 12, 13, 100].map((wrong) => Vault.wait({ wrong, at: 5 * MINUTE }, 5 * MINUTE));
  assert.deepEqual(waits, [0, 0, 0, 1000, 2000, 4000, 8000, 512000, 15 * MINUTE, 15 * MINUTE]);
  assert.equal(Vault.wait({ wrong: 13, at: MINUTE }, 10 * MINUTE), 6 * MINUTE);
  assert.equal(Vault.wait({ wrong: 13, at: MINUTE }, 17 * MINUTE), 0);
});

test("tries are counted across restarts and tabs, the wait begins anew, and a right PIN ends it", async () => {
  const { kept } = await make("right");
  const here = shelf(kept);
  let time = 0;
  const page = (from, now = () => time) => (pin) => from.unlock({ shelf: here, subtle, pin, now, random });
  const enter = page(app().Vault);
  assert.deepEqual(await enter("1"), { vault: null, wait: 0 });
  assert.deepEqual(await enter("2"), { vault: null, wait: 0 });
  assert.deepEqual(await enter("3"), { vault: null, wait: 1000 });
  assert.deepEqual(await enter("right"), { vault: null, wait: 1000 }, "not even the right one");
  time = 1000;
  assert.deepEqual(await enter("4"), { vault: null, wait: 2000 });
  const old = page(app().Vault, () => 100 * MINUTE + time); // another tab, open for long
  assert.deepEqual(await old("right"), { vault: null, wait: 2000 });
  time = 0; // a restart
  const anew = app().Vault;
  assert.equal(await anew.left({ shelf: here, now: () => time }), 2000);
  time = 500;
  assert.deepEqual(await page(anew)("right"), { vault: null, wait: 1500 });
  time = 2000;
  const { vault, wait } = await page(anew)("right");
  assert.ok(vault);
  assert.equal(wait, 0);
  assert.deepEqual(await page(anew)("5"), { vault: null, wait: 0 });
});

test("a try that is broken off counts", async () => {
  const { kept } = await make("right");
  const here = shelf(kept);
  const broken = { ...subtle, importKey: () => Promise.reject(new Error("the app was closed")) };
  for (let i = 0; i < 3; i += 1) await assert.rejects(Vault.unlock({ shelf: here, subtle: broken, pin: "1", now: () => 0 }));
  assert.equal((await here.get("meta", "tries")).wrong, 3);
  assert.equal((await Vault.unlock({ shelf: here, subtle, pin: "right", now: () => 0 })).wait, 1000);
});
