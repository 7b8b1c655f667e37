//! The functions' logs, readably: MiniStack keeps them as CloudWatch Logs.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use console::style;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

use super::aws::Aws;
use super::deploy::STACK;

/// Quick enough to follow a run, and rare enough not to slow it down: one small request each time.
const INTERVAL: Duration = Duration::from_millis(500);
/// Where functions log.
const GROUPS: &str = "/aws/lambda/";

/// Where the lines go.
#[derive(Debug, Clone)]
pub enum Sink {
    /// Standard output, with colours.
    Terminal,
    /// A file, without.
    File(PathBuf),
    /// Nowhere.
    Nowhere,
}

/// Follow the logs from now on, until the task is aborted.
pub fn follow(aws: Aws, sink: Sink) -> Option<JoinHandle<()>> {
    if matches!(sink, Sink::Nowhere) {
        return None;
    }
    Some(tokio::spawn(async move {
        let mut follower = Follower::new(aws, Timestamp::now().as_millisecond());
        loop {
            tokio::time::sleep(INTERVAL).await;
            // An engine that is stopping does not answer; the platform notices that elsewhere.
            let Ok(lines) = follower.next().await else { continue };
            if write(&sink, &lines).await.is_err() {
                break;
            }
        }
    }))
}

async fn write(sink: &Sink, lines: &[Line]) -> Result<()> {
    match sink {
        Sink::Terminal => {
            for line in lines {
                println!("{}", line.coloured());
            }
        }
        Sink::File(path) => {
            let mut file = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?;
            for line in lines {
                file.write_all(format!("{}\n", line.plain()).as_bytes()).await?;
            }
            file.flush().await?;
        }
        Sink::Nowhere => {}
    }
    Ok(())
}

struct Follower {
    aws: Aws,
    groups: BTreeMap<String, Position>,
    since: i64,
}

/// How far a group has been read.
struct Position {
    bytes: u64,
    since: i64,
    /// What was seen of the last millisecond, which may not be over.
    seen: HashSet<(String, String)>,
}

impl Follower {
    fn new(aws: Aws, since: i64) -> Self {
        Self { aws, groups: BTreeMap::new(), since }
    }

    /// What came since the last call. Only groups that have grown are asked for their events.
    async fn next(&mut self) -> Result<Vec<Line>> {
        let answer = self
            .aws
            .json("Logs_20140328.DescribeLogGroups", &json!({"logGroupNamePrefix": GROUPS, "limit": 50}))
            .await?;
        let mut lines = vec![];
        for group in answer["logGroups"].as_array().into_iter().flatten() {
            let name = group["logGroupName"].as_str().context("a log group without a name")?;
            let bytes = group["storedBytes"].as_u64().unwrap_or(0);
            let position = self.groups.entry(name.to_owned()).or_insert_with(|| Position {
                bytes: 0,
                since: self.since,
                seen: HashSet::new(),
            });
            if position.bytes == bytes {
                continue;
            }
            let query = json!({"logGroupName": name, "startTime": position.since});
            let events = self.aws.json("Logs_20140328.FilterLogEvents", &query).await?;
            position.bytes = bytes;
            for event in events["events"].as_array().into_iter().flatten() {
                let (Some(time), Some(message)) = (event["timestamp"].as_i64(), event["message"].as_str()) else {
                    continue;
                };
                let stream = event["logStreamName"].as_str().unwrap_or_default();
                let key = (stream.to_owned(), message.to_owned());
                if time > position.since {
                    position.since = time;
                    position.seen.clear();
                } else if position.seen.contains(&key) {
                    continue;
                }
                position.seen.insert(key);
                lines.extend(Line::parse(name, time, message));
            }
        }
        lines.sort_by_key(|line| line.time);
        Ok(lines)
    }
}

/// One line of a function's log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    time: Timestamp,
    function: String,
    level: String,
    message: String,
    fields: Vec<(String, String)>,
}

impl Line {
    /// Read an event; the service's own bookkeeping is left out.
    fn parse(group: &str, time: i64, message: &str) -> Option<Self> {
        let text = message.trim_end();
        if text.is_empty()
            || ["START RequestId", "END RequestId", "REPORT RequestId"].iter().any(|own| text.starts_with(own))
        {
            return None;
        }
        let function = group.trim_start_matches(GROUPS);
        let function = function.trim_start_matches(STACK).trim_start_matches('-').to_owned();
        let arrived = Timestamp::from_millisecond(time).unwrap_or(Timestamp::UNIX_EPOCH);
        let Ok(Value::Object(mut record)) = serde_json::from_str(text) else {
            return Some(Self {
                time: arrived,
                function,
                level: String::new(),
                message: text.to_owned(),
                fields: vec![],
            });
        };
        let time = record
            .shift_remove("timestamp")
            .and_then(|time| time.as_str().and_then(|time| time.parse().ok()))
            .unwrap_or(arrived);
        let level = record.shift_remove("level").map(|level| plain(&level)).unwrap_or_default();
        // The JSON layer of `tracing-subscriber` puts an event's fields on their own, unless told to flatten them.
        let mut fields = match record.shift_remove("fields") {
            Some(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        for ignored in ["target", "spans", "threadId", "threadName", "filename", "line_number"] {
            record.shift_remove(ignored);
        }
        if let Some(Value::Object(mut span)) = record.shift_remove("span") {
            span.shift_remove("name");
            span.shift_remove("requestId");
            span.shift_remove("xrayTraceId");
            fields.extend(span);
        }
        fields.extend(record);
        let message = fields.shift_remove("message").map(|message| plain(&message)).unwrap_or_default();
        let fields = fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        Some(Self { time, function, level, message, fields })
    }

    fn clock(&self) -> String {
        self.time.to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string()
    }

    fn plain(&self) -> String {
        let mut line = format!("{} {:<18} {:<5} {}", self.clock(), self.function, self.level, self.message);
        for (name, value) in &self.fields {
            line.push_str(&format!(" {name}={value}"));
        }
        line
    }

    fn coloured(&self) -> String {
        let level = format!("{:<5}", self.level);
        let level = match self.level.as_str() {
            "ERROR" => style(level).red().bold(),
            "WARN" => style(level).yellow(),
            "DEBUG" | "TRACE" => style(level).dim(),
            _ => style(level).green(),
        };
        let mut line = format!(
            "{} {} {level} {}",
            style(self.clock()).dim(),
            style(format!("{:<18}", self.function)).cyan(),
            self.message
        );
        for (name, value) in &self.fields {
            line.push_str(&format!(" {}{value}", style(format!("{name}=")).dim()));
        }
        line
    }
}

/// A value as text: strings without their quotes, fractions without the digits that nobody reads.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map(|number| format!("{number:.1}")).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str) -> Option<String> {
        let line = Line::parse("/aws/lambda/mlops-local-planner", 1_795_243_245_878, message)?;
        // The clock shows local time, which differs between machines.
        Some(line.plain().split_once(' ').unwrap().1.to_owned())
    }

    #[test]
    fn a_record_becomes_a_line() {
        let record = r#"{"timestamp":"2026-11-21T06:00:00.123Z","level":"INFO","target":"planner",
            "fields":{"message":"node complete","run.id":"run_1","duration_ms":12.0869},"span":{"name":"x","node":"planner"}}"#;
        assert_eq!(
            check(record).unwrap(),
            "planner            INFO  node complete run.id=run_1 duration_ms=12.1 node=planner"
        );
    }

    #[test]
    fn a_flat_record_reads_the_same() {
        let record = r#"{"level":"WARN","message":"slow","duration_ms":1200}"#;
        assert_eq!(check(record).unwrap(), "planner            WARN  slow duration_ms=1200");
    }

    #[test]
    fn other_output_is_shown_as_it_is() {
        assert_eq!(check("thread 'main' panicked\n").unwrap(), "planner                  thread 'main' panicked");
    }

    #[test]
    fn bookkeeping_is_left_out() {
        assert_eq!(check("START RequestId: 1 Version: $LATEST"), None);
    }
}
