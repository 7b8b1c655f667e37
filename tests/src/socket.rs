//! A WebSocket client that follows a run as the browser does: by sequence numbers.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures::{SinkExt, StreamExt};
use run::{event::Event, message::ServerMessage};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::{Platform, RunHandle};

/// How long nothing may come while something is waited for.
const PATIENCE: Duration = Duration::from_secs(240);

/// A connection.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Events that were received, without those that came a second time.
    pub events: Vec<Event>,
    /// How many came a second time; only the ones around the moment of subscribing may.
    pub doubled: usize,
    /// How often an event came before one that precedes it; the client then fetched what was between.
    pub gaps: usize,
    /// How often events were announced as too large to push, and fetched.
    pub announced: usize,
}

impl Socket {
    /// Connects.
    ///
    /// # Errors
    /// When the connection is refused.
    pub async fn connect(platform: &Platform) -> Result<Self> {
        let (stream, _) = connect_async(&platform.ws_url).await.with_context(|| format!("no {}", platform.ws_url))?;
        Ok(Self { stream, events: Vec::new(), doubled: 0, gaps: 0, announced: 0 })
    }

    /// Sends any text.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, text: &str) -> Result<()> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// Follows a run after a sequence number.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn subscribe(&mut self, run: &RunHandle, after: u64) -> Result<()> {
        let message =
            json!({"action": "subscribe", "project_id": run.project, "decision_set_id": run.id, "after": after});
        self.send(&message.to_string()).await
    }

    /// The next message.
    ///
    /// # Errors
    /// When none comes in time, it is not one of ours, or the connection is gone.
    pub async fn next(&mut self) -> Result<ServerMessage> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.stream.next()).await.context("nothing came in time")?;
            match next.context("the connection was closed")?? {
                Message::Text(text) => {
                    let message = serde_json::from_str(&text).with_context(|| format!("not ours: {text}"))?;
                    return Ok(message);
                }
                Message::Close(frame) => bail!("the server closed the connection: {frame:?}"),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// The sequence number of the last event; `start` before there is one.
    pub fn last(&self, start: u64) -> u64 {
        self.events.last().map_or(start, |event| event.sequence)
    }

    /// Receives until an event satisfies the condition. `start` is the number that was subscribed after.
    ///
    /// # Errors
    /// When events come out of order, or the condition is never met.
    pub async fn follow(
        &mut self,
        platform: &Platform,
        run: &RunHandle,
        start: u64,
        until: impl Fn(&Event) -> bool,
    ) -> Result<()> {
        loop {
            match self.next().await? {
                ServerMessage::Event { event } => {
                    if event.sequence > self.last(start) + 1 {
                        // A gap: ask for what is between, as the browser does.
                        self.gaps += 1;
                        self.fetch(platform, run, start).await?;
                    }
                    self.take(event, start)?;
                }
                ServerMessage::EventsAvailable { .. } => {
                    self.announced += 1;
                    self.fetch(platform, run, start).await?;
                }
                ServerMessage::Subscribed { .. }
                | ServerMessage::Unsubscribed { .. }
                | ServerMessage::Heartbeat { .. }
                | ServerMessage::ReasoningDelta { .. } => {}
                ServerMessage::Refused { error, detail } => bail!("refused: {error}: {detail}"),
            }
            if self.events.iter().any(&until) {
                return Ok(());
            }
        }
    }

    fn take(&mut self, event: Event, start: u64) -> Result<()> {
        let last = self.last(start);
        if event.sequence <= last {
            let known = self.events.iter().find(|known| known.sequence == event.sequence);
            ensure!(known.is_none_or(|known| *known == event), "{} came again as another event", event.sequence);
            self.doubled += 1;
            return Ok(());
        }
        ensure!(event.sequence == last + 1, "{} came after {last}", event.sequence);
        self.events.push(event);
        Ok(())
    }

    async fn fetch(&mut self, platform: &Platform, run: &RunHandle, start: u64) -> Result<()> {
        let path = format!("{}/events?limit=100&after={}", run.path, self.last(start));
        let page: Value = platform.get(&path).await?;
        for event in serde_json::from_value::<Vec<Event>>(page["events"].clone())? {
            self.take(event, start)?;
        }
        Ok(())
    }

    /// Closes the connection as a browser does that goes away.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(mut self) -> Result<Vec<Event>> {
        self.stream.close(None).await?;
        Ok(self.events)
    }
}
