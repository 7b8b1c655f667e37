import { AlertDialog as RadixAlert } from "radix-ui";
import type { ReactNode } from "react";

import { Button } from "@/shared/ui/button";
import { strings } from "@/shared/strings";

interface ConfirmProps {
  trigger: ReactNode;
  title: string;
  text: string;
  confirm: string;
  onConfirm: () => void;
}

/** Asks before something that cannot be undone. */
export function Confirm({ trigger, title, text, confirm, onConfirm }: ConfirmProps) {
  return (
    <RadixAlert.Root>
      <RadixAlert.Trigger asChild>{trigger}</RadixAlert.Trigger>
      <RadixAlert.Portal>
        <RadixAlert.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <RadixAlert.Content className="fixed top-1/2 left-1/2 z-50 w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 space-y-3 rounded-xl border border-line bg-surface p-6 shadow-xl">
          <RadixAlert.Title className="text-lg font-semibold">{title}</RadixAlert.Title>
          <RadixAlert.Description className="text-sm text-ink-soft">{text}</RadixAlert.Description>
          <div className="flex flex-wrap justify-end gap-2 pt-2">
            <RadixAlert.Cancel asChild>
              <Button>{strings.common.keep}</Button>
            </RadixAlert.Cancel>
            <RadixAlert.Action asChild>
              <Button tone="danger" onClick={onConfirm}>
                {confirm}
              </Button>
            </RadixAlert.Action>
          </div>
        </RadixAlert.Content>
      </RadixAlert.Portal>
    </RadixAlert.Root>
  );
}
