// Measures the build over the mock platform in headless Chromium: `npm run measure`, or `-- sizes latency frames lighthouse`
// for some of it. Numbers depend on the machine and what else it does; they are printed as JSON, nothing is judged.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { chromium } from "@playwright/test";

const WEB = fileURLToPath(new URL("../..", import.meta.url));
const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const PORT = Number(process.env.MEASURE_PORT ?? 5393);
const BASE = `http://127.0.0.1:${PORT}`;
const PARTS = new Set(["sizes", "latency", "frames", "lighthouse"]);
const wanted = process.argv.slice(2).filter((name) => PARTS.has(name));
const wants = (name) => wanted.length === 0 || wanted.includes(name);

const build = spawnSync("npx", ["vite", "build", "--mode", "mock", "--logLevel", "error"], { cwd: WEB, stdio: ["ignore", "inherit", "inherit"] });
if (build.status !== 0) process.exit(1);
const server = spawn(process.execPath, ["node_modules/vite/bin/vite.js", "preview", "--mode", "mock", "--port", String(PORT), "--strictPort"], { cwd: WEB, env: { ...process.env, MOCK_PACE_MS: "50" }, stdio: "ignore" });
process.on("exit", () => server.kill());

for (let tries = 0; ; tries += 1) {
  const up = await fetch(BASE).then(() => true, () => false);
  if (up) break;
  if (tries > 100) throw new Error(`nothing answers at ${BASE}`);
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** The value below which a share of them lies. */
function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? null : Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 10) / 10;
}

/** Gzipped bytes of the scripts and styles that a page names, and of all that were built. */
function sizes() {
  const folder = `${WEB}/dist/assets/`;
  const kilobytes = (names) => Math.round(names.reduce((sum, name) => sum + gzipSync(readFileSync(folder + name)).length, 0) / 100) / 10;
  const html = readFileSync(`${WEB}/dist/index.html`, "utf8");
  const first = [...html.matchAll(/assets\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name);
  const all = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  const chunk = (start) => kilobytes(all.filter((name) => name.startsWith(start)));
  return { unit: "kB gzip", first_load: kilobytes(first), run_page: chunk("run-page"), pictures: chunk("flow-canvas"), code: chunk("highlighted-code"), markdown: chunk("markdown-view"), files: all.length };
}

async function withRun(browser, requirement, work) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(() => {
    const painted = {};
    const between = [];
    Object.assign(window, { measured: { painted, between } });
    const see = (node) => {
      for (const article of node.querySelectorAll?.("article[id^='card-']") ?? []) {
        // The frame after the next has been painted by the time it begins.
        if (!(article.id in painted)) {
          painted[article.id] = 0;
          requestAnimationFrame(() => requestAnimationFrame(() => (painted[article.id] = Date.now())));
        }
      }
    };
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) if (node instanceof Element) see(node.parentElement ?? node);
    }).observe(document, { childList: true, subtree: true });
    // Like somebody who reads along: always at the end of the list.
    let last = performance.now();
    const frame = (now) => {
      between.push(now - last);
      last = now;
      const list = document.querySelector("[data-cards]");
      const scroller = list?.closest("[role=region]") ?? document.scrollingElement;
      const end = list ? list.getBoundingClientRect().bottom - scroller.getBoundingClientRect().bottom : 0;
      if (end > 0) scroller.scrollTop += end;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await page.goto(BASE);
  await page.getByLabel("What do you need?").fill(requirement);
  await page.getByRole("radio", { name: /Straight through/ }).check();
  await page.getByRole("button", { name: "Design it" }).click();
  await page.waitForURL(/decision-sets/);
  await page.locator("[data-cards]").waitFor();
  await page.evaluate(() => (window.measured.between.length = 0));
  await page.locator("header").getByRole("status").filter({ hasText: "Completed" }).waitFor({ timeout: 240_000 });
  const result = await work(page);
  await page.close();
  return result;
}

/** From the time that the event carries to the frame in which its card is painted, over events that come one by one. */
async function latency(browser) {
  return withRun(browser, "Score churn. [stream 200 50]", async (page) => {
    const [painted, events] = await page.evaluate(async () => {
      const cards = [];
      const path = location.pathname.replace("/projects", "/v1/projects");
      for (let after = 0; ; ) {
        const answer = await (await fetch(`${path}/events?after=${after}&limit=100`)).json();
        cards.push(...answer.events.filter(({ type }) => type === "reason-card").map(({ sequence, at }) => ({ sequence, at })));
        after = answer.events.at(-1)?.sequence ?? answer.newest_sequence;
        if (after >= answer.newest_sequence) break;
      }
      return [window.measured.painted, cards];
    });
    const times = events.flatMap(({ sequence, at }) => (painted[`card-${sequence}`] > 0 ? [painted[`card-${sequence}`] - Date.parse(at)] : []));
    return { unit: "ms from event to painted card", events: events.length, painted: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95), longest: percentile(times, 1) };
  });
}

/** The time between frames while cards stream in. */
async function frames(browser) {
  return withRun(browser, "Score churn. [stream 2000 5]", async (page) => {
    const [times, nodes] = await page.evaluate(() => [window.measured.between, document.querySelectorAll("*").length]);
    return { unit: "ms between frames", cards: 2_000, frames: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95), p99: percentile(times, 0.99), longest: percentile(times, 1), above_50_ms: times.filter((time) => time > 50).length, elements_at_the_end: nodes };
  });
}

async function lighthouse() {
  const cli = `${WEB}/tools/measure/node_modules/lighthouse/cli/index.js`;
  const judged = {};
  for (const [name, flags] of [["phone", []], ["desktop", ["--preset=desktop"]]]) {
    const args = [cli, BASE, "--output=json", "--quiet", "--only-categories=performance,accessibility,best-practices", ...flags, "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, CHROME_PATH: CHROMIUM }, maxBuffer: 1e8, encoding: "utf8" });
    if (!stdout) throw new Error(`lighthouse: ${stderr}`);
    const { categories, audits } = JSON.parse(stdout);
    judged[name] = {
      ...Object.fromEntries(Object.entries(categories).map(([key, { score }]) => [key, Math.round(score * 100)])),
      ...Object.fromEntries(["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"].map((key) => [key, audits[key].displayValue])),
      failed: Object.values(audits).filter(({ score, scoreDisplayMode }) => score === 0 && scoreDisplayMode === "binary").map(({ id }) => id),
    };
  }
  return judged;
}

const result = { machine: `${cpus().length} cores`, load_before: loadavg().map((load) => Math.round(load * 10) / 10) };
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
if (wants("sizes")) result.sizes = sizes();
if (wants("latency")) result.latency = await latency(browser);
if (wants("frames")) result.frames = await frames(browser);
await browser.close();
if (wants("lighthouse")) result.lighthouse = await lighthouse();
console.log(JSON.stringify(result, null, 2));
process.exit(0);
