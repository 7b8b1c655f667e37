//! The one origin: the user interface, REST and WebSocket on the same address, as CloudFront does it on AWS. So there
//! is no CORS to get wrong.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axum::body::Body;
use axum::extract::ws::{CloseFrame, Message as ClientMessage, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use futures::{SinkExt, StreamExt, TryStreamExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message as ServerMessage};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tower_http::services::{ServeDir, ServeFile};

use super::Endpoints;

/// Where a platform says who it is.
pub const IDENTITY: &str = "/_platform";

/// A connection to the WebSocket API.
type Upstream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Headers that belong to one connection and are not passed on.
const HOP_BY_HOP: [HeaderName; 6] =
    [header::CONNECTION, header::HOST, header::TE, header::TRAILER, header::TRANSFER_ENCODING, header::UPGRADE];

/// Where requests go.
#[derive(Debug, Clone)]
pub struct Routes {
    /// The HTTP API, without a path.
    pub http_api: String,
    /// The WebSocket API.
    pub websocket_api: String,
    /// The built user interface.
    pub files: PathBuf,
    /// What this platform says about itself.
    pub endpoints: Endpoints,
}

#[derive(Debug, Clone)]
struct Proxy {
    routes: Routes,
    http: reqwest::Client,
}

/// Serve on `listener` until the task is aborted.
pub fn serve(listener: TcpListener, routes: Routes) -> Result<JoinHandle<()>> {
    let address = listener.local_addr()?;
    crate::choose_tls();
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let router = router(Proxy { routes, http }, address);
    Ok(tokio::spawn(async move {
        // It only returns on an error of the listener, and then the liveness check of the platform fails.
        axum::serve(listener, router).await.ok();
    }))
}

fn router(proxy: Proxy, _address: SocketAddr) -> Router {
    let index = proxy.routes.files.join("index.html");
    let router = Router::new()
        .route("/v1", any(forward))
        .route("/v1/{*path}", any(forward))
        .route("/ws", get(connect))
        .route(IDENTITY, get(async |State(proxy): State<Proxy>| Json(proxy.routes.endpoints)));
    let router = if index.is_file() {
        // Every other path is a page of the application, which has its own router.
        router.fallback_service(ServeDir::new(&proxy.routes.files).fallback(ServeFile::new(index)))
    } else {
        router.fallback(no_interface)
    };
    router.with_state(proxy)
}

async fn no_interface() -> Html<&'static str> {
    Html(
        "<!doctype html><title>No user interface</title><p>The user interface is not built. The API is at <a href=\"/v1/openapi.json\">/v1</a>.",
    )
}

/// Pass a request on to the HTTP API; both bodies stream.
async fn forward(State(proxy): State<Proxy>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = format!("{}{}", proxy.routes.http_api, path_and_query(&parts.uri));
    let mut headers = end_to_end(&parts.headers);
    if let Some(host) = parts.headers.get(header::HOST) {
        headers.insert(HeaderName::from_static("x-forwarded-host"), host.clone());
    }
    headers.insert(HeaderName::from_static("x-forwarded-proto"), HeaderValue::from_static("http"));
    let mut onward = proxy.http.request(parts.method.clone(), target).headers(headers);
    if parts.headers.contains_key(header::CONTENT_LENGTH) || parts.headers.contains_key(header::TRANSFER_ENCODING) {
        onward = onward.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }
    match onward.send().await {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = end_to_end(answer.headers());
            *response.body_mut() = Body::from_stream(answer.bytes_stream().map_err(std::io::Error::other));
            response
        }
        Err(error) => unreachable_api(&error),
    }
}

/// The API's errors are problem documents (RFC 9457); so is the one that says it is not there.
fn unreachable_api(error: &dyn std::fmt::Display) -> Response {
    let problem = serde_json::json!({
        "title": "The local platform's API gateway does not answer",
        "status": 502,
        "detail": error.to_string(),
    });
    let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::BAD_GATEWAY, content_type, problem.to_string()).into_response()
}

/// Connect to the WebSocket API first: when it refuses, the client sees the status and no connection.
async fn connect(State(proxy): State<Proxy>, uri: Uri, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let request = match format!("{}{query}", proxy.routes.websocket_api).into_client_request() {
        Ok(mut request) => {
            for name in [header::AUTHORIZATION, header::COOKIE, header::ORIGIN, header::SEC_WEBSOCKET_PROTOCOL] {
                if let Some(value) = headers.get(&name) {
                    request.headers_mut().insert(name, value.clone());
                }
            }
            request
        }
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    match tokio_tungstenite::connect_async(request).await {
        Ok((upstream, answer)) => {
            let chosen = answer.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
            let upgrade = match chosen {
                Some(protocol) => upgrade.protocols([protocol.to_owned()]),
                None => upgrade,
            };
            upgrade.on_upgrade(|client| relay(client, upstream))
        }
        Err(tungstenite::Error::Http(answer)) => {
            let body = answer.body().clone().unwrap_or_default();
            (answer.status(), body).into_response()
        }
        Err(error) => unreachable_api(&error),
    }
}

/// Carry messages both ways until one side closes. Pings are answered on each connection by itself.
async fn relay(client: WebSocket, upstream: Upstream) {
    let (mut to_client, mut from_client) = client.split();
    let (mut to_server, mut from_server) = upstream.split();
    let inward = async {
        while let Some(Ok(message)) = from_client.next().await {
            let Some(message) = to_upstream(message) else { continue };
            let closing = message.is_close();
            if to_server.send(message).await.is_err() || closing {
                break;
            }
        }
        to_server.close().await.ok();
    };
    let outward = async {
        while let Some(Ok(message)) = from_server.next().await {
            let Some(message) = to_browser(message) else { continue };
            let closing = matches!(message, ClientMessage::Close(_));
            if to_client.send(message).await.is_err() || closing {
                break;
            }
        }
        to_client.close().await.ok();
    };
    tokio::select! {
        () = inward => {}
        () = outward => {}
    }
}

fn to_upstream(message: ClientMessage) -> Option<ServerMessage> {
    match message {
        ClientMessage::Text(text) => Some(ServerMessage::text(text.as_str())),
        ClientMessage::Binary(bytes) => Some(ServerMessage::Binary(bytes)),
        ClientMessage::Close(frame) => {
            Some(ServerMessage::Close(frame.map(|frame| tungstenite::protocol::CloseFrame {
                code: CloseCode::from(frame.code),
                reason: frame.reason.as_str().into(),
            })))
        }
        ClientMessage::Ping(_) | ClientMessage::Pong(_) => None,
    }
}

fn to_browser(message: ServerMessage) -> Option<ClientMessage> {
    match message {
        ServerMessage::Text(text) => Some(ClientMessage::Text(text.as_str().into())),
        ServerMessage::Binary(bytes) => Some(ClientMessage::Binary(bytes)),
        ServerMessage::Close(frame) => Some(ClientMessage::Close(
            frame.map(|frame| CloseFrame { code: frame.code.into(), reason: frame.reason.as_str().into() }),
        )),
        ServerMessage::Ping(_) | ServerMessage::Pong(_) | ServerMessage::Frame(_) => None,
    }
}

fn path_and_query(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    headers
        .iter()
        .filter(|(name, _)| !HOP_BY_HOP.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Take the port, or say what to do about it.
pub async fn listen(port: u16, flag: &str) -> Result<TcpListener> {
    match TcpListener::bind(("127.0.0.1", port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(super::port_in_use(port, flag)),
        Err(error) => Err(error).with_context(|| format!("cannot listen on port {port}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(routes: impl FnOnce(Routes) -> Routes, path: &str) -> (u16, String) {
        crate::choose_tls();
        let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http_api = format!("http://{}/stage", api.local_addr().unwrap());
        let echo = Router::new().fallback(async |request: Request| {
            let uri = request.uri().to_string();
            let body = axum::body::to_bytes(request.into_body(), 1024).await.unwrap();
            (StatusCode::ACCEPTED, format!("{uri} {}", String::from_utf8_lossy(&body)))
        });
        tokio::spawn(async move { axum::serve(api, echo).await.unwrap() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let files = PathBuf::from("/nowhere");
        serve(
            listener,
            routes(Routes { http_api, websocket_api: String::new(), files, endpoints: Endpoints::default() }),
        )
        .unwrap();
        let url = format!("http://{address}{path}");
        let answer = reqwest::Client::new().post(url).body("hello").send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    #[tokio::test]
    async fn requests_reach_the_api_with_query_and_body() {
        let (status, body) = check(|routes| routes, "/v1/projects/a%2Fb?limit=2").await;
        assert_eq!((status, body.as_str()), (202, "/stage/v1/projects/a%2Fb?limit=2 hello"));
    }

    #[tokio::test]
    async fn an_absent_api_is_a_problem_document() {
        let (status, body) =
            check(|routes| Routes { http_api: "http://127.0.0.1:1".into(), ..routes }, "/v1/projects").await;
        assert_eq!(status, 502);
        assert!(body.contains("does not answer"), "{body}");
    }
}
