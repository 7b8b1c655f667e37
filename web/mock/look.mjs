// Pictures of every view over the mock platform: `npm run mock`, then `node mock/look.mjs http://127.0.0.1:5173 OUT [VIEW …]`.
// Four themes wide and two on a phone; whatever is wider than the page, and what the page complains of, is printed.
import { mkdirSync } from "node:fs";

import { chromium } from "@playwright/test";

const [base = "http://127.0.0.1:5173", out = "screenshots", ...only] = process.argv.slice(2);
const LOOKS = [
  ["light", 1440, 1100],
  ["dark", 1440, 1100],
  ["claude", 1440, 1100],
  ["midnight", 1440, 1100],
  ["light", 390, 844],
  ["dark", 390, 844],
].filter(([theme, width]) => (process.env.LOOK ?? `${theme}-${width}`).split(",").includes(`${theme}-${width}`));

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
const api = await browser.newContext({ baseURL: base });

async function call(method, path, data) {
  const answer = await api.request.fetch(`/v1${path}`, { method, ...(data === undefined ? {} : { data }) });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** A run that has come so far. */
async function run(project, body, until) {
  const { decision_set_id: id } = await call("POST", `/projects/${project}/constraints`, body);
  const path = `/projects/${project}/decision-sets/${id}`;
  for (;;) {
    const set = await call("GET", path);
    if (until(set)) return { id, path, set };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const ended = ({ status }) => ["completed", "failed", "rejected", "cancelled"].includes(status);
const waits = ({ status }) => status === "awaiting_input";
const approve = ({ path, set }) => call("POST", `${path}/approve`, { gate: set.open_gate, subject_hash: set.gates.at(-1).subject_hash, decision: "approve" });

const WORDS = "Score churn for 2 million customers every night on AWS in Frankfurt, GDPR, at most $1,500 a month.";
const { id: project } = await call("POST", "/projects", { name: `Churn scoring ${Date.now() % 10_000}` });
const first = await run(project, { requirement: WORDS, variant: "thin" }, ended);
const edit = (path, file) => call("PUT", `${path}/edits`, { files: [file] });
await edit(first.path, { path: "src/churn/score.py", text: 'def score(batch: list[dict[str, float]]) -> list[float]:\n    """One probability per record, a little higher."""\n    return [min(1.0, row["tenure"] * 0.02) for row in batch]\n' });
await edit(first.path, { path: "infra/main.tf", deleted: true });
const second = await run(project, { requirement: `${WORDS} [think] [conflict]`, parent: first.id, variant: "thin" }, ended);
const asked = await run(project, { requirement: WORDS, variant: "hitl_enhanced" }, waits);
const shown = await run(project, { requirement: WORDS, parent: first.id, variant: "hitl_enhanced" }, waits);
await approve(shown);
for (;;) {
  if ((await call("GET", shown.path)).open_gate?.startsWith("final")) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const failed = await run(project, { requirement: `${WORDS} [fail]`, variant: "thin" }, ended);

const tab = (name, rest = "") => `${second.path}?tab=${name}${rest}`;
const interrupted = await run(project, { requirement: `${WORDS} [interrupt]`, variant: "thin" }, ({ progress }) => progress.percentage >= 0);
const VIEWS = {
  start: ["/"],
  "start-filled": ["/?example=churn"],
  project: [`/projects/${project}`],
  "gate-input": [asked.path],
  "gate-final": [shown.path],
  failed: [failed.path],
  interrupted: [interrupted.path],
  done: [second.path],
  workflow: [tab("workflow", "&node=planner")],
  plan: [tab("plan", "&component=serve.sagemaker-batch")],
  diff: [tab("diff", "&sides=two"), async (page) => page.getByRole("tabpanel").locator("summary").first().click()],
  candidates: [tab("candidates")],
  costs: [tab("costs", "&try.average_per_second=90")],
  policy: [tab("policy")],
  report: [tab("report")],
  repository: [tab("repository", "&file=src/churn/train.py")],
  conflict: [tab("repository", "&file=src/churn/score.py"), async (page) => page.getByText("What differs").click()],
  trace: [tab("trace")],
  validation: [tab("validation")],
  timeline: [tab("timeline")],
  data: [tab("data")],
  card: [`${second.path}?card=12`],
  thinking: null,
  offline: [second.path, async (page, context) => context.setOffline(true)],
  expired: ["/projects/prj_expired"],
  forbidden: ["/projects/prj_forbidden/decision-sets/ds_1"],
  failing: ["/projects/prj_failing"],
  "not-found-run": [`/projects/${project}/decision-sets/ds_nothing`],
  "not-found": ["/nothing/here"],
};

for (const [theme, width, height] of LOOKS) {
  const look = `${theme}-${width}`;
  const context = await browser.newContext({ baseURL: base, viewport: { width, height }, reducedMotion: "reduce", colorScheme: theme === "dark" || theme === "midnight" ? "dark" : "light" });
  await context.addInitScript((name) => localStorage.setItem("theme", name), theme);
  for (const [view, told] of Object.entries(VIEWS)) {
    if (only.length > 0 && !only.includes(view)) continue;
    const page = await context.newPage();
    page.on("pageerror", (error) => console.log(look, view, "page error:", error.message));
    page.on("console", (message) => message.type() === "error" && !/status of 4|status of 5|ERR_INTERNET/.test(message.text()) && console.log(look, view, "console:", message.text()));
    if (told === null) {
      // In the middle of it: a run of its own.
      const { decision_set_id: id } = await call("POST", `/projects/${project}/constraints`, { requirement: `${WORDS} [think 700]`, variant: "thin" });
      await page.goto(`/projects/${project}/decision-sets/${id}?tab=workflow&node=planner`);
      await page.getByText("is thinking; this is not stored").first().waitFor({ timeout: 30_000 });
      await page.waitForTimeout(300);
    } else {
      const [path, act] = told;
      await page.goto(path);
      await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined);
      await page.waitForTimeout(400);
      if (act) {
        await act(page, context);
        await page.waitForTimeout(900);
      }
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) console.log(look, view, `overflows by ${overflow} px`);
    await page.screenshot({ path: `${out}/${view}-${look}.png`, fullPage: true });
    await context.setOffline(false);
    await page.close();
  }
  await context.close();
}
await browser.close();
