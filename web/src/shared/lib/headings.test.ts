import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { headingIds } from "@/shared/lib/headings";

describe("the ids of headings", () => {
  it("are readable, and numbered where a heading comes again", () => {
    const idOf = headingIds();
    expect([idOf("What was asked?"), idOf("Größe & Lage"), idOf("What was asked?"), idOf("—")]).toEqual(["part-what-was-asked", "part-größe-lage", "part-what-was-asked-2", "part-part"]);
  });

  it("can stand in an address", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(headingIds()(text)).toMatch(/^part-[\p{Letter}\p{Number}-]+$/u);
      }),
    );
  });
});
