import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Link, useNavigate } from "react-router";

import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import type { DecisionSet } from "@/shared/api/types";
import { paths } from "@/shared/lib/paths";
import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";
import { Select } from "@/shared/ui/field";

/** The API's largest page. */
const LISTED = 100;

/** From version to version of the project; the tab stays open, so that the same view can be compared. */
export function VersionStepper({ address: { projectId, runId }, decisionSet, tab }: { address: RunAddress; decisionSet: DecisionSet; tab: string | null }) {
  const navigate = useNavigate();
  const list = useQuery(queries.decisionSets(projectId, LISTED));
  const others = (list.data?.decision_sets ?? []).filter(({ id }) => id !== runId);
  if (others.length === 0) return <span>{strings.run.version(decisionSet.version)}</span>;
  const own = { id: runId, version: decisionSet.version, title: decisionSet.title };
  const versions = [own, ...others].toSorted((a, b) => a.version - b.version);
  const place = versions.findIndex(({ id }) => id === runId);
  const to = (id: string) => `${paths.run(projectId, id)}${tab ? `?tab=${encodeURIComponent(tab)}` : ""}`;
  const step = (version: (typeof versions)[number] | undefined, label: (version: number) => string, Icon: typeof ChevronLeft) =>
    version ? (
      <Button asChild tone="quiet" size="icon" className="size-7">
        <Link to={to(version.id)} aria-label={label(version.version)} title={label(version.version)}>
          <Icon aria-hidden />
        </Link>
      </Button>
    ) : (
      <span aria-hidden className="flex size-7 items-center justify-center opacity-30">
        <Icon className="size-4" />
      </span>
    );
  return (
    <nav aria-label={strings.run.versions} className="-my-1 inline-flex items-center">
      {step(versions[place - 1], strings.run.stepBack, ChevronLeft)}
      <Select
        aria-label={strings.run.chooseVersion}
        value={runId}
        onChange={(event) => void navigate(to(event.target.value))}
        className="min-h-7 w-auto max-w-44 border-transparent bg-transparent px-1 text-ink-soft hover:border-line"
      >
        {versions.map(({ id, version, title }) => (
          <option key={id} value={id} title={title}>
            {strings.run.version(version)}
          </option>
        ))}
      </Select>
      {step(versions[place + 1], strings.run.stepOn, ChevronRight)}
    </nav>
  );
}
