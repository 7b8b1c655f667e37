import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";

import { strings } from "@/shared/strings";
import { Button } from "@/shared/ui/button";

const MAC = /mac|iphone|ipad/i.test(navigator.platform);

/** What the keyboard does. Nothing here is a single letter: those belong to whoever types or listens to a screen reader. */
export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const of = strings.keyboard;
  // No trigger is known here: it may have been opened from anywhere.
  const [origin] = useState(() => document.activeElement);
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (origin instanceof HTMLElement) origin.focus();
          }}
          className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] w-[min(32rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 space-y-4 overflow-y-auto rounded-xl border border-line bg-surface p-6 shadow-xl"
        >
          <div className="flex items-start justify-between gap-3">
            <Dialog.Title className="text-lg font-semibold">{of.title}</Dialog.Title>
            <Dialog.Close asChild>
              <Button tone="quiet" size="icon" className="-m-1.5" aria-label={strings.common.close} title={strings.common.close}>
                <X aria-hidden />
              </Button>
            </Dialog.Close>
          </div>
          <dl className="divide-y divide-line text-sm">
            {of.keys.map(({ keys, does }) => (
              <div key={does} className="flex items-baseline justify-between gap-6 py-2">
                <dt>{does}</dt>
                <dd className="flex shrink-0 gap-1">
                  {keys.map((key) => (
                    <kbd key={key} className="rounded border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-xs">
                      {key === "Ctrl" && MAC ? "⌘" : key}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
