import { useQuery } from "@tanstack/react-query";
import { GitBranch } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";
import type { FormEvent } from "react";
import { useNavigate } from "react-router";

import { filesNow } from "@/features/run/repository/edits";
import { asProblem } from "@/shared/api/problem";
import { queries, useStartRun } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { paths } from "@/shared/lib/paths";
import { requestKey } from "@/shared/lib/request-key";
import { strings } from "@/shared/strings";
import { edits } from "@/shared/strings-edits";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { FieldProblem, TextArea } from "@/shared/ui/field";

/** The form's id: other parts of the page lead to it. */
export const FOLLOW_UP = "follow-up";

/** Starts the next version from this one. */
export function FollowUp({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const id = useId();
  const navigate = useNavigate();
  const start = useStartRun();
  const list = useQuery({ ...queries.edits(address), enabled: decisionSet.status === "completed" });
  const { manifest } = decisionSet;
  const edited = useMemo(() => {
    const stored = (manifest?.files ?? []).map(({ path, body }) => ({ path, sha256: body.sha256, size: body.size }));
    return filesNow(stored, manifest?.edits ?? [], list.data).filter(({ own }) => own).length;
  }, [manifest, list.data]);
  const [requirement, setRequirement] = useState(decisionSet.requirement);
  const [problem, setProblem] = useState<string | null>(null);
  const request = useRef({ body: "", key: "" });

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = requirement.trim() === "" ? strings.start.empty : edited === 0 && requirement.trim() === decisionSet.requirement.trim() ? strings.followUp.unchanged : null;
    setProblem(found);
    if (found) return;
    const body = `${edited} ${requirement}`;
    if (request.current.body !== body) request.current = { body, key: requestKey() };
    start.mutate(
      {
        project: { id: address.projectId },
        body: { requirement, parent: decisionSet.id, variant: decisionSet.variant },
        idempotencyKey: request.current.key,
      },
      {
        onSuccess: ({ projectId, runId }) => void navigate(paths.run(projectId, runId)),
        onError: (error) => {
          const refused = asProblem(error);
          setProblem(refused.errors.find(({ field }) => field === "requirement")?.detail ?? refused.message);
        },
      },
    );
  }

  return (
    <Card id={FOLLOW_UP} aria-labelledby={`${id}-title`} className="p-4 sm:p-5">
      <form onSubmit={submit} className="space-y-3" noValidate>
        <div>
          <h2 id={`${id}-title`} className="flex items-center gap-2 text-lg font-semibold">
            <GitBranch className="size-5 text-accent" aria-hidden />
            {strings.followUp.title}
          </h2>
          <p className="text-sm text-ink-soft">{strings.followUp.text}</p>
          {edited > 0 ? <p className="mt-1 text-sm">{edits.buildsOn(edited)}</p> : null}
        </div>
        <label htmlFor={`${id}-text`} className="sr-only">
          {strings.followUp.label}
        </label>
        <TextArea
          id={`${id}-text`}
          rows={5}
          value={requirement}
          aria-invalid={problem ? true : undefined}
          aria-errormessage={problem ? `${id}-problem` : undefined}
          onChange={(event) => setRequirement(event.target.value)}
        />
        {problem ? <FieldProblem id={`${id}-problem`}>{problem}</FieldProblem> : null}
        <Button type="submit" tone="primary" busy={start.isPending}>
          {strings.followUp.submit}
        </Button>
      </form>
    </Card>
  );
}
