/** Keyboard alone is enough: the whole journey without a pointer, and wherever the focus is it can be seen. */
import { expect, test } from "@playwright/test";
import type { Locator, Page } from "@playwright/test";

test.skip(process.env["PLATFORM_URL"] !== undefined, "The journey against the platform is journey.spec.ts.");

const WIDE = { width: 1440, height: 900 };
/** More stops than there are on any page. */
const STOPS = 150;

/** What is wrong with the way in which the focus is shown; empty when it can be seen. */
async function unseen(page: Page): Promise<string> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return "";
    const name = `${focused.tagName.toLowerCase()} “${(focused.getAttribute("aria-label") ?? focused.textContent ?? "").trim().slice(0, 40)}”`;
    const box = focused.getBoundingClientRect();
    if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth) return `${name} is out of sight`;
    // The line between panels becomes a line of another colour; radio buttons and the theme have their frame around them.
    if (focused.getAttribute("role") === "separator") return "";
    for (let element: Element | null = focused, steps = 0; element && steps < 3; element = element.parentElement, steps += 1) {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      if (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1) return "";
    }
    return `${name} has no outline`;
  });
}

/** Presses a key until something has the focus; every stop on the way must be seen. */
async function reach(page: Page, wanted: Locator, key: "Tab" | "Shift+Tab" | "ArrowRight" | "ArrowLeft" = "Tab"): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    expect(await unseen(page)).toBe("");
  }
  throw new Error(`${STOPS} times ${key} do not lead to ${String(wanted)}`);
}

async function press(page: Page, wanted: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
  await reach(page, wanted);
  await page.keyboard.press(key);
}

async function openTab(page: Page, name: string): Promise<void> {
  await reach(page, page.getByRole("tab", { selected: true }));
  await reach(page, page.getByRole("tab", { name, exact: true }), "ArrowRight");
  await expect(page.getByRole("tab", { name, exact: true, selected: true })).toBeVisible();
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ reducedMotion: "reduce" });
});

test("from the requirement to the download without a pointer", async ({ page }) => {
  const status = page.locator("header").getByRole("status");
  await page.goto("/");
  // The first stop leads past the header.
  const box = page.getByLabel("What do you need?");
  await expect(box).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
  await reach(page, box);
  await page.keyboard.type("Score churn every night.");
  await reach(page, page.getByRole("radio", { name: /Standard/ }));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: /Ask me more/ })).toBeChecked();
  await press(page, page.getByRole("button", { name: "Design it" }));

  // The questions.
  await reach(page, page.getByLabel("How much may it cost per month?"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("1500");
  await reach(page, page.getByRole("radio", { name: "Every week" }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "Every month" })).toBeChecked();
  await press(page, page.getByRole("checkbox", { name: "SOC 2" }), "Space");
  await expect(page.getByRole("checkbox", { name: "SOC 2" })).toBeChecked();
  await press(page, page.getByRole("button", { name: "Go on with these answers" }));

  // The approval: thinking better of a rejection, then a revision, then approving.
  const reject = page.getByRole("button", { name: "Reject", exact: true });
  await press(page, reject);
  await expect(page.getByRole("alertdialog")).toBeVisible();
  expect(await page.getByRole("alertdialog").evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(reject).toBeFocused();
  const revise = page.getByRole("button", { name: "Ask for a revision" });
  await reach(page, revise, "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("What should change?")).toBeFocused();
  // Going back leaves the focus where it came from.
  await press(page, page.getByRole("button", { name: "Keep as it is" }));
  await expect(revise).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("What should change?")).toBeFocused();
  await page.keyboard.type("cheaper");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("Not understood of your last comment")).toBeVisible();
  await press(page, page.getByRole("button", { name: "Approve and generate" }));
  await expect(status).toHaveText("Completed");

  // The canvas: the pictures, a file, a card.
  await openTab(page, "Architecture");
  await press(page, page.getByRole("group", { name: "Architecture" }).getByRole("link", { name: /Nightly batch transform/ }));
  const part = page.getByRole("region", { name: "Nightly batch transform" });
  await expect(part).toBeVisible();
  await press(page, part.getByRole("link", { name: /close/i }));
  await expect(part).toHaveCount(0);
  await openTab(page, "Repository");
  await press(page, page.getByRole("navigation", { name: "Files" }).getByRole("link", { name: "train.py" }));
  await expect(page.getByRole("heading", { name: "src/churn/train.py" })).toBeVisible();
  const card = page.getByRole("article").first().getByRole("button").first();
  await press(page, card);
  await expect(page.getByRole("button", { name: "Copy link to this card" })).toBeVisible();

  // The next version, and what it changes.
  await reach(page, page.getByLabel("Requirement of the new version"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Score churn every night for less.");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("link", { name: "Previous version" })).toBeVisible();
  await press(page, page.getByRole("button", { name: "Accept all suggestions" }));
  await press(page, page.getByRole("button", { name: "Approve and generate" }));
  await expect(status).toHaveText("Completed");
  await openTab(page, "Changes");
  await press(page, page.getByRole("tabpanel").locator("summary").first());
  await expect(page.getByText('+  bucket_prefix = "churn-scores-"')).toBeVisible();

  // What was made.
  const zip = page.getByRole("link", { name: "Download zip" });
  await reach(page, zip, "Shift+Tab");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
});

test("what the keyboard does is listed, and closes to where one was", async ({ page }) => {
  await page.goto("/");
  const box = page.getByLabel("What do you need?");
  await reach(page, box);
  await page.keyboard.press("ControlOrMeta+/");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await expect(help).toContainText("Search projects and runs");
  // Tab stays within.
  for (let stop = 0; stop < 4; stop += 1) await page.keyboard.press("Tab");
  expect(await help.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  await page.keyboard.press("Escape");
  await expect(help).toHaveCount(0);
  await expect(box).toBeFocused();
  const button = page.getByRole("button", { name: "What the keyboard does" });
  await reach(page, button, "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(help).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(button).toBeFocused();
});

test("runs are searched from anywhere, also where the list is folded away", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("What do you need?").fill("Score churn.");
  await page.getByRole("radio", { name: /Straight through/ }).check();
  await page.getByRole("button", { name: "Design it" }).click();
  const search = page.getByRole("searchbox", { name: "Search runs" });
  await expect(search).toBeVisible();
  await page.keyboard.press("ControlOrMeta+k");
  await expect(search).toBeFocused();
  await page.getByRole("button", { name: "Hide: Projects and runs" }).click();
  await expect(search).toBeHidden();
  await page.keyboard.press("ControlOrMeta+k");
  await expect(search).toBeFocused();
});

test("the frame around the focus stands out in every theme", async ({ page }) => {
  await page.goto("/");
  for (const theme of ["Light", "Dark", "Claude", "Midnight"]) {
    await page.getByLabel("Colour scheme").selectOption(theme);
    await page.keyboard.press("Tab");
    const ratios = await page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      if (!canvas) throw new Error("no canvas");
      const light = (colour: string) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const token = (name: string) => light(getComputedStyle(document.documentElement).getPropertyValue(name));
      const frame = light(getComputedStyle(document.activeElement ?? document.body).outlineColor);
      return ["--canvas", "--surface", "--sunken", "--accent-soft", "--warn-soft", "--bad-soft"].map((name) => (Math.max(frame, token(name)) + 0.05) / (Math.min(frame, token(name)) + 0.05));
    });
    // WCAG 2.2, 1.4.11: 3 to 1 for what shows a state.
    expect(Math.min(...ratios), theme).toBeGreaterThanOrEqual(3);
  }
});
