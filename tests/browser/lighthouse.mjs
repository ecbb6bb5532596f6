// Measures pages of a freshly started demonstration with Lighthouse, as a phone on a slow network (its simulated
// throttling), and prints the median of three runs of each as a row of a Markdown table; then a lesson page with its
// picture on slower networks. `make lighthouse` calls it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const RUNS = 3;
const LESSON = "/learn/air-and-body/idea";
const START_MILLISECONDS = 120_000;
const NETWORKS = {
  "slow 4G (150 ms, 1.6 Mbit/s)": [150, 1638.4],
  "3G (300 ms, 700 kbit/s)": [300, 700],
  "slow 3G (400 ms, 400 kbit/s)": [400, 400],
};
const python = process.argv[2];

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function startDemonstration(port, data) {
  const env = { ...process.env, PORT: String(port), LITERACY_DATA: data };
  return spawn(python, ["-m", "literacy_app.cli", "run"], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Wait until the demonstration says that it serves. */
function ready(server) {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why) => reject(new Error(`The demonstration ${why}:\n${said}`));
    const timer = setTimeout(() => fail("did not start in time"), START_MILLISECONDS);
    timer.unref();
    const listen = (chunk) => {
      said += chunk;
      if (said.includes("Ready: ")) resolve();
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.on("exit", () => fail("ended"));
  });
}

/** The pages to measure: home, the first lesson that /learn/ links to, and the survey. */
async function pages(base, data) {
  const learn = await (await fetch(new URL("/learn/", base))).text();
  const lesson = learn.match(/href="(\/learn\/[^"/?#]+)/);
  if (!lesson) throw new Error("/learn/ links to no lesson");
  const survey = new URL(JSON.parse(readFileSync(join(data, "demo-accounts.json"), "utf-8")).survey_link, base);
  return { home: "/", lesson: lesson[1], survey: survey.pathname };
}

async function measure(url, chromium, [rttMs, throughputKbps] = [150, 1638.4]) {
  const browser = await launch({
    chromePath: chromium.executable,
    envVars: chromium.environment,
    chromeFlags: ["--headless=new", ...chromium.arguments],
  });
  try {
    const throttling = { rttMs, throughputKbps, cpuSlowdownMultiplier: 4 };
    const { lhr } = await lighthouse(url, {
      port: browser.port,
      onlyCategories: ["performance", "accessibility"],
      throttling,
    });
    if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
    return lhr;
  } finally {
    browser.kill();
  }
}

async function measured(url, chromium, network) {
  const results = [];
  for (let run = 0; run < RUNS; run++) results.push(await measure(url, chromium, network));
  return results;
}

function median(results) {
  const order = results.toSorted((a, b) => a.categories.performance.score - b.categories.performance.score);
  return order[Math.floor(order.length / 2)];
}

function row(name, path, { categories, audits }) {
  const share = (category) => Math.round(category.score * 100);
  const shown = (id) => audits[id].displayValue ?? "-";
  const kib = (audits["total-byte-weight"].numericValue / 1024).toFixed(0);
  const cells = [
    `${name} \`${path}\``,
    share(categories.performance),
    share(categories.accessibility),
    shown("first-contentful-paint"),
    shown("largest-contentful-paint"),
    shown("total-blocking-time"),
    shown("cumulative-layout-shift"),
    `${kib} KiB`,
  ];
  return `| ${cells.join(" | ")} |`;
}

const data = mkdtempSync(join(tmpdir(), "literacy-lighthouse-"));
let server;
try {
  const chromium = JSON.parse(execFileSync(python, ["-m", "tests.services.chromium"], { encoding: "utf-8" }));
  const port = await freePort();
  server = startDemonstration(port, data);
  await ready(server);
  const base = `http://127.0.0.1:${port}`;
  console.log("| page | performance | accessibility | first paint | largest paint | blocked | shift | sent |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const [name, path] of Object.entries(await pages(base, data))) {
    console.log(row(name, path, median(await measured(base + path, chromium))));
  }
  console.log("\n| network | first paint | largest paint | sent |\n|---|---|---|---|");
  for (const [name, network] of Object.entries(NETWORKS)) {
    const { audits } = median(await measured(base + LESSON, chromium, network));
    const kib = (audits["total-byte-weight"].numericValue / 1024).toFixed(0);
    const paints = ["first-contentful-paint", "largest-contentful-paint"].map((id) => audits[id].displayValue);
    console.log(`| ${[name, ...paints, `${kib} KiB`].join(" | ")} |`);
  }
} catch (problem) {
  console.error(problem.message);
  process.exitCode = 1;
} finally {
  server?.kill();
  rmSync(data, { recursive: true, force: true });
}
