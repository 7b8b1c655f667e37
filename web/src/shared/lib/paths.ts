/** The one place that builds the application's paths. */
export const paths = {
  start: () => "/",
  run: (projectId: string, decisionSetId: string) => `/projects/${encodeURIComponent(projectId)}/decision-sets/${encodeURIComponent(decisionSetId)}`,
};
