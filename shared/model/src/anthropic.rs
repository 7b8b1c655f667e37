//! Anthropic Messages.
//!
//! Claude API reference, "Create a Message", "Streaming Messages", "Structured outputs", "Tool use: forcing tool use",
//! "Errors" (read 2026-11).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    Address, Fault, Form, Usage,
    adapter::{Adapter, bounded, count, json as parse, text},
    sse::Events,
    wire::{Ask, Call, Decode, Outgoing, Reply, Said, Stop},
};

/// The version that the request and the reply are written for.
const VERSION: &str = "2023-06-01";

pub(crate) struct Messages {
    url: String,
    model: String,
}

impl Messages {
    pub(crate) fn new(address: &Address) -> Self {
        let base = address.url.as_deref().unwrap_or("https://api.anthropic.com");
        Self { url: format!("{base}/v1/messages"), model: address.name.clone() }
    }
}

impl Adapter for Messages {
    fn forms(&self) -> &'static [Form] {
        &[Form::Schema, Form::Tool]
    }

    fn request(&self, ask: &Ask<'_>) -> Outgoing {
        let question = ask.question;
        let mut body = json!({
            "model": self.model,
            "max_tokens": question.max_tokens,
            "system": question.system,
            "messages": messages(ask),
        });
        if let Some(temperature) = question.temperature {
            body["temperature"] = temperature.into();
        }
        match ask.form {
            Form::Schema => {
                body["output_config"] =
                    json!({ "format": { "type": "json_schema", "schema": question.schema.strict() } });
            }
            Form::Tool => {
                body["tools"] = json!([{
                    "name": question.schema.name(),
                    "description": "Give the answer.",
                    "input_schema": question.schema.strict(),
                }]);
                body["tool_choice"] = json!({ "type": "tool", "name": question.schema.name() });
            }
            Form::Text => {}
        }
        if ask.stream {
            body["stream"] = true.into();
        }
        Outgoing {
            url: self.url.clone(),
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("anthropic-version".into(), VERSION.into()),
            ],
            body: body.to_string().into_bytes(),
        }
    }

    fn reply(&self, body: &[u8]) -> Result<Reply, Fault> {
        let body = parse(body)?;
        let blocks = body
            .get("content")
            .and_then(Value::as_array)
            .ok_or_else(|| Fault::Broken("there is no list `content`".into()))?;
        let mut said = Said::default();
        for block in blocks {
            match text(block, "/type")? {
                "text" => said.text.push_str(text(block, "/text")?),
                "tool_use" => {
                    let input = block.get("input").map(Value::to_string).unwrap_or_default();
                    said.call =
                        Some(Call { id: text(block, "/id")?.into(), name: text(block, "/name")?.into(), input });
                }
                // Thinking is not the answer.
                _ => {}
            }
        }
        Ok(Reply { said, stop: stop(text(&body, "/stop_reason")?, &body), usage: usage(&body["usage"]) })
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::new(Decoder::default())
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("x-api-key", "")
    }

    fn error_message(&self, body: &Value) -> Option<String> {
        body.pointer("/error/message").and_then(Value::as_str).map(str::to_owned)
    }

    fn words_of(&self, form: Form) -> &'static [&'static str] {
        match form {
            Form::Schema => &["output_config", "output_format", "structured output", "output format"],
            Form::Tool => &["tool_choice", "tools"],
            Form::Text => &[],
        }
    }
}

fn messages(ask: &Ask<'_>) -> Value {
    let mut messages = vec![json!({ "role": "user", "content": ask.question.prompt })];
    if let Some(repair) = ask.repair {
        match &repair.said.call {
            Some(call) => {
                messages.push(json!({ "role": "assistant", "content": [
                    { "type": "tool_use", "id": call.id, "name": call.name, "input": call.object() },
                ] }));
                messages.push(json!({ "role": "user", "content": [
                    { "type": "tool_result", "tool_use_id": call.id, "is_error": true, "content": repair.words() },
                ] }));
            }
            None => {
                // An empty message is refused.
                let said = if repair.said.text.trim().is_empty() { "(nothing)" } else { repair.said.text.trim() };
                messages.push(json!({ "role": "assistant", "content": said }));
                messages.push(json!({ "role": "user", "content": repair.words() }));
            }
        }
    }
    Value::Array(messages)
}

fn stop(reason: &str, body: &Value) -> Stop {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" => Stop::Declined(bounded(
            body.pointer("/stop_details/explanation").and_then(Value::as_str).unwrap_or("refusal"),
        )),
        _ => Stop::Done,
    }
}

fn usage(usage: &Value) -> Usage {
    Usage {
        // What goes into the cache is read, too; a quarter more expensive, which is not told apart here.
        input: count(usage, "/input_tokens") + count(usage, "/cache_creation_input_tokens"),
        cached: count(usage, "/cache_read_input_tokens"),
        output: count(usage, "/output_tokens"),
    }
}

#[derive(Default)]
struct Decoder {
    events: Events,
    blocks: BTreeMap<u64, Said>,
    usage: Usage,
    stop: Option<Stop>,
    ended: bool,
}

impl Decoder {
    fn take(&mut self, data: &Value) -> Result<Option<String>, Fault> {
        match text(data, "/type")? {
            "message_start" => self.usage = usage(&data["message"]["usage"]),
            "content_block_start" if data["content_block"]["type"] == "tool_use" => {
                let block = &data["content_block"];
                let call =
                    Call { id: text(block, "/id")?.into(), name: text(block, "/name")?.into(), input: String::new() };
                self.blocks.insert(count(data, "/index"), Said { text: String::new(), call: Some(call) });
            }
            "content_block_start" => {
                self.blocks.insert(count(data, "/index"), Said::default());
            }
            "content_block_delta" => {
                let said = self
                    .blocks
                    .get_mut(&count(data, "/index"))
                    .ok_or_else(|| Fault::Broken("a part of a block came before the block".into()))?;
                match (text(data, "/delta/type")?, &mut said.call) {
                    ("text_delta", _) => {
                        let more = text(data, "/delta/text")?;
                        said.text.push_str(more);
                        return Ok(Some(more.to_owned()));
                    }
                    ("input_json_delta", Some(call)) => {
                        let more = text(data, "/delta/partial_json")?;
                        call.input.push_str(more);
                        return Ok(Some(more.to_owned()));
                    }
                    _ => {}
                }
            }
            "message_delta" => {
                self.stop = Some(stop(text(data, "/delta/stop_reason")?, &data["delta"]));
                // The counts are sums, not parts.
                self.usage.output = count(data, "/usage/output_tokens");
            }
            "message_stop" => self.ended = true,
            "error" => {
                let said = bounded(data.pointer("/error/message").and_then(Value::as_str).unwrap_or_default());
                return Err(match text(data, "/error/type")? {
                    "overloaded_error" => Fault::Overloaded { status: 529, retry_after: None, said },
                    "rate_limit_error" => Fault::Throttled { retry_after: None, said },
                    _ => Fault::Server { status: 500, said },
                });
            }
            // `ping`, the end of a block, and what a later version adds.
            _ => {}
        }
        Ok(None)
    }
}

impl Decode for Decoder {
    fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, Fault> {
        let mut passing = Vec::new();
        for event in self.events.feed(bytes) {
            passing.extend(self.take(&parse(event.data.as_bytes())?)?);
        }
        Ok(passing)
    }

    fn finish(self: Box<Self>) -> Result<Reply, Fault> {
        let (true, Some(stop)) = (self.ended, self.stop) else {
            return Err(Fault::CutOff("the stream ended without `message_stop`".into()));
        };
        let mut said = Said::default();
        for block in self.blocks.into_values() {
            said.text.push_str(&block.text);
            said.call = block.call.or(said.call);
        }
        Ok(Reply { said, stop, usage: self.usage })
    }
}
