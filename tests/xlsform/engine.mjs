// Answers forms in ODK's own engine: what tests/xlsform/test_parity.py compares ours with.
//
//   node engine.mjs NODE_MODULES < work.json > found.json
//
// work: {now: milliseconds, forms: [{xml, cases: [{question: text or list}]}]}
// found: a list of forms, each a list of cases: {question: {relevant, value, valid, offered}}

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";

const modules = process.argv[2];
const load = (path) => import(pathToFileURL(join(modules, path)));
const work = JSON.parse(readFileSync(0, "utf8"));

const Clock = globalThis.Date;
globalThis.Date = class extends Clock {
  constructor(...given) {
    if (given.length) super(...given);
    else super(work.now);
  }
  static now() {
    return work.now;
  }
};

const { JSDOM } = await load("jsdom/lib/api.js");
const { window } = new JSDOM();
for (const name of ["document", "DOMParser", "XMLSerializer", "Node", "Element", "Document", "XMLDocument", "Attr", "Text", "CDATASection", "Comment", "XPathResult", "NodeFilter"]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
globalThis.window = window;
// The engine's XPath parser asks for these before it notices that it need not.
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = ".";

const { loadForm } = await load("@getodk/xforms-engine/dist/index.js");

function* leaves(node) {
  const children = node.currentState.children;
  if (children === null) yield node;
  else for (const child of children) yield* leaves(child);
}

const nameOf = (node) => node.currentState.reference.split("/").at(-1);

function answer(node, given) {
  if (node.nodeType === "select") node.selectValues([given].flat());
  else node.setValue(given);
}

function look(node) {
  const { relevant, value, valueOptions } = node.currentState;
  return {
    relevant,
    value: Array.isArray(value) ? value.join(" ") : value === null ? "" : String(value),
    valid: node.validationState.constraint?.valid ?? true,
    offered: node.nodeType === "select" ? valueOptions.map((option) => option.value) : [],
  };
}

const found = [];
for (const { xml, cases } of work.forms) {
  const form = await loadForm(xml);
  if (form.status === "failure") throw form.error;
  found.push(
    cases.map((given) => {
      const { root } = form.createInstance();
      const nodes = new Map([...leaves(root)].map((node) => [nameOf(node), node]));
      for (const [name, said] of Object.entries(given)) answer(nodes.get(name), said);
      return Object.fromEntries([...nodes].map(([name, node]) => [name, look(node)]));
    }),
  );
}
process.stdout.write(JSON.stringify(found));
