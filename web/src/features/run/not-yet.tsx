import { strings } from "@/shared/strings";

export function NotYet() {
  return <p className="py-6 text-center text-sm text-ink-soft">{strings.result.notYet}</p>;
}
