//! Tests of the API: the router in process over a real store.

mod constraints;
mod decision_sets;
mod gates;
mod jobs;
mod openapi;
mod projects;
mod results;
mod sample;
mod service;
mod support;
