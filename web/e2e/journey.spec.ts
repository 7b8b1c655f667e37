/** The whole journey, against the real platform (`PLATFORM_URL`) or the mock one. Nothing here knows which. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import type { Page, Route } from "@playwright/test";

/** Says little, so that there is something to ask; with variant `hitl_enhanced` both gates open whatever it says. */
const REQUIREMENT = "Recommend recipes to 40,000 users of our cooking app on AWS in Frankfurt. Answers within 200 ms. 🍲";

/** Playwright's test says what it found, where. */
async function expectAccessible(page: Page, where: string, within = "html"): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(within).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  expect(found, `${where}, ${await page.evaluate(() => (document.documentElement.classList.contains("dark") ? "dark" : "light"))}`).toEqual([]);
}

async function expectAccessibleInBothSchemes(page: Page, where: string, within = "html"): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expectAccessible(page, where, within);
  }
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(excess).toBeLessThanOrEqual(0);
}

/** Starts a run from the landing page; gives its address. */
async function start(page: Page, requirement: string, variant: RegExp): Promise<string> {
  await page.goto("/");
  await page.getByLabel("What do you need?").fill(requirement);
  await page.getByRole("radio", { name: variant }).check();
  await page.getByRole("button", { name: "Design it" }).click();
  await page.waitForURL(/\/projects\/prj_[0-9A-Z]{26}\/decision-sets\/ds_[0-9A-Z]{26}/);
  return page.url();
}

function status(page: Page) {
  return page.locator("header").getByRole("status");
}

async function sequences(page: Page): Promise<string[]> {
  return page.getByRole("article").evaluateAll((articles) => articles.map(({ id }) => id));
}

test.beforeEach(({ page }) => {
  page.on("pageerror", (error) => {
    throw error;
  });
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) throw new Error(message.text());
  });
});

test("a whole run: both gates, a reload in the middle, the result", async ({ page }) => {
  // A real run with all its tabs: each wait has its own, shorter limit.
  test.setTimeout(600_000);
  await start(page, REQUIREMENT, /Ask me more/);

  // The input gate, with its form.
  const questions = page.getByRole("heading", { name: "A few questions before the design begins" });
  await expect(questions).toBeVisible();
  await expect(page.getByText("Waiting for you").first()).toBeVisible();
  const cards = await sequences(page);
  expect(cards.length).toBeGreaterThan(0);
  await expectAccessibleInBothSchemes(page, "input gate");

  // A reload shows the same run, once.
  await page.reload();
  await expect(questions).toBeVisible();
  await expect.poll(() => sequences(page)).toEqual(cards);

  const accept = page.getByRole("button", { name: "Accept all suggestions" });
  await accept.click();

  // A reload while the agents work, too.
  await page.reload();

  // The answers may open new questions: the platform asks at most twice.
  const approval = page.getByRole("heading", { name: "Approve the design?" });
  await expect(approval.or(questions)).toBeVisible();
  if (await questions.isVisible()) {
    await accept.click();
  }
  await expect(approval).toBeVisible();
  await expect(page.getByRole("region", { name: "Candidates compared" })).toBeVisible();
  await expectAccessibleInBothSchemes(page, "final gate");
  // Rejecting asks first; thinking better of it changes nothing.
  await page.getByRole("button", { name: "Reject", exact: true }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.getByRole("button", { name: "Keep as it is" }).click();
  await expect(approval).toBeVisible();

  await page.getByRole("button", { name: "Approve and generate" }).click();
  await expect(approval).toBeHidden();
  await expect(status(page)).toHaveText("Completed", { timeout: 180_000 });

  // Every card once, in the order of its sequence number.
  const all = await sequences(page);
  expect(new Set(all).size).toBe(all.length);
  expect(all.map((id) => Number(id.replace("card-", "")))).toEqual(all.map((id) => Number(id.replace("card-", ""))).toSorted((a, b) => a - b));

  // The result.
  await page.getByRole("tab", { name: "Repository" }).click();
  const files = page.getByRole("navigation", { name: "Files" });
  await files.getByRole("link", { name: "README.md" }).first().click();
  const readme = page.getByRole("region", { name: "README.md" });
  await expect(readme.getByRole("heading").first()).toBeVisible();
  await page.getByRole("link", { name: "Source", exact: true }).click();
  await expect(readme).toContainText("#");
  await expect(page.getByRole("link", { name: "Download zip" })).toHaveAttribute("href", /.+/);
  for (const tab of ["Workflow", "Architecture", "Candidates", "Costs", "Policy", "Report", "Validation", "Traces", "Timeline", "Data", "Repository"]) {
    await page.getByRole("tab", { name: tab }).click();
    await expect(page.getByRole("tabpanel")).not.toBeEmpty();
    await expect(page.getByText("Not there yet.")).toHaveCount(0);
    // Around it the page is the same for every tab; both schemes are looked at over the mock.
    await expectAccessible(page, tab, "[role=tabpanel][data-state=active]");
  }

  // A card opens by keyboard, and its address opens it again.
  const first = page.getByRole("article").first();
  await first.getByRole("button").focus();
  await page.keyboard.press("Enter");
  await expect(first).toContainText("What the confidence rests on");
  await expectAccessible(page, "open card");
  await page.reload();
  await expect(page.getByRole("article").first()).toContainText("What the confidence rests on");

  // The next version from this one.
  await page.getByLabel("Requirement of the new version").fill(`${REQUIREMENT} At most $900 a month.`);
  await page.getByRole("button", { name: "Design the new version" }).click();
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await expect(status(page)).toHaveText("Cancelled");
});

test("the landing page works at once, at every width and in both schemes", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  await expectNoSidewaysScroll(page);
  await expectAccessibleInBothSchemes(page, "landing");
  await page.getByRole("button", { name: "Design it" }).click();
  await expect(page.getByRole("alert")).toContainText("Write a requirement first");
  await page.getByRole("button", { name: /Card fraud/ }).click();
  await expect(page.getByLabel("What do you need?")).toHaveValue(/card payments/);
  await expect(page).toHaveURL(/example=fraud/);
});

test("at a gate on a phone: a problem is shown at its field, and only one browser wins", async ({ page, context }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const address = await start(page, REQUIREMENT, /Ask me more/);
  await expect(page.getByRole("heading", { name: "A few questions before the design begins" })).toBeVisible();
  await expectNoSidewaysScroll(page);

  const other = await context.newPage();
  await other.goto(address);
  await expect(other.getByRole("heading", { name: "A few questions before the design begins" })).toBeVisible();

  // The first touch stops the short timer, for everybody.
  const text = page.locator("[data-question] input:not([type=radio]):not([type=checkbox])").first();
  if ((await text.count()) > 0) {
    const before = await text.inputValue();
    await text.fill("");
    await page.getByRole("button", { name: "Go on with these answers" }).click();
    await expect(page.getByRole("alert").first()).toBeVisible();
    await expect(text).toBeFocused();
    await expect(other.getByText("You are at the form").first()).toBeVisible();
    await text.fill(before);
  }

  // The second browser's answer is under way when the first one's arrives.
  const held: Route[] = [];
  await other.route("**/approve", (route) => void held.push(route));
  await other.getByRole("button", { name: "Accept all suggestions" }).click();
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await expect(page.getByRole("heading", { name: "A few questions before the design begins" })).toBeHidden();
  expect(held).toHaveLength(1);
  await held[0]?.continue();
  await expect(other.getByText("Somebody was faster")).toBeVisible();
  await expect(other.getByRole("alert").filter({ hasText: "Somebody was faster" })).toContainText(/answered on/);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await expect(status(page)).toHaveText("Cancelled");
});

test("addresses of nothing say so", async ({ page }) => {
  await page.goto("/projects/prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A/decision-sets/ds_01JC9Z3V7K5T2Q8W6E4R1Y0X9A");
  await expect(page.getByText("This decision set does not exist")).toBeVisible();
  await expectAccessible(page, "decision set not found");
  await page.goto("/projects/prj_01JC9Z3V7K5T2Q8W6E4R1Y0X9A");
  await expect(page.getByRole("heading", { name: "This project does not exist" })).toBeVisible();
  await expectAccessible(page, "project not found");
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});
