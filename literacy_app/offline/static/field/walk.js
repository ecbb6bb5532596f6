// Which questions a person is asked, in which order and words, and which answers do not fit: surveys/rules/walk.py on a phone.
//
//     Walk.walk(form, answers, now, seed) -> { shown, calculated, hidden, violated }    lists of questions, and of ids
//
// `form` is what the server gives (offline/service/giving.py); an answer stands as the door takes it: a text, a number, a list
// of options, or {code: "dont_know"}. Whatever is changed here is changed there: tests/offline/test_walk.py holds them together.
(function (root) {
  "use strict";

  const { evaluate, truth, number, text, chance } = root.expressions;

  function isCode(answer) {
    return typeof answer === "object" && answer !== null && !Array.isArray(answer);
  }

  // An answer as expressions see it.
  function asText(answer) {
    if (answer === undefined || answer === null) return "";
    if (isCode(answer)) return answer.code;
    if (Array.isArray(answer)) return answer.join(" ");
    return text(answer);
  }

  function sorted(list, seed, name) {
    const rank = new Map(list.map((one) => [one, chance(seed + ":" + name(one))]));
    return list.slice().sort((one, other) => {
      if (rank.get(one) !== rank.get(other)) return rank.get(one) - rank.get(other);
      return name(one) < name(other) ? -1 : 1;
    });
  }

  function inOrder(form, seed) {
    if (!form.shuffle_sections.length) return form.questions;
    const mixed = {};
    for (const section of form.shuffle_sections) {
      mixed[section] = sorted(form.questions.filter((one) => one.section === section), seed, (one) => one.id);
    }
    return form.questions.map((one) => (mixed[one.section] ? mixed[one.section].shift() : one));
  }

  function walk(form, answers, now, seed) {
    const said = {}, calculated = {}, shown = [], hidden = [], violated = [];
    const labels = (id, option) => label(form, id, option);
    for (const question of inOrder(form, seed)) {
      const scene = { answers: said, now, this: "", seed: seed + ":" + question.id, labels };
      if (question.show_if && !truth(evaluate(question.show_if, scene))) {
        if (has(answers, question.id)) hidden.push(question.id);
        continue;
      }
      if (question.calculation) {
        const value = evaluate(question.calculation, scene);
        said[question.id] = value === value ? text(value) : ""; // what is not a number has no value, as in ODK
        if (typeof value === "string" ? value : Number.isFinite(number(value)) && typeof value === "number") {
          calculated[question.id] = value;
        } else if (typeof value === "boolean") calculated[question.id] = said[question.id];
        continue;
      }
      shown.push(question);
      if (!has(answers, question.id)) continue;
      said[question.id] = asText(answers[question.id]);
      if (!fits(question, answers[question.id], scene)) violated.push(question.id);
    }
    return { shown, calculated, hidden, violated };
  }

  function has(answers, id) {
    return Object.prototype.hasOwnProperty.call(answers, id) && answers[id] !== null && answers[id] !== undefined;
  }

  function fits(question, answer, scene) {
    if (isCode(answer)) return true;
    const chosen = Array.isArray(answer) ? answer : [asText(answer)];
    if (!chosen.every((option) => isOffered(question, option, scene))) return false;
    return !question.constraint || truth(evaluate(question.constraint, Object.assign({}, scene, { this: asText(answer) })));
  }

  function isOffered(question, option, scene) {
    const condition = question.option_if[option];
    return !condition || truth(evaluate(condition, scene));
  }

  // The options that this person is offered, in this person's order. `said` has no answers of questions that are hidden.
  function offered(form, question, said, now, seed) {
    const texts = {};
    for (const id of Object.keys(said)) texts[id] = asText(said[id]);
    const scene = { answers: texts, now, this: "", seed: seed + ":" + question.id, labels: null };
    const options = question.options.filter((option) => isOffered(question, option, scene));
    return question.shuffle ? sorted(options, seed + ":" + question.id, (option) => option) : options;
  }

  // An answer as people read it: options by their words, "……" where there is none.
  function label(form, id, answer) {
    if (answer === undefined || answer === null) return "……";
    if (isCode(answer)) return form.labels[answer.code];
    const question = form.questions.find((one) => one.id === id);
    const names = question && question.options.length ? (question.words && question.words.options) || form.labels : {};
    const one = (option) => (Object.prototype.hasOwnProperty.call(names, option) ? names[option] : option);
    const parts = (Array.isArray(answer) ? answer : [asText(answer)]).map(one);
    return parts.join(parts.some((part) => part > "\u3000") ? "、" : ", ");
  }

  function fill(words, form, said) {
    return words.replace(/\$\{[ \t\n\r\f\v]*([A-Za-z_][A-Za-z0-9_-]*)[ \t\n\r\f\v]*\}/g, (_, id) => label(form, id, said[id]));
  }

  // The door's time: the respondent's own, written in full, with its offset.
  function localTime(moment, zone) {
    const shifted = new Date(moment.getTime() - zone * 60000).toISOString().slice(0, -1);
    const minutes = Math.abs(zone), two = (value) => String(value).padStart(2, "0");
    return shifted + (zone > 0 ? "-" : "+") + two(Math.floor(minutes / 60)) + ":" + two(minutes % 60);
  }

  root.Walk = { walk, offered, label, fill, asText, isCode, localTime };
})(globalThis);
