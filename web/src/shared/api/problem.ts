import type { FieldError, Gate, ProblemBody } from "@/shared/api/types";
import { strings } from "@/shared/strings";

/** What the API refused, or why it could not be asked. The one place that turns errors into words. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** The stable `type`; `null` when no answer of the API came. */
  readonly type: string | null;
  readonly status: number | null;
  readonly errors: readonly FieldError[];
  /** The gate as it stands, when the problem is about one. */
  readonly gate: Gate | null;

  constructor(message: string, details: { type?: string; status?: number; errors?: readonly FieldError[]; gate?: Gate | null | undefined } = {}) {
    super(message);
    this.type = details.type ?? null;
    this.status = details.status ?? null;
    this.errors = details.errors ?? [];
    this.gate = details.gate ?? null;
  }

  /** True when asking again may help. */
  get passing(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500;
  }
}

/** From what a refused request answered. */
export function problemOf(body: unknown, response: Response): ApiProblem {
  if (isProblem(body)) {
    const { type, status, errors, gate } = body;
    return new ApiProblem(body.detail || body.title, { type, status, errors, gate });
  }
  // A gateway in between answers in its own words, which say nothing to a person.
  return new ApiProblem(strings.errors.unexpectedStatus(response.status), { status: response.status });
}

/** From whatever was thrown. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(strings.errors.unreachable);
}

function isProblem(body: unknown): body is ProblemBody {
  return typeof body === "object" && body !== null && "title" in body && "detail" in body && typeof body.detail === "string" && "errors" in body && Array.isArray(body.errors);
}
