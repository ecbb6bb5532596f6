// Evaluates a list of {tree, answers, this, now, seed} from standard input with expressions.js; one JSON list comes back.
import { readFileSync } from "node:fs";
import "../../literacy_app/questions/static/expressions.js";

const { evaluate, functions } = globalThis.expressions;

// JSON has no NaN and no infinity, and does not tell -0 from 0.
function told(value) {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return ["number", Object.is(value, -0) ? "-0" : String(value)];
  }
  return [typeof value, value];
}

const values = JSON.parse(readFileSync(0, "utf8")).map(({ tree, ...scene }) => {
  const value = evaluate(tree, { ...scene, labels: (question, option) => `${question}:${option}` });
  return { value: told(value), text: globalThis.expressions.text(value) };
});
process.stdout.write(JSON.stringify({ values, functions }));
