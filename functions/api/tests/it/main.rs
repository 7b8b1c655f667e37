//! Tests of the API: the router in process over a real store.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod constraints;
mod decision_sets;
mod gates;
mod jobs;
mod models;
mod openapi;
mod policies;
mod projects;
mod results;
mod sample;
mod service;
mod support;
mod what_if;
