//! What the real APIs refuse.

use axum::{body::Bytes, http::request::Parts};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use aws_credential_types::Credentials;

use super::{ACCESS_KEY, KEY, REGION, SECRET_KEY};
use crate::{Form, Provider, sign};

/// Why a request is refused.
pub(crate) struct Complaint {
    pub(crate) status: u16,
    pub(crate) said: String,
}

/// A request that is in order.
pub(crate) struct Checked {
    pub(crate) body: Value,
    pub(crate) form: Form,
    pub(crate) stream: bool,
}

type Check<T = ()> = Result<T, Complaint>;

fn complain<T>(said: impl Into<String>) -> Check<T> {
    Err(Complaint { status: 400, said: said.into() })
}

fn refuse<T>(status: u16, said: impl Into<String>) -> Check<T> {
    Err(Complaint { status, said: said.into() })
}

/// Checks a request as the API does.
pub(crate) fn check(provider: Provider, parts: &Parts, body: &Bytes) -> Check<Checked> {
    if parts.method != "POST" {
        return refuse(405, format!("{} is not allowed", parts.method));
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if header("content-type") != Some("application/json") {
        return refuse(415, "content-type must be application/json");
    }
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return complain(format!("the body is not JSON: {error}")),
    };
    let Some(fields) = value.as_object() else { return complain("the body is not an object") };
    let (form, stream) = match provider {
        Provider::Bedrock => bedrock(parts, body, fields)?,
        Provider::Anthropic => anthropic(parts, fields)?,
        Provider::Openai => openai(parts, fields)?,
    };
    Ok(Checked { body: value, form, stream })
}

fn only(fields: &Map<String, Value>, known: &[&str]) -> Check {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => complain(format!("{name}: Extra inputs are not permitted")),
        None => Ok(()),
    }
}

fn anthropic(parts: &Parts, fields: &Map<String, Value>) -> Check<(Form, bool)> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if header("x-api-key") != Some(KEY) {
        return refuse(401, "invalid x-api-key");
    }
    if header("anthropic-version") != Some("2023-06-01") {
        return complain("anthropic-version: header is required");
    }
    if parts.uri.path() != "/v1/messages" {
        return refuse(404, format!("there is no {}", parts.uri));
    }
    let known =
        ["model", "max_tokens", "system", "messages", "temperature", "output_config", "tools", "tool_choice", "stream"];
    only(fields, &known)?;
    model_and_tokens(fields, "max_tokens")?;
    temperature(fields.get("temperature"), 1.0)?;
    blank("system", fields.get("system"))?;
    let blocks = |message: &Value| match &message["content"] {
        Value::String(text) => vec![Block::Text(text.clone())],
        content => content
            .as_array()
            .into_iter()
            .flatten()
            .map(|block| match block["type"].as_str() {
                Some("text") => Block::Text(block["text"].as_str().unwrap_or_default().to_owned()),
                Some("tool_use") if block["input"].is_object() => Block::Use(block["id"].to_string()),
                Some("tool_result") => Block::Result(block["tool_use_id"].to_string()),
                _ => Block::Unknown(block.to_string()),
            })
            .collect(),
    };
    turns(fields.get("messages"), &blocks)?;
    let form = match (fields.get("output_config"), fields.get("tools")) {
        (Some(config), None) => {
            if config["format"]["type"] != "json_schema" {
                return complain("output_config.format.type: Input should be 'json_schema'");
            }
            closed(&config["format"]["schema"], "output_config.format.schema")?;
            Form::Schema
        }
        (None, Some(tools)) => {
            let tool = &tools[0];
            named(&tool["name"])?;
            closed(&tool["input_schema"], "tools.0.input_schema")?;
            let choice = fields.get("tool_choice").cloned().unwrap_or_default();
            if choice["type"] != "tool" || choice["name"] != tool["name"] {
                return complain("tool_choice: Tool is not among the tools");
            }
            Form::Tool
        }
        _ => return complain("the request does not ask for a shape"),
    };
    Ok((form, fields.get("stream") == Some(&Value::Bool(true))))
}

fn openai(parts: &Parts, fields: &Map<String, Value>) -> Check<(Form, bool)> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if header("authorization") != Some(&format!("Bearer {KEY}")) {
        return refuse(401, "Incorrect API key provided");
    }
    if parts.uri.path() != "/v1/chat/completions" {
        return refuse(404, format!("there is no {}", parts.uri));
    }
    let known = [
        "model",
        "max_tokens",
        "messages",
        "temperature",
        "response_format",
        "tools",
        "tool_choice",
        "stream",
        "stream_options",
    ];
    only(fields, &known)?;
    model_and_tokens(fields, "max_tokens")?;
    temperature(fields.get("temperature"), 2.0)?;
    let messages = fields.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut open: Vec<String> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if role == "tool" {
            let id = message["tool_call_id"].to_string();
            match open.iter().position(|call| *call == id) {
                Some(at) => drop(open.remove(at)),
                None => return complain("a message with role 'tool' must follow its tool call"),
            }
            continue;
        }
        if !open.is_empty() {
            return complain("a tool call has no message with its result");
        }
        let calls = message["tool_calls"].as_array().cloned().unwrap_or_default();
        if !matches!(role, "system" | "user" | "assistant") || (role == "system" && index > 0) {
            return complain(format!("messages[{index}].role is `{role}`"));
        }
        if !message["content"].is_string() && calls.is_empty() {
            return complain(format!("messages[{index}].content must be a text"));
        }
        open.extend(calls.iter().map(|call| call["id"].to_string()));
    }
    if !open.is_empty() || messages.is_empty() {
        return complain("a tool call has no message with its result, or there is no message");
    }
    let form = match (fields.get("response_format"), fields.get("tools")) {
        (Some(format), None) if format["type"] == "json_schema" => {
            let schema = &format["json_schema"];
            named(&schema["name"])?;
            if schema["strict"] != true {
                return complain("the schema is not strict");
            }
            closed(&schema["schema"], "response_format.json_schema.schema")?;
            Form::Schema
        }
        (Some(format), None) if format["type"] == "json_object" => {
            if !messages.iter().any(|message| message.to_string().contains("JSON")) {
                return complain("'messages' must contain the word 'json' in some form");
            }
            Form::Text
        }
        (None, Some(tools)) => {
            let function = &tools[0]["function"];
            named(&function["name"])?;
            closed(&function["parameters"], "tools[0].function.parameters")?;
            let choice = fields.get("tool_choice").cloned().unwrap_or_default();
            if choice["type"] != "function" || choice["function"]["name"] != function["name"] {
                return complain("tool_choice names no tool");
            }
            Form::Tool
        }
        _ => return complain("the request does not ask for a shape"),
    };
    let stream = fields.get("stream") == Some(&Value::Bool(true));
    if !stream && fields.contains_key("stream_options") {
        return complain("stream_options is only allowed when stream is true");
    }
    Ok((form, stream))
}

fn bedrock(parts: &Parts, body: &Bytes, fields: &Map<String, Value>) -> Check<(Form, bool)> {
    signed(parts, body)?;
    let path = parts.uri.path();
    let stream = match path.strip_prefix("/model/amazon.nova-lite-v1%3A0/") {
        Some("converse") => false,
        Some("converse-stream") => true,
        _ => return refuse(404, format!("there is no {path}")),
    };
    only(fields, &["messages", "system", "inferenceConfig", "outputConfig", "toolConfig"])?;
    let inference = fields.get("inferenceConfig").cloned().unwrap_or_default();
    tokens(inference.get("maxTokens"))?;
    temperature(inference.get("temperature"), 1.0)?;
    blank("system", fields.get("system").map(|system| &system[0]["text"]))?;
    let blocks = |message: &Value| {
        message["content"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|block| {
                if let Some(text) = block["text"].as_str() {
                    Block::Text(text.to_owned())
                } else if block["toolUse"]["input"].is_object() {
                    Block::Use(block["toolUse"]["toolUseId"].to_string())
                } else if block["toolResult"]["content"].is_array() {
                    Block::Result(block["toolResult"]["toolUseId"].to_string())
                } else {
                    Block::Unknown(block.to_string())
                }
            })
            .collect()
    };
    turns(fields.get("messages"), &blocks)?;
    let form = match (fields.get("outputConfig"), fields.get("toolConfig")) {
        (Some(config), None) => {
            let format = &config["textFormat"];
            if format["type"] != "json_schema" {
                return complain("outputConfig.textFormat.type must be json_schema");
            }
            let schema = &format["structure"]["jsonSchema"];
            named(&schema["name"])?;
            // A text with a schema in it, not a schema.
            let parsed = schema["schema"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            match parsed {
                Some(schema) => closed(&schema, "outputConfig.textFormat.structure.jsonSchema.schema")?,
                None => return complain("jsonSchema.schema must be a string of JSON"),
            }
            Form::Schema
        }
        (None, Some(config)) => {
            let tool = &config["tools"][0]["toolSpec"];
            named(&tool["name"])?;
            closed(&tool["inputSchema"]["json"], "toolConfig.tools.0.toolSpec.inputSchema.json")?;
            if config["toolChoice"]["tool"]["name"] != tool["name"] {
                return complain("toolConfig.toolChoice names no tool");
            }
            Form::Tool
        }
        (None, None) => Form::Text,
        (Some(_), Some(_)) => return complain("a shape is asked for twice"),
    };
    Ok((form, stream))
}

/// The signature, made again from what came over the wire.
fn signed(parts: &Parts, body: &Bytes) -> Check {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let forbidden = |said: &str| refuse(403, said);
    let Some(authorization) = header("authorization") else { return forbidden("Missing Authentication Token") };
    let Some(date) = header("x-amz-date") else { return forbidden("there is no x-amz-date") };
    let Ok(at) = DateTime::strptime("%Y%m%dT%H%M%SZ", date).and_then(|at| at.to_zoned(TimeZone::UTC)) else {
        return forbidden("x-amz-date cannot be read");
    };
    if Timestamp::now().duration_since(at.timestamp()).abs() > SignedDuration::from_mins(5) {
        return forbidden("Signature expired");
    }
    if header("x-amz-security-token") != Some("session") {
        return forbidden("The security token included in the request is invalid.");
    }
    let signed =
        authorization.split_once("SignedHeaders=").and_then(|(_, rest)| rest.split(',').next()).unwrap_or_default();
    for needed in ["host", "x-amz-date", "x-amz-security-token", "content-type"] {
        if !signed.split(';').any(|name| name == needed) {
            return forbidden("a header that must be signed is not");
        }
    }
    // These three are added by whoever signs.
    let own: Vec<(String, String)> = signed
        .split(';')
        .filter(|name| !matches!(*name, "host" | "x-amz-date" | "x-amz-security-token"))
        .filter_map(|name| Some((name.to_owned(), header(name)?.to_owned())))
        .collect();
    let url = format!("http://{}{}", header("host").unwrap_or_default(), parts.uri);
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, Some("session".into()), None, "mock");
    let made = sign::headers(&url, &own, body, credentials, REGION, "bedrock", at.timestamp().into());
    let made = made.unwrap_or_default();
    let expected = made.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.expose_secret());
    if expected != Some(authorization) {
        return forbidden("The request signature we calculated does not match the signature you provided.");
    }
    Ok(())
}

enum Block {
    Text(String),
    Use(String),
    Result(String),
    Unknown(String),
}

/// Turns alternate and begin with the user; each use of a tool has its result in the next turn, and no result is alone.
fn turns(messages: Option<&Value>, blocks: &dyn Fn(&Value) -> Vec<Block>) -> Check {
    let messages = messages.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if messages.is_empty() {
        return complain("messages: at least one message is required");
    }
    let mut used: Vec<String> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let expected = if index.is_multiple_of(2) { "user" } else { "assistant" };
        if message["role"] != expected {
            return complain(format!("messages.{index}: roles must alternate between user and assistant"));
        }
        let blocks = blocks(message);
        if blocks.is_empty() {
            return complain(format!("messages.{index}.content is empty"));
        }
        let mut next = Vec::new();
        for block in blocks {
            match block {
                Block::Text(text) if text.trim().is_empty() => {
                    return complain(format!("messages.{index}: text content blocks must be non-empty"));
                }
                Block::Text(_) => {}
                Block::Use(id) if expected == "assistant" => next.push(id),
                Block::Result(id) if expected == "user" => match used.iter().position(|known| *known == id) {
                    Some(at) => drop(used.remove(at)),
                    None => return complain(format!("messages.{index}: a tool_result has no tool_use")),
                },
                Block::Use(_) | Block::Result(_) => return complain("a tool is on the wrong side"),
                Block::Unknown(block) => return complain(format!("messages.{index}: {block} is no block")),
            }
        }
        if !used.is_empty() {
            return complain(format!("messages.{index}: tool_use ids were found without tool_result blocks"));
        }
        used = next;
    }
    if messages.len().is_multiple_of(2) { complain("the last message must be the user's") } else { Ok(()) }
}

fn model_and_tokens(fields: &Map<String, Value>, most: &str) -> Check {
    if fields.get("model").and_then(Value::as_str).is_none_or(str::is_empty) {
        return complain("model: Field required");
    }
    tokens(fields.get(most))
}

fn tokens(most: Option<&Value>) -> Check {
    match most.and_then(Value::as_u64) {
        Some(1..=128_000) => Ok(()),
        _ => complain("the most tokens must be from 1 to 128000"),
    }
}

fn temperature(temperature: Option<&Value>, most: f64) -> Check {
    match temperature.map(|value| value.as_f64()) {
        None => Ok(()),
        Some(Some(value)) if (0.0..=most).contains(&value) => Ok(()),
        Some(_) => complain("temperature is out of its range"),
    }
}

fn blank(name: &str, text: Option<&Value>) -> Check {
    match text.and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => Ok(()),
        _ => complain(format!("{name} must be a text that is not blank")),
    }
}

fn named(name: &Value) -> Check {
    let is_right = |name: &str| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    if name.as_str().is_some_and(is_right) { Ok(()) } else { complain(format!("{name} is no name")) }
}

/// What constrained output takes: closed objects with required fields, none of the keywords that are not supported.
fn closed(schema: &Value, at: &str) -> Check {
    let Some(fields) = schema.as_object() else { return complain(format!("{at} is not a schema")) };
    let not_supported = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "maxItems",
        "uniqueItems",
        "oneOf",
        "not",
        "if",
        "$ref",
        "patternProperties",
    ];
    if let Some(keyword) = fields.keys().find(|name| not_supported.contains(&name.as_str())) {
        return complain(format!("{at}: '{keyword}' is not supported"));
    }
    let is_root = !at.contains('/');
    if is_root && fields.get("type") != Some(&Value::from("object")) {
        return complain(format!("{at}: the root must be an object"));
    }
    let properties = fields.get("properties").and_then(Value::as_object);
    if fields.get("type") == Some(&Value::from("object")) {
        if fields.get("additionalProperties") != Some(&Value::Bool(false)) {
            return complain(format!("{at}: 'additionalProperties' is required to be supplied and to be false"));
        }
        let required = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for name in properties.into_iter().flat_map(Map::keys) {
            if !required.iter().any(|known| known.as_str() == Some(name)) {
                return complain(format!("{at}: 'required' must include '{name}'"));
            }
        }
    }
    for (name, schema) in properties.into_iter().flatten() {
        closed(schema, &format!("{at}/{name}"))?;
    }
    if let Some(items) = fields.get("items") {
        closed(items, &format!("{at}/items"))?;
    }
    for (index, schema) in fields.get("anyOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        closed(schema, &format!("{at}/anyOf/{index}"))?;
    }
    Ok(())
}
