//! What the three APIs have in common, seen from the asker.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use serde_json::Value;

use crate::{
    Address, Fault, Form, Provider, anthropic, bedrock, openai,
    wire::{Ask, Decode, Outgoing, Reply},
};

/// Headers of a response, by lower-case name.
pub(crate) type Headers<'a> = &'a dyn Fn(&str) -> Option<String>;

/// One API: questions to requests, responses to replies. Nothing here waits or knows a clock.
pub(crate) trait Adapter: Send + Sync {
    /// By which means a shape can be asked for, the best first.
    fn forms(&self) -> &'static [Form];

    /// The request.
    fn request(&self, ask: &Ask<'_>) -> Outgoing;

    /// The reply in the body of a response.
    fn reply(&self, body: &[u8]) -> Result<Reply, Fault>;

    /// Reads a stream.
    fn decoder(&self) -> Box<dyn Decode>;

    /// In which header a key is sent, and what is before it.
    fn key_header(&self) -> (&'static str, &'static str);

    /// The message in the body of an error.
    fn error_message(&self, body: &Value) -> Option<String>;

    /// Words by which a server names a form that it does not know.
    fn words_of(&self, form: Form) -> &'static [&'static str];
}

/// The adapter of an address.
pub(crate) fn adapter(address: &Address) -> Box<dyn Adapter> {
    match address.provider {
        Provider::Bedrock => Box::new(bedrock::Converse::new(address)),
        Provider::Anthropic => Box::new(anthropic::Messages::new(address)),
        Provider::Openai => Box::new(openai::ChatCompletions::new(address)),
    }
}

/// An error's message is kept no longer than this: it can repeat the whole request.
const MESSAGE_LIMIT: usize = 300;

/// What a response that is no success means.
pub(crate) fn fault(
    adapter: &dyn Adapter,
    form: Form,
    status: u16,
    headers: Headers<'_>,
    body: &[u8],
    now: Timestamp,
) -> Fault {
    let parsed = serde_json::from_slice::<Value>(body).ok();
    let said = parsed
        .as_ref()
        .and_then(|body| adapter.error_message(body))
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    let refuses_form = || {
        let said = said.to_lowercase();
        adapter.words_of(form).iter().any(|word| said.contains(word))
    };
    let retry_after = retry_after(headers, now);
    // Some servers fall over a form that they do not know, instead of refusing it.
    let may_refuse_form = matches!(status, 400 | 404 | 415 | 422 | 500 | 501);
    let form_refused = may_refuse_form && refuses_form();
    let said = bounded(&said);
    match status {
        _ if form_refused => Fault::Form { status, said },
        429 => Fault::Throttled { retry_after, said },
        // 529 is Anthropic's `overloaded_error`; 424 is Bedrock's `ModelErrorException`, and 408 its time-out.
        408 | 424 | 502 | 503 | 504 | 529 => Fault::Overloaded { status, retry_after, said },
        500..=599 => Fault::Server { status, said },
        _ => Fault::Refused { status, said },
    }
}

/// The beginning of a message, on one line.
pub(crate) fn bounded(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(MESSAGE_LIMIT).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// How long the server wants to be left alone: RFC 9110 §10.2.3, in seconds or as a date; OpenAI also says milliseconds.
fn retry_after(headers: Headers<'_>, now: Timestamp) -> Option<Duration> {
    if let Some(milliseconds) = headers("retry-after-ms").and_then(|value| value.trim().parse::<u64>().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    let value = headers("retry-after")?;
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let at = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(at.duration_since(now).try_into().unwrap_or(Duration::ZERO))
}

/// Text of a field that must be there in an API's reply.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Fault> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| Fault::Broken(format!("there is no text at `{pointer}`")))
}

/// A number that may be missing.
pub(crate) fn count(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

/// The body of a reply as JSON.
pub(crate) fn json(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::Broken(format!("it is not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_in_several_ways_when_to_come_back() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let after = |name: &'static str, value: &'static str| {
            retry_after(&|asked| (asked == name).then(|| value.to_owned()), now)
        };
        assert_eq!(after("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(after("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(after("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(after("retry-after", "Sun, 22 Nov 2026 10:00:20 GMT"), Some(Duration::from_secs(20)));
        assert_eq!(after("retry-after", "Sun, 22 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO), "it is over");
        for nonsense in ["soon", "-1", "NaN", ""] {
            assert_eq!(after("retry-after", nonsense), None, "{nonsense}");
        }
        assert_eq!(after("date", "7"), None);
    }

    #[test]
    fn a_message_is_one_short_line() {
        assert_eq!(bounded("a\n  b\t c"), "a b c");
        assert_eq!(bounded(&"é".repeat(1000)).chars().count(), MESSAGE_LIMIT + 1);
    }
}
