//! A local server for tests that checks every request as the real APIs do, and answers by a script.
//!
//! What it does not like it refuses in the words of the API, and remembers: a test asks [`Server::complaints`].

#![expect(clippy::unwrap_used, reason = "only tests use this, and a test that cannot set up its world must stop")]

mod check;
mod encode;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Response, StatusCode},
    serve::ListenerExt,
};
use futures::{StreamExt, stream};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{Access, Address, Form, Key, Provider};

/// The key that the server takes.
pub const KEY: &str = "sk-mock-5f2c9d";
/// The region of its Bedrock.
pub const REGION: &str = "eu-central-1";
const ACCESS_KEY: &str = "AKIDMOCK";
const SECRET_KEY: &str = "mock-secret-access-key";

/// What the server does with a request.
#[derive(Clone)]
pub enum Act {
    /// Says this.
    Say(String),
    /// Says what is made of the prompt.
    Reply(Arc<dyn Fn(&str) -> String + Send + Sync>),
    /// Says this in small pieces, with a pause before each.
    Slowly(Duration, String),
    /// Answers with this status and, where given, `retry-after`.
    Status(u16, Option<&'static str>),
    /// Answers 200 with something that is no JSON, as a proxy's page is none.
    Garbage,
    /// Begins to say this and breaks the connection.
    Break(String),
    /// Begins to say this and ends as if all were said.
    EndEarly(String),
    /// Begins to say this and then tells of a failure; without a stream it fails at once.
    FailMidway(String),
    /// Says this and tells no tokens, as many servers of one's own do in a stream. For OpenAI's API.
    Uncounted(String),
    /// Says this and runs out of room.
    Length(String),
    /// Does not want to.
    Decline,
    /// Does not answer.
    Never,
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Say(text) => write!(f, "Say({text})"),
            Self::Reply(_) => f.write_str("Reply"),
            Self::Slowly(pause, _) => write!(f, "Slowly({pause:?})"),
            Self::Status(status, after) => write!(f, "Status({status}, {after:?})"),
            Self::Garbage => f.write_str("Garbage"),
            Self::Break(_) => f.write_str("Break"),
            Self::EndEarly(_) => f.write_str("EndEarly"),
            Self::FailMidway(_) => f.write_str("FailMidway"),
            Self::Uncounted(_) => f.write_str("Uncounted"),
            Self::Length(_) => f.write_str("Length"),
            Self::Decline => f.write_str("Decline"),
            Self::Never => f.write_str("Never"),
        }
    }
}

impl Act {
    /// Says this value.
    pub fn answer(value: &Value) -> Self {
        Self::Say(value.to_string())
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its body.
    pub body: Value,
    /// By which means it asked for the shape.
    pub form: Form,
    /// Whether it asked for a stream.
    pub stream: bool,
}

struct Shared {
    provider: Provider,
    knows: Vec<Form>,
    script: Mutex<Vec<Act>>,
    seen: Mutex<Vec<Seen>>,
    complaints: Mutex<Vec<String>>,
}

/// The server of one test. It stops with the test's runtime.
#[derive(Clone)]
pub struct Server {
    address: Address,
    shared: Arc<Shared>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.address)
    }
}

impl Server {
    /// A server of an API that knows all forms and does these acts in order, the last one again and again.
    pub async fn start(provider: Provider, script: Vec<Act>) -> Self {
        Self::start_knowing(provider, vec![Form::Schema, Form::Tool, Form::Text], script).await
    }

    /// A server that knows only some forms.
    pub async fn start_knowing(provider: Provider, knows: Vec<Form>, script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let address = match provider {
            Provider::Bedrock => format!("bedrock:{url}#amazon.nova-lite-v1:0@{REGION}"),
            Provider::Anthropic => format!("anthropic:{url}#claude-sonnet-5"),
            Provider::Openai => format!("openai:{url}/v1#qwen3"),
        };
        let shared = Arc::new(Shared {
            provider,
            knows,
            script: Mutex::new(script.into_iter().rev().collect()),
            seen: Mutex::default(),
            complaints: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        // Small pieces go out at once, as from a real server: with Nagle's algorithm each waits for the acknowledgement of the last.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address: address.parse().unwrap(), shared }
    }

    /// Where it is.
    pub fn address(&self) -> Address {
        self.address.clone()
    }

    /// How one is let in.
    pub fn access(&self) -> Access {
        match self.shared.provider {
            Provider::Bedrock => {
                let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, Some("session".into()), None, "mock");
                Access::Role(SharedCredentialsProvider::new(credentials))
            }
            Provider::Anthropic | Provider::Openai => Access::Key(Key::new(KEY).unwrap()),
        }
    }

    /// The requests so far, also those that were refused for their form.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was wrong with requests: the real API would have refused them.
    pub fn complaints(&self) -> Vec<String> {
        self.shared.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The words of the request that the model reads.
fn prompt(provider: Provider, body: &Value) -> String {
    let first = |messages: &Value| messages.as_array().into_iter().flatten().find(|m| m["role"] == "user").cloned();
    let message = first(&body["messages"]).unwrap_or_default();
    match provider {
        Provider::Bedrock => message["content"][0]["text"].as_str().unwrap_or_default().to_owned(),
        Provider::Anthropic | Provider::Openai => message["content"].as_str().unwrap_or_default().to_owned(),
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 32 << 20).await.unwrap();
    let provider = shared.provider;
    let checked = match check::check(provider, &parts, &body) {
        Ok(checked) => checked,
        Err(complaint) => {
            let mut complaints = shared.complaints.lock().unwrap_or_else(PoisonError::into_inner);
            complaints.push(complaint.said.clone());
            return encode::error(provider, complaint.status, None, &complaint.said);
        }
    };
    let (form, is_stream) = (checked.form, checked.stream);
    let said = prompt(provider, &checked.body);
    shared.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen {
        body: checked.body,
        form,
        stream: is_stream,
    });
    if !shared.knows.contains(&form) {
        return encode::error(provider, 400, None, encode::refusal(provider, form));
    }
    let act = {
        let mut script = shared.script.lock().unwrap_or_else(PoisonError::into_inner);
        if script.len() > 1 { script.pop() } else { script.last().cloned() }
    };
    let act = act.unwrap_or(Act::Status(500, None));
    let encode = encode::Encode { provider, form, read: body.len() as u64 / 4 };
    perform(&encode, is_stream, act, &said).await
}

async fn perform(encode: &encode::Encode, is_stream: bool, act: Act, prompt: &str) -> Response<Body> {
    let whole = |text: &str, end: encode::End| match is_stream {
        true => streamed(encode.stream(text, end), None, Last::Close),
        false => encode.whole(text, end),
    };
    match act {
        Act::Say(text) => whole(&text, encode::End::Done),
        Act::Reply(made) => whole(&made(prompt), encode::End::Done),
        Act::Uncounted(text) if is_stream => {
            let mut pieces = encode.stream(&text, encode::End::Done);
            pieces.retain(|piece| !String::from_utf8_lossy(piece).contains("\"usage\""));
            streamed(pieces, None, Last::Close)
        }
        Act::Uncounted(text) => {
            let mut body: Value = serde_json::from_slice(&encode.body(&text, encode::End::Done)).unwrap();
            body.as_object_mut().unwrap().remove("usage");
            Response::builder().header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
        }
        Act::Length(text) => whole(&text, encode::End::Length),
        Act::Decline => whole("I cannot help with that.", encode::End::Declined),
        Act::Slowly(pause, text) if is_stream => {
            streamed(encode.stream(&text, encode::End::Done), Some(pause), Last::Close)
        }
        Act::Slowly(pause, text) => {
            tokio::time::sleep(pause * 4).await;
            encode.whole(&text, encode::End::Done)
        }
        Act::Status(status, after) => encode::error(encode.provider, status, after, "as the script says"),
        Act::Garbage => Response::builder()
            .header("content-type", "text/html")
            .body(Body::from("<html><body>Sign in to the network</body></html>\n\n"))
            .unwrap(),
        Act::Break(text) => streamed(half(encode, is_stream, &text), None, Last::Break),
        Act::EndEarly(text) => streamed(half(encode, is_stream, &text), None, Last::Close),
        Act::FailMidway(text) if is_stream => {
            let mut pieces = half(encode, is_stream, &text);
            pieces.push(encode.failure());
            streamed(pieces, None, Last::Close)
        }
        Act::FailMidway(_) => encode::error(encode.provider, 503, None, "as the script says"),
        Act::Never => {
            // Longer than any test; the connection goes when the client gives up.
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Response::builder().status(StatusCode::GATEWAY_TIMEOUT).body(Body::empty()).unwrap()
        }
    }
}

/// The first half of an answer, on the wire.
fn half(encode: &encode::Encode, is_stream: bool, text: &str) -> Vec<Vec<u8>> {
    if is_stream {
        let mut pieces = encode.stream(text, encode::End::Done);
        pieces.truncate(pieces.len() / 2);
        return pieces;
    }
    let body = encode.body(text, encode::End::Done);
    vec![body[..body.len() / 2].to_vec()]
}

#[derive(Clone, Copy)]
enum Last {
    Close,
    Break,
}

fn streamed(pieces: Vec<Vec<u8>>, pause: Option<Duration>, last: Last) -> Response<Body> {
    let pieces = stream::iter(pieces).then(move |piece| async move {
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        Ok::<_, std::io::Error>(Bytes::from(piece))
    });
    let end = stream::iter(match last {
        Last::Close => None,
        Last::Break => Some(()),
    });
    let end = end.then(|()| async {
        // What was said before must be on its way, or the client would not hear of it.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(std::io::Error::other("as the script says"))
    });
    Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(pieces.chain(end))).unwrap()
}
