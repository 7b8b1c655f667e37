//! What a model says, told while it says it: to whoever follows the run just then, and stored nowhere. The stored card
//! replaces it.

use std::time::Duration;

use jiter::{JsonValue, PartialMode};
use live::Live;
use model::Passing;
use run::{id::RunKey, message::ServerMessage, node::Step};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::advice::line;

/// How often followers are told: faster nobody reads, and each time is a query and a request a follower.
const EVERY: Duration = Duration::from_millis(300);

/// The most bytes of an answer that are told of.
const MOST: usize = 16 * 1024;

/// What passes, on its way to the followers.
pub(crate) enum Piece {
    /// More of the answer.
    Text(String),
    /// It is asked again.
    Again,
}

impl From<Passing<'_>> for Piece {
    fn from(passing: Passing<'_>) -> Self {
        match passing {
            Passing::Text(text) => Self::Text(text.to_owned()),
            Passing::Again => Self::Again,
        }
    }
}

/// What was said, and what of it was told.
#[derive(Debug, Default)]
struct Said {
    answer: String,
    told: String,
    again: bool,
}

impl Said {
    fn hear(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) if self.answer.len() + text.len() <= MOST => self.answer.push_str(&text),
            Piece::Text(_) => {}
            Piece::Again => *self = Self { again: !self.told.is_empty() || self.again, ..Self::default() },
        }
    }

    /// What is to be told now: the text, and whether what was told before no longer counts.
    fn news(&mut self) -> Option<(String, bool)> {
        let prose = prose(&self.answer)?;
        let (text, again) = match prose.strip_prefix(&self.told) {
            Some("") => return None,
            Some(more) => (more.to_owned(), std::mem::take(&mut self.again)),
            None => (prose.clone(), true),
        };
        self.told = prose;
        Some((text, again))
    }
}

/// Tells the followers of a run what passes, in the pace at which people read. Ends with the pieces.
pub(crate) async fn tell(live: &Live, key: &RunKey, step: &Step, mut pieces: UnboundedReceiver<Piece>) {
    let mut said = Said::default();
    while let Some(piece) = pieces.recv().await {
        said.hear(piece);
        tokio::time::sleep(EVERY).await;
        while let Ok(piece) = pieces.try_recv() {
            said.hear(piece);
        }
        let Some((text, again)) = said.news() else { continue };
        let decision_set_id = key.run.clone();
        live.pass(key, &ServerMessage::ReasoningDelta { decision_set_id, step: step.clone(), text, again }).await;
    }
}

/// The words in an answer that has begun: the texts of its JSON, a line each. Nothing where it is not JSON, or none yet.
fn prose(answer: &str) -> Option<String> {
    let value = JsonValue::parse_with_config(answer.as_bytes(), false, PartialMode::TrailingStrings).ok()?;
    let mut lines = Vec::new();
    collect(&value, &mut lines);
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn collect(value: &JsonValue<'_>, lines: &mut Vec<String>) {
    match value {
        JsonValue::Str(text) => lines.push(line(text, MOST)),
        JsonValue::Array(values) => values.iter().for_each(|value| collect(value, lines)),
        JsonValue::Object(fields) => fields.iter().for_each(|(_, value)| collect(value, lines)),
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Int(_) | JsonValue::Float(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"findings":[{"part":"queue","text":"One \"slow\" reader\nholds 3 others up. é"},{"text":"And:"}],"sure":true}"#;

    /// Followers who join the pieces read what the whole answer says, wherever it is cut.
    #[test]
    fn the_pieces_are_the_whole() {
        for step in [1, 2, 3, 7, 50] {
            let (mut said, mut read) = (Said::default(), String::new());
            let letters: Vec<char> = ANSWER.chars().collect();
            for piece in letters.chunks(step) {
                said.hear(Piece::Text(piece.iter().collect()));
                if let Some((text, again)) = said.news() {
                    if again {
                        read.clear();
                    }
                    read.push_str(&text);
                }
            }
            assert_eq!(read, "queue\nOne \"slow\" reader holds 3 others up. é\nAnd:", "pieces of {step}");
        }
    }

    #[test]
    fn what_is_asked_again_replaces_what_was_told() {
        let mut said = Said::default();
        said.hear(Piece::Text(r#"{"text":"First"#.into()));
        assert_eq!(said.news(), Some(("First".into(), false)));
        said.hear(Piece::Again);
        said.hear(Piece::Text(r#"{"text":"Sec"#.into()));
        assert_eq!(said.news(), Some(("Sec".into(), true)));
        said.hear(Piece::Text(r#"ond"}"#.into()));
        assert_eq!(said.news(), Some(("ond".into(), false)));
        assert_eq!(said.news(), None);
    }

    #[test]
    fn what_is_no_json_is_not_told_and_what_is_long_is_not_kept() {
        let mut said = Said::default();
        said.hear(Piece::Text("Sure! Here is".into()));
        assert_eq!(said.news(), None);
        let mut said = Said::default();
        for _ in 0..100 {
            said.hear(Piece::Text("[\"".to_owned() + &"x".repeat(1_000)));
        }
        assert!(said.answer.len() <= MOST);
    }
}
