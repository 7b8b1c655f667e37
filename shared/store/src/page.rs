//! Lists that are read a page at a time.

use crate::{Store, StoreError, table};

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Most items on the page, from 1.
    pub limit: u32,
    /// Where to go on: what the page before gave as `next`. `None` for the first page.
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paged<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Cursor of the next page; `None` on the last one.
    pub next: Option<String>,
}

impl Store {
    /// One page of the items whose sort key begins with `prefix`, newest first (ids sort by time).
    pub(crate) async fn page(&self, pk: &str, prefix: &str, page: &Page) -> Result<Paged<table::Item>, StoreError> {
        let after = page.cursor.as_deref().map(|cursor| open(cursor, prefix)).transpose()?;
        let limit = page.limit.max(1) as usize;
        // One more than asked for tells whether there is a next page.
        let range = table::Range::Prefix(prefix);
        let mut items =
            self.query(pk, range, table::Order::Descending, after.as_deref(), Some(limit.saturating_add(1))).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|item| hex::encode(table::sort_key(item))) } else { None };
        Ok(Paged { items, next })
    }
}

/// The sort key in a cursor. It must be of this list, so that a cursor cannot name anything else.
fn open(cursor: &str, prefix: &str) -> Result<String, StoreError> {
    let bytes = hex::decode(cursor).map_err(|_| StoreError::InvalidCursor)?;
    let sort_key = String::from_utf8(bytes).map_err(|_| StoreError::InvalidCursor)?;
    if sort_key.starts_with(prefix) && sort_key.len() <= 256 { Ok(sort_key) } else { Err(StoreError::InvalidCursor) }
}
