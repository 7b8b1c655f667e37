//! What goes to a server and comes from it, without the way there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fault, Question};

/// By which of an API's own means the shape of the answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Output constrained to the schema.
    Schema,
    /// One tool, whose input has the schema, and which must be called.
    Tool,
    /// JSON of any shape, or only the request for it; the schema is in the text.
    Text,
}

/// Tokens of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Read, without those from the provider's cache.
    pub input: u64,
    /// Read from the provider's cache.
    pub cached: u64,
    /// Written.
    pub output: u64,
}

impl Usage {
    /// All of them.
    pub fn total(self) -> u64 {
        self.input + self.cached + self.output
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cached += other.cached;
        self.output += other.output;
    }
}

/// One request to be made: the question, and what was wrong with the first answer where this is the repair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) question: &'a Question,
    pub(crate) repair: Option<&'a Repair>,
    pub(crate) form: Form,
    pub(crate) stream: bool,
}

/// An answer that does not have the shape, and why.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    pub(crate) said: Said,
    pub(crate) errors: Vec<String>,
}

impl Repair {
    /// What the model is told.
    pub(crate) fn words(&self) -> String {
        let errors: String = self.errors.iter().map(|error| format!("- {error}\n")).collect();
        format!(
            "That answer does not have the shape that was asked for:\n{errors}Answer the same question again, complete and in that shape."
        )
    }
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Said {
    /// Its text.
    pub(crate) text: String,
    /// Its call of the tool, where it made one.
    pub(crate) call: Option<Call>,
}

impl Said {
    /// The text in which the answer is.
    pub(crate) fn answer(&self) -> &str {
        self.call.as_ref().map_or(&self.text, |call| &call.input)
    }
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The input as JSON text, which need not be JSON.
    pub(crate) input: String,
}

impl Call {
    /// The input as an object, which is the only thing that two of the APIs take back.
    pub(crate) fn object(&self) -> Value {
        match serde_json::from_str(&self.input) {
            Ok(value @ Value::Object(_)) => value,
            Ok(_) | Err(_) => serde_json::json!({ "unreadable": self.input }),
        }
    }
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It was done.
    Done,
    /// There was no room for more.
    Length,
    /// It, or a filter, does not want to answer.
    Declined(String),
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) said: Said,
    pub(crate) stop: Stop,
    pub(crate) usage: Usage,
}

/// An HTTP request without what lets it in. It is always a POST.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Makes a reply from the bytes of a stream.
pub(crate) trait Decode: Send {
    /// Takes more bytes and gives the text that they add to the answer.
    fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, Fault>;

    /// The reply, when the stream has ended. A stream that ended before the reply did is a fault.
    fn finish(self: Box<Self>) -> Result<Reply, Fault>;
}
