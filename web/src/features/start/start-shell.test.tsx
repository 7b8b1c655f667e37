import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, expect, it, vi } from "vitest";

import StartPage from "@/features/start/start-page";
import { startShell } from "@/features/start/start-shell";
import { strings } from "@/shared/strings";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("what stands in index.html is what the page begins with", () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  const { container } = render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter>
        <StartPage />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  const shell = document.createElement("div");
  shell.innerHTML = startShell({ name: strings.app.name, title: strings.start.title, lead: strings.start.lead });
  for (const part of ["h1", "h1 + p"]) expect(shell.querySelector(part)?.outerHTML).toBe(container.querySelector(part)?.outerHTML);
  expect(shell.querySelector("main")?.className).toBe(container.firstElementChild?.className);
});

it("words are no markup", () => {
  expect(startShell({ name: "<b>", title: "a & b", lead: '"' })).toContain("&lt;b>");
});
