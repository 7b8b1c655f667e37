//! Findings of critics and policies that differ.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    finding::{Finding, Severity},
    policy::{PolicyResult, Verdict},
    version::{FindingChange, FindingDiff, FindingSource},
    words,
};

use crate::Version;

/// A finding as it is compared. Its evidence is left out: numbers in it differ from version to version.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    severity: Severity,
    title: String,
    waived: bool,
}

/// Who found it, its id, and its place among those of the same id.
type Key = (FindingSource, String, usize);

pub(crate) fn differences(before: &Version, after: &Version) -> Vec<FindingDiff> {
    let (old, new) = (all(before), all(after));
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    let mut diffs: Vec<FindingDiff> =
        keys.into_iter().filter_map(|key| difference(key, old.get(key), new.get(key))).collect();
    // The keys are in order already, and the sort is stable.
    diffs.sort_by_key(|diff| (diff.change, diff.after.or(diff.before)));
    diffs
}

fn all(version: &Version) -> BTreeMap<Key, Found> {
    let mut found = BTreeMap::new();
    let mut add = |source, id: &str, what: Found| {
        let place = (0..).find(|place| !found.contains_key(&(source, id.to_owned(), *place))).unwrap_or_default();
        found.insert((source, id.to_owned(), place), what);
    };
    let plain = |finding: &Finding| Found { severity: finding.severity, title: finding.title.clone(), waived: false };
    for finding in version.tech.iter().flat_map(|review| &review.findings) {
        add(FindingSource::CriticTech, &finding.id, plain(finding));
    }
    for finding in &version.cost.findings {
        add(FindingSource::CriticCost, &finding.id, plain(finding));
    }
    for result in version.policy.iter().flat_map(|report| &report.results) {
        if let Some(what) = broken(result) {
            add(FindingSource::PolicyEval, &result.rule, what);
        }
    }
    found
}

/// A rule that does not hold is a finding, also where somebody has accepted it.
fn broken(result: &PolicyResult) -> Option<Found> {
    let found = |waived| Found { severity: result.severity, title: result.title.clone(), waived };
    match result.verdict {
        Verdict::Fail => Some(found(false)),
        Verdict::Waived => Some(found(true)),
        Verdict::Pass | Verdict::NotApplicable => None,
    }
}

fn difference(key: &Key, old: Option<&Found>, new: Option<&Found>) -> Option<FindingDiff> {
    let (source, id, _) = key;
    let title = &new.or(old)?.title;
    let (change, text) = match (old, new) {
        (None, Some(new)) => (FindingChange::New, format!("New, {}: {title}", weight(new))),
        (Some(old), None) => (FindingChange::Gone, format!("Gone, was {}: {title}", weight(old))),
        (Some(old), Some(new)) if weight(old) != weight(new) => {
            (FindingChange::Changed, format!("Now {} instead of {}: {title}", weight(new), weight(old)))
        }
        (Some(old), Some(new)) if old != new => {
            (FindingChange::Changed, format!("{}: {title} (before: {})", capital(&weight(new)), old.title))
        }
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let (source, id) = (*source, id.clone());
    let severity = |found: Option<&Found>| found.map(|found| found.severity);
    Some(FindingDiff { source, id, change, before: severity(old), after: severity(new), text })
}

fn weight(found: &Found) -> String {
    let severity = words::name(&found.severity);
    if found.waived { format!("{severity} but waived") } else { severity }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
