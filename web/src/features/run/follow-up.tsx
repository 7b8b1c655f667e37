import { useQuery } from "@tanstack/react-query";
import { GitBranch } from "lucide-react";
import { memo, useId, useMemo, useRef, useState } from "react";
import type { FormEvent } from "react";
import { useNavigate } from "react-router";

import { NOTHING_TRIED, TRIED_FIELDS, WITH_TRIED, constraintsWith, triedOf, triedWords } from "@/features/run/plan/tried";
import { useLinks } from "@/features/run/use-links";
import { filesNow } from "@/features/run/repository/edits";
import { asProblem } from "@/shared/api/problem";
import { queries, useStartRun } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { textField, useTyped } from "@/shared/lib/kept";
import { paths } from "@/shared/lib/paths";
import { requestKey } from "@/shared/lib/request-key";
import { strings } from "@/shared/strings";
import { canvas } from "@/shared/strings-canvas";
import { edits } from "@/shared/strings-edits";
import { Button } from "@/shared/ui/button";
import { Card } from "@/shared/ui/card";
import { FieldProblem, TextArea } from "@/shared/ui/field";
import { Restored } from "@/shared/ui/restored";

const FOLLOW_UP = "follow-up";

/** Brings the form into view. The address is the view's, so no link can lead there. */
export function toFollowUp(): void {
  const form = document.getElementById(FOLLOW_UP);
  form?.scrollIntoView({ block: "center" });
  form?.querySelector("textarea")?.focus({ preventScroll: true });
}

/** Starts the next version from this one. */
export const FollowUp = memo(function FollowUp({ address, decisionSet }: { address: RunAddress; decisionSet: DecisionSet }) {
  const id = useId();
  const navigate = useNavigate();
  const start = useStartRun();
  const { value, go } = useLinks();
  const tried = value(WITH_TRIED) === "tried" ? triedOf(value) : {};
  const anyTried = Object.keys(tried).length > 0;
  const list = useQuery({ ...queries.edits(address), enabled: decisionSet.status === "completed" });
  const { manifest } = decisionSet;
  const edited = useMemo(() => {
    const stored = (manifest?.files ?? []).map(({ path, body }) => ({ path, sha256: body.sha256, size: body.size }));
    return filesNow(stored, manifest?.edits ?? [], list.data).filter(({ own }) => own).length;
  }, [manifest, list.data]);
  const typed = useTyped(
    `${address.projectId}/${address.runId}/follow-up`,
    () => ({ requirement: decisionSet.requirement }),
    (stored) => {
      const text = textField(stored, "requirement");
      return text === null ? null : { requirement: text };
    },
  );
  const { requirement } = typed.value;
  const [problem, setProblem] = useState<string | null>(null);
  const request = useRef({ body: "", key: "" });

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = requirement.trim() === "" ? strings.start.empty : edited === 0 && !anyTried && requirement.trim() === decisionSet.requirement.trim() ? strings.followUp.unchanged : null;
    setProblem(found);
    if (found) return;
    const body = { requirement, parent: decisionSet.id, variant: decisionSet.variant, ...(anyTried ? { constraints: constraintsWith(tried, decisionSet) } : {}) };
    const fingerprint = `${edited} ${JSON.stringify(body)}`;
    if (request.current.body !== fingerprint) request.current = { body: fingerprint, key: requestKey() };
    start.mutate(
      {
        project: { id: address.projectId },
        body,
        idempotencyKey: request.current.key,
      },
      {
        onSuccess: ({ projectId, runId }) => {
          typed.forget();
          void navigate(paths.run(projectId, runId));
        },
        onError: (error) => {
          const refused = asProblem(error);
          setProblem(refused.errors.find(({ field }) => field === "requirement")?.detail ?? refused.message);
        },
      },
    );
  }

  return (
    <Card id={FOLLOW_UP} aria-labelledby={`${id}-title`} className="p-4 @2xl:p-5">
      <form onSubmit={submit} className="space-y-3" noValidate>
        <div>
          <h2 id={`${id}-title`} className="flex items-center gap-2 text-lg font-semibold">
            <GitBranch className="size-5 text-accent" aria-hidden />
            {strings.followUp.title}
          </h2>
          <p className="text-sm text-ink-soft">{strings.followUp.text}</p>
          {edited > 0 ? <p className="mt-1 text-sm">{edits.buildsOn(edited)}</p> : null}
        </div>
        {typed.restored ? <Restored onDiscard={() => typed.change({ requirement: decisionSet.requirement })} /> : null}
        <label htmlFor={`${id}-text`} className="sr-only">
          {strings.followUp.label}
        </label>
        <TextArea
          id={`${id}-text`}
          rows={5}
          value={requirement}
          aria-invalid={problem ? true : undefined}
          aria-errormessage={problem ? `${id}-problem` : undefined}
          onChange={(event) => typed.change({ requirement: event.target.value })}
        />
        {anyTried ? (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-accent-soft px-3 py-2 text-sm">
            <span className="font-medium">{strings.followUp.tried}:</span>
            <ul className="flex flex-1 flex-wrap gap-x-4 gap-y-1">
              {TRIED_FIELDS.flatMap((field) => {
                const number = tried[field];
                return typeof number === "number" ? [<li key={field}>{`${canvas.whatIf.fields[field]}: ${triedWords(field, number)}`}</li>] : [];
              })}
            </ul>
            <Button size="small" onClick={() => go(NOTHING_TRIED)}>
              {strings.followUp.withoutTried}
            </Button>
          </div>
        ) : null}
        {problem ? <FieldProblem id={`${id}-problem`}>{problem}</FieldProblem> : null}
        <Button type="submit" tone="primary" busy={start.isPending}>
          {strings.followUp.submit}
        </Button>
      </form>
    </Card>
  );
});
