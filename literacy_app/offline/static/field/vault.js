// Drafts, addresses and the device's token lie on the phone only enciphered, under a key that the person's PIN unlocks.
//
//     const { vault, kept } = await Vault.make(crypto.subtle, pin);       // `kept` is put into meta as it is
//     const vault = await Vault.open(crypto.subtle, kept, pin);           // null if the PIN is wrong
//     await vault.encrypt(object)   await vault.decrypt(text)
//     const kept = await Vault.change(crypto.subtle, kept, old, pin);     // null if the old PIN is wrong
//     const { vault, wait } = await Vault.unlock({ shelf, subtle, pin });   // with the delay after wrong PINs, in ms
//     const wait = await Vault.left({ shelf });                             // what is left of it, for the screen
//
// A PIN slows down whoever finds the phone and does not stop him; what is finished is sealed to the server's key instead
// (seal.js), which the phone itself cannot open.
(function (root) {
  "use strict";

  const LEAST = 310000; // rounds of PBKDF2 even on the slowest phone
  const MOST = 10000000;
  const PROBE = 50000;
  const AIM = 450; // milliseconds that one try should cost
  const FREE = 2; // wrong tries without a delay: from the third on it doubles
  const SECOND = 1000;
  const LONGEST = 15 * 60 * SECOND;

  const draw = (length) => root.crypto.getRandomValues(new Uint8Array(length));
  const { toText, toBytes } = root.Seal;

  async function keyFrom(subtle, pin, salt, iterations) {
    const material = await subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
    return subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  async function calibrated(subtle, pin, salt, now) {
    const started = now();
    await keyFrom(subtle, pin, salt, PROBE);
    const took = Math.max(now() - started, 1);
    return Math.min(Math.max(Math.round((PROBE * AIM) / took), LEAST), MOST);
  }

  async function encrypt(subtle, key, bytes, random) {
    const iv = random(12);
    const cipher = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, key, bytes));
    return toText(iv) + "." + toText(cipher);
  }

  async function decrypt(subtle, key, text) {
    const [iv, cipher] = text.split(".").map(toBytes);
    return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv }, key, cipher));
  }

  async function opened(subtle, raw, random) {
    const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    return {
      encrypt: (value) => encrypt(subtle, key, new TextEncoder().encode(root.Seal.json(value)), random),
      decrypt: async (text) => JSON.parse(new TextDecoder().decode(await decrypt(subtle, key, text))),
    };
  }

  async function wrap(subtle, pin, raw, random, now) {
    const salt = random(16);
    const iterations = await calibrated(subtle, pin, salt, now);
    const key = await keyFrom(subtle, pin, salt, iterations);
    return { salt: toText(salt), iterations, wrapped: await encrypt(subtle, key, raw, random) };
  }

  async function unwrap(subtle, kept, pin) {
    const key = await keyFrom(subtle, pin, toBytes(kept.salt), kept.iterations);
    try {
      return await decrypt(subtle, key, kept.wrapped);
    } catch (error) {
      if (error.name === "OperationError") return null; // the tag does not fit: another PIN
      throw error;
    }
  }

  const clock = () => root.performance.now();

  async function make(subtle, pin, random = draw, now = clock) {
    const raw = random(32);
    return { kept: await wrap(subtle, pin, raw, random, now), vault: await opened(subtle, raw, random) };
  }

  async function open(subtle, kept, pin, random = draw) {
    const raw = await unwrap(subtle, kept, pin);
    return raw && opened(subtle, raw, random);
  }

  async function change(subtle, kept, old, pin, random = draw, now = clock) {
    const raw = await unwrap(subtle, kept, old);
    return raw && wrap(subtle, pin, raw, random, now);
  }

  // Milliseconds to wait before the next try. `state` is {wrong, at}: how many tries in a row were wrong, and since when
  // this page knows it. `now` and `at` count from the opening of the page (performance.now), which nobody can set; only
  // the number is kept, so a restart begins the wait anew.
  function wait(state, now) {
    if (state.wrong <= FREE) return 0;
    const delay = Math.min(SECOND * Math.pow(2, state.wrong - FREE - 1), LONGEST);
    return Math.max(delay - (now - state.at), 0);
  }

  const known = new Map(); // owner -> state

  async function look(shelf, owner, now) {
    const { wrong } = (await shelf.get("meta", "tries")) || { wrong: 0 };
    const state = known.get(owner);
    if (!state || state.wrong !== wrong) known.set(owner, { wrong, at: now() });
    return known.get(owner);
  }

  // For the screen that asks for the PIN, as soon as it opens: the wait begins with the first look.
  async function left({ shelf, now = clock }) {
    return wait(await look(shelf, shelf.owner, now), now());
  }

  // Tries a PIN. The try counts as wrong from before it is made, so that breaking off saves nothing.
  async function unlock({ shelf, subtle, pin, now = clock, random = draw }) {
    const kept = await shelf.get("meta", "vault");
    const wrong = await shelf.batch(["meta"], async (inside) => {
      const state = await look(inside, shelf.owner, now);
      if (wait(state, now()) > 0) return null;
      await inside.put("meta", { id: "tries", wrong: state.wrong + 1 });
      return state.wrong + 1;
    });
    if (wrong !== null) {
      known.set(shelf.owner, { wrong, at: now() });
      const vault = await open(subtle, kept, pin, random);
      if (vault) {
        await shelf.put("meta", { id: "tries", wrong: 0 });
        return { vault, wait: 0 };
      }
    }
    return { vault: null, wait: await left({ shelf, now }) };
  }

  root.Vault = { make, open, change, wait, left, unlock };
})(typeof globalThis === "object" ? globalThis : self);
