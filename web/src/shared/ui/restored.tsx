import { History } from "lucide-react";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

/** Says that a form begins with what was typed into it earlier, and offers to begin anew. */
export function Restored({ onDiscard }: { onDiscard: () => void }) {
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-accent-soft px-3 py-1.5 text-sm">
      <History className="size-4 shrink-0 text-accent" aria-hidden />
      <span className="min-w-0 flex-1 basis-48">{strings.common.restored}</span>
      <Button size="small" onClick={onDiscard}>
        {strings.common.discard}
      </Button>
    </div>
  );
}
