import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nameFrom } from "@/features/start/project-name";

describe("a project's name from its first requirement", () => {
  it("is the first words", () => {
    expect(nameFrom("  Score churn.\nNightly.")).toBe("Score churn.");
    expect(nameFrom("Our newspaper gets about 40,000 reader comments a day, up to 5 per second when big news breaks.")).toBe("Our newspaper gets about 40,000 reader comments a day, up…");
  });

  it("is something, and what the API takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }), (requirement) => {
        fc.pre(requirement.trim() !== "");
        const length = [...nameFrom(requirement)].length;
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(100);
      }),
    );
  });
});
