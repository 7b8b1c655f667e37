/** The wire's types, as the mock needs them; generated from the API's OpenAPI document like the UI's. */
import type { components } from "../src/shared/api/schema.ts";

export type Artifact = components["schemas"]["Artifact"];
export type NewEdits = components["schemas"]["NewEdits"];
export type { DecisionSet, EditConflict, Event, FileEdit, Gate, GateAnswer, ModelSettings, NewDecisionSet, PricedDesign, ProblemBody, Progress, Project, ProjectModels, Run, ServerMessage, TriedField, TriedValues, WhatIf } from "../src/shared/api/types.ts";
