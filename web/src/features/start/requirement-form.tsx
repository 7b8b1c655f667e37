import { useQuery } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent } from "react";
import { useNavigate } from "react-router";

import { nameFrom } from "@/features/start/project-name";
import { asProblem } from "@/shared/api/problem";
import { isNameTaken, queries, useStartRun } from "@/shared/api/queries";
import type { Variant } from "@/shared/api/types";
import { characterCount } from "@/shared/lib/characters";
import { textField, useTyped } from "@/shared/lib/kept";
import { paths } from "@/shared/lib/paths";
import { requestKey } from "@/shared/lib/request-key";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { FieldProblem, Select, TextArea, TextInput } from "@/shared/ui/field";
import { Notice } from "@/shared/ui/notice";
import { Restored } from "@/shared/ui/restored";

/** The API's limit, in Unicode scalar values. */
const REQUIREMENT_MAX = 20_000;

const VARIANTS: readonly Variant[] = ["full", "thin", "hitl_enhanced"];
const NEW = "new";

interface Problems {
  requirement?: string;
  project?: string;
}

/** What a person has put into the form; `project` is `null` until one is chosen. */
interface Typed {
  readonly requirement: string;
  readonly project: string | null;
  readonly name: string;
  readonly variant: Variant;
}

function typedFrom(stored: unknown): Typed | null {
  const [requirement, name] = [textField(stored, "requirement"), textField(stored, "name")];
  const variant = VARIANTS.find((one) => one === textField(stored, "variant"));
  return requirement === null || name === null || variant === undefined ? null : { requirement, name, variant, project: textField(stored, "project") };
}

interface RequirementFormProps {
  /** Under which what is typed is kept. */
  keptAs: string;
  initial: string;
  focused: boolean;
  /** The project that the person comes from. Without one a new project is made: what is unrelated must not mix. */
  projectId: string | null;
}

export function RequirementForm({ keptAs, initial, focused, projectId }: RequirementFormProps) {
  const id = useId();
  const navigate = useNavigate();
  const projects = useQuery(queries.projects());
  const own = useQuery({ ...queries.project(projectId ?? ""), enabled: projectId !== null });
  const start = useStartRun();
  const begin = (): Typed => ({ requirement: initial, project: null, name: "", variant: "full" });
  const typed = useTyped(keptAs, begin, typedFrom);
  const { requirement, project: chosenProject, name: newName, variant } = typed.value;
  const change = (part: Partial<Typed>) => typed.change({ ...typed.value, ...part });
  const [problems, setProblems] = useState<Problems>({});
  const text = useRef<HTMLTextAreaElement>(null);
  const request = useRef({ body: "", key: "" });

  useEffect(() => {
    if (focused) text.current?.focus({ preventScroll: true });
  }, [focused]);

  const listed = projects.data?.projects ?? [];
  // The list may be longer than what is read of it.
  const known = own.data && !listed.some(({ id: value }) => value === own.data.id) ? [own.data, ...listed] : listed;
  const wanted = chosenProject ?? projectId ?? NEW;
  const existing = known.find(({ id: value }) => value === wanted);
  // What is not there, or not yet, is not chosen in silence.
  const project = existing || (wanted !== NEW && own.isLoading) ? wanted : NEW;
  const count = characterCount(requirement);

  function check(): Problems {
    if (requirement.trim() === "") return { requirement: strings.start.empty };
    if (count > REQUIREMENT_MAX) return { requirement: strings.start.tooLong };
    return {};
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = check();
    setProblems(found);
    if (found.requirement) text.current?.focus();
    if (found.requirement || found.project) return;
    const named = newName.trim();
    const target = project === NEW ? { name: named === "" ? nameFrom(requirement) : named, suggested: named === "" } : { id: project };
    const body = { requirement, variant };
    // A second click, or a try after a lost answer, must not start a second run.
    const fingerprint = JSON.stringify([target, body]);
    if (request.current.body !== fingerprint) request.current = { body: fingerprint, key: requestKey() };
    start.mutate(
      { project: target, body, idempotencyKey: request.current.key },
      {
        onSuccess: (address) => {
          typed.forget();
          void navigate(paths.run(address.projectId, address.runId));
        },
        onError: (error) => {
          const { errors } = asProblem(error);
          const of = (field: string) => errors.find((entry) => entry.field === field)?.detail;
          const refused: Problems = {};
          const requirementDetail = of("requirement");
          const nameDetail = of("name");
          if (requirementDetail) refused.requirement = requirementDetail;
          if (nameDetail) refused.project = nameDetail;
          else if (isNameTaken(error)) refused.project = strings.start.projectNameTaken;
          setProblems(refused);
        },
      },
    );
  }

  const general = start.error && !problems.requirement && !problems.project ? asProblem(start.error) : null;

  return (
    <Card className="p-4 sm:p-6">
      <form onSubmit={submit} className="space-y-4" noValidate>
        {typed.restored ? <Restored onDiscard={() => typed.change(begin())} /> : null}
        <div className="space-y-2">
          <label htmlFor="requirement" className="block font-semibold">
            {strings.start.label}
          </label>
          <TextArea
            id="requirement"
            ref={text}
            rows={4}
            className="field-sizing-content max-h-[60vh] min-h-28"
            value={requirement}
            placeholder={strings.start.placeholder}
            aria-describedby={`${id}-hint`}
            aria-invalid={problems.requirement ? true : undefined}
            aria-errormessage={problems.requirement ? `${id}-problem` : undefined}
            onChange={(event) => change({ requirement: event.target.value })}
          />
          {problems.requirement ? <FieldProblem id={`${id}-problem`}>{problems.requirement}</FieldProblem> : null}
          <div id={`${id}-hint`} className="flex flex-wrap justify-between gap-x-4 text-xs text-ink-soft">
            <span>{strings.start.hint}</span>
            <span className="tabular-nums">{strings.common.characters(count, REQUIREMENT_MAX)}</span>
          </div>
        </div>

        <fieldset className="space-y-2">
          <legend className="text-sm font-semibold">{strings.start.variant}</legend>
          <div className="grid gap-2 sm:grid-cols-3">
            {VARIANTS.map((value) => (
              <label
                key={value}
                className="flex cursor-pointer gap-2.5 rounded-lg border border-line p-3 text-sm has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="radio"
                  name={`${id}-variant`}
                  value={value}
                  checked={variant === value}
                  onChange={() => change({ variant: value })}
                  className="mt-0.5 size-4 shrink-0 accent-accent-solid outline-none"
                />
                <span>
                  <span className="block font-medium">{strings.variants[value].name}</span>
                  <span className="block text-ink-soft">{strings.variants[value].text}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>

        <div className="flex flex-wrap items-start justify-between gap-4">
          <div className="flex min-w-0 flex-1 flex-wrap gap-3">
            <div className="w-full space-y-1.5 sm:w-60">
              <label htmlFor={`${id}-project`} className="block text-sm font-semibold">
                {strings.start.project}
              </label>
              <Select id={`${id}-project`} value={project} onChange={(event) => change({ project: event.target.value })}>
                <option value={NEW}>{strings.start.newProject}</option>
                {project !== NEW && !existing ? <option value={project}>{strings.common.loading}</option> : null}
                {known.map(({ id: value, name }) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </Select>
              {existing ? <p className="text-xs text-ink-soft">{strings.start.nextVersion(existing.last_version + 1)}</p> : null}
            </div>
            {project === NEW ? (
              <div className="w-full space-y-1.5 sm:w-72">
                <label htmlFor={`${id}-name`} className="block text-sm font-semibold">
                  {strings.start.newProjectName} <span className="font-normal text-ink-soft">({strings.common.optional})</span>
                </label>
                <TextInput
                  id={`${id}-name`}
                  value={newName}
                  placeholder={strings.start.newProjectPlaceholder}
                  maxLength={100}
                  aria-invalid={problems.project ? true : undefined}
                  aria-errormessage={problems.project ? `${id}-name-problem` : undefined}
                  onChange={(event) => change({ name: event.target.value })}
                />
                {problems.project ? <FieldProblem id={`${id}-name-problem`}>{problems.project}</FieldProblem> : null}
              </div>
            ) : null}
          </div>
          <Button type="submit" tone="primary" busy={start.isPending} className="w-full sm:mt-[1.6875rem] sm:w-auto">
            {strings.start.submit}
            <ArrowRight aria-hidden />
          </Button>
        </div>
        {general ? (
          <Notice tone="bad" role="alert" title={general.message}>
            {general.errors.length > 0 ? (
              <ul>
                {general.errors.map(({ field, detail }) => (
                  <li key={field}>
                    <code>{field}</code> {detail}
                  </li>
                ))}
              </ul>
            ) : null}
          </Notice>
        ) : null}
      </form>
    </Card>
  );
}
