/**
 * Every main view over the mock's still runs: readable by axe in all four themes, and compared with a picture of it in
 * both schemes. After a change that is meant: `npm run e2e -- views.mock --update-snapshots`, and look at what changed.
 */
import { fileURLToPath } from "node:url";

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";

import { STILL_BEGINS, STILL_PROJECT } from "../mock/still.ts";

test.skip(process.env["PLATFORM_URL"] !== undefined, "Pictures are of the mock's still runs.");
test.use({ timezoneId: "UTC", reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

const WIDE = { width: 1440, height: 1000 };
const PHONE = { width: 390, height: 844 };
const SCHEMES = ["Light", "Dark"] as const;
const THEMES = [...SCHEMES, "Claude", "Midnight"] as const;
type Theme = (typeof THEMES)[number];

/** In dots, and how far a colour may be off. A small badge in another colour was 207, Chromium 147 against 156 at most 65 (2026-11). */
const TOLERANCE = { maxDiffPixels: 120, threshold: 0.1 };

/** Letters of one shape and width on every machine; a system's own would give each machine other pictures. */
const FONTS = {
  sans: fileURLToPath(import.meta.resolve("@fontsource-variable/inter/files/inter-latin-standard-normal.woff2")),
  mono: fileURLToPath(import.meta.resolve("@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2")),
};

interface View {
  readonly name: string;
  /** The version of the still project that is looked at; none for pages of their own. */
  readonly version?: number;
  /** Of a version its query, otherwise the whole address; `:project` stands for the still project. */
  readonly address: string;
  /** What has to be there before it is looked at. */
  readonly shows: (page: Page) => ReturnType<Page["getByRole"]>;
  readonly act?: (page: Page) => Promise<void>;
  /** What is compared: one panel where the rest of the page is as in other views; nothing where another view shows it. */
  readonly picture?: "page" | "Canvas" | "Conversation";
  /** It is looked at on a phone as well. */
  readonly phone?: true;
  /** Hours and seconds after the first still run began; by then all of them are there. */
  readonly at?: readonly [hours: number, seconds: number];
}

async function goOffline(page: Page): Promise<void> {
  await expect(page.getByRole("table", { name: "Policy" })).toBeVisible();
  await expect(page.getByRole("article").first()).toBeVisible();
  await page.context().setOffline(true);
}

const VIEWS: readonly View[] = [
  { name: "start", picture: "page", address: "/", phone: true, shows: (page) => page.getByRole("region", { name: "Recent decision sets" }).getByRole("link").first() },
  { name: "start-example", address: "/?example=churn", shows: (page) => page.getByRole("region", { name: "Projects" }).getByRole("link").first() },
  { name: "project", picture: "page", address: "/projects/:project", shows: (page) => page.getByLabel("Temperature") },
  { name: "gate-input", picture: "Conversation", version: 3, address: "", at: [2, 20], shows: (page) => page.getByRole("button", { name: "Accept all suggestions" }) },
  { name: "gate-final", picture: "page", version: 4, address: "", phone: true, at: [3, 20], shows: (page) => page.getByRole("heading", { name: "Against Version 1" }) },
  {
    name: "gate-final-wide",
    picture: "page",
    version: 4,
    address: "",
    at: [3, 20],
    shows: (page) => page.getByRole("button", { name: "Bring the canvas back" }),
    // The widths are kept from one theme to the next.
    act: async (page) => {
      const button = page.getByRole("button", { name: /^(Side by side, without the canvas|Bring the canvas back)$/ });
      if ((await button.getAttribute("aria-pressed")) === "false") await button.click();
    },
  },
  { name: "failed", picture: "Conversation", version: 5, address: "", shows: (page) => page.getByRole("button", { name: "Resume" }) },
  { name: "workflow", picture: "page", version: 2, address: "?tab=workflow&node=planner", shows: (page) => page.getByRole("region", { name: "What the model did" }) },
  {
    name: "model-effect",
    picture: "Canvas",
    version: 2,
    address: "?tab=workflow&node=planner",
    shows: (page) => page.getByText("Spot capacity is gone at night."),
    act: async (page) => {
      await page.getByRole("button", { name: "What the model changed" }).click();
      await page.getByText("Spot capacity is gone at night.").scrollIntoViewIfNeeded();
    },
  },
  { name: "architecture", picture: "Canvas", version: 2, address: "?tab=plan&component=serve.sagemaker-batch", shows: (page) => page.getByRole("group", { name: "Architecture" }).getByRole("link").last() },
  { name: "changes", picture: "Canvas", version: 2, address: "?tab=diff&sides=two", shows: (page) => page.getByText("force_destroy"), act: (page) => page.getByRole("tabpanel").locator("summary").first().click() },
  { name: "candidates", picture: "Canvas", version: 2, address: "?tab=candidates", shows: (page) => page.getByRole("img", { name: "Candidates on parallel axes" }) },
  { name: "costs", picture: "Canvas", version: 2, address: "?tab=costs&try.average_per_second=90", phone: true, shows: (page) => page.getByText("Does not hold any more") },
  { name: "policy", picture: "Canvas", version: 2, address: "?tab=policy", shows: (page) => page.getByRole("table", { name: "Policy" }) },
  { name: "report", picture: "Canvas", version: 2, address: "?tab=report", shows: (page) => page.getByRole("img", { name: "Diagram" }).first() },
  { name: "repository", picture: "Canvas", version: 2, address: "?tab=repository&file=src/churn/train.py", shows: (page) => page.locator(".code-view span").first() },
  { name: "traces", version: 2, address: "?tab=trace", shows: (page) => page.getByRole("heading", { name: "Findings of the last review" }) },
  { name: "validation", picture: "Canvas", version: 2, address: "?tab=validation", shows: (page) => page.getByRole("cell", { name: /ruff check/ }) },
  { name: "timeline", picture: "Canvas", version: 4, address: "?tab=timeline", at: [3, 20], shows: (page) => page.getByRole("table", { name: "Time per step" }) },
  { name: "data", picture: "Canvas", version: 2, address: "?tab=data", shows: (page) => page.getByRole("listitem").filter({ hasText: "workflow-complete" }) },
  { name: "card", picture: "Conversation", version: 2, address: "?tab=candidates&card=9", shows: (page) => page.getByRole("button", { name: "Copy link to this card" }) },
  { name: "offline", version: 2, address: "?tab=policy", shows: (page) => page.getByText("You are offline."), act: goOffline },
  { name: "expired", address: "/projects/prj_expired", shows: (page) => page.getByRole("button", { name: "Sign in again" }) },
  { name: "forbidden", picture: "page", address: "/projects/prj_forbidden/decision-sets/ds_1", shows: (page) => page.getByRole("heading", { name: "This is not shared with you" }) },
  { name: "failing", address: "/projects/prj_failing", shows: (page) => page.getByRole("button", { name: "Try again" }) },
  { name: "missing-run", address: "/projects/:project/decision-sets/ds_nothing", shows: (page) => page.getByRole("heading", { name: "This decision set does not exist" }) },
  { name: "missing-page", address: "/nothing/here", shows: (page) => page.getByRole("heading", { name: "There is nothing here" }) },
];

/** The still project and its versions, by their numbers. */
async function stillRuns(page: Page): Promise<{ project: string; versions: ReadonlyMap<number, string> }> {
  for (let cursor: string | null = "0"; cursor !== null; ) {
    const answer = await page.request.get(`/v1/projects?limit=100&cursor=${cursor}`);
    const { projects, next_cursor } = (await answer.json()) as { projects: { id: string; name: string }[]; next_cursor: string | null };
    const project = projects.find(({ name }) => name === STILL_PROJECT)?.id;
    cursor = next_cursor;
    if (project === undefined) continue;
    const runs = (await (await page.request.get(`/v1/projects/${project}/decision-sets`)).json()) as { decision_sets: { id: string; version: number }[] };
    return { project, versions: new Map(runs.decision_sets.map(({ version, id }) => [version, id])) };
  }
  throw new Error("the mock has no still runs: start it with MOCK_STILL=1");
}

async function open(page: Page, view: View): Promise<void> {
  const { project, versions } = await stillRuns(page);
  const [hours, seconds] = view.at ?? [5, 0];
  await page.clock.setFixedTime(Date.parse(STILL_BEGINS) + (hours * 3_600 + seconds) * 1_000);
  // Whatever other tests have made is not in the picture.
  await page.route(
    ({ pathname }) => pathname === "/v1/projects",
    async (route) => {
      const answer = await route.fetch();
      const list = (await answer.json()) as { projects: { id: string }[]; next_cursor: string | null };
      await route.fulfill({ response: answer, json: { projects: [{ id: project, name: STILL_PROJECT, owner: "local", description: "", last_version: versions.size, created_at: STILL_BEGINS }], next_cursor: null } satisfies typeof list & { projects: unknown[] } });
    },
  );
  for (const [name, path] of Object.entries(FONTS)) await page.route(`**/pictures/${name}.woff2`, (route) => route.fulfill({ path, contentType: "font/woff2" }));
  // The letters are there before the interface begins: it measures words, and Chromium does not draw those of a `select`
  // again when their font comes late.
  await page.route("**/assets/index-*.js", async (route) => {
    await page.waitForFunction(() => document.documentElement.classList.contains("has-letters"));
    await route.continue();
  });
  await page.addInitScript(() => {
    document.addEventListener("readystatechange", () => {
      if (document.readyState !== "interactive") return;
      const style = document.createElement("style");
      style.textContent = `
        @font-face { font-family: "Picture Sans"; src: url("/pictures/sans.woff2"); font-weight: 100 900; font-display: block; }
        @font-face { font-family: "Picture Mono"; src: url("/pictures/mono.woff2"); font-weight: 100 800; font-display: block; }
        *, ::placeholder { font-family: "Picture Sans" !important; }
        pre, pre *, code, code *, .font-mono, .font-mono * { font-family: "Picture Mono" !important; }
      `;
      document.head.append(style);
      void Promise.all(["Sans", "Mono"].map((name) => document.fonts.load(`16px "Picture ${name}"`))).then(() => {
        document.documentElement.classList.add("has-letters");
      });
    });
  });
  const address = view.address.replace(":project", project);
  const run = view.version === undefined ? "" : `/projects/${project}/decision-sets/${versions.get(view.version)}`;
  await page.goto(run + address);
  await view.act?.(page);
  await expect(view.shows(page)).toBeVisible();
  await expect(page.locator(".animate-pulse")).toHaveCount(0);
}

async function choose(page: Page, theme: Theme): Promise<void> {
  await page.getByLabel("Colour scheme").selectOption(theme);
  await expect(page.locator("html")).toHaveClass(theme === "Light" ? /^((?!dark).)*$/ : new RegExp(theme.toLowerCase()));
  // A diagram is drawn anew in the other colours.
  await expect(page.locator(".animate-pulse")).toHaveCount(0);
}

/** Everything in the first theme; the others differ from it in their colours alone. */
async function expectAccessible(page: Page, theme: Theme): Promise<void> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (theme === THEMES[0] ? axe : axe.withRules(["color-contrast", "link-in-text-block"])).analyze();
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`), theme).toEqual([]);
}

for (const view of VIEWS) {
  test(`${view.name} is readable in every theme and looks as it should`, async ({ page }) => {
    await page.setViewportSize(WIDE);
    await open(page, view);
    for (const theme of THEMES) {
      await choose(page, theme);
      await expectAccessible(page, theme);
      // The other two change colours only, which one view of them shows.
      const compared = view.picture !== undefined && (SCHEMES.some((one) => one === theme) || view.name === "workflow");
      const part = view.picture === undefined || view.picture === "page" ? page : page.getByRole("region", { name: view.picture, exact: true });
      if (compared) await expect(part).toHaveScreenshot(`${view.name}-${theme.toLowerCase()}.png`, TOLERANCE);
    }
  });

  if (view.phone) {
    test(`${view.name} fits on a phone`, async ({ page }) => {
      await page.setViewportSize(PHONE);
      await open(page, view);
      await choose(page, "Light");
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
      await expect(page).toHaveScreenshot(`${view.name}-phone.png`, TOLERANCE);
    });
  }
}
