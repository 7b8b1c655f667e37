//! Serving calls: typed input, one log line, a status code.

use std::time::Instant;

use lambda_runtime::{LambdaEvent, service_fn};
use run::id::OwnerId;
use serde::Deserialize;
use serde_json::Value;

use crate::{Outcome, Request, Response, Socket};

/// Serves the routes of the WebSocket API.
///
/// # Errors
/// When the runtime API cannot be reached.
pub async fn serve(socket: Socket) -> Result<(), lambda::Error> {
    let socket = &socket;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let owner = lambda::principal::Principal::of_request().owner();
        // Boxed, because the layout of the clients' nested futures is deeper than the compiler follows.
        Ok::<_, std::convert::Infallible>(Box::pin(answer(socket, &owner, event.payload)).await)
    }))
    .await
}

/// One call, with one log line. It has no error: an error's text would be sent to the client by the local API Gateway.
pub async fn answer(socket: &Socket, owner: &OwnerId, payload: Value) -> Response {
    let clock = Instant::now();
    let request = match Request::deserialize(payload) {
        Ok(request) => request,
        Err(error) => {
            tracing::error!(%error, "a call that is no WebSocket event was refused: {error}");
            return Response { status_code: 400 };
        }
    };
    let (run, outcome) = socket.handle(owner, &request).await;
    let duration_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (route, connection) = (&request.request_context.route_key, &request.request_context.connection_id);
    let run = run.map(|run| run.to_string());
    let run = run.as_deref();
    match outcome {
        Outcome::Done => {
            tracing::info!(run.id = run, route, connection, duration_ms, outcome = "ok", "{route} was served");
            Response { status_code: 200 }
        }
        Outcome::Refused(error) => {
            tracing::info!(run.id = run, route, connection, duration_ms, outcome = error, "{route} was refused");
            Response { status_code: 200 }
        }
        Outcome::Unreachable => {
            let outcome = "Unreachable";
            tracing::info!(run.id = run, route, connection, duration_ms, outcome, "{route} did not reach its client");
            Response { status_code: 200 }
        }
        Outcome::Failed(error) => {
            let cause: &(dyn std::error::Error + 'static) = &error;
            let outcome = "Failed";
            tracing::error!(run.id = run, route, connection, duration_ms, outcome, cause, "{route} failed: {error}");
            Response { status_code: 500 }
        }
    }
}
