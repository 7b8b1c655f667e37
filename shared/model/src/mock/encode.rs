//! Replies as the three APIs write them.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::{body::Body, http::Response};
use serde_json::{Value, json};

use crate::{Form, Provider};

/// How a reply ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Length,
    Declined,
}

/// Writes the replies to one request.
pub(crate) struct Encode {
    pub(crate) provider: Provider,
    pub(crate) form: Form,
    pub(crate) read: u64,
}

/// A piece of text on the wire has so many characters, so that an answer comes in several.
const PIECE: usize = 7;

fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}

impl Encode {
    fn reason(&self, end: End) -> &'static str {
        let is_tool = self.form == Form::Tool;
        match (self.provider, end) {
            (Provider::Openai, End::Done) if is_tool => "tool_calls",
            (Provider::Openai, End::Done) => "stop",
            (Provider::Openai, End::Length) => "length",
            (Provider::Openai, End::Declined) => "content_filter",
            (Provider::Anthropic | Provider::Bedrock, End::Done) if is_tool => "tool_use",
            (Provider::Anthropic | Provider::Bedrock, End::Done) => "end_turn",
            (Provider::Anthropic | Provider::Bedrock, End::Length) => "max_tokens",
            (Provider::Anthropic, End::Declined) => "refusal",
            (Provider::Bedrock, End::Declined) => "guardrail_intervened",
        }
    }

    fn written(text: &str) -> u64 {
        (text.len() as u64).div_ceil(4)
    }

    pub(crate) fn whole(&self, text: &str, end: End) -> Response<Body> {
        Response::builder().header("content-type", "application/json").body(Body::from(self.body(text, end))).unwrap()
    }

    pub(crate) fn body(&self, text: &str, end: End) -> Vec<u8> {
        let is_tool = self.form == Form::Tool;
        // The input of a tool is JSON at two of the APIs, whatever the model wrote.
        let input = || serde_json::from_str::<Value>(text).unwrap_or_else(|_| json!({ "text": text }));
        let reason = self.reason(end);
        let (read, written) = (self.read, Self::written(text));
        let body = match self.provider {
            Provider::Bedrock => {
                let block = match is_tool {
                    true => json!({ "toolUse": { "toolUseId": "tooluse_1", "name": "answer", "input": input() } }),
                    false => json!({ "text": text }),
                };
                json!({
                    "output": { "message": { "role": "assistant", "content": [block] } },
                    "stopReason": reason,
                    "usage": { "inputTokens": read, "outputTokens": written, "totalTokens": read + written },
                    "metrics": { "latencyMs": 1 },
                })
            }
            Provider::Anthropic => {
                let block = match is_tool {
                    true => json!({ "type": "tool_use", "id": "toolu_1", "name": "answer", "input": input() }),
                    false => json!({ "type": "text", "text": text }),
                };
                json!({
                    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5",
                    "content": [block], "stop_reason": reason, "stop_sequence": null,
                    "usage": { "input_tokens": read, "output_tokens": written },
                })
            }
            Provider::Openai => {
                let message = match is_tool {
                    true => json!({ "role": "assistant", "content": null, "tool_calls": [{
                        "id": "call_1", "type": "function", "function": { "name": "answer", "arguments": text },
                    }] }),
                    false => json!({ "role": "assistant", "content": text, "refusal": null }),
                };
                json!({
                    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "qwen3",
                    "choices": [{ "index": 0, "message": message, "finish_reason": reason, "logprobs": null }],
                    "usage": { "prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written },
                })
            }
        };
        body.to_string().into_bytes()
    }

    pub(crate) fn stream(&self, text: &str, end: End) -> Vec<Vec<u8>> {
        let is_tool = self.form == Form::Tool;
        let reason = self.reason(end);
        let (read, written) = (self.read, Self::written(text));
        match self.provider {
            Provider::Bedrock => {
                let mut out = vec![frame("event", "messageStart", &json!({ "role": "assistant" }))];
                if is_tool {
                    let start = json!({ "contentBlockIndex": 0, "start": { "toolUse": {
                        "toolUseId": "tooluse_1", "name": "answer",
                    } } });
                    out.push(frame("event", "contentBlockStart", &start));
                }
                for piece in pieces(text) {
                    let delta =
                        if is_tool { json!({ "toolUse": { "input": piece } }) } else { json!({ "text": piece }) };
                    let delta = json!({ "contentBlockIndex": 0, "delta": delta });
                    out.push(frame("event", "contentBlockDelta", &delta));
                }
                out.push(frame("event", "contentBlockStop", &json!({ "contentBlockIndex": 0 })));
                out.push(frame("event", "messageStop", &json!({ "stopReason": reason })));
                let usage = json!({ "inputTokens": read, "outputTokens": written, "totalTokens": read + written });
                out.push(frame("event", "metadata", &json!({ "usage": usage, "metrics": { "latencyMs": 1 } })));
                out
            }
            Provider::Anthropic => {
                let block = match is_tool {
                    true => json!({ "type": "tool_use", "id": "toolu_1", "name": "answer", "input": {} }),
                    false => json!({ "type": "text", "text": "" }),
                };
                let message = json!({ "id": "msg_1", "type": "message", "role": "assistant", "content": [],
                    "usage": { "input_tokens": read, "output_tokens": 1 } });
                let mut out = vec![
                    named(&json!({ "type": "message_start", "message": message })),
                    named(&json!({ "type": "content_block_start", "index": 0, "content_block": block })),
                    named(&json!({ "type": "ping" })),
                ];
                for piece in pieces(text) {
                    let delta = match is_tool {
                        true => json!({ "type": "input_json_delta", "partial_json": piece }),
                        false => json!({ "type": "text_delta", "text": piece }),
                    };
                    out.push(named(&json!({ "type": "content_block_delta", "index": 0, "delta": delta })));
                }
                out.push(named(&json!({ "type": "content_block_stop", "index": 0 })));
                out.push(named(&json!({ "type": "message_delta", "delta": { "stop_reason": reason },
                    "usage": { "output_tokens": written } })));
                out.push(named(&json!({ "type": "message_stop" })));
                out
            }
            Provider::Openai => {
                let chunk = |delta: Value, reason: Option<&str>| {
                    data(&json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [
                        { "index": 0, "delta": delta, "finish_reason": reason },
                    ] }))
                };
                let mut out = vec![chunk(json!({ "role": "assistant", "content": "" }), None)];
                if is_tool {
                    let call = json!([{ "index": 0, "id": "call_1", "type": "function",
                        "function": { "name": "answer", "arguments": "" } }]);
                    out.push(chunk(json!({ "tool_calls": call }), None));
                }
                for piece in pieces(text) {
                    out.push(match is_tool {
                        true => {
                            chunk(json!({ "tool_calls": [{ "index": 0, "function": { "arguments": piece } }] }), None)
                        }
                        false => chunk(json!({ "content": piece }), None),
                    });
                }
                out.push(chunk(json!({}), Some(reason)));
                out.push(data(&json!({ "choices": [],
                    "usage": { "prompt_tokens": read, "completion_tokens": written } })));
                out.push(b"data: [DONE]\n\n".to_vec());
                out
            }
        }
    }

    /// What is said in a stream when the provider fails in the middle of it.
    pub(crate) fn failure(&self) -> Vec<u8> {
        let error = json!({ "type": "overloaded_error", "message": "Overloaded" });
        match self.provider {
            Provider::Bedrock => frame("exception", "serviceUnavailableException", &json!({ "message": "Overloaded" })),
            Provider::Anthropic => named(&json!({ "type": "error", "error": error })),
            Provider::Openai => data(&json!({ "error": error })),
        }
    }
}

fn frame(kind: &'static str, name: &'static str, payload: &Value) -> Vec<u8> {
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let which = if kind == "event" { ":event-type" } else { ":exception-type" };
    let message = Message::new(payload.to_string().into_bytes())
        .add_header(header(":message-type", kind))
        .add_header(header(which, name))
        .add_header(header(":content-type", "application/json"));
    let mut out = Vec::new();
    write_message_to(&message, &mut out).unwrap();
    out
}

fn named(event: &Value) -> Vec<u8> {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default()).into_bytes()
}

fn data(event: &Value) -> Vec<u8> {
    format!("data: {event}\n\n").into_bytes()
}

/// How a server says that it does not know a form.
pub(crate) fn refusal(provider: Provider, form: Form) -> &'static str {
    match (provider, form) {
        (Provider::Bedrock, Form::Schema) => "This model doesn't support the outputConfig.textFormat field.",
        (Provider::Bedrock, Form::Tool) => "This model doesn't support the toolConfig.toolChoice.tool field.",
        (Provider::Anthropic, Form::Schema) => "output_config: Extra inputs are not permitted",
        (Provider::Anthropic, Form::Tool) => "tools: not supported by this model",
        (Provider::Openai, Form::Schema) => {
            "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]"
        }
        (Provider::Openai, Form::Tool) => "tool_choice is not supported",
        (Provider::Bedrock | Provider::Anthropic | Provider::Openai, Form::Text) => "nothing is supported",
    }
}

/// An error in the words of an API.
pub(crate) fn error(provider: Provider, status: u16, retry_after: Option<&str>, said: &str) -> Response<Body> {
    let kind = match status {
        401 | 403 => "authentication_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        500..=599 => "api_error",
        _ => "invalid_request_error",
    };
    let body = match provider {
        Provider::Bedrock => json!({ "message": said }),
        Provider::Anthropic => json!({ "type": "error", "error": { "type": kind, "message": said } }),
        Provider::Openai => json!({ "error": { "message": said, "type": kind, "param": null, "code": null } }),
    };
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    if let Some(after) = retry_after {
        response = response.header("retry-after", after);
    }
    response.body(Body::from(body.to_string())).unwrap()
}
