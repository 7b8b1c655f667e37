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
  await page.getByRole("button", { name: "Reject", exact: true }).click();
  await page.getByRole("button", { name: "Reject the design" }).click();
  await expect(status(page)).toHaveText("Rejected");
  await expect(page.getByText("You rejected this design")).toBeVisible();
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
  expect(all.length).toBe(10);
  expect(all).toEqual([...new Set(all)].toSorted((a, b) => a - b));
});

test("a version is compared with the one before", async ({ page }) => {
  await start(page, "Score churn.", /Straight through/);
  await expect(status(page)).toHaveText("Completed");
  await page.getByLabel("Requirement of the new version").fill("Score churn for less.");
  await page.getByRole("button", { name: "Design the new version" }).click();
  await expect(page.getByText("Version 2").or(page.getByRole("link", { name: "Previous version" })).first()).toBeVisible();
  await expect(status(page)).toHaveText("Completed");
  await page.getByRole("tab", { name: "Changes" }).click();
  await page.getByRole("tabpanel").locator("summary", { hasText: "infra/main.tf" }).click();
  await expect(page.getByText('+  bucket_prefix = "churn-scores-"')).toBeVisible();
});
