import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { FormEvent } from "react";

import { formOf, settingsOf } from "@/features/start/model-settings";
import type { ModelForm } from "@/features/start/model-settings";
import { asProblem } from "@/shared/api/problem";
import { queries, useSaveModels } from "@/shared/api/queries";
import type { ModelOffer, ProjectModels as Models } from "@/shared/api/types";
import { number, usd, words } from "@/shared/lib/format";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { FieldProblem, Select, TextInput } from "@/shared/ui/field";
import { Skeleton } from "@/shared/ui/skeleton";

const said = strings.models;

/** By the API's name of a field, where it stands in the form. */
const FIELDS: Readonly<Record<string, keyof ModelForm>> = { model: "model", tokens_per_run: "tokens", usd_per_run: "usd", temperature: "temperature" };

function offerName({ name, provider, usd_per_million_read: read, usd_per_million_written: written }: ModelOffer): string {
  return typeof read === "number" && typeof written === "number" ? said.priced(name, provider, usd(read), usd(written)) : said.unpriced(name, provider);
}

/** Which models a project's agents ask beside their rules, and what a run may spend on them. */
export function ProjectModels({ projectId }: { projectId: string }) {
  const models = useQuery(queries.models(projectId));
  if (models.error && !models.data) return <p className="text-sm text-ink-soft">{asProblem(models.error).message}</p>;
  if (!models.data) return <Skeleton />;
  if (models.data.models.length === 0) return <p className="max-w-prose text-sm text-ink-soft">{said.none}</p>;
  return <ModelsForm projectId={projectId} models={models.data} />;
}

function ModelsForm({ projectId, models }: { projectId: string; models: Models }) {
  const id = useId();
  const save = useSaveModels(projectId);
  const [form, setForm] = useState<ModelForm>(() => formOf(models));
  const [problems, setProblems] = useState<Partial<Record<keyof ModelForm, string>>>({});
  const [other, setOther] = useState<string | null>(null);

  const change = (part: Partial<ModelForm>) => {
    setForm({ ...form, ...part });
    setProblems({});
    setOther(null);
    save.reset();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const made = settingsOf(form);
    if ("wrong" in made) {
      setProblems(Object.fromEntries(made.wrong.map((field) => [field, field === "tokens" ? said.wholeNumber : said.aNumber])));
      return;
    }
    save.mutate(made.settings, {
      onSuccess: (stored) => setForm(formOf(stored)),
      onError: (error) => {
        const problem = asProblem(error);
        const known = problem.errors.filter(({ field }) => field in FIELDS);
        setProblems(Object.fromEntries(known.map(({ field, detail }) => [FIELDS[field], detail])));
        const unknown = problem.errors.filter(({ field }) => !(field in FIELDS));
        if (problem.errors.length === 0) setOther(problem.message);
        else if (unknown.length > 0) setOther(unknown.map(({ field, detail }) => `${field}: ${detail}`).join("; "));
      },
    });
  };

  const [first] = models.models;
  const choices = (
    <>
      {models.models.map((offer) => (
        <option key={offer.address} value={offer.address}>
          {offerName(offer)}
        </option>
      ))}
    </>
  );
  const problemOf = (field: keyof ModelForm) => {
    const problem = problems[field];
    return problem === undefined ? null : <FieldProblem id={`${id}-${field}-problem`}>{problem}</FieldProblem>;
  };
  const about = (field: keyof ModelForm) => ({
    id: `${id}-${field}`,
    "aria-invalid": problems[field] !== undefined,
    "aria-describedby": problems[field] === undefined ? undefined : `${id}-${field}-problem`,
  });
  const limit = (field: "tokens" | "usd" | "temperature", label: string, placeholder: string) => (
    <div className="space-y-1.5">
      <label htmlFor={`${id}-${field}`} className="block text-sm font-medium">
        {label}
      </label>
      <TextInput {...about(field)} inputMode="decimal" value={form[field]} placeholder={placeholder} onChange={({ target }) => change({ [field]: target.value })} />
      {problemOf(field)}
    </div>
  );

  return (
    <Card>
      <form onSubmit={submit} className="space-y-5 p-5" noValidate>
        <label className="flex items-start gap-3 text-sm">
          <input type="checkbox" className="mt-0.5 size-4 accent-accent-solid" checked={form.enabled} onChange={({ target }) => change({ enabled: target.checked })} />
          <span>
            <span className="block font-medium">{said.enabled}</span>
            <span className="block text-ink-soft">{said.enabledHint}</span>
          </span>
        </label>
        {form.enabled ? (
          <>
            <div className="space-y-1.5">
              <label htmlFor={`${id}-model`} className="block text-sm font-medium">
                {said.model}
              </label>
              <Select {...about("model")} value={form.model} onChange={({ target }) => change({ model: target.value })}>
                <option value="">{first ? said.asDeployed(first.name) : said.asModel}</option>
                {choices}
              </Select>
              {problemOf("model")}
            </div>
            <div className="grid gap-4 sm:grid-cols-3">
              {limit("tokens", said.tokens, models.tokens_per_run === null || models.tokens_per_run === undefined ? said.noLimit : said.atMost(number(models.tokens_per_run)))}
              {limit("usd", said.usd, models.usd_per_run === null || models.usd_per_run === undefined ? said.noLimit : said.atMost(usd(models.usd_per_run)))}
              {limit("temperature", said.temperature, models.temperature === null || models.temperature === undefined ? said.modelDecides : number(models.temperature))}
            </div>
            <details className="text-sm">
              <summary className="cursor-pointer font-medium">{said.perAgent}</summary>
              <div className="mt-3 grid gap-3 sm:grid-cols-2">
                {Object.keys(models.agents).map((node) => (
                  <div key={node} className="space-y-1.5">
                    <label htmlFor={`${id}-agent-${node}`} className="block">
                      {strings.nodes[node] ?? words(node)}
                    </label>
                    <Select id={`${id}-agent-${node}`} value={form.perAgent[node] ?? ""} onChange={({ target }) => change({ perAgent: { ...form.perAgent, [node]: target.value } })}>
                      <option value="">{said.asModel}</option>
                      {choices}
                    </Select>
                  </div>
                ))}
              </div>
            </details>
          </>
        ) : null}
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" tone="primary" busy={save.isPending}>
            {said.save}
          </Button>
          <p role="status" className="text-sm text-ink-soft">
            {save.isSuccess ? said.saved : ""}
          </p>
        </div>
        {other === null ? null : <FieldProblem id={`${id}-problem`}>{other}</FieldProblem>}
      </form>
    </Card>
  );
}
