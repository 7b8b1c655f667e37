import { Download, GitBranch } from "lucide-react";
import { Popover } from "radix-ui";

import type { ArtifactLink } from "@/shared/api/types";
import { bytes } from "@/shared/lib/format";
import { edits } from "@/shared/strings-edits";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy-button";

/** The repository with its history, and the command that unpacks it. */
export function GitBundle({ bundle }: { bundle: ArtifactLink }) {
  const of = edits.git;
  const name = bundle.path.split("/").at(-1) ?? bundle.path;
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button size="small">
          <GitBranch aria-hidden />
          {of.button}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content aria-label={of.title} align="end" sideOffset={6} collisionPadding={12} className="z-40 w-[min(24rem,calc(100vw-1.5rem))] space-y-3 rounded-xl border border-line bg-surface p-4 text-sm shadow-xl">
          <p className="font-semibold">{of.title}</p>
          <p className="text-ink-soft">{of.text}</p>
          <div className="flex items-center gap-2 rounded-lg bg-sunken py-1 ps-3 pe-1">
            <code className="min-w-0 flex-1 text-xs break-all">{of.command(name)}</code>
            <CopyButton text={of.command(name)} />
          </div>
          <Button asChild tone="primary" size="small">
            <a href={bundle.url} download={name}>
              <Download aria-hidden />
              {of.download} ({bytes(bundle.size_bytes)})
            </a>
          </Button>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
