/** What a form says of a project's models, and what of it is sent. */
import type { ModelSettings, ProjectModels } from "@/shared/api/types";

/** The fields as they are typed. Empty means: as the deployment has it. */
export interface ModelForm {
  readonly enabled: boolean;
  readonly model: string;
  readonly tokens: string;
  readonly usd: string;
  readonly temperature: string;
  /** By node. */
  readonly perAgent: Readonly<Record<string, string>>;
}

const textOf = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));

/** The fields of what is stored. */
export function formOf({ settings }: ProjectModels): ModelForm {
  return {
    enabled: settings.enabled ?? true,
    model: settings.model ?? "",
    tokens: textOf(settings.tokens_per_run),
    usd: textOf(settings.usd_per_run),
    temperature: textOf(settings.temperature),
    perAgent: settings.per_agent ?? {},
  };
}

/** What is sent; empty fields are left out. What is no number is the field's name. */
export function settingsOf(form: ModelForm): { settings: ModelSettings } | { wrong: readonly (keyof ModelForm)[] } {
  const wrong: (keyof ModelForm)[] = [];
  const numberOf = (field: "tokens" | "usd" | "temperature", whole: boolean) => {
    const text = form[field].trim();
    if (text === "") return {};
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0 || (whole && !Number.isSafeInteger(value))) wrong.push(field);
    return { value };
  };
  const [tokens, usd, temperature] = [numberOf("tokens", true), numberOf("usd", false), numberOf("temperature", false)];
  if (wrong.length > 0) return { wrong };
  const perAgent = Object.fromEntries(Object.entries(form.perAgent).filter(([, address]) => address !== ""));
  return {
    settings: {
      enabled: form.enabled,
      ...(form.model === "" ? {} : { model: form.model }),
      ...(tokens.value === undefined ? {} : { tokens_per_run: tokens.value }),
      ...(usd.value === undefined ? {} : { usd_per_run: usd.value }),
      ...(temperature.value === undefined ? {} : { temperature: temperature.value }),
      ...(Object.keys(perAgent).length === 0 ? {} : { per_agent: perAgent }),
    },
  };
}
