// Walks a list of {form, answers, now, seed} from standard input with walk.js; one JSON list comes back.
import { readFileSync } from "node:fs";
import "../../literacy_app/questions/static/expressions.js";
import "../../literacy_app/offline/static/field/walk.js";

const { walk, offered, fill } = globalThis.Walk;

const found = JSON.parse(readFileSync(0, "utf8")).map(({ form, answers, now, seed }) => {
  const way = walk(form, answers, now, seed);
  const said = Object.assign({}, answers, way.calculated);
  for (const id of way.hidden) delete said[id];
  return {
    shown: way.shown.map((one) => one.id),
    calculated: Object.keys(way.calculated).map((id) => [id, globalThis.expressions.text(way.calculated[id])]),
    hidden: way.hidden,
    violated: way.violated,
    offered: way.shown.map((one) => offered(form, one, said, now, seed)),
    stems: way.shown.map((one) => fill(one.words.stem, form, said)),
  };
});
process.stdout.write(JSON.stringify(found));
