//! What reads a stream where no part of an architecture does: the repository brings it, and the estimate says what it costs.

use design::{constraint::Cloud, plan::Capability, words::readable};
use knowledge::{
    catalogue::Catalogue,
    stream::{CONSUMER, is_stream},
};

use crate::{part::Part, workload::Workload};

/// What is not in the price, because it is no part of the design: nothing where a part reads the stream, or where there
/// is none.
pub fn unpriced(parts: &[&Part<'_>], workload: &Workload, catalogue: &Catalogue) -> Option<String> {
    let makes_a_stream = |part: &&Part<'_>| {
        let pattern = part.pattern;
        pattern.capability == Capability::Ingest && pattern.cloud == Cloud::Aws && is_stream(&pattern.services)
    };
    let is_read = parts.iter().any(|part| part.pattern.id == CONSUMER);
    if is_read || !parts.iter().any(makes_a_stream) {
        return None;
    }
    // Every pattern of the catalogue can be sized, as its tests say.
    let consumer = Part::new(catalogue.pattern(CONSUMER)?, workload, catalogue).ok()?;
    Some(format!(
        "No part of the design reads the stream, so the repository brings a function that scores its events: ${} a month \
         besides, not in the sum. Take it out where something else scores them.",
        readable(consumer.expected_usd.round())
    ))
}
