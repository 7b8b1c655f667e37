/** From form fields to answers and back. Pure. */
import type { AnswerValue, FieldError, Question } from "@/shared/api/types";
import { characterCount } from "@/shared/lib/characters";
import { number } from "@/shared/lib/format";
import { strings } from "@/shared/strings";

/** What a field holds while a person edits it: the text of an input, or the chosen values. */
export type Draft = string | readonly string[];

export type Drafts = Readonly<Record<string, Draft>>;

export function draftOf(question: Question): Draft {
  const { value } = question.default;
  if (question.field.kind === "multi_choice") return Array.isArray(value) ? value : [String(value)];
  return Array.isArray(value) ? value.join(", ") : String(value);
}

export function draftsOf(questions: readonly Question[]): Drafts {
  return Object.fromEntries(questions.map((question) => [question.id, draftOf(question)]));
}

/** What was kept of a form, for the questions that it asks; `null` when nothing of it fits them. */
export function draftsFrom(questions: readonly Question[], stored: unknown): Drafts | null {
  if (typeof stored !== "object" || stored === null) return null;
  const known = new Map<string, unknown>(Object.entries(stored));
  const fitting = questions.flatMap(({ id, field }): [string, Draft][] => {
    const value = known.get(id);
    if (field.kind === "multi_choice") return Array.isArray(value) && value.every((one) => field.choices.some((choice) => choice.value === one)) ? [[id, value as string[]]] : [];
    if (typeof value !== "string") return [];
    return field.kind === "choice" && !field.choices.some((choice) => choice.value === value) ? [] : [[id, value]];
  });
  return fitting.length === 0 ? null : { ...draftsOf(questions), ...Object.fromEntries(fitting) };
}

export function isDefault(question: Question, draft: Draft): boolean {
  const initial = draftOf(question);
  if (typeof draft === "string" || typeof initial === "string") return draft === initial;
  return draft.length === initial.length && draft.every((value) => initial.includes(value));
}

interface Collected {
  /** What differs from the suggestions; the server fills in the rest and records it as defaulted. */
  readonly answers: Record<string, AnswerValue>;
  readonly problems: Record<string, string>;
}

export function collect(questions: readonly Question[], drafts: Drafts): Collected {
  const answers: Record<string, AnswerValue> = {};
  const problems: Record<string, string> = {};
  for (const question of questions) {
    const draft = drafts[question.id] ?? draftOf(question);
    if (isDefault(question, draft)) continue;
    const outcome = read(question, draft);
    if ("problem" in outcome) problems[question.id] = outcome.problem;
    else answers[question.id] = outcome.value;
  }
  return { answers, problems };
}

function read({ field }: Question, draft: Draft): { value: AnswerValue } | { problem: string } {
  switch (field.kind) {
    case "text": {
      const text = String(draft);
      if (text.trim() === "") return { problem: strings.gate.textMissing };
      const count = characterCount(text);
      return count > field.max_length ? { problem: strings.common.characters(count, field.max_length) } : { value: text };
    }
    case "number": {
      const text = String(draft).trim();
      const value = Number(text);
      if (text === "" || !Number.isFinite(value)) return { problem: strings.gate.numberMissing };
      return value < field.minimum || value > field.maximum
        ? { problem: strings.gate.range(number(field.minimum), number(field.maximum), field.unit) }
        : { value };
    }
    case "choice":
      return typeof draft === "string" && field.choices.some(({ value }) => value === draft) ? { value: draft } : { problem: strings.gate.choiceMissing };
    case "multi_choice":
      return { value: typeof draft === "string" ? [draft] : [...draft] };
  }
}

/** The server's words per question: `answers.budget` and whatever lies below it. */
export function problemsByQuestion(errors: readonly FieldError[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { field, detail } of errors) {
    const [root, question] = field.split(".");
    if (root === "answers" && question) result[question] = detail;
  }
  return result;
}
