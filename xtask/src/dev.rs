//! `cargo xtask dev`: the platform, until somebody stops it.

use anyhow::Result;
use console::style;
use tokio::signal::unix::{SignalKind, signal};

use crate::platform::{self, Options, Platform};
use crate::progress::Progress;
use crate::workspace::Workspace;

/// Run the platform in the foreground.
pub async fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let progress = Progress::new();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    if let Some(found) = platform::running_on(&options.state).await {
        anyhow::bail!(
            "the platform runs already: UI {}, process {}; use it, or stop it first (kill {})",
            found.web_url,
            found.pid,
            found.pid
        );
    }
    let started = tokio::select! {
        started = Platform::start(workspace, options, &progress) => Some(started?),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    let Some(mut platform) = started else {
        progress.say("Stopped before it was started.");
        return Ok(());
    };
    let endpoints = &platform.endpoints;
    progress.say(format!(
        "{}  UI {}  API {}  OpenAPI {}  {}",
        style("Ready").green().bold(),
        style(&endpoints.web_url).bold(),
        endpoints.api_url,
        endpoints.openapi_url,
        style("(Ctrl-C stops it)").dim()
    ));
    let failure = tokio::select! {
        error = platform.failed() => Some(error),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    let stopped = progress.step("Stopping", async |_| platform.stop().await).await;
    match failure {
        Some(error) => Err(error),
        None => stopped,
    }
}
