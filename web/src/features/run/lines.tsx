import { classNames } from "@/shared/lib/class-names";
import { Prose } from "@/shared/ui/prose";

/** Sentences as a list. */
export function SentenceList({ sentences, className }: { sentences: readonly string[]; className?: string }) {
  return (
    <ul className={classNames("list-disc ps-5", className)}>
      {sentences.map((sentence) => (
        <li key={sentence}>
          <Prose text={sentence} />
        </li>
      ))}
    </ul>
  );
}

/** Sentences under a title; nothing where there are none. */
export function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <section className="space-y-2">
      <h3 className="font-semibold">{title}</h3>
      <SentenceList sentences={lines} className="space-y-1 text-sm" />
    </section>
  );
}
