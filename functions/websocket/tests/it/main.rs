//! The WebSocket function with the store on local services and connections in memory.

#[cfg(test)]
mod routes;
