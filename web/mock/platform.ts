/**
 * A small platform in memory that speaks the API: for looking at the UI, and for tests of the UI alone. Failures come
 * from words in the requirement: `[fail]` fails at the planner once, `[interrupt]` stops
 * without saying so, `[interrupt-gate]` does so at the final gate, `[azure]` plans for another cloud, `[conflict]`
 * contradicts the edits of the version before, `[think]` lets a model think aloud at the planner and take part in its
 * decision (`[think 500]` with so many milliseconds between its words), `[stream 2000 5]` makes so many more cards with so many milliseconds between them.
 */
import { createHash } from "node:crypto";

import type { ReasoningDelta } from "../src/shared/live/passing.ts";
import type { Artifact, DecisionSet, EditConflict, Event, FileEdit, Gate, GateAnswer, ModelSettings, NewDecisionSet, NewEdits, ProblemBody, Progress, Project, ProjectModels, PricedDesign, Run, ServerMessage, TriedField, TriedValues, WhatIf } from "./types.ts";
import { AZURE_PLAN, COSTS, DIFF, FILES, FILE_PATTERNS, IMPLEMENTATION, MODEL_USE, NODES, PLAN, POLICY, QUESTIONS, TECH, THOUGHT, VALIDATION, card, gate } from "./fixtures.ts";

type EventBody = Pick<Event, "type" | "data">;

interface MockRun {
  set: DecisionSet;
  events: Event[];
  /** Nodes to come. */
  step: number;
  round: number;
  timer: NodeJS.Timeout | null;
  failedOnce: boolean;
  interrupted: boolean;
  /** What people edited, by path, with the text. */
  edits: Map<string, { edit: FileEdit; text: string | null }>;
  /** What it took over from its parent. */
  carried: Map<string, { edit: FileEdit; text: string | null }>;
  /** The files of a run that was loaded. */
  file?: (path: string) => string | null;
}

export interface Answer {
  status: number;
  body: unknown;
  text?: boolean;
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function ulid(): string {
  let time = Date.now();
  let result = "";
  for (let place = 0; place < 10; place += 1) {
    result = ALPHABET[time % 32] + result;
    time = Math.floor(time / 32);
  }
  for (let place = 0; place < 16; place += 1) result += ALPHABET[Math.floor(Math.random() * 32)];
  return result;
}

/** Between two pieces of what a model says. */
const THINK_MS = 120;

/** The beginning of a text, cut between words where it is too long. */
function titleOf(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79).replace(/ \S*$/, "")}…`;
}

const sha = (text: string) => createHash("sha256").update(text).digest("hex");

export interface MockOptions {
  /** How long a node works, in milliseconds. */
  pace: number;
  /** How long a gate waits for a person, in seconds. */
  gateSeconds: number;
}

export class MockPlatform {
  readonly #options: MockOptions;
  readonly #projects: Project[] = [];
  readonly #modelSettings = new Map<string, ModelSettings>();
  readonly #runs = new Map<string, MockRun>();
  readonly #keys = new Map<string, string>();
  /** Who follows: told of every event. */
  onEvent: (runId: string, message: ServerMessage) => void = () => undefined;

  constructor(options: MockOptions) {
    this.#options = options;
  }

  /** Answers a REST request. */
  #models(projectId: string, method: string, body: ModelSettings | undefined): Answer {
    const offers: ProjectModels["models"] = [
      { address: "anthropic:claude-haiku-4-5", provider: "anthropic", name: "claude-haiku-4-5", usd_per_million_read: 1, usd_per_million_written: 5 },
      { address: "openai:http://127.0.0.1:8081/v1#qwen3", provider: "openai", name: "qwen3", usd_per_million_read: null, usd_per_million_written: null },
    ];
    if (method === "PUT" && body) {
      if ((body.temperature ?? 0) > 2) return problem(422, "body-invalid", "`temperature` is too high", [{ field: "temperature", detail: `is ${body.temperature}; 0 to 2 is accepted` }]);
      this.#modelSettings.set(projectId, body);
    }
    const settings = this.#modelSettings.get(projectId) ?? { enabled: true };
    const asked = settings.enabled === false ? null : (settings.model ?? offers[0]?.address ?? null);
    const nodes = ["intake_extract", "adaptive_questions", "planner", "critic_tech", "critic_cost"];
    const agents = Object.fromEntries(nodes.map((node) => [node, asked === null ? null : (settings.per_agent?.[node] ?? asked)]));
    return ok({ settings, models: offers, agents, tokens_per_run: 400_000, usd_per_run: 2, temperature: null } satisfies ProjectModels);
  }

  handle(method: string, path: string, query: URLSearchParams, headers: (name: string) => string | undefined, body: unknown): Answer {
    const parts = path.split("/").filter(Boolean).slice(1);
    const [first, projectId, second, third, fourth, fifth] = parts;
    if (first === "health") return ok({ status: "ok", version: "mock" });
    // What a signed address leads to.
    if (first === "mock-object") return { status: 200, body: "mock", text: true };
    if (first !== "projects") return problem(404, "route-not-found", "There is no such route.");
    if (!projectId) {
      if (method === "GET") return ok(this.#listed(Number(query.get("limit") ?? 50), query.get("cursor")));
      const { name } = body as { name: string };
      const key = headers("idempotency-key");
      const repeated = key && this.#projects.find(({ id }) => id === this.#keys.get(key));
      if (repeated) return { status: 201, body: repeated };
      if (this.#projects.some((project) => project.name.toLowerCase() === name.toLowerCase())) return problem(409, "project-name-taken", `\`${name}\` exists.`);
      const project: Project = { id: `prj_${ulid()}`, owner: "local", name, description: "", last_version: 0, created_at: new Date().toISOString() };
      this.#projects.push(project);
      if (key) this.#keys.set(key, project.id);
      return { status: 201, body: project };
    }
    if (projectId === "prj_expired") return problem(401, "unauthenticated", "The token has expired.");
    if (projectId === "prj_forbidden") return problem(403, "forbidden", "The project belongs to somebody else.");
    if (projectId === "prj_failing") return problem(503, "unavailable", "A service behind the API does not answer.");
    const project = this.#projects.find(({ id }) => id === projectId);
    if (!project) return problem(404, "project-not-found", `There is no project \`${projectId}\`.`);
    if (!second) return ok(project);
    if (second === "constraints") return this.#create(project, body as NewDecisionSet, headers("idempotency-key"));
    if (second === "models") return this.#models(projectId, method, body as ModelSettings | undefined);
    if (second === "jobs") {
      const run = [...this.#runs.values()].find(({ set }) => set.job_id === third);
      return run ? ok(job(run)) : problem(404, "job-not-found", "There is no such job.");
    }
    if (!third) {
      const sets = [...this.#runs.values()].filter(({ set }) => set.project_id === projectId).toReversed();
      return ok({ decision_sets: sets.slice(0, Number(query.get("limit") ?? 50)).map(({ set }) => set), next_cursor: null });
    }
    const run = this.#runs.get(third);
    if (!run || run.set.project_id !== projectId) return problem(404, "decision-set-not-found", `There is no decision set \`${third}\`.`);
    switch (fourth) {
      case undefined:
        return ok(run.set);
      case "agent-runs":
        return modelEffect(run.set, fifth ?? "", Number(parts[6] ?? 0));
      case "events": {
        const after = Number(query.get("after") ?? 0);
        const limit = Number(query.get("limit") ?? 50);
        return ok({ events: run.events.slice(after, after + limit), newest_sequence: run.events.length });
      }
      case "approve":
        return this.#approve(run, body as GateAnswer);
      case "gates":
        return this.#hold(run, fifth ?? "");
      case "cancel":
        this.#end(run, "cancelled", "The run was cancelled.");
        return ok(job(run));
      case "resume":
        run.interrupted = false;
        this.#start(run);
        return { status: 202, body: accepted(run) };
      case "artifacts": {
        if (run.file && fifth === "content") {
          const text = run.file((query.get("path") ?? "").replace("repository/", ""));
          return text === null ? problem(404, "artifact-not-found", "There is no such artifact.") : { status: 200, body: text, text: true };
        }
        if (fifth === "content") {
          const text = textsOf(run).get((query.get("path") ?? "").replace("repository/", ""));
          return text !== undefined ? { status: 200, body: text, text: true } : problem(404, "artifact-not-found", "There is no such artifact.");
        }
        const artifacts = !run.set.result ? [] : run.file ? storedArtifacts(run.set) : artifactsOf(run);
        return ok({ artifacts: artifacts.map((artifact) => ({ ...artifact, url: `/v1/mock-object/${artifact.path}`, expires_at: new Date(Date.now() + 600_000).toISOString() })) });
      }
      case "edits":
        if (run.set.status !== "completed") return problem(409, "run-not-completed", "The version has not completed, so it has no files to edit.");
        if (fifth === "content") {
          const file = query.get("path") ?? "";
          const own = run.edits.get(file);
          const text = query.get("side") === "generated" ? generatedOf(run, file) : own ? own.text : textsOf(run).get(file);
          return typeof text === "string" ? { status: 200, body: text, text: true } : problem(404, "artifact-not-found", "The repository does not have this file with its edits.");
        }
        return method === "PUT" ? this.#edit(run, body as NewEdits, headers("x-mock-user") ?? "local") : ok(listOf(run));
      case "what-if":
        return whatIf(run.set, body as TriedValues);
      case "diff":
        return run.set.parent ? ok({ parent: run.set.parent, ...DIFF }) : problem(404, "nothing-to-compare", "There is no version to compare with.");
      default:
        return problem(404, "route-not-found", "There is no such route.");
    }
  }

  /** A page of the projects, the newest first; the cursor is the place of the next one. */
  #listed(limit: number, cursor: string | null) {
    const from = Number(cursor ?? 0);
    const all = this.#projects.toReversed();
    return { projects: all.slice(from, from + limit), next_cursor: all.length > from + limit ? String(from + limit) : null };
  }

  /** Events for a subscriber that has everything up to `after`. */
  replay(runId: string, after: number): ServerMessage[] {
    const run = this.#runs.get(runId);
    if (!run) return [{ kind: "refused", error: "DecisionSetNotFound", detail: "There is no such decision set." }];
    return [...run.events.slice(after).map((event): ServerMessage => ({ kind: "event", event })), { kind: "subscribed", decision_set_id: runId, newest_sequence: run.events.length }];
  }

  newest(runId: string): number {
    return this.#runs.get(runId)?.events.length ?? 0;
  }

  #create(project: Project, body: NewDecisionSet, key: string | undefined): Answer {
    if (body.requirement.trim() === "") return problem(422, "body-invalid", "`requirement` is empty.", [{ field: "requirement", detail: "is empty: write what you need" }]);
    const known = key ? this.#runs.get(this.#keys.get(key) ?? "") : undefined;
    if (known) return { status: 202, body: accepted(known) };
    project.last_version += 1;
    const now = new Date().toISOString();
    const id = `ds_${ulid()}`;
    const record: Run = {
      id,
      project_id: project.id,
      owner: "local",
      kind: "design",
      version: project.last_version,
      parent: body.parent ?? null,
      title: body.title ?? titleOf(body.requirement),
      variant: body.variant ?? "full",
      status: "queued",
      revision: 1,
      last_sequence: 0,
      attempt: 0,
      progress: { percentage: 0, current: null, running: [], completed: [], eta_seconds: null },
      open_gate: null,
      failure: null,
      input: { sha256: sha(body.requirement), size: body.requirement.length },
      created_at: now,
      updated_at: now,
      ended_at: null,
    };
    const set: DecisionSet = {
      ...record,
      job_id: `job_${id.slice(3)}-1`,
      requirement: body.requirement,
      given_constraints: (body.constraints ?? {}) as DecisionSet["given_constraints"],
      gates: [],
      agent_runs: [],
      links: { decision_set: "", events: "", job: "", artifacts: "" },
    };
    const run: MockRun = { set, events: [], step: 0, round: 0, timer: null, failedOnce: false, interrupted: false, edits: new Map(), carried: new Map() };
    const parent = this.#runs.get(body.parent ?? "");
    if (parent) run.carried = new Map([...parent.carried, ...parent.edits]);
    this.#runs.set(id, run);
    if (key) this.#keys.set(key, id);
    this.#start(run);
    return { status: 202, body: accepted(run) };
  }

  #emit(run: MockRun, body: EventBody): void {
    const event = { sequence: run.events.length + 1, decision_set_id: run.set.id, at: new Date().toISOString(), ...body } as Event;
    run.events.push(event);
    run.set.last_sequence = event.sequence;
    this.onEvent(run.set.id, { kind: "event", event });
  }

  #start(run: MockRun): void {
    run.set.attempt += 1;
    run.set.status = "running";
    run.set.failure = null;
    this.#emit(run, { type: "workflow-start", data: { attempt: run.set.attempt, variant: run.set.variant, nodes: NODES } });
    this.#next(run);
  }

  #progress(run: MockRun): Progress {
    const node = NODES[run.step];
    return {
      percentage: Math.round((100 * run.step) / NODES.length),
      current: node ? { node, iteration: run.round } : null,
      running: node ? [{ node, iteration: run.round }] : [],
      completed: NODES.slice(0, run.step),
      eta_seconds: ((NODES.length - run.step) * this.#options.pace) / 1_000,
    };
  }

  #next(run: MockRun): void {
    const node = NODES[run.step];
    if (node === undefined) return this.#end(run, "completed", "The repository is stored: 8 files, 2 checks passed, 1 failed, 1 could not run.");
    if (node === "adaptive_questions" && run.set.variant === "thin") run.step += 2;
    const current = NODES[run.step] ?? node;
    const step = { node: current, iteration: run.round };
    this.#emit(run, { type: "node-start", data: { step, progress: this.#progress(run) } });
    const started = Date.now();
    run.timer = setTimeout(() => {
      if (current === "planner" && run.set.requirement.includes("[fail]") && !run.failedOnce) return this.#fail(run);
      if (current === "planner" && run.set.requirement.includes("[interrupt]") && !run.failedOnce) {
        run.failedOnce = true;
        run.interrupted = true;
        return undefined;
      }
      if (current.startsWith("hitl_gate") && run.set.variant !== "thin") return this.#open(run, current.endsWith("input") ? "input" : "final", started);
      const thinks = current === "planner" && /\[think( \d+)?\]/.test(run.set.requirement);
      return this.#think(run, step, thinks ? THOUGHT : [], () => {
        const decided = card(current, run.round, run.set.requirement);
        if (!current.startsWith("hitl_gate")) this.#emit(run, { type: "reason-card", data: thinks ? { ...decided, thinker: { kind: "model", provider: MODEL_USE.provider, model: MODEL_USE.model } } : decided });
        this.#fill(run, current);
        const [, count, pause] = (current === "intake_extract" && /\[stream (\d+) (\d+)\]/.exec(run.set.requirement)) || [];
        this.#stream(run, Number(count ?? 0), Number(pause ?? 0), () => this.#complete(run, step, started));
      });
    }, this.#options.pace * (0.6 + Math.random() * 0.8));
  }

  /** What passes and is not stored; an empty piece says that the model begins anew. */
  #think(run: MockRun, step: { node: string; iteration: number }, pieces: readonly string[], done: () => void): void {
    const [piece, ...rest] = pieces;
    if (piece === undefined) return done();
    const message: ReasoningDelta = { kind: "reasoning_delta", decision_set_id: run.set.id, step, text: piece, again: piece === "" };
    this.onEvent(run.set.id, message);
    const [, pause] = /\[think (\d+)\]/.exec(run.set.requirement) ?? [];
    run.timer = setTimeout(() => this.#think(run, step, rest, done), Number(pause ?? THINK_MS));
  }

  /** Many cards, to see how the page bears them. As many at once as the pause is shorter than a timer can be. */
  #stream(run: MockRun, count: number, pause: number, done: () => void): void {
    if (count === 0) return done();
    const began = Date.now();
    let made = 0;
    const timer = setInterval(() => {
      const due = pause === 0 ? count : Math.min(count, Math.ceil((Date.now() - began) / pause));
      for (; made < due; made += 1) {
        const node = NODES[made % 8] ?? "planner";
        this.#emit(run, { type: "reason-card", data: card(node.startsWith("hitl") ? "planner" : node, made, run.set.requirement) });
      }
      if (made < count) return;
      clearInterval(timer);
      done();
    }, 1);
  }

  #complete(run: MockRun, step: { node: string; iteration: number }, started: number): void {
    run.step += 1;
    this.#record(run, step, started);
    this.#emit(run, { type: "node-complete", data: { step, duration_ms: Date.now() - started, summary: "Done.", progress: this.#progress(run) } });
    this.#next(run);
  }

  #open(run: MockRun, kind: "input" | "final", started: number): void {
    const opened = gate(kind, run.round, this.#options.gateSeconds);
    if (kind === "final" && run.set.requirement.includes("[interrupt-gate]") && !run.failedOnce) {
      run.failedOnce = true;
      run.interrupted = true;
    }
    // After a resumption the same gate opens again.
    run.set.gates = run.set.gates.filter(({ id }) => id !== opened.id);
    run.set.gates.push(opened);
    run.set.open_gate = opened.id;
    run.set.status = "awaiting_input";
    if (kind === "input") this.#emit(run, { type: "questions-presented", data: { gate: opened } });
    this.#emit(run, { type: "workflow-paused", data: { gate: opened } });
    const step = { node: `hitl_gate_${kind}`, iteration: run.round };
    this.#record(run, step, started);
    this.#emit(run, { type: "node-complete", data: { step, duration_ms: Date.now() - started, summary: "The gate is open.", progress: this.#progress(run) } });
  }

  /** The run record of a completed node. */
  #record(run: MockRun, step: { node: string; iteration: number }, started: number): void {
    run.set.agent_runs.push({
      step,
      attempt: run.set.attempt,
      ...(step.node === "planner" && run.set.requirement.includes("[think")
        ? { thinker: { kind: "model", provider: MODEL_USE.provider, model: MODEL_USE.model }, tokens_total: MODEL_USE.tokens_read + MODEL_USE.tokens_written, model: MODEL_USE }
        : { thinker: { kind: "built_in_rules" }, tokens_total: 0 }),
      started_at: new Date(started).toISOString(),
      duration_ms: Date.now() - started,
      ok: true,
      output: { sha256: sha(`${run.set.id} ${step.node} ${step.iteration}`), size: 1_024 + step.node.length * 97 },
      signal: {},
    });
  }

  /** A run that somebody stored: everything that the API said of it, and its files if they are there. */
  load(set: DecisionSet, events: Event[], file: (path: string) => string | null): void {
    if (!this.#projects.some(({ id }) => id === set.project_id)) {
      this.#projects.push({ id: set.project_id, owner: "local", name: set.title, description: "", last_version: set.version, created_at: set.created_at });
    }
    this.#runs.set(set.id, { set, events, step: NODES.length, round: 0, timer: null, failedOnce: false, interrupted: false, edits: new Map(), carried: new Map(), file });
  }

  #approve(run: MockRun, answer: GateAnswer): Answer {
    const open = run.set.gates.find(({ id }) => id === answer.gate);
    if (!open) return problem(404, "gate-not-found", "There is no such gate.");
    if (open.status !== "pending") return problem(409, "gate-decided", "The gate is decided.", [], open);
    const budget = answer.answers?.["budget"];
    // A rule that only the server knows, to see its words at the field.
    if (budget === 1313) return problem(422, "answers-invalid", "`answers.budget` is 1313", [{ field: "answers.budget", detail: "is 1313; the mock refuses exactly this number" }]);
    const questions = open.questions;
    const defaults = questions.filter(({ id }) => answer.answers?.[id] === undefined);
    open.status = "answered";
    open.decision = {
      decision: answer.decision,
      actor: { name: "local" },
      at: new Date().toISOString(),
      comment: answer.comment ?? null,
      answers: { ...Object.fromEntries(defaults.map(({ id, default: { value } }) => [id, value])), ...answer.answers } as Record<string, never>,
      defaulted: defaults.map(({ id }) => id),
    };
    run.set.open_gate = null;
    run.set.status = "running";
    this.#emit(run, { type: "workflow-resumed", data: { gate: open.id, status: "answered", decision: open.decision } });
    if (answer.decision === "reject") this.#end(run, "rejected", "A person rejected the design.");
    else if (answer.decision === "revise") {
      run.round += 1;
      run.step = NODES.indexOf("planner");
      this.#next(run);
    } else {
      run.step += 1;
      this.#next(run);
    }
    return ok(open);
  }

  /** Like the API: a hash that is not the one there is refused, and all are stored or none. */
  #edit(run: MockRun, { files }: NewEdits, who: string): Answer {
    const texts = run.file ? new Map<string, string>() : textsOf(run);
    const edited: [string, { edit: FileEdit; text: string | null }][] = [];
    for (const [place, { path, text: given, deleted, take, replaces, executable }] of files.entries()) {
      const own = run.edits.get(path);
      const stored = run.set.manifest?.files.find((file) => file.path === path)?.body ?? null;
      const now = own ? own.edit.body : stored;
      if (replaces && now?.sha256 !== replaces) {
        const detail = "is not the content that is there; read it and edit that";
        return problem(409, "version-changed", `\`files[${place}].replaces\` ${detail}.`, [{ field: `files[${place}].replaces`, detail }]);
      }
      if (/^reports\//i.test(path)) return problem(422, "body-invalid", "A path is not accepted.", [{ field: `files[${place}].path`, detail: "is a report, which every version writes anew" }]);
      if (path.startsWith("/") || path.split("/").includes("..")) return problem(422, "body-invalid", "A path is not accepted.", [{ field: `files[${place}].path`, detail: "must be a path within the repository" }]);
      const generated = generatedOf(run, path);
      const text = take === "generated" ? generated : take === "now" ? (own ? own.text : (texts.get(path) ?? null)) : (given ?? null);
      const size = Buffer.byteLength(text ?? "");
      if (size > 500_000) return problem(422, "body-invalid", "A text is too long.", [{ field: `files[${place}].text`, detail: `has ${size} bytes; at most 500000 are accepted` }]);
      const body = deleted || text === null ? null : { sha256: sha(text), size };
      const contradicted = listOf(run).conflicts.some((conflict) => conflict.path === path);
      if (body?.sha256 === now?.sha256 && !contradicted) continue;
      const base = generated === null ? (run.file ? stored : null) : { sha256: sha(generated), size: Buffer.byteLength(generated) };
      edited.push([path, { edit: { path, body, base, executable: executable ?? false, by: { name: who }, at: new Date().toISOString() }, text: body ? text : null }]);
    }
    for (const [path, edit] of edited) run.edits.set(path, edit);
    if (edited.length > 0) this.#emit(run, { type: "files-edited", data: { files: edited.map(([, { edit }]) => edit) } });
    return ok(listOf(run));
  }

  #hold(run: MockRun, gateId: string): Answer {
    const open = run.set.gates.find(({ id }) => id === gateId);
    if (!open) return problem(404, "gate-not-found", "There is no such gate.");
    if (open.status !== "pending") return problem(409, "gate-decided", "The gate is decided.", [], open);
    if (!open.held) {
      open.held = true;
      open.expires_at = new Date(Date.now() + 604_800_000).toISOString();
      this.#emit(run, { type: "gate-held", data: { gate: open.id, actor: { name: "local" }, expires_at: open.expires_at } });
    }
    return ok(open);
  }

  #fail(run: MockRun): void {
    run.failedOnce = true;
    run.set.failure = {
      node: "planner",
      error: "MemoryIncomplete",
      cause: "The constraints of the first round could not be read.",
      way_out: "Resume the run: finished steps are not repeated.",
    };
    this.#emit(run, { type: "error", data: run.set.failure });
    this.#end(run, "failed", "The run failed at planner.");
  }

  #end(run: MockRun, status: Run["status"], summary: string): void {
    if (run.timer) clearTimeout(run.timer);
    run.set.status = status;
    run.set.open_gate = null;
    run.set.ended_at = new Date().toISOString();
    this.#emit(run, { type: "workflow-complete", data: { status, summary } });
  }

  #fill(run: MockRun, node: string): void {
    const { set } = run;
    if (node === "adaptive_questions") set.questions = { round: 0, questions: QUESTIONS };
    if (node === "planner") {
      const plan = set.requirement.includes("[azure]") ? AZURE_PLAN : PLAN;
      set.plan = run.round === 0 ? plan : { ...plan, responses: ["Understood: it should cost less.", "Not understood: “and paint it blue”."] };
    }
    if (node === "critic_tech") set.tech_review = TECH;
    if (node === "critic_cost") set.cost_review = COSTS;
    if (node === "policy_eval") set.policy_report = POLICY;
    if (node === "codegen") {
      const files = [...textsOf(run)].map(([path, text]) => ({ path, body: { sha256: sha(text), size: text.length }, executable: false, purpose: FILES[path]?.purpose ?? "Added by local", patterns: [...(FILE_PATTERNS[path] ?? [])], written_by: path.startsWith("reports/") ? "rationale_compile" : "codegen" }));
      set.manifest = { name: "churn-scoring", files: files.filter(({ path }) => !path.startsWith("reports/")), total_bytes: 4_000, edits: [...run.carried.values()].map(({ edit }) => edit), conflicts: conflictsOf(run) };
      set.reports = { files: files.filter(({ path }) => path.startsWith("reports/")), main: "reports/architecture.md" };
    }
    if (node === "validators") set.validation = VALIDATION;
    if (node === "critic_implementation") set.implementation = IMPLEMENTATION;
    if (node === "diff_and_persist") {
      const [bundle, history] = ["bundle", "git_bundle"].map((kind) => artifactsOf(run).find((artifact) => artifact.kind === kind));
      if (bundle) set.result = { bundle, history: history ?? null, summary: "Stored.", changes: null };
    }
  }
}

/** The texts of a version's files: what it took over from its parent is in them. */
function textsOf(run: MockRun): Map<string, string> {
  const texts = new Map(Object.entries(FILES).map(([path, { text }]) => [path, text]));
  for (const [path, { text }] of run.carried) {
    if (text === null) texts.delete(path);
    else texts.set(path, text);
  }
  return texts;
}

/** What is generated for a path in a version: it contradicts the edits where a conflict was asked for. */
function generatedOf(run: MockRun, path: string): string | null {
  const text = FILES[path]?.text ?? null;
  const conflict = run.set.manifest?.conflicts?.find((one) => one.path === path);
  return conflict ? (conflict.generated ? anew(path) : null) : text;
}

/** The text that contradicts an edit. */
function anew(path: string): string {
  return `${FILES[path]?.text ?? ""}# Generated anew.\n`;
}

/** The edits of a version, those that it took over included, and the conflicts that nobody has settled. */
function listOf(run: MockRun) {
  const all = new Map([...run.carried, ...run.edits]);
  return {
    edits: [...all.values()].map(({ edit }) => edit).toSorted((a, b) => a.path.localeCompare(b.path)),
    conflicts: (run.set.manifest?.conflicts ?? []).filter(({ path }) => !run.edits.has(path)),
  };
}

/** `[conflict]` in the requirement of a version with edits: it contradicts each of them. */
function conflictsOf(run: MockRun): EditConflict[] {
  if (!run.set.requirement.includes("[conflict]")) return [];
  return [...run.carried.values()].map(({ edit: { path, body, base, by } }) => ({
    path,
    kind: !body ? "removed_but_generated" : base ? "both_changed" : "both_added",
    yours: body ?? null,
    generated: { sha256: sha(anew(path)), size: Buffer.byteLength(anew(path)) },
    base: base ?? null,
    by,
  }));
}

function artifactsOf(run: MockRun): Artifact[] {
  const files = [...textsOf(run)].map(([path, text]) => ({ path: `repository/${path}`, kind: "repository_file", content_type: "text/plain", sha256: sha(text), size_bytes: Buffer.byteLength(text) }));
  return [
    ...files,
    { path: "repository.zip", kind: "bundle", content_type: "application/zip", sha256: sha("zip"), size_bytes: 8_192 },
    { path: "churn-scoring.bundle", kind: "git_bundle", content_type: "application/x-git-bundle", sha256: sha("git"), size_bytes: 12_288 },
  ];
}

function storedArtifacts({ manifest, reports, result }: DecisionSet): Artifact[] {
  const files = [...(manifest?.files ?? []), ...(reports?.files ?? [])];
  const artifacts = files.map(({ path, body }) => ({ path: `repository/${path}`, kind: "repository_file", content_type: "text/plain", sha256: body.sha256, size_bytes: body.size }));
  return result ? [...artifacts, result.bundle, ...(result.history ? [result.history] : [])] : artifacts;
}

/** What is stored of the mock's model: one more risk among what the rules said. */
function modelEffect(set: DecisionSet, node: string, iteration: number): Answer {
  const record = set.agent_runs.find(({ step }) => step.node === node && step.iteration === iteration);
  if (!record?.model?.rules_alone) return problem(404, "artifact-not-found", `No model changed the output of \`${node}#${iteration}\`.`);
  const risks = ["Two zones share one database."];
  return ok({ step: record.step, rules_alone: { risks }, with_model: { risks: [...risks, "Spot capacity is gone at night."] } });
}

/** Not the engine: the load moves the cost in proportion, and ten times the load wants another design. */
function whatIf(set: DecisionSet, tried: TriedValues): Answer {
  const { plan, cost_review: review } = set;
  const selected = plan?.candidates.find(({ id }) => id === plan.selected);
  if (!plan || !selected || !review) return problem(409, "run-not-completed", "There is no plan yet to try other numbers with.");
  const own: Record<TriedField, number | null> = { average_per_second: 23, stored_gb: 80, daily_gb: 0.4, latency_ms: null, availability_percent: 99.9, budget_usd_per_month: review.budget?.limit_usd ?? null };
  const bounds: Record<TriedField, readonly [number, number]> = { average_per_second: [0.001, 1e6], stored_gb: [0.001, 1e7], daily_gb: [0, 1e6], latency_ms: [1, 86_400_000], availability_percent: [90, 100], budget_usd_per_month: [1, 1e9] };
  const fields = Object.keys(own) as TriedField[];
  const wrong = fields.flatMap((field) => {
    const [value, [low, high]] = [tried[field], bounds[field]];
    return typeof value === "number" && (value < low || value > high) ? [{ field, detail: `is ${value}; a number from ${low} to ${high} is accepted` }] : [];
  });
  if (wrong.length > 0) return problem(422, "body-invalid", wrong.map(({ field, detail }) => `\`${field}\` ${detail}`).join("; "), wrong);
  const load = (tried.average_per_second ?? 23) / 23;
  const stored = (tried.stored_gb ?? 80) / 80;
  const priced = (rate: number, data: number, budget: number | null): PricedDesign => {
    const parts = (review.components ?? []).map(({ pattern, name, expected_usd }) => ({ pattern, name, monthly_usd: expected_usd * (pattern.startsWith("serve") ? rate : pattern.startsWith("store") || pattern.startsWith("transform") ? data : 1) }));
    const monthly = parts.reduce((sum, part) => sum + part.monthly_usd, 0);
    return {
      low_usd: monthly * 0.75,
      monthly_usd: monthly,
      high_usd: monthly * 1.5,
      usd_per_thousand: monthly / (60_800 * rate),
      latency_ms: null,
      percentile: 95,
      availability_percent: selected.metrics.availability_percent,
      max_per_second: 400,
      violations: budget !== null && monthly > budget ? [`budget: $${Math.round(monthly)} a month is ${Math.round((100 * monthly) / budget)} % of your $${budget}`] : [],
      parts: parts.toSorted((a, b) => b.monthly_usd - a.monthly_usd),
    };
  };
  const now = priced(1, 1, own.budget_usd_per_month);
  const then = priced(load, stored, tried.budget_usd_per_month ?? own.budget_usd_per_month);
  const other = load >= 10;
  return ok({
    values: fields.map((field) => ({ field, now: own[field], tried: tried[field] ?? own[field], stated: field === "budget_usd_per_month", minimum: bounds[field][0], maximum: bounds[field][1] })),
    now,
    tried: then,
    delta_usd: then.monthly_usd - now.monthly_usd,
    delta_percent: (100 * (then.monthly_usd - now.monthly_usd)) / now.monthly_usd,
    choice: {
      same: !other,
      name: other ? "Endpoint with autoscaling" : selected.name,
      monthly_usd: other ? then.monthly_usd * 0.8 : then.monthly_usd,
      latency_p95_ms: null,
      violations: other ? then.violations : [],
      parts: other ? [{ capability: "serve", from: "Nightly batch transform", to: "Real-time endpoint" }] : [],
    },
  } satisfies WhatIf);
}

function accepted({ set }: MockRun) {
  return { decision_set_id: set.id, job_id: set.job_id, version: set.version, links: set.links };
}

function job({ set, interrupted }: MockRun) {
  return {
    job_id: set.job_id,
    decision_set_id: set.id,
    attempt: set.attempt,
    superseded_by: null,
    status: set.status,
    progress: set.progress,
    execution: interrupted ? "lost" : "running",
    interrupted,
    failure: set.failure,
    newest_sequence: set.last_sequence,
    updated_at: set.updated_at,
  };
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function problem(status: number, type: string, detail: string, errors: ProblemBody["errors"] = [], about?: Gate): Answer {
  return { status, body: { type: `/problems/${type}`, title: detail, status, detail, instance: "", request_id: "mock", errors, ...(about ? { gate: about } : {}) } };
}
