//! OpenAI chat completions, as OpenAI, Azure, vLLM, Ollama, llama.cpp and others serve them.
//!
//! OpenAI API reference, "Create chat completion" and "Streaming", guide "Structured model outputs" (json_schema, JSON
//! mode, function calling), "Error codes" (read 2026-11).

use serde_json::{Value, json};

use crate::{
    Address, Fault, Form, Usage,
    adapter::{Adapter, bounded, count, json as parse, text},
    sse::Events,
    wire::{Ask, Call, Decode, Outgoing, Reply, Said, Stop},
};

pub(crate) struct ChatCompletions {
    url: String,
    model: String,
    /// The name of the field for the most tokens: OpenAI's newer models refuse the old one, others know only that.
    most: &'static str,
    is_azure: bool,
}

impl ChatCompletions {
    pub(crate) fn new(address: &Address) -> Self {
        let base = address.url.as_deref().unwrap_or("https://api.openai.com/v1");
        let host = reqwest::Url::parse(base).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let is_azure = host.ends_with(".openai.azure.com");
        let most = if is_azure || host == "api.openai.com" { "max_completion_tokens" } else { "max_tokens" };
        Self { url: format!("{base}/chat/completions"), model: address.name.clone(), most, is_azure }
    }
}

impl Adapter for ChatCompletions {
    fn forms(&self) -> &'static [Form] {
        // A tool's parameters still carry the shape; JSON mode carries it only in words.
        &[Form::Schema, Form::Tool, Form::Text]
    }

    fn request(&self, ask: &Ask<'_>) -> Outgoing {
        let question = ask.question;
        let mut body = json!({ "model": self.model, "messages": messages(ask) });
        body[self.most] = question.max_tokens.into();
        if let Some(temperature) = question.temperature {
            body["temperature"] = temperature.into();
        }
        let name = question.schema.name();
        match ask.form {
            Form::Schema => {
                body["response_format"] = json!({
                    "type": "json_schema",
                    "json_schema": { "name": name, "strict": true, "schema": question.schema.strict() },
                });
            }
            Form::Tool => {
                body["tools"] = json!([{
                    "type": "function",
                    "function": {
                        "name": name,
                        "description": "Give the answer.",
                        "parameters": question.schema.strict(),
                    },
                }]);
                body["tool_choice"] = json!({ "type": "function", "function": { "name": name } });
            }
            Form::Text => body["response_format"] = json!({ "type": "json_object" }),
        }
        if ask.stream {
            body["stream"] = true.into();
            body["stream_options"] = json!({ "include_usage": true });
        }
        Outgoing {
            url: self.url.clone(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }
    }

    fn reply(&self, body: &[u8]) -> Result<Reply, Fault> {
        let body = parse(body)?;
        let choice = body.pointer("/choices/0").ok_or_else(|| Fault::Broken("there is no choice".into()))?;
        let message = &choice["message"];
        if !message.is_object() {
            return Err(Fault::Broken("there is no message".into()));
        }
        let call = match message.pointer("/tool_calls/0") {
            Some(call) => Some(Call {
                id: text(call, "/id")?.into(),
                name: text(call, "/function/name")?.into(),
                input: text(call, "/function/arguments")?.into(),
            }),
            None => None,
        };
        let said = Said { text: message["content"].as_str().unwrap_or_default().to_owned(), call };
        let refusal = message["refusal"].as_str();
        Ok(Reply { said, stop: stop(choice["finish_reason"].as_str(), refusal), usage: usage(&body["usage"]) })
    }

    fn decoder(&self) -> Box<dyn Decode> {
        Box::new(Decoder::default())
    }

    fn key_header(&self) -> (&'static str, &'static str) {
        if self.is_azure { ("api-key", "") } else { ("authorization", "Bearer ") }
    }

    fn error_message(&self, body: &Value) -> Option<String> {
        // llama.cpp and vLLM nest it less; FastAPI calls it `detail`.
        let said = body.pointer("/error/message").or_else(|| body.get("message")).or_else(|| body.get("detail"));
        let said = said.or_else(|| body.get("error"))?;
        Some(said.as_str().map_or_else(|| said.to_string(), str::to_owned))
    }

    fn words_of(&self, form: Form) -> &'static [&'static str] {
        match form {
            Form::Schema => &["response_format", "json_schema", "structured output", "invalid schema"],
            Form::Tool => &["tool_choice", "tools", "function call", "tool call"],
            Form::Text => &[],
        }
    }
}

fn messages(ask: &Ask<'_>) -> Value {
    let question = ask.question;
    let mut system = question.system.clone();
    if ask.form == Form::Text {
        // JSON mode is refused where the text does not ask for JSON.
        system.push_str(&format!("\n\nAnswer with one JSON object of this JSON Schema:\n{}", question.schema.full()));
    }
    let mut messages =
        vec![json!({ "role": "system", "content": system }), json!({ "role": "user", "content": question.prompt })];
    if let Some(repair) = ask.repair {
        match &repair.said.call {
            Some(call) => {
                messages.push(json!({ "role": "assistant", "content": null, "tool_calls": [{
                    "id": call.id,
                    "type": "function",
                    "function": { "name": call.name, "arguments": call.input },
                }] }));
                messages.push(json!({ "role": "tool", "tool_call_id": call.id, "content": repair.words() }));
                // The tool is forced once more, so nothing else is said.
            }
            None => {
                messages.push(json!({ "role": "assistant", "content": repair.said.text }));
                messages.push(json!({ "role": "user", "content": repair.words() }));
            }
        }
    }
    Value::Array(messages)
}

fn stop(reason: Option<&str>, refusal: Option<&str>) -> Stop {
    match (reason, refusal) {
        (_, Some(refusal)) if !refusal.is_empty() => Stop::Declined(bounded(refusal)),
        (Some("content_filter"), _) => Stop::Declined("content_filter".into()),
        (Some("length"), _) => Stop::Length,
        _ => Stop::Done,
    }
}

fn usage(usage: &Value) -> Usage {
    let cached = count(usage, "/prompt_tokens_details/cached_tokens");
    Usage {
        input: count(usage, "/prompt_tokens").saturating_sub(cached),
        cached,
        output: count(usage, "/completion_tokens"),
    }
}

#[derive(Default)]
struct Decoder {
    events: Events,
    said: Said,
    refusal: String,
    reason: Option<String>,
    usage: Usage,
}

impl Decoder {
    fn take(&mut self, data: &Value) -> Result<Vec<String>, Fault> {
        // vLLM and others say in the stream what went wrong.
        if let Some(error) = data.get("error") {
            let said = error.get("message").and_then(Value::as_str).map_or_else(|| error.to_string(), str::to_owned);
            let said = bounded(&said);
            return Err(match error["type"].as_str().or_else(|| error["code"].as_str()) {
                Some("rate_limit_error" | "rate_limit_exceeded") => Fault::Throttled { retry_after: None, said },
                Some("overloaded_error" | "server_overloaded") => {
                    Fault::Overloaded { status: 529, retry_after: None, said }
                }
                _ => Fault::Server { status: 500, said },
            });
        }
        if data["usage"].is_object() {
            self.usage = usage(&data["usage"]);
        }
        // The last piece has the usage and no choice.
        let Some(choice) = data.pointer("/choices/0") else { return Ok(Vec::new()) };
        let mut passing = Vec::new();
        if let Some(more) = choice.pointer("/delta/content").and_then(Value::as_str) {
            self.said.text.push_str(more);
            passing.push(more.to_owned());
        }
        if let Some(more) = choice.pointer("/delta/refusal").and_then(Value::as_str) {
            self.refusal.push_str(more);
        }
        if let Some(part) = choice.pointer("/delta/tool_calls/0") {
            let call = self.said.call.get_or_insert_default();
            if let Some(id) = part["id"].as_str() {
                call.id = id.to_owned();
            }
            if let Some(name) = part.pointer("/function/name").and_then(Value::as_str) {
                call.name = name.to_owned();
            }
            if let Some(more) = part.pointer("/function/arguments").and_then(Value::as_str) {
                call.input.push_str(more);
                passing.push(more.to_owned());
            }
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.reason = Some(reason.to_owned());
        }
        passing.retain(|more| !more.is_empty());
        Ok(passing)
    }
}

impl Decode for Decoder {
    fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, Fault> {
        let mut passing = Vec::new();
        for event in self.events.feed(bytes) {
            // Not JSON, and not sent by every server; the reason to stop is.
            if event.data.trim() == "[DONE]" {
                continue;
            }
            passing.extend(self.take(&parse(event.data.as_bytes())?)?);
        }
        Ok(passing)
    }

    fn finish(self: Box<Self>) -> Result<Reply, Fault> {
        let Some(reason) = self.reason else {
            return Err(Fault::CutOff("the stream ended without a `finish_reason`".into()));
        };
        Ok(Reply { said: self.said, stop: stop(Some(&reason), Some(&self.refusal)), usage: self.usage })
    }
}
