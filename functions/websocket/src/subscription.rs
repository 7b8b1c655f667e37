//! Following a run: first the subscription, then what was missed, then the word that all is sent.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use run::{
    id::{OwnerId, RunKey},
    message::ServerMessage,
};
use store::{ConnectionId, StoreError};

use crate::Socket;

/// Most events that are sent one by one; a client that missed more fetches them over REST, a page at a time.
const REPLAY_LIMIT: u64 = 200;

/// Events read at a time: most pages of a query are smaller than its 1 MB.
const BATCH: u32 = 50;

/// How many runs are looked at at the same time for a ping.
const READS_AT_ONCE: usize = 8;

impl Socket {
    /// True when everything reached the client.
    pub(crate) async fn subscribe(
        &self,
        key: &RunKey,
        connection: &ConnectionId,
        after: u64,
    ) -> Result<bool, StoreError> {
        // A run that is not there has no followers.
        self.store.run(key).await?;
        self.store.subscribe(key, connection).await?;
        // Read after subscribing: what is written from now on is pushed.
        let newest = self.store.run(key).await?.last_sequence;
        // A client that knows more than there is (its run is of another database) learns where the log really is.
        let after = after.min(newest);
        let sent = if newest.saturating_sub(after) > REPLAY_LIMIT {
            let available =
                ServerMessage::EventsAvailable { decision_set_id: key.run.clone(), newest_sequence: newest };
            if !self.live.send(connection, &[available]).await {
                return Ok(false);
            }
            newest
        } else {
            match self.replay(key, connection, after).await? {
                Some(sent) => sent,
                None => return Ok(false),
            }
        };
        let subscribed = ServerMessage::Subscribed { decision_set_id: key.run.clone(), newest_sequence: sent };
        Ok(self.live.send(connection, &[subscribed]).await)
    }

    /// Sends what follows `after`; the last number sent, or none when the client was not reached.
    async fn replay(&self, key: &RunKey, connection: &ConnectionId, after: u64) -> Result<Option<u64>, StoreError> {
        let mut sent = after;
        // A run that is written faster than it is read does not keep this going: the rest was pushed.
        while sent - after < 2 * REPLAY_LIMIT {
            let events = self.store.events_after(key, sent, BATCH).await?;
            let Some(last) = events.last().map(|event| event.sequence) else { break };
            let full = events.len() == BATCH as usize;
            let messages: Vec<ServerMessage> = events.into_iter().map(|event| ServerMessage::Event { event }).collect();
            if !self.live.send(connection, &messages).await {
                return Ok(None);
            }
            sent = last;
            if !full {
                break;
            }
        }
        Ok(Some(sent))
    }

    /// True when the answer reached the client. A run that is not there is not followed either.
    pub(crate) async fn unsubscribe(&self, key: &RunKey, connection: &ConnectionId) -> Result<bool, StoreError> {
        self.store.unsubscribe(key, connection).await?;
        let unsubscribed = ServerMessage::Unsubscribed { decision_set_id: key.run.clone() };
        Ok(self.live.send(connection, &[unsubscribed]).await)
    }

    /// A heartbeat for each run that the connection follows, so that a lost push is noticed.
    pub(crate) async fn ping(&self, owner: &OwnerId, connection: &ConnectionId) -> Result<bool, StoreError> {
        let keys = self.store.subscriptions(connection).await?;
        let keys = keys.into_iter().filter(|key| key.owner == *owner);
        let mut heartbeats: Vec<ServerMessage> = stream::iter(keys)
            .map(|key| async move {
                let run = self.store.run(&key).await?;
                Ok::<_, StoreError>(ServerMessage::Heartbeat {
                    decision_set_id: Some(run.id),
                    newest_sequence: run.last_sequence,
                    at: Timestamp::now(),
                })
            })
            .buffered(READS_AT_ONCE)
            .try_collect()
            .await?;
        if heartbeats.is_empty() {
            heartbeats.push(ServerMessage::Heartbeat {
                decision_set_id: None,
                newest_sequence: 0,
                at: Timestamp::now(),
            });
        }
        Ok(self.live.send(connection, &heartbeats).await)
    }
}
