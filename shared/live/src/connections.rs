//! The port to WebSocket connections, and its client on API Gateway.

use std::{future::Future, pin::Pin};

use aws_sdk_apigatewaymanagement::{
    Client, error::SdkError, operation::post_to_connection::PostToConnectionError, primitives::Blob,
};
use store::{BoxError, ConnectionId};

/// Why a message did not reach a connection.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The connection is closed for good.
    #[error("the connection is gone")]
    Gone,
    /// Anything else; the connection may live.
    #[error("the message was not taken")]
    Failed(#[source] BoxError),
}

/// A future that can be kept in a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The port to WebSocket connections.
pub trait Connections: Send + Sync {
    /// Sends one text message.
    fn post<'a>(&'a self, connection: &'a ConnectionId, message: &'a str) -> BoxFuture<'a, Result<(), PostError>>;
}

impl Connections for Client {
    fn post<'a>(&'a self, connection: &'a ConnectionId, message: &'a str) -> BoxFuture<'a, Result<(), PostError>> {
        Box::pin(async move {
            let post = self.post_to_connection().connection_id(&connection.0).data(Blob::new(message));
            match post.send().await {
                Ok(_) => Ok(()),
                Err(SdkError::ServiceError(error))
                    if matches!(error.err(), PostToConnectionError::GoneException(_)) =>
                {
                    Err(PostError::Gone)
                }
                Err(error) => Err(PostError::Failed(Box::new(error))),
            }
        })
    }
}
