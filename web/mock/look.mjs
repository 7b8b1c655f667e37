// Looks at the UI served at the given address in both schemes and widths: `node mock/look.mjs http://127.0.0.1:5173 OUT`.
import { mkdirSync } from "node:fs";

import { chromium } from "@playwright/test";

const [base = "http://127.0.0.1:5173", out = "screenshots"] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });

for (const [name, width, colorScheme] of [
  ["wide-light", 1280, "light"],
  ["narrow-dark", 390, "dark"],
  ["wide-dark", 1280, "dark"],
  ["narrow-light", 390, "light"],
]) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
  page.on("pageerror", (error) => console.log(name, "page error:", error.message));
  page.on("console", (message) => message.type() === "error" && console.log(name, "console:", message.text()));
  const shoot = async (view) => {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) console.log(name, view, `overflows by ${overflow} px`);
    await page.screenshot({ path: `${out}/${name}-${view}.png`, fullPage: true });
  };
  await page.goto(base);
  await page.getByRole("button", { name: /Nightly churn/ }).click();
  await page.waitForTimeout(300);
  await shoot("1-start");
  await page.getByRole("button", { name: "Design it" }).click();
  await page.getByRole("heading", { name: /few questions/ }).waitFor({ timeout: 60_000 });
  await shoot("2-input-gate");
  await page.getByRole("button", { name: "Accept all suggestions" }).click();
  await page.getByRole("heading", { name: "Approve the design?" }).waitFor({ timeout: 60_000 });
  await page.waitForTimeout(500);
  await shoot("3-final-gate");
  await page.getByRole("button", { name: "Approve and generate" }).click();
  await page.getByText("Completed", { exact: true }).first().waitFor({ timeout: 60_000 });
  await page.getByRole("tab", { name: "Repository" }).waitFor();
  await page.waitForTimeout(800);
  await shoot("4-repository");
  for (const tab of ["Workflow", "Architecture", "Report", "Costs", "Policy", "Validation"]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.waitForTimeout(500);
    await shoot(`5-${tab.toLowerCase()}`);
  }
  await page.getByRole("article").nth(3).getByRole("button").click();
  await page.waitForTimeout(300);
  await shoot("6-card");
  await page.close();
}
await browser.close();
