// Seals what comes on standard input, {public, records: [[id, text]], mode}, for test_seal.py to open.
import { readFileSync } from "node:fs";
import { app, subtle } from "./load.mjs";

const { Seal } = app();
const { public: point, records, mode } = JSON.parse(readFileSync(0, "utf8"));

// Browsers before 2019 wrote half a surrogate pair as it is.
if (mode === "old json") {
  const { stringify } = JSON;
  const halves = /\\u(d[89a-f][0-9a-f]{2})/g;
  JSON.stringify = (value) => stringify(value).replace(halves, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

const sealed = [];
for (const [id, said] of records) {
  const text = mode === "texts" ? said : Seal.json(said);
  const digest = await Seal.sha256(subtle, text);
  sealed.push({ sealed: await Seal.seal(subtle, Seal.toBytes(point), id, text), digest });
}
process.stdout.write(JSON.stringify(sealed));
