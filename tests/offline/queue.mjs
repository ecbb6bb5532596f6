// What becomes of finished records, whatever the network, the server, the clock and other tabs do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { app, Clock, FAULTS, hash, Phone, soon, uuid, visit } from "./phone.mjs";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

async function finished(queue, ...numbers) {
  for (const number of numbers) await queue.finalise("visit", "pilot", visit(number));
}

async function settled(queue) {
  for (let i = 0; i < 20; i += 1) await (queue.running || soon()).catch?.(() => {});
}

// The queue watching a window; `heard` is what it listens to.
function watched(queue) {
  const heard = new Map();
  const target = { addEventListener: (name, work) => heard.set(name, work), removeEventListener: (name) => heard.delete(name) };
  const window = {
    ...target,
    document: { ...target, visibilityState: "visible" },
    setInterval: (work) => heard.set("minute", work) && 1,
    clearInterval: () => heard.delete("minute"),
  };
  return { heard, window, stop: app().Queue.watch(window, queue) };
}

// A phone with records 1, 2 and 3, the first of which meets this fault.
async function met(fault, options) {
  const phone = new Phone(options);
  const tab = await phone.tab();
  await finished(tab.queue, 1, 2, 3);
  phone.server.faults.push(fault);
  const result = await tab.queue.send();
  return { phone, ...tab, result, states: (await phone.kept()).states };
}

test("a finished record is on the disk, sealed, numbered and without its draft before the screen changes", async () => {
  const phone = new Phone();
  const { queue, store } = await phone.tab();
  await store.of("anna").put("drafts", { id: "d1", text: "answers" });
  const made = await queue.finalise("visit", "pilot", { ...visit(1), canary: "kanarienvogel" }, { draftId: "d1" });
  assert.deepEqual([made.state, made.sequence, made.id, made.body], ["finalised", 1, uuid(1), undefined]);
  const { records, drafts } = await phone.kept();
  assert.deepEqual(drafts, []);
  assert.equal(records.length, 1);
  assert.equal(records[0].sha256, hash(records[0].body));
  assert.deepEqual(Object.keys(JSON.parse(records[0].body)), ["id", "kind", "pilot", "sequence", "key", "sealed"]);
  assert.ok(!JSON.stringify(records).includes("kanarienvogel"));
});

test("the same record finished twice is one record with one number", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  const both = await Promise.all([queue.finalise("visit", "pilot", visit(1)), queue.finalise("visit", "pilot", visit(1))]);
  assert.deepEqual(both.map((one) => [one.id, one.sequence, one.sha256]), Array(2).fill([uuid(1), 1, both[0].sha256]));
  await queue.send();
  await queue.purge("2027-01-01T00:00:00Z");
  assert.equal((await queue.finalise("visit", "pilot", visit(1))).sha256, both[0].sha256);
  assert.equal((await queue.finalise("visit", "pilot", visit(2))).sequence, 2);
  assert.deepEqual((await phone.kept()).states, { [uuid(2)]: "finalised" });
});

test("records that belong together are finished together or not at all", async () => {
  const phone = new Phone();
  const { queue, store } = await phone.tab();
  await store.of("anna").put("drafts", { id: "d1" });
  const two = [visit(1), visit(2)].map((plain) => ({ kind: "visit", pilot: "pilot", plain }));
  const put = [["households", { id: "h1", sealed: "..." }]];
  assert.deepEqual((await queue.finaliseAll(two, { draftId: "d1", put })).map((one) => one.sequence), [1, 2]);
  assert.equal((await store.of("anna").get("households", "h1")).sealed, "...");
  const again = [two[1], { ...two[1], plain: visit(3) }];
  await assert.rejects(queue.finaliseAll(again), /finished before/);
  assert.equal((await queue.counts()).finalised, 2);
});

test("tabs that finish at once give no number twice and leave none out", async () => {
  const phone = new Phone();
  const [one, other] = [await phone.tab(), await phone.tab()];
  const numbers = Array.from({ length: 12 }, (_, i) => i + 1);
  await Promise.all(numbers.map((number) => finished(number % 2 ? one.queue : other.queue, number)));
  const { records } = await phone.kept();
  assert.deepEqual(records.map((record) => record.sequence).sort((a, b) => a - b), numbers);
});

test("records go one by one, the oldest first, as the exact bytes that were kept", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 3, 1, 2);
  const { records } = await phone.kept();
  assert.deepEqual(await queue.send(), { sent: 3, stopped: null });
  assert.deepEqual(phone.server.order, [uuid(3), uuid(1), uuid(2)]);
  assert.equal(phone.server.most, 1);
  for (const { id, body } of records) assert.equal(phone.server.stored.get(id).body, body);
  const [{ address, method, headers, redirect, cache, credentials }] = phone.server.requests;
  assert.deepEqual([address, method, redirect, cache, credentials], ["/api/v1/records", "POST", "manual", "no-store", "omit"]);
  assert.deepEqual(headers, { "Content-Type": "application/json", Authorization: "Bearer token" });
});

test("the attempt is written down before the first byte goes out", async () => {
  const phone = new Phone();
  let during;
  const wire = (fetch) => async (...rest) => {
    during = (await phone.kept()).records[0];
    return fetch(...rest);
  };
  const { queue } = await phone.tab({ wire });
  await finished(queue, 1);
  await queue.send();
  assert.deepEqual([during.state, during.attempts], ["sending", 1]);
  assert.ok(during.lease_until > phone.clock.now());
});

test("a reply that was dropped after the server kept the record is asked for again, and counts once", async () => {
  const { phone, queue, result, states } = await met("reply dropped");
  assert.deepEqual(result, { sent: 0, stopped: "network" });
  assert.equal(states[uuid(1)], "finalised");
  assert.deepEqual(await queue.send({ now: true }), { sent: 3, stopped: null });
  assert.equal(phone.server.stored.size, 3);
  assert.equal(phone.server.seen.get(uuid(1)).size, 1);
});

test("a request that the network doubles counts once", async () => {
  const { phone, result } = await met("twice");
  assert.deepEqual(result, { sent: 3, stopped: null });
  assert.equal(phone.server.stored.size, 3);
});

test("nothing but a receipt for these very bytes counts as delivered", async () => {
  const delivered = ["twice", "quarantined"];
  const kept = ["attention", "too large", "unreadable", "conflict"];
  for (const fault of Object.keys(FAULTS)) {
    const clock = new Clock();
    const phone = new Phone({ clock });
    const { queue } = await phone.tab();
    await finished(queue, 1);
    phone.server.faults.push(fault);
    const sending = queue.send();
    for (let i = 0; i < 60; i += 1) await soon();
    await clock.pass(40 * SECOND);
    await sending;
    const want = delivered.includes(fault) ? "acknowledged" : kept.includes(fault) ? "attention" : "finalised";
    const first = (await phone.kept()).records[0];
    // What was only put off has come through meanwhile by itself, where the pause was over.
    if (want === "finalised") assert.ok(phone.server.requests.length > 1 || first.state === "finalised", fault);
    else assert.equal(first.state, want, fault);
    assert.ok(first.body, fault);
    if (first.state === "acknowledged") assert.equal(phone.server.stored.get(uuid(1)).body, first.body, fault);
  }
});

test("what comes from the network stops the round", async () => {
  const faults = ["gone", "portal", "no content", "redirect", "truncated receipt", "broken body", "other shape", "null"];
  const proxies = ["portal says 401", "portal says 403", "portal says 422", "broken page", "bad gateway"];
  for (const fault of [...faults, ...proxies]) {
    const { phone, queue, result, states } = await met(fault);
    assert.deepEqual(result, { sent: 0, stopped: "network" }, fault);
    assert.deepEqual(Object.values(states), ["finalised", "finalised", "finalised"], fault);
    assert.equal(phone.server.requests.length, 1, fault);
    assert.deepEqual(await queue.send(), { sent: 0, stopped: "pause" }, fault);
    assert.deepEqual(await queue.send({ now: true }), { sent: 3, stopped: null }, fault);
    assert.equal(phone.prompts, 0);
  }
});

test("without a network it tries after five seconds, then after twice as long each time, to a quarter of an hour", async () => {
  const phone = new Phone({ options: { random: (length) => new Uint8Array(length) } }); // no chance in it
  const { queue } = await phone.tab();
  await queue.finalise("visit", "pilot", visit(1));
  phone.server.always = "gone";
  await queue.send();
  const times = [];
  for (let before = 1, time = 5; time < 2 * 60 * 60; time += 5) {
    await phone.clock.pass(5 * SECOND);
    await settled(queue);
    if (phone.server.requests.length > before) times.push(time);
    before = phone.server.requests.length;
  }
  const gaps = times.map((time, i) => time - (times[i - 1] || 0));
  assert.deepEqual(gaps.slice(0, 9), [5, 10, 20, 40, 80, 160, 320, 640, 900]);
  assert.equal(Math.max(...gaps), 900);
});

test("pauses differ from phone to phone by up to a quarter", async () => {
  const { queue } = await new Phone().tab({ random: (length) => new Uint8Array(length).fill(255) });
  assert.ok(queue.pause(1) > 3750 && queue.pause(1) < 3800);
  assert.ok(queue.pause(40) <= 15 * MINUTE);
});

test("a server that is busy gets the time it asks for, even from somebody who presses the button", async () => {
  const { phone, queue, result } = await met("busy");
  assert.equal(result.stopped, "network");
  await phone.clock.pass(9 * MINUTE);
  assert.equal((await queue.send({ now: true })).stopped, "pause");
  assert.equal(phone.server.requests.length, 1);
  await phone.clock.pass(2 * MINUTE);
  await settled(queue);
  assert.equal((await queue.counts()).acknowledged, 3);
});

test("what concerns one record lets the others pass and is tried again later", async () => {
  for (const fault of ["wrong hash", "wrong id", "no hash", "no time", "unknown status", "empty list", "broken"]) {
    const { phone, queue, result, states } = await met(fault);
    assert.deepEqual(result, { sent: 2, stopped: null }, fault);
    assert.deepEqual(Object.values(states), ["finalised", "acknowledged", "acknowledged"], fault);
    await phone.clock.pass(6 * SECOND);
    await settled(queue);
    assert.equal((await queue.counts()).acknowledged, 3, fault);
  }
});

test("what only a person can settle is kept whole, can be exported and stands in nobody's way", async () => {
  for (const [fault, reason] of [["conflict", "409"], ["unreadable", "422"], ["too large", "413"], ["attention", "attention"]]) {
    const { phone, queue, result } = await met(fault);
    assert.deepEqual(result, { sent: 2, stopped: null }, fault);
    const [one] = await queue.attention();
    assert.deepEqual([one.id, one.state, one.reason], [uuid(1), "attention", reason]);
    assert.deepEqual(await queue.send({ now: true }), { sent: 0, stopped: null });
    await phone.clock.pass(DAY);
    assert.equal(await queue.purge("2027-01-01T00:00:00Z"), 2);
    assert.ok((await queue.export()).includes((await phone.kept()).records[0].body));
    assert.equal(phone.server.requests.length, 3, "it is not sent again by itself");
    assert.equal(await queue.again([uuid(1)]), 1);
    assert.deepEqual(await queue.send(), { sent: 1, stopped: null });
  }
});

test("an expired sign-in keeps the queue, asks once and goes on after it", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1, 2, 3);
  phone.server.tokens = new Set(["fresh"]);
  assert.deepEqual(await queue.send(), { sent: 0, stopped: "sign-in" });
  for (let i = 0; i < 5; i += 1) await queue.send({ now: true });
  await phone.clock.pass(DAY);
  assert.deepEqual([phone.prompts, phone.server.requests.length, (await queue.counts()).finalised], [1, 1, 3]);
  await finished(queue, 4);
  assert.deepEqual(await queue.resume("fresh"), { sent: 4, stopped: null });
});

test("records that never get an answer do not keep the others from going", async () => {
  const phone = new Phone();
  const wire = (fetch) => async (address, options) => {
    if ([uuid(1), uuid(2)].includes(JSON.parse(options.body).id)) throw new TypeError("Failed to fetch");
    return fetch(address, options);
  };
  const { queue } = await phone.tab({ wire });
  await finished(queue, 1, 2, 3, 4, 5);
  await queue.send();
  await phone.clock.pass(MINUTE);
  await settled(queue);
  assert.deepEqual(Object.values((await phone.kept()).states), ["finalised", "finalised", ...Array(3).fill("acknowledged")]);
});

test("an answer that never comes is given up after half a minute and a millisecond for each byte", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1);
  phone.server.faults.push("silence");
  const sending = queue.send();
  for (let i = 0; i < 40; i += 1) await soon();
  await phone.clock.pass(30 * SECOND);
  assert.equal((await phone.kept()).states[uuid(1)], "sending");
  await phone.clock.pass(2 * SECOND);
  assert.deepEqual(await sending, { sent: 0, stopped: "network" });
  assert.ok(phone.server.requests[0].signal.aborted);
  await queue.send({ now: true });
  assert.equal(phone.clock.timers.size, 0);
});

test("a receipt that comes late still counts, and nothing takes it back", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1);
  const reply = await phone.server.fetch("/", { body: (await phone.kept()).records[0].body, headers: { Authorization: "Bearer token" } });
  await queue.settle(uuid(1), { receipt: await reply.json() });
  await queue.settle(uuid(1), { failed: "no reply", stop: "network" });
  await queue.settle(uuid(1), { attention: true, reason: "409" });
  assert.equal((await phone.kept()).states[uuid(1)], "acknowledged");
});

test("a phone that died while sending sends again, and the server has it once", async () => {
  const phone = new Phone();
  const one = await phone.tab();
  await finished(one.queue, 1, 2);
  phone.server.faults.push("silence after it");
  one.queue.send();
  for (let i = 0; i < 60; i += 1) await soon();
  assert.equal((await phone.kept()).states[uuid(1)], "sending");
  phone.locks.die(one.name);
  const { queue } = await phone.tab();
  assert.equal((await queue.counts()).sending, 1);
  assert.deepEqual(await queue.send(), { sent: 2, stopped: null });
  assert.equal(phone.server.stored.size, 2);
});

test("of two tabs one sends", async () => {
  for (const options of [{}, { locks: null }]) {
    const phone = new Phone({ options });
    const [one, other] = [await phone.tab(), await phone.tab()];
    await finished(one.queue, 1, 2, 3);
    const results = await Promise.all([one.queue.send(), other.queue.send()]);
    assert.deepEqual(results, [{ sent: 3, stopped: null }, { sent: 0, stopped: "elsewhere" }]);
    assert.equal(phone.server.order.length, 3);
    assert.deepEqual(await other.queue.send(), { sent: 0, stopped: null });
  }
});

test("without locks, a tab that died blocks the others for a minute at most, whatever becomes of the clock", async () => {
  for (const set of [0, -DAY]) {
    const phone = new Phone();
    const one = await phone.tab({ locks: null });
    await finished(one.queue, 1);
    phone.server.faults.push("silence");
    one.queue.send();
    for (let i = 0; i < 60; i += 1) await soon();
    const { queue } = await phone.tab({ locks: null });
    if (!set) assert.equal((await queue.send()).stopped, "elsewhere");
    phone.clock.wall += set;
    phone.clock.time += set ? 0 : MINUTE;
    assert.deepEqual(await queue.send(), { sent: 1, stopped: null });
  }
});

test("sending twice in a row from one tab is one round after the other", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1);
  const first = queue.send();
  assert.equal(queue.send(), first);
  await first;
  await settled(queue);
  assert.equal(phone.server.order.length, 1);
});

test("a record finished while others are on their way goes in the same round", async () => {
  const phone = new Phone();
  const box = {};
  const wire = (fetch) => async (...rest) => {
    if (!phone.server.order.length) await finished(box.queue, 2);
    return fetch(...rest);
  };
  Object.assign(box, await phone.tab({ wire }));
  await finished(box.queue, 1);
  assert.deepEqual(await box.queue.send(), { sent: 2, stopped: null });
});

test("a wrong clock on the phone neither loses a record nor stops or hastens anything", async () => {
  for (const wall of ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"]) {
    const phone = new Phone();
    phone.clock.wall = Date.parse(wall);
    const { queue } = await phone.tab();
    await finished(queue, 1);
    phone.clock.wall = Date.parse("2026-11-24T02:00:00Z");
    assert.ok((await queue.warnings()).oldest >= 0);
    phone.clock.wall = Date.parse(wall);
    assert.deepEqual(await queue.send(), { sent: 1, stopped: null });
    assert.equal(await queue.purge(null), 0, "no backup is known to cover it");
    assert.equal((await queue.counts()).acknowledged, 1);
  }
});

test("a body goes only when a verified backup is newer than its receipt, or after seven days of the server's time", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1);
  await queue.send();
  const { receipt, sha256, body } = (await phone.kept()).records[0];
  for (const safe of [null, undefined, "rubbish", "2026-11-01T00:00:00Z", receipt.received_at]) assert.equal(await queue.purge(safe), 0);
  assert.equal(await queue.purge(null, "2026-12-01T02:00:00.000Z"), 0, "seven days to the second");
  assert.equal(await queue.purge(null, "2026-12-01T02:00:01Z"), 1);
  const { records, tombstones } = await phone.kept();
  assert.deepEqual(records, []);
  assert.deepEqual([tombstones[0].id, tombstones[0].sha256, tombstones[0].received_at], [uuid(1), sha256, receipt.received_at]);
  assert.ok(!JSON.stringify(tombstones).includes(JSON.parse(body).sealed.slice(0, 40)));
  await finished(queue, 2);
  assert.equal(await queue.purge("2026-12-30T00:00:00Z"), 0, "not sent, not gone");
});

test("what was sent stays on the list for ninety days", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1, 2);
  await queue.send();
  await queue.purge("2026-11-25T00:00:00Z");
  await finished(queue, 3);
  assert.deepEqual((await queue.list()).map((one) => [one.sequence, one.state]), [[3, "finalised"], [2, "purged"], [1, "purged"]]);
  assert.ok((await queue.list()).every((one) => one.body === undefined));
  await queue.purge("2027-02-20T00:00:00Z");
  assert.equal((await queue.counts()).purged, 2);
  await queue.purge("2027-02-23T00:00:00Z");
  assert.deepEqual((await queue.list()).map((one) => one.sequence), [3]);
});

test("what the server lost with a restored backup can be sent again as long as it is not purged", async () => {
  const { phone, queue } = await met("twice");
  phone.server.stored.delete(uuid(2));
  assert.equal(await queue.again([uuid(2), uuid(9)]), 1);
  assert.deepEqual(await queue.send(), { sent: 1, stopped: null });
  assert.equal(phone.server.stored.size, 3);
});

test("the counts are what is stored", async () => {
  const { phone, queue, store } = await met("unreadable");
  await finished(queue, 4);
  await store.of("anna").put("drafts", { id: "d1" });
  await queue.purge("2027-01-01T00:00:00Z");
  assert.deepEqual(await queue.counts(), { drafts: 1, finalised: 1, sending: 0, attention: 1, acknowledged: 0, purged: 2, unsent: 2 });
});

test("every change tells the screen", async () => {
  const phone = new Phone();
  let told = 0;
  const { queue } = await phone.tab({ onChange: () => (told += 1) });
  await finished(queue, 1);
  assert.equal(told, 1);
  await queue.send();
  assert.ok(told >= 2);
  await queue.purge("2027-01-01T00:00:00Z");
  assert.ok(told >= 3);
});

test("a press during a round is heard after it, and skips the pause of what failed in it", async () => {
  const phone = new Phone();
  const box = {};
  const wire = (fetch) => (address, options) => {
    if (JSON.parse(options.body).id === uuid(2)) box.queue.send({ now: true });
    return fetch(address, options);
  };
  Object.assign(box, await phone.tab({ wire }));
  await finished(box.queue, 1, 2);
  phone.server.faults.push("broken");
  assert.deepEqual(await box.queue.send(), { sent: 1, stopped: null });
  await settled(box.queue);
  assert.equal((await box.queue.counts()).acknowledged, 2);
});

test("what was failing only because there was no network goes in its order once there is one", async () => {
  const { phone, queue } = await met("gone");
  phone.server.faults.push("gone");
  await queue.send({ now: true });
  phone.server.order.length = 0;
  const stop = watched(queue).stop;
  await settled(queue);
  assert.deepEqual(phone.server.order, []);
  stop();
  queue.paused = false;
  watched(queue).heard.get("online")();
  await settled(queue);
  assert.deepEqual(phone.server.order, [uuid(1), uuid(2), uuid(3)]);
});

test("after a success the next failure waits five seconds again", async () => {
  const { phone, queue } = await met("gone", { options: { random: (length) => new Uint8Array(length) } });
  phone.server.faults.push("gone", "gone");
  await queue.send({ now: true });
  await queue.send({ now: true });
  assert.equal(queue.rest.failures, 3);
  await queue.send({ now: true });
  await finished(queue, 4);
  phone.server.faults.push("gone");
  await queue.send();
  assert.equal(queue.rest.until - phone.clock.time, 5 * SECOND);
});

test("nothing ticks on when all is sent, or when it has stopped", async () => {
  const { phone, queue } = await met("broken");
  assert.equal(phone.clock.timers.size, 1);
  phone.server.tokens.clear();
  await finished(queue, 4);
  assert.equal((await queue.send()).stopped, "sign-in");
  assert.equal(phone.clock.timers.size, 0);
  phone.server.tokens.add("token");
  await queue.resume("token");
  await settled(queue);
  assert.equal(phone.clock.timers.size, 0);
});

test("what is not waiting is not sent", async () => {
  const { queue } = await met("twice");
  assert.equal(await queue.mark(uuid(1)), null);
  assert.equal(await queue.mark(uuid(9)), null);
});

test("two weeks offline with sixty interviews lose nothing and hinder nobody, but say so", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  phone.server.always = "gone";
  for (let day = 0; day < 14; day += 1) {
    for (let one = 0; one < 5; one += 1) {
      if (day * 5 + one < 60) await finished(queue, day * 5 + one + 1);
    }
    await queue.send({ now: true });
    phone.clock.time += DAY; // the phone is off: no timer runs
  }
  const { unsent, late, blocked, oldest } = await queue.warnings();
  assert.deepEqual([unsent, late, blocked], [60, true, false]);
  assert.ok(oldest >= 13 * DAY);
  phone.server.always = null;
  assert.deepEqual(await (await phone.tab()).queue.send(), { sent: 60, stopped: null });
  assert.equal(phone.server.stored.size, 60);
});

test("a pilot may forbid new interviews while old ones wait", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab({ limits: { block: 7 * DAY, most: 2 } });
  await finished(queue, 1, 2);
  assert.equal((await queue.warnings()).blocked, false);
  await finished(queue, 3);
  assert.equal((await queue.warnings()).blocked, true);
  await queue.send();
  await finished(queue, 4);
  phone.clock.time += 8 * DAY;
  assert.equal((await queue.warnings()).blocked, true);
});

test("what is handed in on a file are the very bytes that would have been sent", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab({ device: "d1" });
  await finished(queue, 1, 2);
  await queue.send();
  await finished(queue, 3);
  const [head, ...lines] = (await queue.export()).trimEnd().split("\n");
  assert.deepEqual(JSON.parse(head), { format: "literacy records 1", owner: "anna", device: "d1", records: 3 });
  for (const line of lines.slice(0, 2)) assert.equal(phone.server.stored.get(JSON.parse(line).id).body, line);
  assert.equal((await phone.server.door(lines[2], "token")).status, 201);
  assert.deepEqual(await queue.send(), { sent: 1, stopped: null });
  assert.equal(phone.server.stored.size, 3);
});

test("whoever shares the phone sees that something waits, cannot read or send it, and it goes later under its own name", async () => {
  const phone = new Phone();
  const anna = await phone.tab();
  await finished(anna.queue, 1, 2, 3);
  await anna.store.of("anna").put("drafts", { id: "d1", text: "secret" });
  const ben = await phone.tab({ owner: "ben" });
  assert.deepEqual(await ben.store.others("ben"), { people: 1, drafts: 1, unsent: 3 });
  assert.deepEqual(await ben.queue.list(), []);
  assert.equal(await ben.queue.shelf.get("records", uuid(1)), undefined);
  assert.deepEqual(await ben.queue.send(), { sent: 0, stopped: null });
  assert.equal((await ben.queue.finalise("visit", "pilot", visit(1))).sequence, 1);
  await ben.queue.send();
  assert.deepEqual(Object.values((await phone.kept("anna")).states), ["finalised", "finalised", "finalised"]);
  assert.equal((await ben.queue.purge("2027-01-01T00:00:00Z")), 1);
  assert.equal((await phone.kept("anna")).records.length, 3);
});

test("signing out in the middle of a round ends it after the record on its way", async () => {
  const phone = new Phone();
  const box = {};
  const wire = (fetch) => async (...rest) => {
    box.queue.stop();
    return fetch(...rest);
  };
  Object.assign(box, await phone.tab({ wire }));
  await finished(box.queue, 1, 2, 3);
  assert.deepEqual(await box.queue.send(), { sent: 1, stopped: "sign-in" });
  assert.equal((await phone.kept()).states[uuid(2)], "finalised");
});

test("a full phone refuses to finish a record rather than lose it, and still sends what it has", async () => {
  let full = () => false;
  const guard = (store, root) => {
    const run = store.run.bind(store);
    store.run = (areas, mode, ...rest) =>
      mode === "readwrite" && full(areas) ? Promise.reject(new root.Store.Full("no room")) : run(areas, mode, ...rest);
    return store;
  };
  const phone = new Phone();
  const { queue, store, root } = await phone.tab({ guard });
  await store.of("anna").put("drafts", { id: "d1" });
  await finished(queue, 1);
  full = (areas) => areas.length > 1;
  await assert.rejects(queue.finalise("visit", "pilot", visit(2), { draftId: "d1" }), root.Store.Full);
  assert.equal((await phone.kept()).drafts.length, 1);
  let calls = 0;
  full = () => (calls += 1) > 1; // after recovering: neither the mark nor the receipt can be written
  assert.deepEqual(await queue.send(), { sent: 0, stopped: "full" });
  assert.equal(phone.server.stored.size, 1);
  full = () => false;
  assert.deepEqual(await queue.send({ now: true }), { sent: 1, stopped: null });
});

test("it sends at start, when the network or the page comes back, and every minute; and stops when told", async () => {
  const phone = new Phone();
  const { queue } = await phone.tab();
  await finished(queue, 1);
  const { heard, window, stop } = watched(queue);
  await settled(queue);
  for (const [number, event] of [[2, "online"], [3, "visibilitychange"], [4, "minute"]]) {
    await finished(queue, number);
    heard.get(event)();
    await settled(queue);
    assert.equal(phone.server.stored.size, number, event);
  }
  await finished(queue, 5);
  window.document.visibilityState = "hidden";
  heard.get("visibilitychange")();
  await settled(queue);
  assert.equal(phone.server.stored.size, 4);
  phone.server.always = "gone";
  await queue.send({ now: true });
  phone.server.always = null;
  heard.get("online")(); // our own pause does not hold against a network that is back
  await settled(queue);
  assert.equal(phone.server.stored.size, 5);
  stop();
  assert.equal(heard.size, 0);
});
