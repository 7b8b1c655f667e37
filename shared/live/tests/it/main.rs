//! Pushing, with the store on local services and connections in memory or on a local HTTP server.

#[cfg(test)]
mod api_gateway;
#[cfg(test)]
mod push;
