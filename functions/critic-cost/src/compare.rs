//! Cost against performance: the other candidates of the plan against the selected one.

use design::{
    cost::CandidateTradeOff,
    plan::PlanDecision,
    words::{readable, usd},
};

/// Milliseconds and hours of work below which a difference is no reason.
const NOTICEABLE: f64 = 0.5;

/// Each other candidate against the selected one.
pub fn comparison(plan: &PlanDecision) -> Vec<CandidateTradeOff> {
    let Some(selected) = plan.selected() else { return Vec::new() };
    plan.candidates
        .iter()
        .filter(|candidate| candidate.id != selected.id)
        .map(|candidate| {
            let (own, won) = (&candidate.metrics, &selected.metrics);
            let usd_more = own.monthly_usd - won.monthly_usd;
            let ms_slower = own.latency_p95_ms.zip(won.latency_p95_ms).map(|(own, won)| own - won);
            let hours_more = own.operations_hours_per_month - won.operations_hours_per_month;
            // Money buys something only when the dearer one is the better one.
            let bought = |worse_by: f64| {
                (worse_by.abs() >= NOTICEABLE && usd_more * worse_by < 0.0).then(|| (usd_more / worse_by).abs())
            };
            CandidateTradeOff {
                candidate: candidate.id.clone(),
                name: candidate.name.clone(),
                usd_more,
                ms_slower,
                percent_more_available: own.availability_percent - won.availability_percent,
                hours_more,
                usd_per_ms: ms_slower.and_then(bought),
                usd_per_hour: bought(hours_more),
                breaks: candidate.violations.clone(),
            }
        })
        .collect()
}

/// The comparison in words, a line each.
pub fn lines(comparison: &[CandidateTradeOff]) -> Vec<String> {
    comparison
        .iter()
        .map(|other| {
            let more = |value: f64, more: &'static str, less: &'static str| if value >= 0.0 { more } else { less };
            let mut line = format!(
                "{}: {} a month {}",
                other.name,
                usd(other.usd_more.abs()),
                more(other.usd_more, "more", "less")
            );
            if let Some(slower) = other.ms_slower {
                line.push_str(&format!(", P95 {} ms {}", readable(slower.abs()), more(slower, "slower", "faster")));
                if let Some(price) = other.usd_per_ms {
                    line.push_str(&format!(" ({} for each millisecond)", usd(price)));
                }
            }
            line.push_str(&format!(
                ", {} hours of work {}",
                readable(other.hours_more.abs()),
                more(other.hours_more, "more", "less")
            ));
            if let Some(price) = other.usd_per_hour {
                line.push_str(&format!(" ({} for each hour)", usd(price)));
            }
            if !other.breaks.is_empty() {
                line.push_str(&format!("; breaks: {}", other.breaks.join("; ")));
            }
            line.push('.');
            line
        })
        .collect()
}
