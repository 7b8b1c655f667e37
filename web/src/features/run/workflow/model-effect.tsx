import { useQuery } from "@tanstack/react-query";
import { createTwoFilesPatch, OMIT_HEADERS } from "diff";

import { Patch, PatchSwitch } from "@/features/run/repository/patch";
import { asProblem } from "@/shared/api/problem";
import { queries } from "@/shared/api/queries";
import type { RunAddress } from "@/shared/api/queries";
import { canvas } from "@/shared/strings-canvas";
import { Notice } from "@/shared/ui/notice";
import { Skeleton } from "@/shared/ui/skeleton";

const textOf = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** From the output of the rules alone to the one that counts. */
export function ModelEffect({ address, node, iteration }: { address: RunAddress; node: string; iteration: number }) {
  const effect = useQuery(queries.modelEffect(address, node, iteration));
  if (effect.error) return <Notice tone="warn" title={asProblem(effect.error).message} />;
  if (!effect.data) return <Skeleton lines={4} />;
  const name = `${node}.json`;
  return (
    <div className="space-y-1.5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-xs text-ink-soft">{canvas.model.effectHint}</p>
        <PatchSwitch />
      </div>
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        <Patch unified={createTwoFilesPatch(name, name, textOf(effect.data.rules_alone), textOf(effect.data.with_model), "", "", { context: 3, headerOptions: OMIT_HEADERS })} label={canvas.model.effect} />
      </div>
    </div>
  );
}
