//! Events as items. A large one keeps its body in S3, because an item has 400 KB and a page of a query 1 MB.

use futures::{StreamExt, TryStreamExt, stream};
use run::{
    body::Sha256Hex,
    event::{Event, EventBody},
    id::RunKey,
};

use crate::{
    Store, StoreError, keys,
    table::{self, Item, Order, Range},
};

/// Largest event body that is kept in its item.
const INLINE_LIMIT: usize = 24 * 1024;

/// Events that are read at a time where all are wanted.
const PAGE: u32 = 200;

/// How many bodies are read at the same time.
const BODIES_AT_ONCE: usize = 8;

impl Store {
    /// Events after a sequence number, in order, at most `limit`.
    ///
    /// # Errors
    /// When the store cannot be read. A run without events, or no run, gives none.
    pub async fn events_after(&self, key: &RunKey, after: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        if after >= keys::LAST_SEQUENCE || limit == 0 {
            return Ok(Vec::new());
        }
        let range = Range::Between(keys::event(after + 1), keys::event(keys::LAST_SEQUENCE));
        let items = self.query(&keys::of_run(key), range, Order::Ascending, None, Some(limit as usize)).await?;
        let events: Vec<Event> =
            stream::iter(items).map(|item| self.event_from(key, item)).buffered(BODIES_AT_ONCE).try_collect().await?;
        // A query may see a part of a transaction that is being written this moment: what follows a gap waits for the
        // next read, so that nobody ever sees the log with a hole.
        Ok(events
            .into_iter()
            .zip(after + 1..)
            .take_while(|(event, due)| event.sequence == *due)
            .map(|(e, _)| e)
            .collect())
    }

    /// All events of a run, in order.
    ///
    /// # Errors
    /// When the store cannot be read. A run without events, or no run, gives none.
    pub async fn events(&self, key: &RunKey) -> Result<Vec<Event>, StoreError> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.sequence);
            let more = self.events_after(key, after, PAGE).await?;
            if more.is_empty() {
                return Ok(events);
            }
            events.extend(more);
        }
    }

    /// The item of an event; its body is in S3 by now when it is large.
    pub(crate) async fn event_item(&self, key: &RunKey, event: &Event) -> Result<Item, StoreError> {
        let mut item = table::key(keys::of_run(key), keys::event(event.sequence));
        item.insert("sequence".into(), table::number(event.sequence));
        item.insert("at".into(), table::text(event.at.to_string()));
        item.insert("type".into(), table::text(event.body.type_name()));
        let body =
            serde_json::to_string(&event.body).map_err(|error| StoreError::corrupt("event", event.sequence, error))?;
        if body.len() <= INLINE_LIMIT {
            item.insert("body".into(), table::text(body));
        } else {
            let body = self.put_body(&key.owner, &key.project, body, "application/json").await?;
            item.insert("body_sha256".into(), table::text(body.sha256.as_str()));
        }
        Ok(item)
    }

    async fn event_from(&self, key: &RunKey, item: Item) -> Result<Event, StoreError> {
        let what = "event";
        let body: EventBody = match item.get("body_sha256") {
            None => table::parse(what, &item, "body")?,
            Some(_) => {
                let sha256 = Sha256Hex(table::attribute(what, &item, "body_sha256")?.to_owned());
                let bytes = self.get_body(&key.owner, &key.project, &sha256).await?;
                serde_json::from_slice(&bytes)
                    .map_err(|error| StoreError::corrupt(what, table::sort_key(&item), error))?
            }
        };
        Ok(Event {
            sequence: table::integer(what, &item, "sequence")?,
            decision_set_id: key.run.clone(),
            at: table::moment(what, &item, "at")?,
            body,
        })
    }
}
