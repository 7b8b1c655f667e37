//! What the planner and the critics computed for the payments, as they write it.

use serde::de::DeserializeOwned;
use serde_json::json;

use super::*;

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Paths with their arithmetic, limits, cold starts, what a failure reaches, and where the data is.
pub fn tech() -> TechReview {
    let endpoint = "serve.sagemaker-real-time";
    TechReview {
        paths: read(json!([
            {
                "name": "request", "what": "a request", "unit": "ms", "percentile": 95.0,
                "stages": [{
                    "pattern": endpoint, "arrivals_per_second": 420.0, "capacity_per_second": 450.0,
                    "utilisation": 420.0 / 450.0, "time": 62.0, "share": 0.775, "formula": "M/M/2: ρ = 420 ÷ 450 | 0.93"
                }],
                "total": 62.0, "objective": 80.0, "objective_is_hard": true, "max_per_second": 450.0,
                "bottleneck": endpoint, "formula": "62 ms of 80 ms."
            },
            {
                "name": "training", "what": "a training run", "unit": "h", "percentile": null,
                "stages": [{
                    "pattern": "train.sagemaker", "arrivals_per_second": 0.0, "capacity_per_second": null,
                    "utilisation": null, "time": 1.5, "share": 1.0, "formula": "100 GB ÷ 67 GB/h"
                }],
                "total": 1.5, "objective": null, "objective_is_hard": false, "max_per_second": null,
                "bottleneck": null, "formula": "1.5 h."
            }
        ])),
        quotas: read(json!([
            {
                "pattern": endpoint, "name": "instances of an account", "limit": 20.0, "unit": "instances", "demand": 2.0,
                "share": 0.1, "reached_at_per_second": 4200.0, "adjustable": true, "source": "Service Quotas",
                "formula": "2 instances"
            },
            {
                "pattern": "feature.dynamodb", "name": "item size", "limit": 400.0, "unit": "KB", "demand": null,
                "share": null, "reached_at_per_second": null, "adjustable": false, "source": "Developer Guide",
                "formula": "not known"
            }
        ])),
        blast_radius: read(json!([{
            "pattern": "feature.dynamodb", "requests_fail": true, "stops": [endpoint], "goes_stale": [], "share": 0.5,
            "single_point": false, "hours_out_per_month": 0.07, "effect": "Scores stop."
        }])),
        couplings: read(json!([{
            "kind": "shared_service", "patterns": [endpoint, "train.sagemaker"], "why": "One control plane.",
            "remedy": "Deployments wait while it is out."
        }])),
        cold_starts: read(json!([{
            "pattern": endpoint, "p50_ms": 200.0, "p99_ms": 900.0, "when": "a new instance starts", "meets_requests": true,
            "share_of_requests": 0.001, "cold_latency_ms": 262.0, "formula": "62 ms + 200 ms", "avoided_by": "a minimum of two",
            "source": "assumption"
        }])),
        residency: read(json!({
            "region": "eu-central-1", "jurisdiction": "EU", "allowed_regions": ["eu-central-1"],
            "excluded_regions": ["us-east-1"], "leaves_the_region": [], "kept": true
        })),
        ..TechReview::default()
    }
}

/// Usage, components, unit costs, what dominates, the range, other loads, free tier, and the other candidate.
pub fn cost() -> CostReview {
    let endpoint = "serve.sagemaker-real-time";
    CostReview {
        usage: read(json!([
            { "name": "requests per month", "value": 367_920_000.0, "unit": "requests", "derivation": "140/s × 2,628,000 s",
              "basis": "derived", "field": "throughput" },
            { "name": "data stored", "value": 100.0, "unit": "GB", "derivation": "taken for granted", "basis": "assumed",
              "field": "data_volume" }
        ])),
        components: read(json!([{
            "pattern": endpoint, "name": "Endpoint", "capability": "serve", "low_usd": 118.0, "expected_usd": 168.0,
            "high_usd": 269.0, "share": 1.0
        }])),
        unit_costs: read(json!([{
            "per": "1,000 predictions", "usd": 0.000_456_6, "formula": "168 USD ÷ 367,920 thousand"
        }])),
        drivers: read(json!([{
            "pattern": endpoint, "item": "Instances", "monthly_usd": 167.9, "share": 0.999, "cumulative_share": 0.999,
            "formula": "1,460 h × 0.115 USD"
        }])),
        range: read(json!([{
            "pattern": endpoint, "item": "Instances", "low_usd": 118.0, "expected_usd": 167.9, "high_usd": 269.0,
            "share_of_width": 1.0, "why": "the peak is known, the average is a third of it"
        }])),
        free_tier: read(json!([{
            "item": "Requests", "allowance": 1_000_000.0, "unit": "requests", "used": 367_920_000.0, "worth_usd": 0.2,
            "terms": "every account, without end", "source": "pricing page", "date": "2026-10"
        }])),
        sensitivity: read(json!([{
            "factor": 10.0, "average_per_second": 1400.0, "peak_per_second": 4200.0, "monthly_usd": 1680.0,
            "usd_per_thousand": 0.000_456_6, "latency_ms": null, "breaks": ["instances of an account"]
        }])),
        comparison: read(json!([{
            "candidate": "b", "name": "Containers on ECS", "usd_more": -12.5, "ms_slower": 34.0,
            "percent_more_available": -0.04, "hours_more": 20.0, "usd_per_ms": 0.37, "usd_per_hour": null,
            "breaks": ["P95 is 96 ms, 80 ms are asked"]
        }])),
        ..CostReview::default()
    }
}

/// Weights, the comparison of all combinations, and what had to give way.
pub fn plan() -> PlanDecision {
    PlanDecision {
        weights: read(json!([
            { "criterion": "cost", "weight": 0.3, "source": "constraints", "reason": "A budget is stated." }
        ])),
        pareto: read(json!([
            {
                "name": "Managed endpoint", "patterns": [], "candidate": "a", "monthly_usd": 168.0, "latency_p95_ms": 62.0,
                "operations_hours_per_month": 12.0, "risk": 0.2, "score": 0.812, "feasible": true, "on_front": true,
                "dominated_by": null, "best_at": ["the fastest"]
            },
            {
                "name": "Containers on ECS", "patterns": [], "candidate": "b", "monthly_usd": 155.5, "latency_p95_ms": null,
                "operations_hours_per_month": 32.0, "risk": 0.3, "score": 0.644, "feasible": false, "on_front": false,
                "dominated_by": null, "best_at": []
            }
        ])),
        compared: read(json!({ "combinations": 5120, "feasible": 311, "front": 12 })),
        relaxations: read(json!([{
            "changes": [{ "field": "latency", "from": "80 ms", "to": "100 ms" }], "monthly_usd": 155.5,
            "latency_p95_ms": 96.0, "max_per_second": 450.0, "availability_percent": 99.9, "candidate": "Containers on ECS",
            "text": "With 100 ms it is $155.50 a month."
        }])),
        overrides: read(json!([{
            "field": "availability", "from": "99.9 %", "to": "99.5 %", "reason": "Nobody asks for more."
        }])),
        ..PlanDecision::default()
    }
}
