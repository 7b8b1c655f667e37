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

/** In both schemes and on a phone as well: no violation, and nothing wider than the page. */
async function expectWellMade(page: Page): Promise<void> {
  for (const viewport of [WIDE, PHONE]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  }
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize(WIDE);
  // What the content security policy refuses is told on the console.
  page.on("console", (message) => expect(message.text()).not.toContain("Content Security Policy"));
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
  await expect(page.getByRole("table", { name: "At other loads" }).getByRole("row", { name: /5 ×/ })).toContainText("the budget of $1,500");
  await expect(page.getByText("Against the version before")).toBeVisible();
  await expect(page.getByText("as before").first()).toBeVisible();
  await expectWellMade(page);
});
