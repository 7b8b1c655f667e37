/** People edit files of a completed version; the next one builds on them. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";

test.skip(process.env["PLATFORM_URL"] !== undefined, "A second person is only the mock's.");

/** A completed version, with its repository open at a file. */
async function completed(page: Page, requirement: string, file: string): Promise<string> {
  await page.goto("/");
  await page.getByLabel("What do you need?").fill(requirement);
  await page.getByRole("radio", { name: /Straight through/ }).check();
  await page.getByRole("button", { name: "Design it" }).click();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  await open(page, file);
  return new URL(page.url()).pathname;
}

async function open(page: Page, file: string): Promise<void> {
  await page.goto(`${new URL(page.url()).pathname}?tab=repository&file=${encodeURIComponent(file)}`);
  await expect(page.getByRole("tabpanel").getByRole("heading", { name: file }).first()).toBeVisible();
}

/** Somebody else edits the file meanwhile. */
async function editedBy(page: Page, who: string, run: string, file: Record<string, unknown>): Promise<void> {
  const answer = await page.request.put(`/v1${run}/edits`, { headers: { "x-mock-user": who }, data: { files: [file] } });
  expect(answer.status()).toBe(200);
}

async function look(page: Page, name: string): Promise<void> {
  const wide = (page.viewportSize()?.width ?? 0) > 800;
  // Each scheme once: a phone has the same colours.
  for (const colorScheme of wide ? (["dark"] as const) : (["light"] as const)) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect((await new AxeBuilder({ page }).include("main").analyze()).violations).toEqual([]);
    const folder = process.env["LOOK"];
    if (folder) await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${page.viewportSize()?.width}.png`, fullPage: true });
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
}

for (const width of [1440, 390]) {
  test(`a file is edited, and the next version builds on it (${width} px)`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await completed(page, "Score churn.", "src/churn/score.py");
    const panel = page.getByRole("tabpanel");
    await panel.getByRole("button", { name: "Edit", exact: true }).click();
    const text = panel.getByLabel("Text of src/churn/score.py");
    await expect(text).toBeFocused();
    const before = await text.inputValue();
    // The Tab key leaves the text for the next button.
    await page.keyboard.press("Tab");
    await expect(panel.getByRole("button", { name: "Save" })).toBeFocused();
    await text.fill(before.replace("0.01", "0.02"));
    await look(page, "editor");
    // Another file is looked at meanwhile: what was typed stays.
    if (width < 768) await page.getByText("All files").click();
    await panel.getByRole("link", { name: "Dockerfile" }).click();
    await expect(panel.getByRole("heading", { name: "Dockerfile" })).toBeVisible();
    await page.goBack();
    await expect(text).toHaveValue(/0\.02/);
    await panel.getByRole("button", { name: "Save" }).click();
    await expect(panel.getByText(/Edited by local on .*; the next version builds on it/)).toBeVisible();
    await expect(panel.getByRole("region", { name: "src/churn/score.py" })).toContainText('row["tenure"] * 0.02');
    await expect(panel.getByText("1 file edited")).toBeVisible();
    if (width >= 768) await expect(panel.getByRole("link", { name: "score.py edited" })).toHaveCount(1);
    await look(page, "edited");

    // Deleted and restored; the edit taken back, and made again.
    await panel.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete the file" }).click();
    await expect(panel.getByText(/Deleted by local on/)).toBeVisible();
    await look(page, "deleted");
    await panel.getByRole("button", { name: "Restore the file" }).click();
    await expect(panel.getByText(/Deleted by local on/)).toBeHidden();
    await expect(panel.getByRole("region", { name: "src/churn/score.py" })).toContainText('row["tenure"] * 0.01');
    await expect(panel.getByText("1 file edited")).toBeHidden();
    await panel.getByRole("button", { name: "Edit", exact: true }).click();
    await text.fill(before.replace("0.01", "0.03"));
    await panel.getByRole("button", { name: "Save" }).click();

    // The same requirement is a new version now.
    await panel.getByRole("button", { name: "Start the next version" }).click();
    const requirement = page.getByLabel("Requirement of the new version");
    await expect(requirement).toBeFocused();
    await requirement.fill("Score churn. [conflict]");
    await page.getByRole("button", { name: "Design the new version" }).click();
    await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
    await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
    await open(page, "src/churn/score.py");
    await expect(panel.getByText(/Edited by local on .* in an earlier version/)).toBeVisible();
    await expect(panel.getByRole("region", { name: "src/churn/score.py" })).toContainText("0.03");
    await expect(panel.getByText("One edit and the new version contradict each other")).toBeVisible();
    await expect(panel.getByText("The repository has the text of local.")).toBeVisible();
    await look(page, "conflict");
    // What differs is looked at, and one side taken: by keyboard, and with a word about what is lost.
    await panel.getByText("What differs").click();
    const difference = panel.getByRole("region", { name: "What differs in src/churn/score.py" });
    await expect(difference).toContainText("− # Generated anew.");
    if (width >= 768) {
      await panel.getByRole("group", { name: "How differences are shown" }).getByRole("link", { name: "Side by side" }).click();
      await expect(page).toHaveURL(/sides=two/);
    }
    await look(page, "difference");
    await panel.getByRole("button", { name: /^Take the generated text/ }).focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alertdialog")).toContainText("does without what local wrote");
    await look(page, "loss");
    await page.getByRole("alertdialog").getByRole("button", { name: "Take the generated text" }).click();
    await expect(panel.getByText("One edit and the new version contradict each other")).toBeHidden();
    await expect(panel.getByText("src/churn/score.py is settled")).toBeVisible();
    await expect(panel.getByText(/local went back to the generated text on/)).toBeVisible();
    await expect(panel.getByRole("region", { name: "src/churn/score.py" })).toContainText("# Generated anew.");
    await look(page, "settled");
    // And back to what the person had.
    await panel.getByRole("button", { name: "Back to the edited text" }).click();
    await expect(panel.getByText(/Edited by local on .* in an earlier version/)).toBeVisible();
    await expect(panel.getByRole("region", { name: "src/churn/score.py" })).toContainText("0.03");
  });
}

test("what an earlier version's people edited and deleted can be had as it is generated", async ({ page }) => {
  const run = await completed(page, "Score churn.", "Dockerfile");
  await editedBy(page, "grace", run, { path: "Dockerfile", text: "FROM theirs\n" });
  await editedBy(page, "grace", run, { path: "infra/main.tf", deleted: true });
  const panel = page.getByRole("tabpanel");
  await panel.getByRole("button", { name: "Start the next version" }).click();
  await page.getByRole("button", { name: "Design the new version" }).click();
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  await open(page, "Dockerfile");
  await expect(panel.getByRole("region", { name: "Dockerfile" })).toContainText("FROM theirs");
  await panel.getByRole("button", { name: "Take the generated text" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("does without what grace wrote");
  await page.getByRole("alertdialog").getByRole("button", { name: "Take the generated text" }).click();
  await expect(panel.getByRole("region", { name: "Dockerfile" })).toContainText("FROM python");
  await expect(panel.getByText(/local went back to the generated text on/)).toBeVisible();
  // A file that was deleted is still named, and comes back.
  await panel.getByRole("link", { name: /main\.tf/ }).click();
  await expect(panel.getByText(/Deleted by grace on .* in an earlier version/)).toBeVisible();
  await look(page, "deleted-earlier");
  await panel.getByRole("button", { name: "Restore the file" }).click();
  await expect(panel.getByRole("region", { name: "infra/main.tf" })).toContainText("aws_s3_bucket");
  await expect(panel.getByText("2 files edited")).toBeVisible();
});

test("a conflict is kept as the person has it, and another's settling is told", async ({ page }) => {
  const run = await completed(page, "Score churn.", "Dockerfile");
  await editedBy(page, "grace", run, { path: "Dockerfile", text: "FROM theirs\n" });
  await editedBy(page, "grace", run, { path: "infra/main.tf", deleted: true });
  const panel = page.getByRole("tabpanel");
  await panel.getByRole("button", { name: "Start the next version" }).click();
  await page.getByLabel("Requirement of the new version").fill("Score churn. [conflict]");
  await page.getByRole("button", { name: "Design the new version" }).click();
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
  await expect(page.locator("header").getByRole("status")).toHaveText("Completed");
  await open(page, "Dockerfile");
  await expect(panel.getByText("2 edits and the new version contradict each other")).toBeVisible();
  await panel.getByRole("button", { name: "Keep the text of grace: Dockerfile" }).click();
  await expect(panel.getByText("Dockerfile is settled")).toBeVisible();
  await expect(panel.getByText("One edit and the new version contradict each other")).toBeVisible();
  await expect(panel.getByRole("region", { name: "Dockerfile", exact: true })).toContainText("FROM theirs");
  await panel.getByRole("button", { name: "Take the generated file: infra/main.tf" }).click();
  await expect(panel.getByText("infra/main.tf is settled")).toBeVisible();
  await expect(panel.getByText(/contradict each other/)).toBeHidden();
});

test("somebody who was faster is told of, and nothing that was typed is lost", async ({ page }) => {
  const run = await completed(page, "Score churn.", "Dockerfile");
  const panel = page.getByRole("tabpanel");
  await panel.getByRole("button", { name: "Edit", exact: true }).click();
  const text = panel.getByLabel("Text of Dockerfile", { exact: true });
  const before = await text.inputValue();
  await text.fill("FROM mine\n");
  // The page hears of it at once.
  await editedBy(page, "grace", run, { path: "Dockerfile", text: "FROM theirs\n" });
  await expect(panel.getByRole("alert")).toContainText("grace has changed this file since you began");
  await expect(panel.getByRole("button", { name: "Load the other text" })).toBeVisible();
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByRole("alert")).toContainText("grace has changed this file since you began");
  await expect(text).toHaveValue("FROM mine\n");
  await look(page, "faster");
  // They take it back: that text can be read, loaded and left again.
  await editedBy(page, "grace", run, { path: "Dockerfile", text: "FROM other\n" });
  await editedBy(page, "grace", run, { path: "Dockerfile", text: before });
  await expect(panel.getByRole("alert")).toBeHidden();
  await editedBy(page, "grace", run, { path: "Dockerfile", deleted: true });
  await expect(panel.getByRole("alert")).toContainText("The file was deleted.");
  await panel.getByRole("button", { name: "Replace it with mine" }).click();
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText(/Edited by local on/)).toBeVisible();
  await expect(panel.getByRole("region", { name: "Dockerfile" })).toContainText("FROM mine");
  // Another person's edit is shown as well.
  await editedBy(page, "grace", run, { path: "Dockerfile", text: "FROM theirs\n" });
  await expect(panel.getByRole("region", { name: "Dockerfile" })).toContainText("FROM theirs");
  await panel.getByRole("button", { name: "Take back this edit" }).click();
  await expect(panel.getByText(/Edited by/)).toBeHidden();
  await expect(panel.getByRole("region", { name: "Dockerfile" })).toContainText("FROM python");
});

test("their text is loaded, and mine again", async ({ page }) => {
  const run = await completed(page, "Score churn.", "Dockerfile");
  const panel = page.getByRole("tabpanel");
  // Mine was saved first, so that the generated text is what they put back.
  const before = await panel.getByRole("region", { name: "Dockerfile" }).locator("code").textContent();
  await panel.getByRole("button", { name: "Edit", exact: true }).click();
  const text = panel.getByLabel("Text of Dockerfile", { exact: true });
  const generated = await text.inputValue();
  expect(before?.trim()).toBe(generated.trim());
  await text.fill("FROM first\n");
  await panel.getByRole("button", { name: "Save" }).click();
  await panel.getByRole("button", { name: "Edit", exact: true }).click();
  await text.fill("FROM second\n");
  await editedBy(page, "grace", run, { path: "Dockerfile", text: generated });
  await expect(panel.getByRole("alert")).toContainText("changed");
  await panel.getByRole("button", { name: "Load the other text" }).click();
  await expect(text).toHaveValue(generated);
  await panel.getByRole("button", { name: "Back to what I typed" }).click();
  await expect(text).toHaveValue("FROM second\n");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByRole("region", { name: "Dockerfile" })).toContainText("FROM second");
});

test("a file is added, and the server's words stand at its path", async ({ page }) => {
  await completed(page, "Score churn.", "README.md");
  const panel = page.getByRole("tabpanel");
  await expect(panel.getByRole("link", { name: "architecture.md" })).toBeVisible();
  await panel.getByRole("link", { name: "architecture.md" }).click();
  await expect(panel.getByRole("heading", { name: "reports/architecture.md", level: 3 }).first()).toBeVisible();
  await expect(panel.getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);
  await panel.getByRole("button", { name: "Add a file" }).click();
  const path = panel.getByLabel("Path from the repository's root");
  await expect(path).toBeFocused();
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText("Write the path of the new file.")).toBeVisible();
  await path.fill("README.md");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText("There is a file of this name already")).toBeVisible();
  await path.fill("reports/mine.md");
  await panel.getByLabel("Text of reports/mine.md").fill("x = 1\n");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText("is a report, which every version writes anew")).toBeVisible();
  await look(page, "add");
  await path.fill("src/churn/rules.py");
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText(/Added by local on/)).toBeVisible();
  await expect(panel.getByRole("region", { name: "src/churn/rules.py" })).toContainText("x = 1");
});

test("the Git bundle and the network are told of", async ({ page }) => {
  await completed(page, "Score churn.", "README.md");
  await page.getByRole("button", { name: "With Git history" }).click();
  const menu = page.getByRole("dialog", { name: "The repository with its history" });
  await expect(menu).toContainText("git clone churn-scoring.bundle");
  await expect(menu.getByRole("link", { name: /Download the bundle/ })).toHaveAttribute("download", "churn-scoring.bundle");
  await look(page, "bundle");
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Data" }).click();
  await expect(page.getByRole("tabpanel")).toContainText("git clone churn-scoring.bundle");
  await page.getByRole("tab", { name: "Architecture" }).click();
  await expect(page.getByRole("tabpanel")).toContainText("Network: private, everything runs in it; 7 endpoints in 2 zones.");
  await page.getByText("Which endpoints").click();
  await expect(page.getByText("ecr.api", { exact: true })).toBeVisible();
  await look(page, "network");
  await page.setViewportSize({ width: 390, height: 844 });
  await look(page, "network");
  await page.getByRole("button", { name: "With Git history" }).click();
  await expect(menu).toBeInViewport({ ratio: 1 });
  await look(page, "bundle");
});
