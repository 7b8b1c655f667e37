import { createBrowserRouter } from "react-router";

import { AppLayout } from "@/app/app-layout";
import { CrashPage } from "@/app/crash-page";
import ProjectPage from "@/features/start/project-page";
import StartPage from "@/features/start/start-page";

export const router = createBrowserRouter([
  {
    path: "/",
    Component: AppLayout,
    ErrorBoundary: CrashPage,
    children: [
      { index: true, Component: StartPage },
      { path: "projects/:projectId", Component: ProjectPage },
      {
        path: "projects/:projectId/decision-sets/:decisionSetId",
        // The run's page is fetched when a run is opened; the landing page does not wait for it.
        lazy: async () => ({ Component: (await import("@/features/run/run-page")).default }),
      },
      { path: "*", lazy: async () => ({ Component: (await import("@/app/not-found-page")).default }) },
    ],
  },
]);
