import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

export function CopyButton({ text, label = strings.common.copy }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      tone="quiet"
      size="small"
      onClick={() => {
        // The clipboard exists on secure origins only; where it is refused the text can still be selected.
        void navigator.clipboard?.writeText(text).then(() => setCopied(true), () => setCopied(false));
      }}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{copied ? strings.common.copied : label}</span>
    </Button>
  );
}
