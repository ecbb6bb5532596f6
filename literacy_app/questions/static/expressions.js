// Evaluates the trees that questions/rules/expressions.py makes, on a phone, to the same values.
//
//     expressions.evaluate(tree, {answers: {age: "17"}, now: "2026-11-24T10:00:00.000+08:00", this: "", seed: "", labels: null})
//
// A tree is parse()'s, as JSON arrays; an answer is a text; `now` is the respondent's local time, written in full as above.
// Whatever is changed here or there is changed in both: tests/questions/vectors.json holds them to one another.
(function () {
  "use strict";

  const DAY = 86400000;
  const FIRST_DAY = -719162; // 0001-01-01 and 9999-12-31, the days that Python knows
  const LAST_DAY = 2932896;
  const NUMBER = /^[ \t\n\r\f\v]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[ \t\n\r\f\v]*$/;
  const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T[^\n]*)?$/;

  function truth(value) {
    if (typeof value === "number") return value !== 0 && value === value;
    return Boolean(value);
  }

  function number(value) {
    if (typeof value !== "string") return Number(value);
    if (NUMBER.test(value)) return Number(value.trim());
    const parts = DATE.exec(value);
    return parts ? daysOf(Number(parts[1]), Number(parts[2]), Number(parts[3])) : NaN;
  }

  function daysOf(year, month, day) {
    const moment = new Date(0);
    moment.setUTCFullYear(year, month - 1, day);
    const real = year >= 1 && moment.getUTCFullYear() === year && moment.getUTCMonth() === month - 1;
    return real && moment.getUTCDate() === day ? moment.getTime() / DAY : NaN;
  }

  function dayAt(days) {
    const whole = Math.floor(days);
    if (!(whole >= FIRST_DAY && whole <= LAST_DAY)) return null;
    const [year, month, day] = new Date(whole * DAY).toISOString().slice(0, 10).split("-");
    return { year, month, day };
  }

  function text(value) {
    if (typeof value !== "number") return typeof value === "boolean" ? (value ? "true" : "false") : value;
    const [, sign, whole, fraction, exponent] = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(String(value)) || [];
    if (exponent === undefined) return String(value);
    // XPath 1.0 knows no exponents: the same digits, written out.
    const digits = whole + (fraction || "");
    const point = whole.length + Number(exponent);
    if (point <= 0) return sign + "0." + "0".repeat(-point) + digits;
    return sign + digits.padEnd(point, "0").slice(0, point) + (digits.length > point ? "." + digits.slice(point) : "");
  }

  function equal(one, other) {
    if (typeof one === "boolean" || typeof other === "boolean") return truth(one) === truth(other);
    if (typeof one === "number" || typeof other === "number") return number(one) === number(other);
    return one === other;
  }

  const BINARY = {
    "=": equal,
    "!=": (one, other) => !equal(one, other),
    "<": (one, other) => number(one) < number(other),
    "<=": (one, other) => number(one) <= number(other),
    ">": (one, other) => number(one) > number(other),
    ">=": (one, other) => number(one) >= number(other),
    "+": (one, other) => number(one) + number(other),
    "-": (one, other) => number(one) - number(other),
    "*": (one, other) => number(one) * number(other),
    div: (one, other) => number(one) / number(other),
    mod: (one, other) => number(one) % number(other),
  };

  function evaluate(tree, scene) {
    const kind = tree[0];
    if (kind === "number" || kind === "text") return tree[1];
    if (kind === "answer") return own(scene.answers, tree[1]) ? scene.answers[tree[1]] : "";
    if (kind === "this") return scene.this || "";
    if (kind === "or") return truth(evaluate(tree[1], scene)) || truth(evaluate(tree[2], scene));
    if (kind === "and") return truth(evaluate(tree[1], scene)) && truth(evaluate(tree[2], scene));
    if (kind === "negative") return -number(evaluate(tree[1], scene));
    if (kind === "call") return FUNCTIONS[tree[1]](scene, tree.slice(2));
    return BINARY[kind](evaluate(tree[1], scene), evaluate(tree[2], scene));
  }

  function own(record, name) {
    return Object.prototype.hasOwnProperty.call(record, name);
  }

  // Functions

  const ofTexts = (action) => (scene, given) => action(...given.map((tree) => text(evaluate(tree, scene))));
  const ofNumbers = (action) => (scene, given) => action(...given.map((tree) => number(evaluate(tree, scene))));
  const ofTruth = (action) => (scene, given) => action(truth(evaluate(given[0], scene)));
  const chosen = (said) => said.match(/[^ \t\r\n]+/g) || [];

  const patterns = new Map();

  // What means the same in Python: `.` is all but the line feed, `$` may stand before a last one, `\s` is ASCII, and a
  // needless backslash says nothing.
  function compiled(pattern) {
    if (!patterns.has(pattern)) patterns.set(pattern, isPortable(pattern) ? made(pattern) : null);
    return patterns.get(pattern);
  }

  const ESCAPE = "\\\\(?:[dDwWtrnfv]|[^A-Za-z0-9 \\t\\n\\r\\f\\v])";
  const PORTABLE = new RegExp(
    `^(?:\\((?:\\?[:=!]|(?!\\?))|[)|^$]|\\\\[bBsS]|${ESCAPE}|[^\\\\[\\]{}()|^$*+?]` +
      `|\\[\\^?(?:${ESCAPE}|\\\\s|[^\\\\[\\]^&~|-]|-(?!-))+\\]` +
      "|(?:[*+?]|\\{[0-9]{1,3}(?:,[0-9]{0,3})?\\})\\??(?![*+?{]))*$",
    "u"
  );

  function isPortable(pattern) {
    return PORTABLE.test(pattern);
  }

  function made(pattern) {
    let inside = false;
    const same = pattern.replace(/\\[^]|[.$[\]]/gu, (part) => {
      if (part === "[" || part === "]") inside = part === "[";
      if (part === "\\s") return inside ? " \\t\\n\\r\\f\\v" : "[ \\t\\n\\r\\f\\v]";
      if (part === "\\S") return "[^ \\t\\n\\r\\f\\v]";
      if (part[0] === "\\" && !/[A-Za-z]/.test(part[1])) return `\\u{${part.codePointAt(1).toString(16)}}`;
      if (inside) return part;
      return { ".": "[^\\n]", $: "(?=\\n?$)" }[part] || part;
    });
    try {
      new RegExp(same, "u"); // it must be whole by itself: ")|(" is only in brackets
      return new RegExp(`^(?:${same})$`, "u");
    } catch (error) {
      return null;
    }
  }

  function rounded(value, digits) {
    if (!Number.isFinite(value) || (digits !== undefined && !Number.isFinite(digits))) return value;
    const places = Math.max(-15, Math.min(15, Math.trunc(digits || 0)));
    const step = Number(`1e${Math.abs(places)}`);
    const moved = places >= 0 ? value * step : value / step;
    if (!Number.isFinite(moved)) return value;
    const low = Math.floor(moved) + 0; // and never -0
    const near = moved - low >= 0.5 ? low + 1 : low;
    return places >= 0 ? near / step : near * step;
  }

  function best(isBetter) {
    return (...values) =>
      values.some(Number.isNaN) ? NaN : values.reduce((one, other) => (isBetter(other, one) ? other : one));
  }

  function formatDate(said, form) {
    const at = dayAt(number(said));
    if (!at) return "";
    const parts = {
      "%Y": at.year, "%y": at.year.slice(2), "%m": at.month, "%n": String(Number(at.month)),
      "%d": at.day, "%e": String(Number(at.day)),
    };
    return form.replace(/%[A-Za-z]/g, (part) => (own(parts, part) ? parts[part] : part));
  }

  // FNV-1a with a final mix, 32 bits: a number from 0 to below 1 that the seed decides.
  function chance(seed) {
    let mixed = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(seed)) mixed = Math.imul(mixed ^ byte, 0x01000193) >>> 0;
    for (const [shift, factor] of [[16, 0x85ebca6b], [13, 0xc2b2ae35]]) {
      mixed = Math.imul(mixed ^ (mixed >>> shift), factor) >>> 0;
    }
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
  }

  const FUNCTIONS = {
    if: (scene, given) => evaluate(truth(evaluate(given[0], scene)) ? given[1] : given[2], scene),
    coalesce: (scene, given) => {
      const first = evaluate(given[0], scene);
      return text(first) !== "" && first === first ? first : evaluate(given[1], scene); // as ODK: NaN is nothing
    },
    once: (scene, given) => scene.this || evaluate(given[0], scene),
    not: ofTruth((value) => !value),
    true: () => true,
    false: () => false,
    boolean: ofTruth((value) => value),
    number: ofNumbers((value) => value),
    string: ofTexts((said) => said),
    selected: ofTexts((said, option) => chosen(said).includes(option.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""))),
    "count-selected": ofTexts((said) => chosen(said).length),
    "string-length": ofTexts((said) => Array.from(said).length),
    regex: ofTexts((said, pattern) => {
      const known = compiled(pattern);
      return known !== null && known.test(said);
    }),
    concat: ofTexts((...parts) => parts.join("")),
    round: ofNumbers(rounded),
    int: ofNumbers((value) => (Number.isFinite(value) ? Math.trunc(value) + 0 : NaN)),
    abs: ofNumbers(Math.abs),
    min: ofNumbers(best((one, other) => one < other)),
    max: ofNumbers(best((one, other) => one > other)),
    today: (scene) => scene.now.slice(0, 10),
    now: (scene) => scene.now,
    date: (scene, given) => {
      const at = dayAt(number(evaluate(given[0], scene)));
      return at ? `${at.year}-${at.month}-${at.day}` : "";
    },
    "format-date": ofTexts(formatDate),
    random: (scene) => chance(scene.seed || ""),
    "jr:choice-name": (scene, given) => {
      const option = text(evaluate(given[0], scene));
      if (option === "") return "";
      const question = given[1][1].slice(2, -1).trim();
      return scene.labels ? scene.labels(question, option) : option;
    },
  };

  globalThis.expressions = { evaluate, truth, number, text, chance, functions: Object.keys(FUNCTIONS) };
})();
