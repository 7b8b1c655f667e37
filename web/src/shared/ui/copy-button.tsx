import { Check, Copy } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

type Outcome = "copied" | "notCopied";

interface CopyButtonProps {
  /** What is copied; a function where it is known only at the click. */
  text: string | (() => string);
  label?: string;
  Icon?: LucideIcon;
}

export function CopyButton({ text, label = strings.common.copy, Icon = Copy }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), 2_000);
    return () => clearTimeout(timer);
  }, [outcome]);
  return (
    <Button
      tone="quiet"
      size="small"
      onClick={() => {
        const copying = navigator.clipboard?.writeText(typeof text === "string" ? text : text());
        // The clipboard exists on secure origins only, and may be refused.
        if (copying) void copying.then(() => setOutcome("copied"), () => setOutcome("notCopied"));
        else setOutcome("notCopied");
      }}
    >
      {outcome === "copied" ? <Check aria-hidden /> : <Icon aria-hidden />}
      <span aria-live="polite">{outcome === null ? label : strings.common[outcome]}</span>
    </Button>
  );
}
