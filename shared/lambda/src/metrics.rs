//! Metrics of models, in CloudWatch's embedded metric format: a log line that CloudWatch reads as figures.
//!
//! Amazon CloudWatch User Guide, "Specification: Embedded metric format" (read 2026-11).

use jiff::Timestamp;
use run::node::ModelUse;
use serde_json::{Value, json};

/// Where the figures are found.
const NAMESPACE: &str = "AgenticMlops/Models";

/// Writes what asking a model came to, beside the logs.
pub(crate) fn tell(node: &'static str, used: &ModelUse) {
    println!("{}", line(node, used, Timestamp::now()));
}

fn line(node: &'static str, used: &ModelUse, now: Timestamp) -> Value {
    let count = |truth: bool| u8::from(truth);
    let mut metrics = vec![
        json!({ "Name": "Requests", "Unit": "Count" }),
        json!({ "Name": "TokensRead", "Unit": "Count" }),
        json!({ "Name": "TokensWritten", "Unit": "Count" }),
        json!({ "Name": "Latency", "Unit": "Milliseconds" }),
        json!({ "Name": "CacheHits", "Unit": "Count" }),
        json!({ "Name": "WithoutAnswer", "Unit": "Count" }),
        json!({ "Name": "Kept", "Unit": "Count" }),
        json!({ "Name": "Dropped", "Unit": "Count" }),
    ];
    let mut line = json!({
        "Provider": used.provider,
        "Model": used.model,
        "Node": node,
        "Outcome": used.outcome,
        "Requests": used.requests,
        "TokensRead": used.tokens_read,
        "TokensWritten": used.tokens_written,
        "Latency": used.latency_ms,
        "CacheHits": count(used.cache_hit),
        "WithoutAnswer": count(used.outcome != "answered"),
        "Kept": used.kept.len(),
        "Dropped": used.dropped.len(),
    });
    // A price that is not known is no price of zero.
    if let Some(usd) = used.usd {
        metrics.push(json!({ "Name": "Usd", "Unit": "None" }));
        line["Usd"] = json!(usd);
    }
    line["_aws"] = json!({
        "Timestamp": now.as_millisecond(),
        "CloudWatchMetrics": [{
            "Namespace": NAMESPACE,
            "Dimensions": [["Provider", "Model"], ["Node"]],
            "Metrics": metrics,
        }],
    });
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the specification asks of a line: every metric and every dimension is a member of the root.
    #[test]
    fn every_figure_that_is_announced_is_there() {
        let mut used = ModelUse {
            provider: "openai".into(),
            model: "qwen3".into(),
            outcome: "answered".into(),
            requests: 1,
            tokens_read: 1_200,
            tokens_written: 90,
            tokens_estimated: false,
            usd: Some(0.002),
            latency_ms: 700,
            cache_hit: false,
            repaired: false,
            kept: Vec::new(),
            dropped: Vec::new(),
            rules_alone: None,
        };
        for usd in [Some(0.002), None] {
            used.usd = usd;
            let line = line("planner", &used, Timestamp::UNIX_EPOCH);
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
            }
            for name in directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap()) {
                assert!(line[name.as_str().unwrap()].is_string(), "{name}");
            }
            assert_eq!(line.get("Usd").is_some(), usd.is_some());
            assert_eq!(line["_aws"]["Timestamp"], 0);
        }
    }
}
