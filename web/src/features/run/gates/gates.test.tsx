import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FinalGate } from "@/features/run/gates/final-gate";
import { GateHistory } from "@/features/run/gates/gate-history";
import { InputGate } from "@/features/run/gates/input-gate";
import type { ApiProblem } from "@/shared/api/problem";
import type { DecisionSet, Gate, ProblemBody, Question } from "@/shared/api/types";

const ADDRESS = { projectId: "prj_1", runId: "ds_1" };

const QUESTIONS: Question[] = [
  {
    id: "budget",
    text: "How much?",
    why: "Sizes it.",
    priority: "high",
    field: { kind: "number", unit: "USD per month", minimum: 10, maximum: 100 },
    default: { value: 50, confidence: 0.7, reason: "usual", basis: "industry_practice" },
  },
  {
    id: "compliance",
    text: "Which rules?",
    why: "Adds rules.",
    priority: "critical",
    field: { kind: "multi_choice", choices: [{ value: "gdpr", label: "GDPR" }, { value: "soc2", label: "SOC 2" }] },
    default: { value: ["gdpr"], confidence: 0.9, reason: "EU", basis: "security" },
  },
];

function gate(id: string, changes: Partial<Gate> = {}): Gate {
  return {
    id,
    status: "pending",
    subject_hash: "abc",
    summary: "Please look.",
    questions: id.startsWith("input") ? QUESTIONS : [],
    options: id.startsWith("input") ? ["approve"] : ["approve", "revise", "reject"],
    auto_approval: { allowed: true, threshold: 0.8, blockers: [] },
    opened_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 90_000).toISOString(),
    held: false,
    decision: null,
    ...changes,
  };
}

/** Requests by the last part of their path, and what is answered to them. */
const requests: { name: string; body: unknown }[] = [];
let answers: Record<string, () => Response>;

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function problem(status: number, changes: Partial<ProblemBody>): Response {
  return json(status, { type: "/problems/internal", title: "t", status, detail: "It is refused.", instance: "", request_id: "r", errors: [], ...changes });
}

beforeEach(() => {
  requests.length = 0;
  answers = { hold: () => json(200, gate("input-0", { held: true })), approve: () => json(200, gate("input-0", { status: "answered" })) };
  vi.stubGlobal("fetch", async (request: Request) => {
    const name = new URL(request.url).pathname.split("/").at(-1) ?? "";
    const text = await request.text();
    requests.push({ name, body: text === "" ? null : JSON.parse(text) });
    return answers[name]?.() ?? json(404, {});
  });
});
afterEach(() => {
  cleanup();
  sessionStorage.clear();
  vi.unstubAllGlobals();
});

function show(open: Gate, decisionSet?: DecisionSet) {
  const onDecided = vi.fn<() => void>();
  const onConflict = vi.fn<(problem: ApiProblem) => void>();
  const props = { gate: open, address: ADDRESS, onDecided, onConflict };
  render(
    <QueryClientProvider client={new QueryClient()}>
      {open.id.startsWith("input") ? <InputGate {...props} /> : <FinalGate {...props} decisionSet={decisionSet} />}
    </QueryClientProvider>,
  );
  return { onDecided, onConflict };
}

function candidate(id: string, summary: string, why_not: string | null, availability_percent: number) {
  return {
    id,
    name: id,
    summary,
    components: [],
    metrics: { monthly_usd: 1725, latency_p95_ms: null, max_per_second: 5, availability_percent, operations_hours_per_month: 6, risk: 0.1 },
    total_score: 0.8,
    violations: [],
    why_not,
  };
}

/** A design that waits for approval: what the gate reads of it. */
function designed({ cloud = "azure", responses = [] }: { cloud?: "aws" | "azure"; responses?: string[] }): DecisionSet {
  const plan = {
    constraints: { cloud: { value: cloud }, regions: { value: [{ cloud, code: "westeurope", jurisdiction: "EU" }] } },
    candidates: [candidate("batch", "scores every night.", null, 99.9), candidate("endpoint", "always on.", "Costs more.", 99.9994)],
    selected: "batch",
    reason: "It is enough.",
    assumptions: [],
    responses,
  };
  // Only what the gate reads.
  return { plan, tech_review: null, cost_review: null, policy_report: null } as unknown as DecisionSet;
}

const sent = (name: string) => requests.filter((request) => request.name === name);

describe("the input gate", () => {
  it("shows the suggestions and accepts them all without holding the gate", async () => {
    const { onDecided } = show(gate("input-0"));
    expect(screen.getByLabelText("How much?")).toHaveProperty("value", "50");
    expect(screen.getByRole("checkbox", { name: "GDPR" })).toHaveProperty("checked", true);
    expect(screen.getByRole("timer").textContent).toContain("1 min");
    await userEvent.click(screen.getByRole("button", { name: "Accept all suggestions" }));
    await waitFor(() => expect(onDecided).toHaveBeenCalledOnce());
    expect(requests).toEqual([{ name: "approve", body: { gate: "input-0", subject_hash: "abc", decision: "approve", answers: {} } }]);
  });

  it("begins again with what was typed before the page was loaded anew, and says so", async () => {
    show(gate("input-0"));
    await userEvent.clear(screen.getByLabelText("How much?"));
    await userEvent.type(screen.getByLabelText("How much?"), "75");
    await userEvent.click(screen.getByRole("checkbox", { name: "SOC 2" }));
    cleanup();
    const { onDecided } = show(gate("input-0", { held: true }));
    expect(screen.getByText(/is back/)).toBeTruthy();
    expect(screen.getByLabelText("How much?")).toHaveProperty("value", "75");
    expect(screen.getByRole("checkbox", { name: "SOC 2" })).toHaveProperty("checked", true);
    await userEvent.click(screen.getByRole("button", { name: "Go on with these answers" }));
    await waitFor(() => expect(onDecided).toHaveBeenCalledOnce());
    expect(sent("approve")[0]?.body).toMatchObject({ answers: { budget: 75, compliance: ["gdpr", "soc2"] } });
    // Sent is sent: nothing of it comes back.
    cleanup();
    show(gate("input-0"));
    expect(screen.queryByText(/is back/)).toBeNull();
    expect(screen.getByLabelText("How much?")).toHaveProperty("value", "50");
  });

  it("keeps nothing of another gate, and begins anew when that is wanted", async () => {
    show(gate("input-0"));
    await userEvent.type(screen.getByLabelText("How much?"), "7");
    cleanup();
    show(gate("input-1"));
    expect(screen.getByLabelText("How much?")).toHaveProperty("value", "50");
    cleanup();
    show(gate("input-0"));
    expect(screen.getByLabelText("How much?")).toHaveProperty("value", "507");
    await userEvent.click(screen.getByRole("button", { name: "Begin anew" }));
    expect(screen.getByLabelText("How much?")).toHaveProperty("value", "50");
    cleanup();
    show(gate("input-0"));
    expect(screen.queryByText(/is back/)).toBeNull();
  });

  it("holds at the first touch, once, and sends only what was changed", async () => {
    const { onDecided } = show(gate("input-0"));
    const budget = screen.getByLabelText("How much?");
    await userEvent.clear(budget);
    await userEvent.type(budget, "75");
    await userEvent.click(screen.getByRole("checkbox", { name: "SOC 2" }));
    expect(sent("hold")).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Go on with these answers" }));
    await waitFor(() => expect(onDecided).toHaveBeenCalledOnce());
    expect(sent("approve")[0]?.body).toMatchObject({ answers: { budget: 75, compliance: ["gdpr", "soc2"] } });
  });

  it("tries to hold again when the first try failed", async () => {
    answers["hold"] = () => problem(503, {});
    show(gate("input-0"));
    await userEvent.type(screen.getByLabelText("How much?"), "1");
    await waitFor(() => expect(sent("hold").length).toBeGreaterThan(0));
    const before = sent("hold").length;
    answers["hold"] = () => json(200, gate("input-0", { held: true }));
    await userEvent.type(screen.getByLabelText("How much?"), "2");
    expect(sent("hold").length).toBeGreaterThan(before);
  });

  it("refuses what cannot be right at its field, without asking the server", async () => {
    show(gate("input-0", { held: true }));
    await userEvent.clear(screen.getByLabelText("How much?"));
    await userEvent.type(screen.getByLabelText("How much?"), "5000");
    await userEvent.click(screen.getByRole("button", { name: "Go on with these answers" }));
    expect(screen.getByRole("alert").textContent).toContain("10 to 100");
    expect(document.activeElement).toBe(screen.getByLabelText("How much?"));
    expect(requests).toEqual([]);
  });

  it("puts the server's words at the field they are about", async () => {
    answers["approve"] = () => problem(422, { errors: [{ field: "answers.budget", detail: "is below what the region needs" }] });
    const { onConflict } = show(gate("input-0", { held: true }));
    await userEvent.click(screen.getByRole("button", { name: "Accept all suggestions" }));
    const field = (await screen.findByText("is below what the region needs")).closest("[data-question]");
    expect(field?.getAttribute("data-question")).toBe("budget");
    expect(onConflict).not.toHaveBeenCalled();
  });

  it("tells who was faster", async () => {
    const decided = gate("input-0", { status: "answered", decision: { decision: "approve", actor: { name: "ada" }, at: "2026-11-21T06:00:00Z", answers: {}, defaulted: [] } });
    answers["approve"] = () => problem(409, { type: "/problems/gate-decided", gate: decided });
    const { onConflict, onDecided } = show(gate("input-0", { held: true }));
    await userEvent.click(screen.getByRole("button", { name: "Accept all suggestions" }));
    await waitFor(() => expect(onConflict).toHaveBeenCalledOnce());
    expect(onConflict.mock.calls[0]?.[0].gate?.decision?.actor.name).toBe("ada");
    expect(onDecided).not.toHaveBeenCalled();
  });
});

describe("the final gate", () => {
  it("keeps the words of a revision until they are sent", async () => {
    show(gate("final-0"), designed({}));
    await userEvent.click(screen.getByRole("button", { name: "Ask for a revision" }));
    await userEvent.type(screen.getByLabelText("What should change?"), "half the cost");
    cleanup();
    const { onDecided } = show(gate("final-0"), designed({}));
    expect(screen.getByText(/is back/)).toBeTruthy();
    expect(screen.getByLabelText("What should change?")).toHaveProperty("value", "half the cost");
    await userEvent.click(screen.getByRole("button", { name: "Send back to the planner" }));
    await waitFor(() => expect(onDecided).toHaveBeenCalledOnce());
    cleanup();
    show(gate("final-0"), designed({}));
    expect(screen.queryByLabelText("What should change?")).toBeNull();
  });

  it("does not send a revision without words", async () => {
    show(gate("final-0", { held: true }));
    await userEvent.click(screen.getByRole("button", { name: "Ask for a revision" }));
    await userEvent.click(screen.getByRole("button", { name: "Send back to the planner" }));
    expect(screen.getByRole("alert").textContent).toContain("Say what should change");
    expect(requests).toEqual([]);
    await userEvent.type(screen.getByLabelText("What should change?"), "cheaper");
    await userEvent.click(screen.getByRole("button", { name: "Send back to the planner" }));
    await waitFor(() => expect(sent("approve")[0]?.body).toEqual({ gate: "final-0", subject_hash: "abc", decision: "revise", comment: "cheaper" }));
  });

  it("asks before it rejects", async () => {
    show(gate("final-0", { held: true }));
    await userEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(requests).toEqual([]);
    await userEvent.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Reject the design" }));
    await waitFor(() => expect(sent("approve")[0]?.body).toMatchObject({ decision: "reject" }));
  });

  it("says what of the comment was not understood, where it runs, and what is not generated there", () => {
    show(gate("final-1"), designed({ responses: ["Understood: it should cost less.", "Not understood: “and paint it blue”."] }));
    const notice = screen.getByText("Not understood of your last comment").parentElement;
    expect(notice?.textContent).toContain("“and paint it blue”");
    expect(notice?.textContent).not.toContain("it should cost less");
    expect(screen.getByText(/westeurope \(EU\)/)).toBeTruthy();
    expect(screen.getByText(/Infrastructure code is generated for AWS only/)).toBeTruthy();
  });

  it("says nothing of that on AWS, and tells the plan once", () => {
    const set = designed({ cloud: "aws", responses: [] });
    show(gate("final-0", { summary: "Nightly batch: scores every night. Expected $1725 a month." }), set);
    expect(screen.queryByText(/generated for AWS only/)).toBeNull();
    expect(screen.queryByText("Not understood of your last comment")).toBeNull();
    expect(document.body.textContent?.split("scores every night.")).toHaveLength(2);
    expect(screen.getByText(/Expected \$1,725 a month/)).toBeTruthy();
  });

  it("tells each candidate's reason in full", () => {
    show(gate("final-0"), designed({}));
    expect(within(screen.getByRole("region", { name: "Candidates compared" })).getByText(/99\.999 %/)).toBeTruthy();
    expect(screen.getByText("Costs more.")).toBeTruthy();
  });

  it("offers only what the gate allows", () => {
    show(gate("final-6", { options: ["approve", "reject"] }));
    expect(screen.queryByRole("button", { name: "Ask for a revision" })).toBeNull();
    expect(screen.getByRole("button", { name: "Approve and generate" })).toBeTruthy();
  });
});

describe("the decisions so far", () => {
  it("tells each answer in the form's words, and whose it is", () => {
    const decision = { decision: "approve", actor: { name: "ada" }, at: "2026-11-21T06:00:00Z", answers: { budget: 1750, compliance: ["gdpr"] } as unknown as Record<string, never>, defaulted: ["compliance"] } as const;
    render(<GateHistory gates={[gate("input-0", { status: "answered", decision: { ...decision, defaulted: [...decision.defaulted] } })]} />);
    expect(screen.getByText(/^ada answered on/)).toBeTruthy();
    expect(screen.getByText("How much?").parentElement?.textContent).toBe("How much?1,750 USD per monthanswered by ada");
    expect(screen.getByText("Which rules?").parentElement?.textContent).toBe("Which rules?GDPRsuggestion, accepted by ada");
  });

  it("tells what the timer took", () => {
    const decision = { decision: "approve" as const, actor: { name: "auto-approval" }, at: "2026-11-21T06:00:00Z", answers: { compliance: [] } as unknown as Record<string, never>, defaulted: ["compliance"] };
    render(<GateHistory gates={[gate("input-0", { status: "auto_approved", decision })]} />);
    expect(screen.getByText(/^The timer took the suggestions/)).toBeTruthy();
    expect(screen.getByText("Which rules?").parentElement?.textContent).toBe("Which rules?Nonesuggestion, taken by the timer");
  });
});
