import { describe, expect, it } from "vitest";

import { availability, budget } from "@/shared/lib/format";
import { proseOf, readable } from "@/shared/lib/prose";

const names = new Map([["serve.azure-ml-online-endpoint", "Azure ML endpoint"]]);

describe("texts of the agents", () => {
  it.each([
    ["Expected $1725 a month ($161 to $25500), of $1,725.", "Expected $1,725 a month ($161 to $25,500), of $1,725."],
    ["cost rises by $2.91 to $1255.19", "cost rises by $2.91 to $1,255"],
    ["99.8001 % available", "99.8\u00a0% available"],
    ["1 open points would change it, 21 findings, 1 findings", "1 open point would change it, 21 findings, 1 finding"],
  ])("reads %j as %j", (text, read) => {
    expect(readable(text)).toBe(read);
  });

  it("puts names for ids and marks inline code", () => {
    expect(proseOf("`budget`: an outage of serve.azure-ml-online-endpoint costs $1200, see gcp.psc.endpoint.", names)).toEqual([
      { kind: "code", text: "budget" },
      { kind: "text", text: ": an outage of " },
      { kind: "name", text: "Azure ML endpoint", id: "serve.azure-ml-online-endpoint" },
      { kind: "text", text: " costs $1,200, see gcp.psc.endpoint." },
    ]);
    expect(proseOf("tech.failure-mode.serve.azure-ml-online-endpoint.0", names)).toEqual([{ kind: "text", text: "tech.failure-mode.serve.azure-ml-online-endpoint.0" }]);
  });
});

describe("numbers", () => {
  it.each([
    [99.9, "99.9 %"],
    [99.999, "99.999 %"],
    [99.9999, "99.999 %"],
    [99.8001, "99.8 %"],
    [100, "100 %"],
  ])("never rounds availability %s up", (value, text) => {
    expect(availability(value)).toBe(text);
  });

  it("shows a budget in the currency it was given in, and in dollars", () => {
    expect(budget({ amount: 9_000, currency: "EUR", usd_per_month: 10_440 })).toBe("€9,000 ≈ $10,440");
    expect(budget({ amount: 3_000, currency: "USD", usd_per_month: 3_000 })).toBe("$3,000");
  });
});
