// Seals a finished record so that only the server can open it, and says which bytes were sealed.
//
//     await Seal.seal(crypto.subtle, publicKey, id, text)   // publicKey: 65 bytes, a point of P-256; gives base64url
//     await Seal.sha256(crypto.subtle, text)                // of the text's UTF-8, in hex
//     Seal.json(value)                                      // JSON that is always well-formed Unicode
//
// HPKE (RFC 9180), base mode, one message: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, the encapsulated key
// before the ciphertext. The record's id is part of `info`, so a seal opens under its own id only.
(function (root) {
  "use strict";

  const INFO = "literacy record 1 ";
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const KEM_SUITE = [75, 69, 77, 0, 0x10]; // "KEM", P-256 with HKDF-SHA256
  const SUITE = [72, 80, 75, 69, 0, 0x10, 0, 1, 0, 2]; // "HPKE", that, HKDF-SHA256, AES-256-GCM
  const NONE = new Uint8Array(0);

  const utf8 = (text) => new TextEncoder().encode(text);

  function joined(...parts) {
    const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  function toText(bytes) {
    let letters = "";
    for (let i = 0; i < bytes.length; i += 4096) letters += String.fromCharCode(...bytes.subarray(i, i + 4096));
    return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function toBytes(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  }

  // Browsers before 2019 leave half a surrogate pair as it is, and UTF-8 would then lose it.
  function json(value) {
    return JSON.stringify(value).replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (found) =>
      found.length === 2 ? found : "\\u" + found.charCodeAt(0).toString(16)
    );
  }

  async function sha256(subtle, text) {
    const digest = new Uint8Array(await subtle.digest("SHA-256", utf8(text)));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function hmac(subtle, key, bytes) {
    const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", imported, bytes));
  }

  // RFC 9180, section 4. The browser's own HKDF does both halves at once, and HPKE needs them one by one.
  function labelled(subtle, suite) {
    const extract = (salt, label, material) =>
      hmac(subtle, salt.length ? salt : new Uint8Array(32), joined(utf8("HPKE-v1"), suite, utf8(label), material));
    const expand = async (key, label, info, length) => {
      const block = joined([0, length], utf8("HPKE-v1"), suite, utf8(label), info, [1]); // one block: length <= 32
      return (await hmac(subtle, key, block)).slice(0, length);
    };
    return { extract, expand };
  }

  async function hpke(subtle, publicKey, info, aad, bytes) {
    const receiver = await subtle.importKey("raw", publicKey, CURVE, false, []);
    const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
    const shared = await subtle.deriveBits({ name: "ECDH", public: receiver }, pair.privateKey, 256);
    const enc = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));

    const kem = labelled(subtle, KEM_SUITE);
    const eae = await kem.extract(NONE, "eae_prk", new Uint8Array(shared));
    const secret = await kem.expand(eae, "shared_secret", joined(enc, publicKey), 32);

    const schedule = labelled(subtle, SUITE);
    const hashes = [await schedule.extract(NONE, "psk_id_hash", NONE), await schedule.extract(NONE, "info_hash", info)];
    const context = joined([0], ...hashes);
    const main = await schedule.extract(secret, "secret", NONE);
    const raw = await schedule.expand(main, "key", context, 32);
    const iv = await schedule.expand(main, "base_nonce", context, 12);

    const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
    const sealed = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: aad }, key, bytes);
    return joined(enc, new Uint8Array(sealed));
  }

  async function seal(subtle, publicKey, id, text) {
    return toText(await hpke(subtle, publicKey, utf8(INFO + id), NONE, utf8(text)));
  }

  root.Seal = { seal, hpke, sha256, json, toText, toBytes };
})(typeof globalThis === "object" ? globalThis : self);
