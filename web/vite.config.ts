import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

import { mockPlatform } from "./mock/plugin.ts";
import { startShell } from "./src/features/start/start-shell.ts";
import { strings } from "./src/shared/strings.ts";

/** What a page may do. The platform's server may send the same as a header; the tag makes it hold wherever the files are served. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  // Radix and the code view set styles from script; styles cannot run anything.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:* wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  // Only in the build: the development server injects inline scripts of its own.
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY }, injectTo: "head-prepend" },
  ],
};

const shell: Plugin = {
  name: "start-shell",
  // The development server brings the styles with the script: without them the words would flash.
  apply: "build",
  transformIndexHtml: (html) => html.replace('<div id="root"></div>', `<div id="root">${startShell({ name: strings.app.name, title: strings.start.title, lead: strings.start.lead })}</div>`),
};

export default defineConfig(({ mode }) => {
  const platform = process.env["PLATFORM_URL"];
  const proxy = platform ? { "/v1": { target: platform }, "/ws": { target: platform, ws: true } } : {};
  return {
    plugins: [react(), tailwindcss(), contentSecurityPolicy, shell, ...(mode === "mock" ? [mockPlatform()] : [])],
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    server: { host: "127.0.0.1", proxy },
    preview: { host: "127.0.0.1", proxy },
    build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 700 },
  };
});
