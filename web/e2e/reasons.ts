/**
 * The last that a run says: each test that failed, also where it passed when it was tried again, with the step and the
 * reason. The list before it is long, and of a long run on another machine often only the end is kept.
 */
import { stripVTControlCharacters } from "node:util";

import type { Reporter, Suite, TestCase, TestResult } from "@playwright/test/reporter";

/** Of a reason; what is left out stands in the list. */
const LINES = 14;

class Reasons implements Reporter {
  #tests: readonly TestCase[] = [];

  onBegin(_config: unknown, suite: Suite): void {
    this.#tests = suite.allTests();
  }

  onEnd(): void {
    for (const test of this.#tests) {
      const outcome = test.outcome();
      if (outcome !== "unexpected" && outcome !== "flaky") continue;
      const { file, line } = test.location;
      console.log(`\n${outcome === "flaky" ? "Passed only when it was tried again" : "Failed"}: ${test.title} (${file}:${line})`);
      for (const result of test.results) console.log(reasonOf(result));
    }
  }

  printsToStdio(): boolean {
    return false;
  }
}

function reasonOf({ status, errors, retry, duration }: TestResult): string {
  const words = errors.map(({ message, value, location }) => `${location ? `line ${location.line}: ` : ""}${message ?? value ?? "no reason given"}`);
  const lines = stripVTControlCharacters(words.join("\n")).split("\n").filter((line) => line.trim() !== "");
  return [`  try ${retry + 1}: ${status}, ${(duration / 1000).toFixed(1)} s`, ...lines.slice(0, LINES)].join("\n    ");
}

export default Reasons;
