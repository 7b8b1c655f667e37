import { describe, expect, it } from "vitest";

import { formOf, settingsOf } from "@/features/start/model-settings";
import type { ModelSettings, ProjectModels } from "@/shared/api/types";

const models = (settings: ModelSettings): ProjectModels => ({ settings, models: [], agents: {}, temperature: null, tokens_per_run: null, usd_per_run: null });

describe("a project's models", () => {
  it.each<ModelSettings>([
    { enabled: true },
    { enabled: false, model: "openai:a" },
    { enabled: true, tokens_per_run: 0, usd_per_run: 0.5, temperature: 0, per_agent: { planner: "openai:b" } },
  ])("are sent as they are stored: %j", (settings) => {
    expect(settingsOf(formOf(models(settings)))).toEqual({ settings });
  });

  it("leave out what is empty, so that the deployment's word holds", () => {
    const form = { ...formOf(models({ enabled: true, model: "openai:a", usd_per_run: 2 })), model: "", usd: " ", perAgent: { planner: "" } };
    expect(settingsOf(form)).toEqual({ settings: { enabled: true } });
  });

  it("are not sent with what is no number; the fields are named", () => {
    const form = { ...formOf(models({ enabled: true })), tokens: "1.5", usd: "two", temperature: "-1" };
    expect(settingsOf(form)).toEqual({ wrong: ["tokens", "usd", "temperature"] });
  });
});
