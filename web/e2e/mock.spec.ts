/** What only the mock platform can be asked for: failures on command, and a connection that is cut. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import type { Page, WebSocketRoute } from "@playwright/test";

test.skip(process.env["PLATFORM_URL"] !== undefined, "The real platform does not fail on command.");

async function start(page: Page, requirement: string, variant: RegExp): Promise<void> {
  await page.goto("/");
  await page.getByLabel("What do you need?").fill(requirement);
  await page.getByRole("radio", { name: variant }).check();
  await page.getByRole("button", { name: "Design it" }).click();
}

function status(page: Page) {
  return page.locator("header").getByRole("status");
}

async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
}

async function numbers(page: Page): Promise<number[]> {
  return page.getByRole("article").evaluateAll((articles) => articles.map(({ id }) => Number(id.replace("card-", ""))));
}

test("a failed run says why and goes on where it stopped", async ({ page }) => {
  await start(page, "Score churn. [fail]", /Straight through/);
  await expect(status(page)).toHaveText("Failed");
  await expect(page.getByRole("alert")).toContainText("It failed at “Plan the architecture”");
  await expect(page.getByRole("alert")).toContainText("finished steps are not repeated");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
  const before = await numbers(page);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(status(page)).toHaveText("Completed");
  await expect(page.getByText("attempt 2")).toBeVisible();
  expect((await numbers(page)).slice(0, before.length)).toEqual(before);
});

test("an interrupted run is offered for resumption", async ({ page }) => {
  await start(page, "Score churn. [interrupt]", /Straight through/);
  await expect(page.getByText("Plan the architecture, At work")).toBeVisible({ timeout: 10_000 }).catch(() => undefined);
  await page.waitForTimeout(1_500);
  await page.reload();
  await expect(page.getByText("The work was interrupted")).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(status(page)).toHaveText("Completed");
});

test("a revision goes back to the planner and comes to the gate again", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await page.getByRole("button", { name: "Ask for a revision" }).click();
  await page.getByLabel("What should change?").fill("cheaper");
  await page.getByRole("button", { name: "Send back to the planner" }).click();
  await expect(page.getByText("after your revision")).toBeVisible();
  await expect(page.getByText("2 rounds").first()).toBeVisible();
  await expect(page.getByText("Not understood of your last comment")).toBeVisible();
  await expect(page.getByText("“and paint it blue”")).toBeVisible();
  await page.getByRole("button", { name: "Reject", exact: true }).click();
  await page.getByRole("button", { name: "Reject the design" }).click();
  await expect(status(page)).toHaveText("Rejected");
  await expect(page.getByText("You rejected this design")).toBeVisible();
});

test("a window that is made narrower, or a tablet that is turned, costs nobody their words", async ({ page }) => {
  const [wide, narrow] = [{ width: 1280, height: 800 }, { width: 900, height: 1280 }];
  await page.setViewportSize(wide);
  await start(page, "Score churn.", /Ask me more/);
  const budget = page.getByLabel("How much may it cost per month?");
  await budget.fill("17");
  await page.setViewportSize(narrow);
  await expect(page.getByRole("separator")).toHaveCount(0);
  await expect(budget).toHaveValue("17");
  // Whoever was at the field is there still.
  await expect(budget).toBeFocused();
  await page.keyboard.type("50");
  await page.setViewportSize(wide);
  await expect(page.getByRole("separator").first()).toBeVisible();
  await expect(budget).toHaveValue("1750");
  await page.getByRole("button", { name: "Go on with these answers" }).click();
  await page.getByRole("button", { name: "Ask for a revision" }).click();
  await page.getByLabel("What should change?").fill("half the cost");
  await page.setViewportSize(narrow);
  await expect(page.getByLabel("What should change?")).toHaveValue("half the cost");
  await page.getByRole("button", { name: "Keep as it is" }).click();
  await page.getByRole("button", { name: "Approve and generate" }).click();
  await expect(status(page)).toHaveText("Completed");
  await page.getByLabel("Requirement of the new version").fill("Score churn for half the cost.");
  await page.getByRole("article").first().getByRole("button").click();
  await page.setViewportSize(wide);
  await expect(page.getByLabel("Requirement of the new version")).toHaveValue("Score churn for half the cost.");
  await expect(page.getByRole("article").first().getByRole("button", { expanded: true })).toBeVisible();
});

test("what a model thinks passes by, and its card takes its place", async ({ page, browser }) => {
  await start(page, "Score churn. [think 600]", /Straight through/);
  const thinking = page.getByRole("region", { name: "Thinking: Plan the architecture" });
  await expect(thinking).toContainText("is thinking; this is not stored");
  await expect(thinking).toHaveAttribute("aria-live", "off");
  await expect(thinking).toContainText("The night has five hours.");
  // What the model took back is gone.
  await expect(thinking).not.toContainText("An endpoint would answer");
  await page.getByRole("region", { name: "Conversation" }).getByRole("region", { name: /What “Plan the architecture” is thinking/ }).waitFor();
  await expectAccessible(page);
  await expect(page.getByRole("article").filter({ hasText: "Nightly batch on managed services" }).first()).toContainText("claude-sonnet-4-5");
  await expect(thinking).toHaveCount(0);
  await expect(status(page)).toHaveText("Completed");
  // Whoever comes later sees what is stored.
  const context = await browser.newContext();
  const later = await context.newPage();
  await later.goto(page.url());
  await expect(status(later)).toHaveText("Completed");
  await expect(later.getByText("is thinking; this is not stored")).toHaveCount(0);
  await later.goto(`${page.url().split("?")[0]}?tab=workflow&node=planner`);
  const use = later.getByRole("region", { name: "What the model did" });
  await expect(use).toContainText("8,412 read, 934 written");
  await expect(use).toContainText("$0.0392");
  await expect(use).toContainText("is not in the catalogue");
  await use.getByRole("button", { name: "What the model changed" }).click();
  await expect(use).toContainText("Spot capacity is gone at night.");
  await expectAccessible(later);
  await context.close();
});

test("the server's words stand at the field they are about", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByLabel("How much may it cost per month?").fill("1313");
  await page.getByRole("button", { name: "Go on with these answers" }).click();
  await expect(page.locator("[data-question=budget]")).toContainText("the mock refuses exactly this number");
  await expect(page.getByLabel("How much may it cost per month?")).toBeFocused();
});

test("a socket that is cut in the middle costs no event and doubles none", async ({ page }) => {
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/ws$/, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  await start(page, "Score churn.", /Straight through/);
  await expect(page.getByRole("article").first()).toBeVisible();
  await sockets[0]?.close({ code: 1012 });
  await expect(page.getByText("The live connection was lost")).toBeVisible();
  await expect(status(page)).toHaveText("Completed");
  await expect.poll(() => sockets.length).toBeGreaterThan(1);
  await expect(page.getByText("The live connection was lost")).toBeHidden();
  const all = await numbers(page);
  expect(all.length).toBe(17);
  expect(all).toEqual([...new Set(all)].toSorted((a, b) => a - b));
});

test("a part that cannot be fetched says so, costs nothing else, and comes when it is asked for again", async ({ page, context }) => {
  await start(page, "Score churn.", /Straight through/);
  await expect(status(page)).toHaveText("Completed");
  await page.getByLabel("Requirement of the new version").fill("Score churn for less.");
  await expect(page.getByRole("heading", { name: "What was decided" })).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  await page.getByRole("tab", { name: "Costs" }).click();
  const alert = page.getByRole("alert").filter({ hasText: "This could not be loaded" });
  await expect(alert).toBeVisible();
  await expectAccessible(page);
  // What was loaded already is there, and so is what was typed.
  await page.getByRole("tab", { name: "Report" }).click();
  await expect(page.getByRole("heading", { name: "What was decided" })).toBeVisible();
  await expect(page.getByLabel("Requirement of the new version")).toHaveValue("Score churn for less.");
  await page.getByRole("tab", { name: "Costs" }).click();
  await expect(alert).toBeVisible();
  // Trying too early costs nothing.
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(alert).toContainText("The platform cannot be reached");
  await context.setOffline(false);
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("region", { name: "What if?" })).toBeVisible();
  await expect(page.getByLabel("Requirement of the new version")).toHaveValue("Score churn for less.");
});

test("a reload costs nobody their words, until they are sent", async ({ page }) => {
  // The requirement, with what was chosen beside it.
  await page.goto("/");
  await page.getByLabel("What do you need?").fill("Score churn, kept.");
  await page.getByRole("radio", { name: /Ask me more/ }).check();
  await page.getByLabel("Name of the new project").fill(`Kept ${Date.now()}`);
  await page.reload();
  await expect(page.getByText("What you had typed is back.")).toBeVisible();
  await expect(page.getByLabel("What do you need?")).toHaveValue("Score churn, kept.");
  await expect(page.getByRole("radio", { name: /Ask me more/ })).toBeChecked();
  await expectAccessible(page);
  // An example does not cost it either.
  await page.getByRole("button", { name: /Card fraud/ }).click();
  await expect(page.getByLabel("What do you need?")).toHaveValue(/card payments/);
  await page.goto("/");
  await expect(page.getByLabel("What do you need?")).toHaveValue("Score churn, kept.");
  await page.getByRole("button", { name: "Design it" }).click();

  // Answers.
  const budget = page.getByLabel("How much may it cost per month?");
  await budget.fill("1750");
  await page.getByRole("checkbox", { name: "SOC 2" }).check();
  await page.reload();
  await expect(page.getByText("What you had typed is back.")).toBeVisible();
  await expect(budget).toHaveValue("1750");
  await expect(page.getByRole("checkbox", { name: "SOC 2" })).toBeChecked();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Go on with these answers" }).click();

  // The words of a revision, and a second thought.
  await page.getByRole("button", { name: "Ask for a revision" }).click();
  await page.getByLabel("What should change?").fill("half the cost");
  await page.reload();
  await expect(page.getByLabel("What should change?")).toHaveValue("half the cost");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Begin anew" }).click();
  await expect(page.getByLabel("What should change?")).toHaveValue("");
  await page.getByLabel("What should change?").fill("a third of the cost");
  await page.getByRole("button", { name: "Send back to the planner" }).click();
  await expect(page.getByText("2 rounds").first()).toBeVisible();
  // What was sent is not offered at the next gate, nor after a reload.
  await page.reload();
  await page.getByRole("button", { name: "Ask for a revision" }).click();
  await expect(page.getByLabel("What should change?")).toHaveValue("");
  await page.getByRole("button", { name: "Keep as it is" }).click();
  await page.getByRole("button", { name: "Approve and generate" }).click();

  // The next version, and a file.
  const next = page.getByLabel("Requirement of the new version");
  await next.fill("Score churn for less.");
  await page.goto(`${new URL(page.url()).pathname}?tab=repository&file=Dockerfile`);
  await expect(next).toHaveValue("Score churn for less.");
  await page.getByRole("tabpanel").getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Text of Dockerfile").fill("FROM scratch\n");
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByLabel("Text of Dockerfile")).toHaveValue("FROM scratch\n");
  // Nothing is left behind but what was not sent.
  expect(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("typed:")).length)).toBe(2);
});

test("what somebody else decided at a gate takes what was typed there with it", async ({ page, context }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByLabel("How much may it cost per month?").fill("1750");
  const keys = () => page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes("input-")));
  expect(await keys()).toHaveLength(1);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByLabel("How much may it cost per month?")).toHaveValue("2500");
  await other.getByRole("button", { name: "Accept all suggestions" }).click();
  await expect(page.getByRole("heading", { name: "Approve the design?" })).toBeVisible();
  expect(await keys()).toHaveLength(0);
});

test("a card's link can be copied, and a refusal of the clipboard is told", async ({ page, context }) => {
  await start(page, "Score churn.", /Straight through/);
  await expect(status(page)).toHaveText("Completed");
  const card = page.getByRole("article").filter({ hasText: "Nightly batch on managed services" }).first();
  await card.getByRole("button").first().click();
  // What it rests on leads to the words.
  await card.getByRole("button", { name: "Show in the requirement" }).first().click();
  await expect(page.locator("mark[data-words]").first()).toBeFocused();
  const copy = card.getByRole("button", { name: "Copy link to this card" });
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { configurable: true, value: undefined }));
  await copy.click();
  await expect(card.getByText("Could not be copied")).toBeVisible();
  await page.reload();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await copy.click();
  await expect(card.getByText("Copied")).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(address).toMatch(/[?&]card=\d+/);
  const later = await context.newPage();
  await later.goto(address);
  await expect(later.getByRole("article").filter({ hasText: "Nightly batch on managed services" }).first()).toContainText("What the confidence rests on");
  await expect(later).toHaveTitle(/^Completed · Score churn\./);
});

test("a version is compared with the one before", async ({ page }) => {
  await start(page, "Score churn.", /Straight through/);
  await expect(status(page)).toHaveText("Completed");
  await page.getByLabel("Requirement of the new version").fill("Score churn for less.");
  await page.getByRole("button", { name: "Design the new version" }).click();
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
  await expect(status(page)).toHaveText("Completed");
  await expect(page.getByRole("tab").nth(2)).toHaveText("Changes");
  await page.getByRole("tab", { name: "Changes" }).click();
  // What changed of the constraints stands there once, and code is code.
  await expect(page.getByRole("tabpanel").getByText("budget", { exact: true })).toHaveCount(1);
  await expect(page.getByRole("tabpanel").getByText("$2,500 → $1,500")).toHaveCount(1);
  await expect(page.getByRole("tabpanel")).not.toContainText("`");
  await page.getByRole("tabpanel").locator("summary", { hasText: "infra/main.tf" }).click();
  await expect(page.getByText('+  bucket_prefix = "churn-scores-"')).toBeVisible();
});

test("a gate of an interrupted run opens again when the run is resumed", async ({ page }) => {
  await start(page, "Score churn. [interrupt-gate]", /Ask me more/);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await expect(page.getByRole("heading", { name: "Approve the design?" })).toBeVisible();
  await page.reload();
  await expect(page.getByText("The work was interrupted")).toBeVisible();
  await expect(page.getByText("Resume the run first: then this opens again")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve and generate" })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Approve and generate" }).click();
  await expect(status(page)).toHaveText("Completed");
});

test("nobody who did not name a project is told that its name is taken", async ({ page }) => {
  // Each name with a number has a project, and somebody else begins in the same instant.
  const refused: string[] = [];
  await page.route("**/v1/projects", async (route) => {
    const request = route.request();
    if (request.method() !== "POST" || refused.length === 20) return route.fallback();
    refused.push((request.postDataJSON() as { name: string }).name);
    return route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      json: { type: "/problems/project-name-taken", title: "Taken.", status: 409, detail: "Taken.", instance: "", request_id: "mock", errors: [] },
    });
  });
  await start(page, "Score hail.", /Straight through/);
  await expect(status(page)).toHaveText("Completed");
  expect(new Set(refused).size).toBe(20);
  expect(refused.at(-2)).toBe("Score hail. (19)");
  expect(refused.at(-1)).toMatch(/^Score hail\. \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\)$/);
});

test("projects do not mix unless somebody wants it", async ({ page }) => {
  await start(page, "Score the risk of rivers.", /Straight through/);
  await expect(page.getByText("Version 1", { exact: true })).toBeVisible();
  await start(page, "Score the risk of rivers.", /Straight through/);
  await expect(page.getByText("Version 1", { exact: true })).toBeVisible();
  const project = page.locator("header").getByRole("link", { name: "Score the risk of rivers. (2)" });
  await project.click();
  await expect(page.getByRole("heading", { level: 1, name: "Score the risk of rivers. (2)" })).toBeVisible();
  await expect(page.locator("main").getByRole("link", { name: /Score the risk of rivers/ })).toHaveCount(1);
  await expect(page.getByText("Becomes version 2 of this project.")).toBeVisible();
  await expectAccessible(page);
  // From there the start page keeps the project; opened by itself it does not.
  await page.getByRole("link", { name: /Start page/ }).click();
  await expect(page.getByLabel("Project", { exact: true }).locator("option:checked")).toHaveText("Score the risk of rivers. (2)");
  await page.goto("/");
  await expect(page.getByLabel("Project", { exact: true }).locator("option:checked")).toHaveText("New project…");
  // A name that a person chose is not changed in silence.
  await page.getByLabel("What do you need?").fill("Something else.");
  await page.getByLabel("Name of the new project").fill("Score the risk of rivers.");
  await page.getByRole("button", { name: "Design it" }).click();
  await expect(page.getByRole("alert")).toContainText("There is a project of this name already");
});

test("everything is readable on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await start(page, "Score churn. [azure]", /Ask me more/);
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await expect(page.getByText("Infrastructure code is generated for AWS only")).toBeVisible();
  await expect(page.getByText("westeurope (EU)")).toBeVisible();
  await expect(page.getByText("€1,304 ≈ $1,500")).toBeVisible();
  // The reason against a candidate is inside the screen.
  const why = await page.getByText("Nobody asks for single scores").boundingBox();
  expect((why?.x ?? -1) >= 0 && (why?.x ?? 0) + (why?.width ?? 999) <= 390).toBe(true);
  await expectNoSidewaysScroll(page);
  await page.getByRole("button", { name: "Approve and generate" }).click();
  await expect(status(page)).toHaveText("Completed");

  // The result opens on the report, and its table scrolls by itself, with whole words.
  const table = page.getByRole("region", { name: "How the candidates compare" });
  await expect(table).toHaveAttribute("tabindex", "0");
  await expect(page.getByText("There is more beside it: scroll sideways.").first()).toBeVisible();
  const head = await table.getByRole("columnheader", { name: "Availability" }).evaluate((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getClientRects().length;
  });
  expect(head).toBe(1);
  await table.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => table.evaluate((box) => box.scrollLeft)).toBeGreaterThan(0);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);

  // A link between files leads to the file, which is rendered; the list of files is folded above it.
  await page.getByRole("link", { name: "the guide" }).click();
  const readme = page.getByRole("region", { name: "README.md" });
  await expect(readme.getByRole("heading", { name: "churn-scoring" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Files" })).toBeHidden();
  await page.getByText("All files").click();
  await expect(page.getByRole("navigation", { name: "Files" })).toBeVisible();
  await page.getByRole("link", { name: "Source", exact: true }).click();
  await expect(readme).toContainText("# churn-scoring");
  await expectAccessible(page);
});

test("the parts are one group, and answers are told as answers", async ({ page }) => {
  await start(page, "Score churn.", /Ask me more/);
  await page.getByLabel("How much may it cost per month?").fill("1750");
  await page.getByRole("button", { name: "Go on with these answers" }).click();
  await expect(page.getByRole("list", { name: "Write the parts" }).getByRole("listitem")).toHaveCount(6);
  const decisions = page.getByRole("region", { name: "Decisions at the gates" });
  await expect(decisions).toContainText("How much may it cost per month?1,750 USD per monthanswered by local");
  await expect(decisions).toContainText("Which rules apply?GDPRsuggestion, accepted by local");
});

test("a project chooses its model, and is told at the field what cannot be", async ({ page }) => {
  const name = `Models ${Date.now()}`;
  const made = await page.request.post("/v1/projects", { data: { name } });
  const { id } = (await made.json()) as { id: string };
  await page.goto(`/projects/${id}`);
  const models = page.getByRole("region", { name: "Models" });
  await models.getByLabel("Model", { exact: true }).selectOption({ label: "qwen3 · openai · no price known" });
  await models.getByLabel("Temperature").fill("3");
  await models.getByRole("button", { name: "Save" }).click();
  await expect(models.getByRole("alert")).toContainText("0 to 2 is accepted");
  await models.getByLabel("Temperature").fill("0.5");
  await models.getByLabel("Tokens per run, at most").fill("many");
  await models.getByRole("button", { name: "Save" }).click();
  await expect(models.getByRole("alert")).toContainText("A whole number");
  await models.getByLabel("Tokens per run, at most").fill("1000");
  await models.getByText("Another model for single agents").click();
  await models.getByLabel("Plan the architecture").selectOption("anthropic:claude-haiku-4-5");
  await models.getByRole("button", { name: "Save" }).click();
  await expect(models.getByRole("status")).toContainText("Saved");
  await expectAccessible(page);
  await page.reload();
  await expect(models.getByLabel("Model", { exact: true })).toHaveValue("openai:http://127.0.0.1:8081/v1#qwen3");
  await expect(models.getByLabel("Temperature")).toHaveValue("0.5");
  await models.getByLabel("Agents may ask a model beside their rules").uncheck();
  await models.getByRole("button", { name: "Save" }).click();
  await expect(models.getByRole("status")).toContainText("Saved");
  await page.reload();
  await expect(models.getByLabel("Agents may ask a model beside their rules")).not.toBeChecked();
});
