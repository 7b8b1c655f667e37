/** The server's state: how each part is asked for and under which key it is kept. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, sent } from "@/shared/api/client";
import { ApiProblem, asProblem } from "@/shared/api/problem";
import type { GateAnswer, NewDecisionSet, Project } from "@/shared/api/types";

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

  diff: (address: RunAddress) =>
    queryOptions({
      queryKey: ["projects", address.projectId, "decision-sets", address.runId, "diff"],
      queryFn: ({ signal }) => sent(api.GET("/v1/projects/{project_id}/decision-sets/{decision_set_id}/diff", { params: { path: pathOf(address) }, signal })),
      staleTime: Infinity,
    }),
};

/** The project of this name: made, or found when somebody made it meanwhile. */
async function projectNamed(name: string): Promise<Project> {
  try {
    return await sent(api.POST("/v1/projects", { body: { name } }));
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.type !== "/problems/project-name-taken") throw error;
    const { projects } = await sent(api.GET("/v1/projects", { params: { query: { limit: 100 } } }));
    const taken = projects.find((project) => project.name.toLowerCase() === name.toLowerCase());
    if (!taken) throw error;
    return taken;
  }
}

export interface StartRun {
  /** An existing project, or the name of one to make. */
  readonly project: { readonly id: string } | { readonly name: string };
  readonly body: NewDecisionSet;
  /** The same for every try of the same request, so that it starts one run. */
  readonly idempotencyKey: string;
}

/** Starts a run; gives its address. */
export function useStartRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ project, body, idempotencyKey }: StartRun): Promise<RunAddress> => {
      const projectId = "id" in project ? project.id : (await projectNamed(project.name)).id;
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
