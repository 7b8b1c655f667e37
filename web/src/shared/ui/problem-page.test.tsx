import { cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiProblem } from "@/shared/api/problem";
import { ProblemPage, kindOfProblem } from "@/shared/ui/problem-page";

afterEach(cleanup);

function show(status: number | null) {
  const onRetry = vi.fn<() => void>();
  const problem = new ApiProblem("The server's words.", status === null ? {} : { status });
  render(
    <MemoryRouter>
      <ProblemPage problem={problem} missing="There is no such run" onRetry={onRetry} />
    </MemoryRouter>,
  );
  return onRetry;
}

describe("a page that cannot be shown", () => {
  it("tells apart why", () => {
    const kinds = [400, 401, 403, 404, 410, 429, 500, 503, null].map((status) => kindOfProblem(new ApiProblem("", status === null ? {} : { status })));
    expect(kinds).toEqual(["missing", "expired", "forbidden", "missing", "missing", "failed", "failed", "failed", "unreachable"]);
  });

  it("can be tried again where that may help", async () => {
    const onRetry = show(503);
    expect(screen.getByText("The server's words.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it("leads on where it does not", () => {
    show(404);
    expect(screen.getByRole("heading", { name: "There is no such run" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    expect(screen.getByRole("link", { name: "To the start page" }).getAttribute("href")).toBe("/");
  });
});
