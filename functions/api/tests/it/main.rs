//! Tests of the API: the router in process over a real store.

mod openapi;
