import { defineConfig } from "@playwright/test";

/** Where the platform is: `cargo xtask dev` prints it. Without it, the mock platform is started. */
const platform = process.env["PLATFORM_URL"];
const MOCK_PORT = 5187;
const mock = `http://127.0.0.1:${MOCK_PORT}`;

export default defineConfig({
  testDir: "e2e",
  // A folder each, which a run empties: what the mock's tests left is there after the platform's have run.
  outputDir: platform ? "test-results/platform" : "test-results/mock",
  snapshotPathTemplate: "{testDir}/pictures/{arg}{ext}",
  // A run on two cores takes a while; a test that hangs is told from it by its own, shorter waits.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  // Two files at once where the mock answers, which is in each page; a platform's runs would wait for each other.
  workers: platform ? 1 : 2,
  // Where a compiler has the machine as well, one in some hundred fails for want of time. It is tried again, and its
  // reason is told at the end whether or not that passes. Whoever works at a test sees each failure.
  retries: process.env["CI"] && !platform ? 1 : 0,
  forbidOnly: true,
  reporter: [["list"], ["./e2e/reasons.ts"]],
  use: {
    baseURL: platform ?? mock,
    actionTimeout: 20_000,
    // Recording the film of a trace took a quarter of the processor's time of a run (2026-11); the picture of a failure
    // and the pages of the trace say as much.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM_PATH"] ?? process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      // The last two: letters look alike on every machine, for the pictures that are compared.
      args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none", "--disable-lcd-text"],
    },
  },
  ...(platform
    ? {}
    : {
        webServer: {
          // The build as it is served, content security policy included.
          command: `npx vite build --mode mock && npx vite preview --mode mock --port ${MOCK_PORT} --strictPort`,
          url: mock,
          env: { MOCK_PACE_MS: "100", MOCK_GATE_SECONDS: "120", MOCK_STILL: "1" },
          reuseExistingServer: false,
        },
      }),
});
