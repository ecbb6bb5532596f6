// Loads the interviewer's app into an object of its own, as often as wanted.
import { createHash, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

const FIELD = new URL("../../literacy_app/offline/static/field/", import.meta.url);
const FILES = ["store.js", "seal.js", "vault.js", "queue.js"];
const SOURCES = new Map(FILES.map((file) => [file, readFileSync(new URL(file, FIELD), "utf8")]));

// The app's globals, freshly loaded; `changes` plants defects: [[file, what stands there, what shall stand there]].
export function app(changes = [], surroundings = {}) {
  const { TextEncoder, TextDecoder, btoa, atob, performance, AbortController, setTimeout, clearTimeout } = globalThis;
  const root = { TextEncoder, TextDecoder, btoa, atob, performance, AbortController, setTimeout, clearTimeout };
  Object.assign(root, { crypto: webcrypto }, surroundings);
  for (const [file, source] of SOURCES) {
    let text = source;
    for (const [where, from, to] of changes) {
      if (where !== file) continue;
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      text = text.replace(from, () => to);
    }
    new Function("globalThis", text)(root);
  }
  return root;
}

export const hash = (text) => createHash("sha256").update(text).digest("hex");
export const subtle = webcrypto.subtle;
