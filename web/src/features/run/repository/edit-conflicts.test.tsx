import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { EditConflicts } from "@/features/run/repository/edit-conflicts";
import { queries } from "@/shared/api/queries";
import type { EditConflict, EditList, NewEdit } from "@/shared/api/types";

const ADDRESS = { projectId: "prj_1", runId: "ds_1" };
const YOURS = "x = 1\nkeep = True\n";
const GENERATED = "x = 2\n";

function conflict(path: string, changes: Partial<EditConflict> = {}): EditConflict {
  return { path, kind: "both_changed", by: { name: "ada" }, yours: { sha256: `yours ${path}`, size: 9 }, generated: { sha256: `generated ${path}`, size: 9 }, base: null, ...changes };
}

/** What the server has, what it was asked, and what it answers next instead of settling. */
let open: EditConflict[];
const asked: NewEdit[] = [];
let refuse: (() => Response | Promise<Response>) | null;

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

beforeEach(() => {
  asked.length = 0;
  refuse = null;
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/edits/content")) return new Response(url.searchParams.get("side") === "generated" ? GENERATED : YOURS, { headers: { "content-type": "text/plain" } });
    if (request.method === "PUT") {
      const { files } = JSON.parse(await request.text()) as { files: NewEdit[] };
      asked.push(...files);
      if (refuse) return refuse();
      open = open.filter(({ path }) => !files.some((file) => file.path === path));
    }
    return json(200, { edits: [], conflicts: open } satisfies EditList);
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Listed() {
  const list = useQuery(queries.edits(ADDRESS));
  return <EditConflicts address={ADDRESS} conflicts={list.data?.conflicts ?? []} />;
}

async function show(...conflicts: EditConflict[]) {
  open = conflicts;
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <MemoryRouter>
        <Listed />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  await screen.findByText(/contradict each other/);
}

const button = (name: string) => screen.getByRole("button", { name });

describe("a conflict", () => {
  it("is settled by what is there, at once, and says so", async () => {
    await show(conflict("app.py"));
    await userEvent.click(button("Keep the text of ada: app.py"));
    expect(asked).toEqual([{ path: "app.py", take: "now", deleted: false, replaces: "yours app.py" }]);
    await screen.findByText("app.py is settled");
    expect(screen.queryByText(/contradict each other/)).toBeNull();
  });

  it("is settled by what is generated only after the loss was told", async () => {
    await show(conflict("app.py"));
    await userEvent.click(button("Take the generated text: app.py"));
    const dialog = screen.getByRole("alertdialog");
    expect(dialog.textContent).toContain("does without what ada wrote");
    await userEvent.click(within(dialog).getByRole("button", { name: "Keep as it is" }));
    expect(asked).toEqual([]);
    await userEvent.click(button("Take the generated text: app.py"));
    await userEvent.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Take the generated text" }));
    await screen.findByText("app.py is settled");
    expect(asked).toEqual([{ path: "app.py", take: "generated", deleted: false, replaces: "yours app.py" }]);
  });

  it("about a file that was deleted has nothing to lose", async () => {
    await show(conflict("app.py", { kind: "removed_but_generated", yours: null }));
    await userEvent.click(button("Take the generated file: app.py"));
    await screen.findByText("app.py is settled");
    expect(asked).toEqual([{ path: "app.py", take: "generated", deleted: false }]);
  });

  it("about a file that is needed no longer asks before it deletes it", async () => {
    await show(conflict("app.py", { kind: "no_longer_generated", generated: null }));
    await userEvent.click(button("Delete the file: app.py"));
    expect(screen.getByRole("alertdialog").textContent).toContain("zip keeps it");
  });

  it("works by the keyboard, and leaves the focus where the others are", async () => {
    await show(conflict("app.py"), conflict("b.py"));
    button("Keep the text of ada: app.py").focus();
    await userEvent.keyboard("{Enter}");
    await screen.findByText("app.py is settled");
    await waitFor(() => expect(document.activeElement?.contains(button("Keep the text of ada: b.py"))).toBe(true));
    expect(document.activeElement).not.toBe(document.body);
    await userEvent.keyboard("{Tab}");
    expect(document.activeElement?.textContent).toBe("b.py");
  });

  it("shows that it is being settled, and lets nobody settle another meanwhile", async () => {
    const waiting: ((response: Response) => void)[] = [];
    refuse = () => new Promise((resolve) => waiting.push(resolve));
    await show(conflict("app.py"), conflict("b.py"));
    await userEvent.click(button("Keep the text of ada: app.py"));
    expect(button("Keep the text of ada: app.py").getAttribute("aria-busy")).toBe("true");
    expect(button("Keep the text of ada: b.py")).toHaveProperty("disabled", true);
    waiting[0]?.(json(200, { edits: [], conflicts: [conflict("b.py")] }));
    await screen.findByText("app.py is settled");
    expect(button("Keep the text of ada: b.py")).toHaveProperty("disabled", false);
  });

  it("that somebody else has settled meanwhile goes, and the page says why", async () => {
    await show(conflict("app.py"));
    refuse = () => {
      open = [];
      return json(409, { type: "/problems/version-changed", title: "t", status: 409, detail: "It is another file now.", instance: "", request_id: "r", errors: [] });
    };
    await userEvent.click(button("Keep the text of ada: app.py"));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("It is another file now.");
    await waitFor(() => expect(screen.queryByText(/contradict each other/)).toBeNull());
    expect(screen.getByRole("alert").textContent).toContain("It is another file now.");
  });

  it("shows what differs", async () => {
    await show(conflict("app.py"));
    await userEvent.click(screen.getByText("What differs"));
    const difference = await screen.findByRole("region", { name: "What differs in app.py" });
    expect(difference.textContent).toContain("− x = 2");
    expect(difference.textContent).toContain("+ keep = True");
  });
});
