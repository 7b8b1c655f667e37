//! Reads the requirement into typed constraints with evidence.
//!
//! Rules and data only, no model: [`text`] splits the requirement into tokens, sentences and clauses, and leaves out
//! signatures, mail headers and the columns of a table that tell what is there today; [`language`] tells its languages;
//! [`lexicon`] puts words right that are misspelt, finds the phrases of the knowledge crate in it, in these languages, and
//! what is denied; [`number`] and [`measure`] read numbers with their units and periods; [`correction`] takes out what the
//! text itself takes back; [`reader`] tells what is of the past, of others, or only hoped for; [`field`] has a reader for
//! each constraint, which weighs the words around a value; [`extract`] runs them and looks for contradictions; [`merge`]
//! brings in structured fields, answers and the parent version. Every value carries the words that it came from, and a
//! [`confidence`] computed from them. A model may add to that what it quotes ([`advice`]).

pub mod advice;
mod agent;
mod beside;
mod column;
mod compound;
pub mod confidence;
pub mod correction;
pub mod extract;
pub mod field;
pub mod language;
pub mod lexicon;
mod mail;
pub mod measure;
pub mod merge;
pub mod number;
mod quote;
pub mod reader;
mod support;
mod table;
pub mod text;
mod whose;
mod wordless;

pub use agent::{IntakeExtract, IntakeInput};
