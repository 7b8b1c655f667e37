import createClient from "openapi-fetch";

import { ApiProblem, problemOf } from "@/shared/api/problem";
import type { paths } from "@/shared/api/schema";
import { strings } from "@/shared/strings";

/** UI and API share one origin. */
const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://127.0.0.1" : location.origin,
  // Looked up at each call: a test, or a tool that watches requests, may have put another in its place.
  fetch: (request) => globalThis.fetch(request),
});

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or an `ApiProblem`. */
async function sent<T>(request: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(strings.errors.unreachable);
  }
  if (outcome.data === undefined) throw problemOf(outcome.error, outcome.response);
  return outcome.data;
}

export { api, sent };
