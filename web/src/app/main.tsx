import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";

import "@/app/app.css";
import { router } from "@/app/router";
import { ApiProblem } from "@/shared/api/problem";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the API refused stays refused; only what may pass is asked again.
      retry: (count, error) => count < 3 && error instanceof ApiProblem && error.passing,
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id `root`");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
