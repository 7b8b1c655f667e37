/** The server's state: how each part is asked for and under which key it is kept. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";

import { api, sent } from "@/shared/api/client";
import { ApiProblem, asProblem } from "@/shared/api/problem";
import type { GateAnswer, ModelSettings, NewDecisionSet, NewEdit, Project, TriedValues } from "@/shared/api/types";

export interface RunAddress {
  readonly projectId: string;
  readonly runId: string;
}

const pathOf = ({ projectId, runId }: RunAddress) => ({ project_id: projectId, decision_set_id: runId });

export const queries = {
  projects: () =>
    queryOptions({
      queryKey: ["projects"],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects", { params: { query: { limit: 100 } }, signal })),
    }),

  /** All projects, page by page. */
  projectPages: () =>
    infiniteQueryOptions({
      queryKey: ["projects", "pages"],
      queryFn: ({ signal, pageParam }) => sent(api.GET("/v1/projects", { params: { query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } }, signal })),
      initialPageParam: null as string | null,
      getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    }),

  project: (projectId: string) =>
    queryOptions({
      queryKey: ["projects", projectId],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}", { params: { path: { project_id: projectId } }, signal })),
      staleTime: 60_000,
    }),

  /** What the project says of models, and which there are. */
  models: (projectId: string) =>
    queryOptions({
      queryKey: ["projects", projectId, "models"],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}/models", { params: { path: { project_id: projectId } }, signal })),
      staleTime: 60_000,
    }),

  decisionSets: (projectId: string, limit: number) =>
    queryOptions({
      queryKey: ["projects", projectId, "decision-sets", { limit }],
      queryFn: ({ signal }) =>
        sent(api.GET("/v1/projects/{project_id}/decision-sets", { params: { path: { project_id: projectId }, query: { limit } }, signal })),
    }),

  decisionSet: (address: RunAddress) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}", { params: { path: pathOf(address) }, signal })),
    }),

  job: (projectId: string, jobId: string) =>
    queryOptions({
      queryKey: ["projects", projectId, "jobs", jobId],
      queryFn: ({ signal }) =>
        sent(api.GET("/v1/projects/{project_id}/jobs/{job_id}/status", { params: { path: { project_id: projectId, job_id: jobId } }, signal })),
    }),

  artifacts: (address: RunAddress) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "artifacts"],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/artifacts", { params: { path: pathOf(address) }, signal })),
      // The signed URLs expire; asking again makes new ones.
      staleTime: 60_000,
    }),

  content: (address: RunAddress, path: string) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "content", path],
      queryFn: ({ signal }) =>
        sent(
          api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/artifacts/content", {
            params: { path: pathOf(address), query: { path } },
            parseAs: "text",
            signal,
          }),
        ),
      // A version's files never change.
      staleTime: Infinity,
    }),

  /** The events as they are stored, page by page. `newest` is the newest that is known of, so that a run that goes on is read on. */
  events: (address: RunAddress, newest: number) =>
    infiniteQueryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "events", newest],
      queryFn: ({ signal, pageParam }) =>
        sent(
          api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/events", {
            params: { path: pathOf(address), query: { after: pageParam, limit: 100 } },
            signal,
          }),
        ),
      initialPageParam: 0,
      getNextPageParam: ({ events, newest_sequence }) => {
        const last = events.at(-1)?.sequence;
        return last !== undefined && last < newest_sequence ? last : undefined;
      },
      // What was shown stays while a run that goes on is read anew.
      placeholderData: (previous) => previous,
    }),

  /** What people edited in a completed version. */
  edits: (address: RunAddress) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "edits"],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits", { params: { path: pathOf(address) }, signal })),
    }),

  /** The text of an edited file. `sha256` is what it is known to be, so that another edit is another text. */
  editContent: (address: RunAddress, path: string, sha256: string) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "edits", "content", path, sha256],
      queryFn: ({ signal }) =>
        sent(
          api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits/content", {
            params: { path: pathOf(address), query: { path } },
            parseAs: "text",
            signal,
          }),
        ),
      staleTime: Infinity,
    }),

  /** The text that is generated for a file that people edited. */
  generatedContent: (address: RunAddress, path: string, sha256: string) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "edits", "generated", path, sha256],
      queryFn: ({ signal }) =>
        sent(
          api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits/content", {
            params: { path: pathOf(address), query: { path, side: "generated" } },
            parseAs: "text",
            signal,
          }),
        ),
      staleTime: Infinity,
    }),

  /** What other numbers would change. The same numbers always give the same answer. */
  whatIf: (address: RunAddress, tried: TriedValues) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "what-if", tried],
      queryFn: ({ signal }) => sent(api.POST("/v1/projects/{project_id}/decision-sets/{decision_set_id}/what-if", { params: { path: pathOf(address) }, body: tried, signal })),
      staleTime: Infinity,
    }),

  /** The output of an agent run by the rules alone, and the one that counts. */
  modelEffect: (address: RunAddress, node: string, iteration: number) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "model-effect", node, iteration],
      queryFn: ({ signal }) =>
        sent(
          api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/agent-runs/{node}/{iteration}/model-effect", {
            params: { path: { ...pathOf(address), node, iteration } },
            signal,
          }),
        ),
      staleTime: Infinity,
    }),

  diff: (address: RunAddress) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "diff"],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/diff", { params: { path: pathOf(address) }, signal })),
      staleTime: Infinity,
    }),
};

export function isNameTaken(error: unknown): boolean {
  return error instanceof ApiProblem && error.type === "/problems/project-name-taken";
}

/** How many names with a number are tried for a project that nobody named. */
const NUMBERED_NAMES = 20;
/** How many names with the time are tried after them: somebody else may begin in the same instant. */
const TIMED_NAMES = 5;

/** For a name that so many projects have that counting on is slow, such as `2026-11-22 02:18:07.215`. */
function timestamp(): string {
  return new Date().toISOString().slice(0, 23).replace("T", " ");
}

/** A new project. A name that is only a suggestion gets a number when it is taken: two projects must not mix. */
async function newProject(name: string, suggested: boolean, idempotencyKey: string): Promise<Project> {
  for (let place = 1; ; place += 1) {
    try {
      const body = { name: place === 1 ? name : `${name} (${place < NUMBERED_NAMES ? place : timestamp()})` };
      // Each name is a request of its own; the one with the time in it is another each time.
      const header = place < NUMBERED_NAMES ? { "Idempotency-Key": `${idempotencyKey}-project-${place}` } : {};
      // One after the other: each name is tried because the one before was taken.
      // oxlint-disable-next-line no-await-in-loop
      return await sent(api.POST("/v1/projects", { params: { header }, body }));
    } catch (error) {
      if (!suggested || place >= NUMBERED_NAMES + TIMED_NAMES || !isNameTaken(error)) throw error;
    }
  }
}

/** Stores what a project says of models. */
export function useSaveModels(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (settings: ModelSettings) => sent(api.PUT("/v1/projects/{project_id}/models", { params: { path: { project_id: projectId } }, body: settings })),
    onSuccess: (stored) => client.setQueryData(queries.models(projectId).queryKey, stored),
  });
}

export interface StartRun {
  /** An existing project, or the name of one to make. */
  readonly project: { readonly id: string } | { readonly name: string; readonly suggested: boolean };
  readonly body: NewDecisionSet;
  /** The same for every try of the same request, so that it starts one run. */
  readonly idempotencyKey: string;
}

/** Starts a run; gives its address. */
export function useStartRun() {
  const client = useQueryClient();
  // A project that was made for a run that was then refused is used by the next try.
  const made = useRef(new Map<string, string>());
  return useMutation({
    mutationFn: async ({ project, body, idempotencyKey }: StartRun): Promise<RunAddress> => {
      const known = "id" in project ? project.id : made.current.get(project.name);
      const projectId = known ?? ("id" in project ? project.id : (await newProject(project.name, project.suggested, idempotencyKey)).id);
      if ("name" in project) made.current.set(project.name, projectId);
      const accepted = await sent(
        api.POST("/v1/projects/{project_id}/constraints", {
          params: { path: { project_id: projectId }, header: { "Idempotency-Key": idempotencyKey } },
          body,
        }),
      );
      return { projectId, runId: accepted.decision_set_id };
    },
    onSuccess: () => void client.invalidateQueries({ queryKey: ["projects"] }),
  });
}

/**
 * Decides at a gate. `onConflict` is told even when the gate's form is gone by then, which is what happens when
 * somebody else was faster.
 */
export function useAnswerGate(address: RunAddress, onConflict: (problem: ApiProblem) => void) {
  const client = useQueryClient();
  return useMutation({
    onError: (error) => {
      const problem = asProblem(error);
      if (problem.status === 409) onConflict(problem);
    },
    mutationFn: (answer: GateAnswer) =>
      sent(api.POST("/v1/projects/{project_id}/decision-sets/{decision_set_id}/approve", { params: { path: pathOf(address) }, body: answer })),
    onSettled: () => void client.invalidateQueries({ queryKey: queries.decisionSet(address).queryKey, exact: true }),
  });
}

/** Edits one file. `onStored` is told even when the form is gone by then. */
export function useEditFile(address: RunAddress) {
  const client = useQueryClient();
  const { queryKey } = queries.edits(address);
  return useMutation({
    mutationFn: (edit: NewEdit) =>
      sent(api.PUT("/v1/projects/{project_id}/decision-sets/{decision_set_id}/edits", { params: { path: pathOf(address) }, body: { files: [edit] } })),
    onSuccess: (list, { path, text }) => {
      // What was saved need not be read to be shown.
      const sha256 = list.edits.find((edit) => edit.path === path)?.body?.sha256;
      if (sha256 !== undefined && typeof text === "string") client.setQueryData(queries.editContent(address, path, sha256).queryKey, text);
      client.setQueryData(queryKey, list);
    },
    // Somebody may have been faster: the form shows whose text is there now.
    onError: () => client.invalidateQueries({ queryKey }),
  });
}

export function useHoldGate(address: RunAddress) {
  return useMutation({
    mutationFn: (gateId: string) =>
      sent(
        api.POST("/v1/projects/{project_id}/decision-sets/{decision_set_id}/gates/{gate_id}/hold", {
          params: { path: { ...pathOf(address), gate_id: gateId } },
        }),
      ),
  });
}

export function useCancelRun(address: RunAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sent(api.POST("/v1/projects/{project_id}/decision-sets/{decision_set_id}/cancel", { params: { path: pathOf(address) } })),
    onSettled: () => void client.invalidateQueries({ queryKey: ["projects", address.projectId] }),
  });
}

export function useResumeRun(address: RunAddress) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sent(api.POST("/v1/projects/{project_id}/decision-sets/{decision_set_id}/resume", { params: { path: pathOf(address) } })),
    onSettled: () => void client.invalidateQueries({ queryKey: ["projects", address.projectId] }),
  });
}
