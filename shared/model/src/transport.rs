//! The way to a server and back.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use futures::StreamExt;
use jiff::Timestamp;
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Address, Fault, Form,
    adapter::{self, Adapter},
    wire::{Decode, Outgoing, Reply},
};

/// A reply of a model has kilobytes; what is larger is none.
const BODY_LIMIT: usize = 8 << 20;

/// A connection is there in milliseconds or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The HTTP client for models: TLS on ring with the roots of the system, as the AWS SDK has it; no redirects, because a
/// key must not be sent elsewhere. For a server on this machine no proxy is asked.
///
/// # Errors
/// When the client cannot be built.
pub fn http_client(address: &Address) -> Result<reqwest::Client, reqwest::Error> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .tls_backend_preconfigured(TLS.clone());
    if address.url.as_deref().is_some_and(|url| url.starts_with("http://")) {
        builder = builder.no_proxy();
    }
    builder.build()
}

/// Read once: a system has over a hundred roots.
static TLS: LazyLock<ClientConfig> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(error = %error, "a root certificate of the system cannot be read: {error}");
    }
    roots.add_parsable_certificates(found.certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // Ring has suites for the default versions, always.
    let builder = versions.unwrap_or_else(|_| ClientConfig::builder());
    builder.with_root_certificates(roots).with_no_client_auth()
});

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// For the whole reply.
    pub(crate) whole: Duration,
    /// For the next piece of a stream.
    pub(crate) piece: Duration,
}

/// Sends a request and reads the whole reply; text passes by as it comes where `passing` is given.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    adapter: &dyn Adapter,
    form: Form,
    outgoing: Outgoing,
    secret: Vec<(String, SecretString)>,
    waits: Waits,
    passing: Option<&(dyn Fn(&str) + Send + Sync)>,
) -> Result<Reply, Fault> {
    let exchange = async {
        // Without a stream nothing comes before the whole answer is made.
        let first = if passing.is_some() { waits.piece } else { waits.whole };
        let response = match tokio::time::timeout(first, send(http, outgoing, secret)).await {
            Ok(response) => response?,
            Err(_) => return Err(Fault::TimedOut(first)),
        };
        let status = response.status().as_u16();
        if status != 200 {
            let headers = response.headers().clone();
            let body = body(response).await.unwrap_or_default();
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            return Err(adapter::fault(adapter, form, status, &header, &body, Timestamp::now()));
        }
        match passing {
            Some(passing) => stream(response, adapter.decoder(), waits.piece, passing).await,
            None => adapter.reply(&body(response).await?),
        }
    };
    match tokio::time::timeout(waits.whole, exchange).await {
        Ok(reply) => reply,
        Err(_) => Err(Fault::TimedOut(waits.whole)),
    }
}

/// A plain POST, for a service that is no model.
pub(crate) async fn post_plain(
    http: &reqwest::Client,
    url: &str,
    headers: Vec<(String, String)>,
    secret: Vec<(String, SecretString)>,
    bytes: Vec<u8>,
) -> Result<(u16, Vec<u8>), Fault> {
    let response = send(http, Outgoing { url: url.to_owned(), headers, body: bytes }, secret).await?;
    let status = response.status().as_u16();
    Ok((status, body(response).await?))
}

async fn send(
    http: &reqwest::Client,
    outgoing: Outgoing,
    secret: Vec<(String, SecretString)>,
) -> Result<reqwest::Response, Fault> {
    let mut request = http.post(&outgoing.url).body(outgoing.body);
    for (name, value) in &outgoing.headers {
        request = request.header(name, value);
    }
    for (name, value) in &secret {
        let mut value = reqwest::header::HeaderValue::from_str(value.expose_secret())
            .map_err(|error| Fault::Unsigned(Box::new(error)))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    request.send().await.map_err(unreachable)
}

/// The URL is taken out, because it can name an account.
fn unreachable(error: reqwest::Error) -> Fault {
    Fault::Unreachable(Box::new(error.without_url()))
}

async fn body(response: reqwest::Response) -> Result<Vec<u8>, Fault> {
    let mut pieces = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|error| Fault::CutOff(error.without_url().to_string()))?);
        if body.len() > BODY_LIMIT {
            return Err(Fault::Broken("the reply is too large".into()));
        }
    }
    Ok(body)
}

async fn stream(
    response: reqwest::Response,
    mut decoder: Box<dyn Decode>,
    wait: Duration,
    passing: &(dyn Fn(&str) + Send + Sync),
) -> Result<Reply, Fault> {
    let mut pieces = response.bytes_stream();
    let mut size = 0;
    loop {
        let piece = match tokio::time::timeout(wait, pieces.next()).await {
            Ok(Some(piece)) => piece.map_err(|error| Fault::CutOff(error.without_url().to_string()))?,
            Ok(None) => return decoder.finish(),
            Err(_) => return Err(Fault::TimedOut(wait)),
        };
        size += piece.len();
        if size > BODY_LIMIT {
            return Err(Fault::Broken("the stream is too large".into()));
        }
        for text in decoder.feed(&piece)? {
            passing(&text);
        }
    }
}
