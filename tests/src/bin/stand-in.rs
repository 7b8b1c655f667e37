//! A Lambda function that does what a test tells it: it hands each event to the test's own server, and answers, fails or
//! dies as the server says. MiniStack can also post an event straight to a server, but then every error has one name.

use std::{env, process::ExitCode};

use anyhow::{Context, Result, bail};
use reqwest::{Client, StatusCode};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set"));
    let server = variable("STAND_IN_URL")?;
    let runtime = format!("http://{}/2018-06-01/runtime/invocation", variable("AWS_LAMBDA_RUNTIME_API")?);
    // `model` turns TLS on in reqwest where both are built together; then it wants to know whose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A call is waited for as long as it takes, and a test may want a slow answer.
    let client = Client::builder().no_proxy().build()?;
    loop {
        let next = client.get(format!("{runtime}/next")).send().await?.error_for_status()?;
        let request = next.headers().get("lambda-runtime-aws-request-id").context("a call without an id")?;
        let request = request.to_str()?.to_owned();
        let told = client.post(&server).header("content-type", "application/json").body(next.bytes().await?);
        let told = told.send().await?;
        let outcome = match told.status() {
            StatusCode::OK => "response",
            StatusCode::INTERNAL_SERVER_ERROR => "error",
            StatusCode::GONE => return Ok(ExitCode::FAILURE),
            other => bail!("the test's server answered {other}"),
        };
        // MiniStack waits 50 ms for a line that does not come.
        println!("{request}: {outcome}");
        let body = told.bytes().await?;
        client.post(format!("{runtime}/{request}/{outcome}")).body(body).send().await?.error_for_status()?;
    }
}
