import { createContext, useContext } from "react";

import { proseOf } from "@/shared/lib/prose";

/** People's names by pattern id, for the texts below. */
export const PatternNames = createContext<ReadonlyMap<string, string>>(new Map());

/** One line that an agent wrote: ids by their names, inline code as code, amounts as everywhere. */
export function Prose({ text }: { text: string }) {
  const names = useContext(PatternNames);
  return proseOf(text, names).map(({ kind, text: words, id }, place) => {
    const key = `${place} ${words}`;
    if (kind === "code") return <code key={key} className="rounded bg-sunken px-1 font-mono text-[0.86em]">{words}</code>;
    return kind === "name" ? <span key={key} title={id}>{words}</span> : <span key={key}>{words}</span>;
  });
}
