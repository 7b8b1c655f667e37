/** The one place that builds the application's paths. */
export const paths = {
  start: () => "/",
  /** The start page with this project chosen. */
  startIn: (projectId: string) => `/?project=${encodeURIComponent(projectId)}`,
  project: (projectId: string) => `/projects/${encodeURIComponent(projectId)}`,
  run: (projectId: string, decisionSetId: string) => `/projects/${encodeURIComponent(projectId)}/decision-sets/${encodeURIComponent(decisionSetId)}`,
};
