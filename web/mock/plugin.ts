/** Serves the mock platform from Vite: `npm run mock`. */
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Plugin, PreviewServer, ViteDevServer } from "vite";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

import type { ClientMessage, DecisionSet, Event } from "../src/shared/api/types.ts";
import { MockPlatform } from "./platform.ts";
import { addStillRuns } from "./still.ts";
import type { ServerMessage } from "./types.ts";

function number(name: string, otherwise: number): number {
  return Number(process.env[name] ?? otherwise);
}

export function mockPlatform(): Plugin {
  return { name: "mock-platform", configureServer: serve, configurePreviewServer: serve };
}

/** Behind the development server and behind the preview of the build alike. */
function serve(server: ViteDevServer | PreviewServer): void {
  const platform = new MockPlatform({ pace: number("MOCK_PACE_MS", 900), gateSeconds: number("MOCK_GATE_SECONDS", 120) });
  // Folders with what the API said of real runs: `decision-set.json`, `events.jsonl` and the files under `repo`.
  for (const folder of (process.env["MOCK_STORED"] ?? "").split(",").filter(Boolean)) loadStored(platform, folder);
  // Runs for pictures that are compared.
  if (process.env["MOCK_STILL"]) addStillRuns(platform);
  const followers = new Map<string, Set<WebSocket>>();
  platform.onEvent = (runId, message) => {
    for (const socket of followers.get(runId) ?? []) send(socket, message);
  };

  server.middlewares.use((request, response, next) => {
    if (request.url?.startsWith("/v1/")) void answer(platform, request, response);
    else next();
  });

  const sockets = new WebSocketServer({ noServer: true });
  server.httpServer?.on("upgrade", (request, socket, head) => {
    // Vite's own socket for hot updates is not at this path.
    if (request.url !== "/ws") return;
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on("message", (data) => receive(platform, followers, client, JSON.parse(String(data)) as ClientMessage));
      client.on("close", () => {
        for (const set of followers.values()) set.delete(client);
      });
    });
  });
}

function loadStored(platform: MockPlatform, folder: string): void {
  const set = JSON.parse(readFileSync(`${folder}/decision-set.json`, "utf8")) as DecisionSet;
  const lines = readFileSync(`${folder}/events.jsonl`, "utf8").split("\n").filter(Boolean);
  const file = (path: string) => (existsSync(`${folder}/repo/${path}`) ? readFileSync(`${folder}/repo/${path}`, "utf8") : null);
  platform.load(set, lines.map((line) => JSON.parse(line) as Event), file);
  console.log(`stored run: /projects/${set.project_id}/decision-sets/${set.id}`);
}

function send(socket: WebSocket, message: ServerMessage): void {
  socket.send(JSON.stringify(message));
}

function receive(platform: MockPlatform, followers: Map<string, Set<WebSocket>>, client: WebSocket, message: ClientMessage): void {
  switch (message.action) {
    case "subscribe": {
      const set = followers.get(message.decision_set_id) ?? new Set();
      followers.set(message.decision_set_id, set.add(client));
      for (const reply of platform.replay(message.decision_set_id, message.after ?? 0)) send(client, reply);
      break;
    }
    case "unsubscribe":
      followers.get(message.decision_set_id)?.delete(client);
      break;
    case "ping":
      for (const [runId, set] of followers) {
        if (set.has(client)) send(client, { kind: "heartbeat", decision_set_id: runId, newest_sequence: platform.newest(runId), at: new Date().toISOString() });
      }
      break;
  }
}

async function answer(platform: MockPlatform, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  const { status, body, text: plain } = platform.handle(request.method ?? "GET", url.pathname, url.searchParams, header, text === "" ? undefined : JSON.parse(text));
  response.writeHead(status, { "content-type": plain ? "text/plain; charset=utf-8" : status >= 400 ? "application/problem+json" : "application/json" });
  response.end(plain ? String(body) : JSON.stringify(body));
}
