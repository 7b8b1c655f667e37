/** The canvas: what a run shows of itself, over the mock platform. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";

test.skip(process.env["PLATFORM_URL"] !== undefined, "These are about the mock's design.");

const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };

async function start(page: Page, requirement: string, variant: RegExp): Promise<void> {
  await page.goto("/");
  await page.getByLabel("What do you need?").fill(requirement);
  await page.getByRole("radio", { name: variant }).check();
  await page.getByRole("button", { name: "Design it" }).click();
}

async function finished(page: Page, requirement = "Score churn."): Promise<void> {
  await start(page, requirement, /Straight through/);
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
}

async function open(page: Page, tab: string): Promise<void> {
  await page.getByRole("tab", { name: tab, exact: true }).click();
  await expect(page.getByRole("tabpanel")).not.toBeEmpty();
}

/** What is open of the canvas; the rest of the page is looked at elsewhere. */
const PANEL = "[role=tabpanel][data-state=active]";

/** Wide in the dark and on a phone in the light, which between them have every colour and layout: no violation, and nothing wider than the page. */
async function expectWellMade(page: Page, within = PANEL): Promise<void> {
  for (const [viewport, colorScheme] of [[WIDE, "dark"], [PHONE, "light"]] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect((await new AxeBuilder({ page }).include(within).analyze()).violations).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  }
}

/** What the content security policy refuses is told on the console; so is what React finds wrong. */
const complaints: string[] = [];

test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  await page.setViewportSize(WIDE);
  page.on("console", (message) => {
    if (/Content Security Policy|Maximum update depth|React Flow/i.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
});

test.afterEach(() => {
  expect(complaints).toEqual([]);
});

test("the workflow is a picture whose steps can be opened", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await page.getByRole("button", { name: "Ask for a revision" }).click();
  await page.getByLabel("What should change?").fill("cheaper");
  await page.getByRole("button", { name: "Send back to the planner" }).click();
  await expect(page.getByText("after your revision").first()).toBeVisible();
  await expect(page.getByRole("heading", { name: "Approve the design?" })).toBeVisible();
  const picture = page.getByRole("group", { name: "Workflow" });
  await expect(picture.locator("a[href*='node=']")).toHaveCount(20);
  await expect(picture).toContainText("your revision, 1 ×");
  await expect(picture.getByRole("link", { name: /Your approval ?, Waiting for you/ })).toHaveAttribute("aria-current", "step");
  // By keyboard, as by a click.
  const planner = picture.getByRole("link", { name: /Plan the architecture ?, Done/ });
  await expect(planner).toContainText("2 rounds");
  await planner.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/node=planner/);
  const step = page.getByRole("region", { name: /Plan the architecture/ });
  await expect(step.getByRole("article")).toHaveCount(2);
  await expect(step.getByRole("row")).toHaveCount(3);
  await expectWellMade(page);
  // On the phone the same is a list, and the open step stays open.
  await expect(picture).toHaveCount(0);
  await expect(page.getByRole("tabpanel").getByRole("link", { name: /Technical review ?, Done/ })).toBeVisible();
  await step.getByRole("link", { name: "The whole card" }).first().click();
  await expect(page.getByRole("article").filter({ has: page.getByRole("button", { expanded: true }) })).toHaveCount(1);
});

test("a step that failed and began again says so", async ({ page }) => {
  await start(page, "Score churn. [fail]", /Straight through/);
  await expect(page.getByRole("group", { name: "Workflow" }).getByRole("link", { name: /Plan the architecture ?, Failed/ })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  await open(page, "Workflow");
  await expect(page.getByRole("group", { name: "Workflow" }).getByRole("link", { name: /Plan the architecture/ })).toContainText("1 retry");
  await expect(page.getByRole("group", { name: "Workflow" }).getByRole("link", { name: /Prepare questions ?, Not needed/ })).toBeVisible();
});

test("the design is a picture, and each part leads to its reasons, costs, risks and files", async ({ page }) => {
  await finished(page);
  await open(page, "Architecture");
  const picture = page.getByRole("group", { name: "Architecture" });
  await expect(picture.locator("a[href*='component=']")).toHaveCount(6);
  await picture.getByRole("link", { name: /Nightly batch transform/ }).focus();
  await page.keyboard.press("Enter");
  const part = page.getByRole("region", { name: "Nightly batch transform" });
  await expect(part).toContainText("an endpoint would idle 19 hours a day");
  await expect(part).toContainText("$841");
  await expect(part).toContainText("leaves 1 % of the budget");
  await expect(part).toContainText("runs as one unit");
  // A measured way can be shown alone, and its address shows it again.
  await page.getByRole("navigation", { name: "Measured ways" }).getByRole("link", { name: /Scoring run/ }).click();
  await expect(page).toHaveURL(/path=scoring/);
  await page.reload();
  await expect(part).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Measured ways" }).getByRole("link", { name: /Scoring run/ })).toHaveAttribute("aria-current", "true");
  await expectWellMade(page);
  await expect(page.getByRole("table", { name: "The plan" }).getByRole("row")).toHaveCount(7);
  await part.getByRole("link", { name: "src/churn/score.py" }).click();
  await expect(page.getByRole("region", { name: "src/churn/score.py" })).toContainText("def score");
});

test("the candidates are compared, the chosen one is marked and the others have reasons", async ({ page }) => {
  await finished(page);
  await open(page, "Candidates");
  await expect(page.getByRole("img", { name: "Candidates on parallel axes" })).toBeVisible();
  const figures = page.getByRole("table", { name: "The candidates in figures" });
  await expect(figures.getByRole("row", { name: /Nightly batch on managed services Chosen/ })).toContainText("$1,486");
  await expect(page.getByText("Cheaper by $176, but image")).toBeVisible();
  await expect(page.getByText("412 break no constraint")).toBeVisible();
  await expectWellMade(page);
});

test("the costs say what dominates them, what they do at other loads, and what the version before cost", async ({ page }) => {
  await finished(page);
  await page.getByLabel("Requirement of the new version").fill("Score churn for less.");
  await page.getByRole("button", { name: "Design the new version" }).click();
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  await open(page, "Costs");
  await expect(page.getByText("Dominated by Nightly batch transform and Serverless Spark: 90 % of the whole.")).toBeVisible();
  await expect(page.getByRole("table", { name: "At other loads" }).getByRole("row", { name: /^5 ×/ })).toContainText("the budget of $1,500");
  await expect(page.getByText("Against the version before")).toBeVisible();
  await expect(page.getByText("as before").first()).toBeVisible();
  await expectWellMade(page);
  // From version to version the tab stays.
  await page.getByRole("link", { name: "Back to version 1" }).click();
  await expect(page.getByLabel("Version", { exact: true }).locator("option:checked")).toHaveText("Version 1");
  await expect(page.getByRole("tab", { name: "Costs", selected: true })).toBeVisible();
  await page.getByLabel("Version", { exact: true }).selectOption("Version 2");
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
});

test("the timeline has a row for each step, waits included", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await expect(page.getByRole("button", { name: "Accept all suggestions" })).toBeVisible();
  await page.waitForTimeout(1_500);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await page.getByRole("button", { name: "Approve and generate" }).click();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  await open(page, "Timeline");
  const rows = page.getByRole("table", { name: "Time per step" });
  await expect(rows.getByRole("rowheader")).toHaveCount(20);
  await expect(rows.getByRole("row", { name: /Your answers/ }).getByTitle(/^Waited/)).toBeVisible();
  await expect(page.getByRole("tabpanel")).toContainText("time left out");
  await expectWellMade(page);
  await rows.getByRole("link", { name: "Cost review" }).click();
  await expect(page.getByRole("region", { name: /Cost review/ })).toBeVisible();
});

test("the rules can be sifted, the report has contents, and files can be searched", async ({ page }) => {
  await finished(page);
  const contents = page.getByRole("navigation", { name: "Contents" });
  // Folded above the report, unless the panel has room for it beside.
  await contents.getByText("Contents", { exact: true }).click();
  await contents.getByRole("link", { name: "What was decided" }).click();
  await expect(page.getByRole("heading", { name: "What was decided" })).toBeInViewport();
  await expectWellMade(page);
  await page.setViewportSize(WIDE);
  await open(page, "Policy");
  await expect(page.getByRole("table", { name: "Policy" }).getByRole("row")).toHaveCount(7);
  await page.getByRole("link", { name: /Waived/ }).click();
  await expect(page).toHaveURL(/verdict=waived/);
  await expect(page.getByRole("table", { name: "Policy" }).getByRole("row")).toHaveCount(2);
  await expectWellMade(page);
  await page.setViewportSize(WIDE);
  await open(page, "Repository");
  const files = page.getByRole("navigation", { name: "Files" });
  await files.getByLabel("Search the files").fill("score py");
  await expect(files.getByRole("status")).toHaveText("2 files match.");
  await expect(files.getByRole("link")).toHaveText(["score.py", "test_score.py"]);
  await files.getByRole("link", { name: "score.py", exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("tabpanel").getByRole("button", { name: "Download", exact: true }).click()]);
  expect(download.suggestedFilename()).toBe("score.py");
  await expectWellMade(page);
});

test("events and the record can be read raw and taken away", async ({ page }) => {
  await finished(page);
  await open(page, "Data");
  await page.getByLabel("Kind").selectOption("reason-card");
  const card = page.getByRole("listitem").filter({ hasText: "Planner: Nightly batch on managed services" });
  await card.locator("summary").click();
  await expect(card.getByRole("region", { name: /^Event/ })).toContainText('"type": "reason-card"');
  await page.getByLabel("Part of the record").selectOption("cost_review");
  await expect(page.getByRole("region", { name: "cost_review.json" })).toContainText('"expected_usd": 1486.4');
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save those loaded" }).click()]);
  expect(download.suggestedFilename()).toMatch(/^ds_.*\.events\.jsonl$/);
  await expect(page.getByRole("link", { name: /^Download .*zip/ }).last()).toHaveAttribute("href", /.+/);
  await expectWellMade(page);
});

test("whoever approves is told what that accepts", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await expect(page.getByText("Whoever approves accepts this")).toBeVisible();
  await expect(page.getByText("operations.backup: point-in-time recovery is off")).toBeVisible();
  await expectWellMade(page, "html");
  // On a phone the row of tabs says that it goes on, until its end.
  const edge = page.locator(".tabs-edge");
  await expect(edge).toHaveCount(1);
  await page.getByRole("tab", { name: "Data" }).click();
  await expect(page.getByRole("tab", { name: "Data" })).toBeInViewport({ ratio: 0.95 });
  await expect(page.locator(".tabs-edge-start")).toHaveCount(1);
});

test("the list of projects goes on as far as somebody reads", async ({ page, request }) => {
  const made = await Promise.all(Array.from({ length: 60 }, (_, place) => request.post("/v1/projects", { data: { name: `Listed ${place} ${Date.now()}` } })));
  expect(made.every((answer) => answer.ok())).toBe(true);
  await page.goto("/");
  const list = page.getByRole("region", { name: "Projects" });
  await expect(list.getByRole("link")).toHaveCount(50);
  await list.getByRole("button", { name: "Load more" }).click();
  await expect.poll(() => list.getByRole("link").count()).toBeGreaterThan(59);
  await expectWellMade(page, "html");
});

test("the gate of a next version says what it changes of the one before", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await page.getByRole("button", { name: "Approve and generate" }).click();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  // The next version has the variant of this one: it asks again.
  await page.getByLabel("Requirement of the new version").fill("Score churn for less.");
  await page.getByRole("button", { name: "Design the new version" }).click();
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  const gate = page.getByRole("region", { name: "Approve the design?" });
  await expect(gate.getByRole("heading", { name: "Against Version 1" })).toBeVisible();
  await expect(gate).toContainText("The parts and their sizes are the same.");
});

test("each theme can be chosen, stays, and is readable", async ({ page }) => {
  await finished(page);
  const address = new URL(page.url()).pathname;
  for (const theme of ["Claude", "Midnight"]) {
    await page.getByLabel("Colour scheme").selectOption(theme);
    for (const tab of ["workflow&node=planner", "plan&component=serve.sagemaker-batch", "candidates", "costs", "timeline", "repository"]) {
      await page.goto(`${address}?tab=${tab}`);
      await expect(page.locator("html")).toHaveClass(new RegExp(theme.toLowerCase()));
      await expect(page.getByRole("tabpanel")).not.toBeEmpty();
      await page.waitForLoadState("networkidle");
      expect((await new AxeBuilder({ page }).include(PANEL).include("header").analyze()).violations).toEqual([]);
    }
  }
});

test("numbers can be tried, and a new version begins with them", async ({ page }) => {
  await finished(page);
  await open(page, "Costs");
  const section = page.getByRole("region", { name: "What if?" });
  const outcome = section.getByRole("status");
  await expect(outcome).toContainText("$1,486 a month");
  // By keyboard: to the end of the slider is twenty times the load.
  await section.getByRole("slider", { name: "Requests on average" }).press("End");
  await expect(outcome).toContainText("+$15,971 (+1,074 %)");
  await expect(outcome).toContainText("The planner would now choose “Endpoint with autoscaling”");
  await expect(outcome).toContainText("Real-time endpoint instead of Nightly batch transform");
  await expect(outcome).toContainText("budget: $17457 a month is 1164 % of your $1500");
  await expect(page).toHaveURL(/try\.average_per_second=460/);
  await expectWellMade(page);
  await page.setViewportSize(WIDE);
  // The address shows the same to somebody else.
  await page.reload();
  await expect(outcome).toContainText("+$15,971");
  await expect(section.getByRole("slider", { name: "Requests on average" })).toHaveAttribute("aria-valuetext", "460 per second");
  await section.getByRole("slider", { name: "Budget" }).press("End");
  await expect(outcome).toContainText("Everything that held still holds.");
  await section.getByRole("button", { name: "Start a new version with this" }).click();
  const form = page.getByRole("region", { name: "New version" });
  await expect(form.getByRole("listitem")).toHaveText(["Requests on average: 460 per second", "Budget: $30,000 a month"]);
  const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/constraints"));
  await form.getByRole("button", { name: "Design the new version" }).click();
  const body = (await sent).postDataJSON() as { constraints: Record<string, unknown> };
  expect(body.constraints).toMatchObject({ budget_usd_per_month: 30_000, throughput: { average_per_second: 460, peak_per_second: 2_800 } });
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
});

test("what was tried can be taken back", async ({ page }) => {
  await finished(page);
  await open(page, "Costs");
  const section = page.getByRole("region", { name: "What if?" });
  await section.getByRole("slider", { name: "Data stored" }).press("Home");
  await expect(section.getByRole("status")).toContainText("$1,486 as designed");
  await section.getByRole("button", { name: "As designed" }).click();
  await expect(section.getByRole("status")).not.toContainText("as designed");
  await expect(section.getByRole("slider", { name: "Data stored" })).toHaveAttribute("aria-valuetext", "80 GB");
  await expect(page).not.toHaveURL(/try\./);
});

test("the panels are resized and folded by keyboard, and stay so", async ({ page }) => {
  await finished(page);
  const canvas = page.getByRole("region", { name: "Canvas", exact: true });
  const width = async () => Math.round((await canvas.boundingBox())?.width ?? 0);
  const line = page.getByRole("separator", { name: "Width of the canvas" });
  const before = await width();
  await line.focus();
  for (let times = 0; times < 3; times += 1) await page.keyboard.press("ArrowRight");
  await expect.poll(width).toBeLessThan(before - 50);
  const narrower = await width();
  await page.reload();
  await expect.poll(width).toBe(narrower);
  const fold = page.getByRole("button", { name: "Hide: Projects and runs" });
  await fold.click();
  await expect(page.getByRole("searchbox", { name: "Search runs" })).toBeHidden();
  await page.getByRole("button", { name: "Show: Projects and runs" }).click();
  await expect(page.getByRole("searchbox", { name: "Search runs" })).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test("past runs are found by their words and status", async ({ page }) => {
  await finished(page, "Find pears.");
  const library = page.getByRole("region", { name: "Projects and runs" }).first();
  await expect(library.getByRole("link", { name: /Find pears.*Completed/ })).toHaveAttribute("aria-current", "page");
  await page.getByRole("searchbox", { name: "Search runs" }).fill("pears completed");
  await expect(page).toHaveURL(/search=pears/);
  await expect(library.getByRole("link", { name: /v1/ })).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search runs" }).fill("pears failed");
  await expect(library).toContainText("No run matches.");
  // Cards are sifted, and a filter that leaves none is taken back at once.
  await page.getByLabel("Agent", { exact: true }).selectOption("Coverage");
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.getByLabel("Priority", { exact: true }).selectOption("Critical");
  await expect(page.getByText("No card matches the filter.")).toBeVisible();
  await page.getByRole("button", { name: "Show all" }).click();
  await expect(page.getByRole("article")).toHaveCount(17);
});

test("diagrams of a report are drawn, and what cannot be drawn is shown as it is written", async ({ page }) => {
  await finished(page);
  await open(page, "Report");
  const panel = page.getByRole("tabpanel");
  const picture = panel.getByRole("img", { name: "Diagram" });
  await expect(picture).toHaveCount(1);
  await expect(picture).toContainText(/Nightly batch\s*transform/);
  await expect(picture.locator("script, foreignObject, a[href^='javascript']")).toHaveCount(0);
  await expect(panel.getByText("This diagram cannot be drawn")).toBeVisible();
  await expect(panel.getByText("this is --- not [closed")).toBeVisible();
  await panel.getByText("Source of the diagram").first().click();
  await expect(panel.getByText("flowchart LR").first()).toBeVisible();
  await expectWellMade(page);
});

test("of thousands of cards only those in sight are on the page, and a link still finds its card", async ({ page }) => {
  await finished(page, "Score churn. [stream 1500 0]");
  await expect(page.getByRole("heading", { name: /What the agents decided/ })).toContainText("(1517)");
  expect(await page.getByRole("article").count()).toBeLessThan(60);
  const address = new URL(page.url());
  address.searchParams.set("card", "900");
  await page.goto(String(address));
  const card = page.locator("#card-900");
  await expect(card).toBeInViewport();
  await expect(card.getByRole("button", { expanded: true })).toBeVisible();
  // On a phone the page itself scrolls.
  await page.setViewportSize(PHONE);
  await page.reload();
  await expect(card).toBeInViewport();
  expect(await page.getByRole("article").count()).toBeLessThan(60);
});

test("tabs beyond the edge are reached by a click on it, and the page does not scroll beside its panels", async ({ page }) => {
  await finished(page);
  await open(page, "Workflow");
  const tabs = page.getByRole("tablist");
  expect(await tabs.evaluate((list) => list.scrollWidth > list.clientWidth)).toBe(true);
  const place = () => tabs.evaluate((list) => list.scrollLeft);
  expect(await place()).toBe(0);
  const box = await tabs.boundingBox();
  if (!box) throw new Error("no tabs");
  await page.mouse.click(box.x + box.width - 12, box.y + box.height / 2);
  await expect.poll(place).toBeGreaterThan(100);
  // Whoever looks for another tab is not taken back to the open one.
  await page.waitForTimeout(500);
  expect(await place()).toBeGreaterThan(100);
  await open(page, "Data");
  await expect(page.getByRole("tabpanel")).toContainText("Downloads");
  // In the other layout, and where an address chose it, the open tab is in sight.
  await page.setViewportSize(PHONE);
  await expect(page.getByRole("tab", { name: "Data" })).toBeInViewport({ ratio: 0.9 });
  await page.reload();
  await expect(page.getByRole("tab", { name: "Data" })).toBeInViewport({ ratio: 0.9 });
  await page.setViewportSize(WIDE);
  // Words for screen readers stand outside of what is seen; they must not make the page itself higher.
  expect(await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight)).toBe(0);
});
