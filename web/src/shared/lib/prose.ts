/** Texts of the agents as a person reads them: names for ids, one way to write amounts. Pure. */
import { availability, usd } from "@/shared/lib/format";

export interface ProsePiece {
  readonly kind: "text" | "code" | "name";
  readonly text: string;
  /** The id that the name stands for. */
  readonly id?: string;
}

/** Something between backticks, or what may be a pattern's id, such as `serve.sagemaker-batch`. */
const MARKED = /`([^`\n]+)`|(?<![\w.-])[a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-])/g;

/** Amounts without separators; percentages with more decimals than a person reads; a plural of one. */
const AMOUNT = /\$(\d{4,}(?:\.\d+)?)(?!\d|,\d)/g;
const PERCENT = /(?<![\d.,])(\d{1,2}\.\d{4,}) ?%/g;
/** A number and its percent sign stay in one line. */
const SPACED_PERCENT = /(\d) %/g;
const ONE = /(?<![\d.,])1 (open point|finding)s\b/g;

export function readable(text: string): string {
  return text
    .replaceAll(AMOUNT, (_, amount: string) => usd(Number(amount)))
    .replaceAll(PERCENT, (_, value: string) => availability(Number(value)))
    .replaceAll(ONE, "1 $1")
    .replaceAll(SPACED_PERCENT, "$1\u00a0%");
}

/** Cuts a text into words, inline code and names; `names` are people's names by pattern id. */
export function proseOf(text: string, names: ReadonlyMap<string, string>): ProsePiece[] {
  const pieces: ProsePiece[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKED)) {
    const code = match[1];
    const id = code ?? match[0];
    const name = names.get(id);
    if (name === undefined && code === undefined) continue;
    if (match.index > from) pieces.push({ kind: "text", text: readable(text.slice(from, match.index)) });
    pieces.push(name === undefined ? { kind: "code", text: id } : { kind: "name", text: name, id });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: readable(text.slice(from)) });
  return pieces;
}
