//! Amazon Bedrock Converse and ConverseStream.
//!
//! Amazon Bedrock API Reference, `Converse`, `ConverseStream`, `ToolChoice`, `OutputConfig`, `JsonSchemaDefinition`; User
//! Guide, "Get validated JSON results from models" (read 2026-11).

use std::collections::BTreeMap;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use bytes::{Buf, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{
    Address, Fault, Form, Usage,
    adapter::{Adapter, bounded, count, json as parse, text},
    sign,
    wire::{Ask, Call, Decode, Outgoing, Reply, Said, Stop},
};

/// RFC 3986's unreserved characters stay; a model's name has `:` and an ARN `/`.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(crate) struct Converse {
    url: String,
}

impl Converse {
    pub(crate) fn new(address: &Address) -> Self {
        let region = address.region.as_deref().unwrap_or("us-east-1");
        let base = match &address.url {
            Some(url) => url.clone(),
            None => format!("https://bedrock-runtime.{region}.{}", sign::domain(region)),
        };
        Self { url: format!("{base}/model/{}", utf8_percent_encode(&address.name, IN_PATH)) }
    }
}

impl Adapter for Converse {
    fn forms(&self) -> &'static [Form] {
        // Not every model has constrained output, and only some can be made to call a tool.
        &[Form::Schema, Form::Tool, Form::Text]
    }

    fn request(&self, ask: &Ask<'_>) -> Outgoing {
        let question = ask.question;
        let mut system = question.system.clone();
        if ask.form == Form::Text {
            system.push_str(&format!(
                "\n\nAnswer with one JSON object of this JSON Schema, and nothing else:\n{}",
                question.schema.full()
            ));
        }
        let mut inference = json!({ "maxTokens": question.max_tokens });
        if let Some(temperature) = question.temperature {
            inference["temperature"] = temperature.into();
        }
        let mut body = json!({
            "system": [{ "text": system }],
            "messages": messages(ask),
            "inferenceConfig": inference,
        });
        let name = question.schema.name();
        match ask.form {
            Form::Schema => {
                body["outputConfig"] = json!({ "textFormat": {
                    "type": "json_schema",
                    // The schema is a text there, not an object.
                    "structure": { "jsonSchema": { "name": name, "schema": question.schema.strict().to_string() } },
                } });
            }
            Form::Tool => {
                body["toolConfig"] = json!({
                    "tools": [{ "toolSpec": {
                        "name": name,
                        "description": "Give the answer.",
                        "inputSchema": { "json": question.schema.strict() },
                    } }],
                    "toolChoice": { "tool": { "name": name } },
                });
            }
            Form::Text => {}
        }
        let action = if ask.stream { "converse-stream" } else { "converse" };
        Outgoing {
            url: format!("{}/{action}", self.url),
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }
    }

    fn reply(&self, body: &[u8]) -> Result<Reply, Fault> {
        let body = parse(body)?;
        let blocks = body
            .pointer("/output/message/content")
            .and_then(Value::as_array)
            .ok_or_else(|| Fault::Broken("there is no message".into()))?;
        let mut said = Said::default();
        for block in blocks {
            if let Some(more) = block["text"].as_str() {
                said.text.push_str(more);
            }
            if let Some(call) = block.get("toolUse") {
                said.call = Some(Call {
                    id: text(call, "/toolUseId")?.into(),
                    name: text(call, "/name")?.into(),
                    input: call.get("input").map(Value::to_string).unwrap_or_default(),
                });
            }
        }
        Ok(Reply { said, stop: stop(text(&body, "/stopReason")?), usage: usage(&body["usage"]) })
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::new(Decoder::default())
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        ("authorization", "Bearer ")
    }

    fn error_message(&self, body: &Value) -> Option<String> {
        body.get("message").or_else(|| body.get("Message")).and_then(Value::as_str).map(str::to_owned)
    }

    fn words_of(&self, form: Form) -> &'static [&'static str] {
        match form {
            Form::Schema => &[
                "outputconfig",
                "output_config",
                "textformat",
                "structured output",
                "output format",
                "response_format",
            ],
            Form::Tool => &["toolconfig", "toolchoice", "tool_choice", "tool use", "tools"],
            Form::Text => &[],
        }
    }
}

fn messages(ask: &Ask<'_>) -> Value {
    let mut messages = vec![json!({ "role": "user", "content": [{ "text": ask.question.prompt }] })];
    if let Some(repair) = ask.repair {
        match &repair.said.call {
            Some(call) => {
                messages.push(json!({ "role": "assistant", "content": [
                    { "toolUse": { "toolUseId": call.id, "name": call.name, "input": call.object() } },
                ] }));
                messages.push(json!({ "role": "user", "content": [
                    { "toolResult": {
                        "toolUseId": call.id,
                        "status": "error",
                        "content": [{ "text": repair.words() }],
                    } },
                ] }));
            }
            None => {
                // A blank text is refused.
                let said = if repair.said.text.trim().is_empty() { "(nothing)" } else { repair.said.text.trim() };
                messages.push(json!({ "role": "assistant", "content": [{ "text": said }] }));
                messages.push(json!({ "role": "user", "content": [{ "text": repair.words() }] }));
            }
        }
    }
    Value::Array(messages)
}

fn stop(reason: &str) -> Stop {
    match reason {
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "guardrail_intervened" | "content_filtered" => Stop::Declined(reason.to_owned()),
        _ => Stop::Done,
    }
}

fn usage(usage: &Value) -> Usage {
    Usage {
        input: count(usage, "/inputTokens") + count(usage, "/cacheWriteInputTokens"),
        cached: count(usage, "/cacheReadInputTokens"),
        output: count(usage, "/outputTokens"),
    }
}

/// A frame may have 16 MiB and more by its own length field; a reply of a model has kilobytes.
const FRAME_LIMIT: usize = 4 << 20;

#[derive(Default)]
struct Decoder {
    bytes: BytesMut,
    frames: MessageFrameDecoder,
    blocks: BTreeMap<u64, Said>,
    usage: Usage,
    stop: Option<Stop>,
}

impl Decoder {
    fn take(&mut self, message: &Message) -> Result<Option<String>, Fault> {
        let header = |name: &str| {
            message
                .headers()
                .iter()
                .find(|header| header.name().as_str() == name)
                .and_then(|header| header.value().as_string().ok())
                .map(|value| value.as_str().to_owned())
                .unwrap_or_default()
        };
        let data = parse(message.payload())?;
        match header(":message-type").as_str() {
            "event" => self.event(&header(":event-type"), &data),
            "exception" => {
                let said = bounded(data["message"].as_str().unwrap_or_default());
                Err(match header(":exception-type").as_str() {
                    "throttlingException" => Fault::Throttled { retry_after: None, said },
                    "serviceUnavailableException" => Fault::Overloaded { status: 503, retry_after: None, said },
                    "validationException" => Fault::Refused { status: 400, said },
                    // `modelStreamErrorException` is about this one reply.
                    "modelStreamErrorException" => Fault::CutOff(said),
                    _ => Fault::Server { status: 500, said },
                })
            }
            other => Err(Fault::Broken(format!("a frame is of the type `{}`", bounded(other)))),
        }
    }

    fn event(&mut self, event: &str, data: &Value) -> Result<Option<String>, Fault> {
        let index = count(data, "/contentBlockIndex");
        match event {
            "contentBlockStart" => {
                let call = match data.pointer("/start/toolUse") {
                    Some(call) => Some(Call {
                        id: text(call, "/toolUseId")?.into(),
                        name: text(call, "/name")?.into(),
                        input: String::new(),
                    }),
                    None => None,
                };
                self.blocks.insert(index, Said { text: String::new(), call });
            }
            "contentBlockDelta" => {
                // A block of text need not be announced.
                let said = self.blocks.entry(index).or_default();
                if let Some(more) = data.pointer("/delta/text").and_then(Value::as_str) {
                    said.text.push_str(more);
                    return Ok(Some(more.to_owned()));
                }
                if let (Some(more), Some(call)) =
                    (data.pointer("/delta/toolUse/input").and_then(Value::as_str), &mut said.call)
                {
                    call.input.push_str(more);
                    return Ok(Some(more.to_owned()));
                }
            }
            "messageStop" => self.stop = Some(stop(text(data, "/stopReason")?)),
            "metadata" => self.usage = usage(&data["usage"]),
            // The start of the message, the end of a block, and what a later version adds.
            _ => {}
        }
        Ok(None)
    }
}

impl Decode for Decoder {
    fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, Fault> {
        self.bytes.extend_from_slice(bytes);
        let mut passing = Vec::new();
        loop {
            match self.frames.decode_frame(&mut self.bytes) {
                Ok(DecodedFrame::Complete(message)) => passing.extend(self.take(&message)?),
                Ok(DecodedFrame::Incomplete) if self.bytes.remaining() > FRAME_LIMIT => {
                    return Err(Fault::Broken("a frame of the stream is too large".into()));
                }
                Ok(DecodedFrame::Incomplete) => return Ok(passing),
                Err(error) => return Err(Fault::Broken(format!("a frame of the stream is damaged: {error}"))),
            }
        }
    }

    fn finish(self: Box<Self>) -> Result<Reply, Fault> {
        let Some(stop) = self.stop else {
            return Err(Fault::CutOff("the stream ended without `messageStop`".into()));
        };
        let mut said = Said::default();
        for block in self.blocks.into_values() {
            said.text.push_str(&block.text);
            said.call = block.call.or(said.call);
        }
        Ok(Reply { said, stop, usage: self.usage })
    }
}
