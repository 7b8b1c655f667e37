//! Policy rules as data.

use std::sync::LazyLock;

use design::{constraint::Framework, finding::Severity};
use serde::Deserialize;

use crate::catalogue::{CatalogueError, parse};

/// A policy rule; the data file explains each part.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Id, such as `gdpr.residency`.
    pub id: String,
    /// What it demands.
    pub title: String,
    /// The framework behind it.
    pub framework: Option<Framework>,
    /// Where the demand is written.
    pub source: String,
    /// How bad a failure is.
    pub severity: Severity,
    /// True when another choice of patterns may mend a failure.
    pub mendable: bool,
    /// Predicate: when it has something to say.
    pub applies: String,
    /// Predicate: what must hold.
    pub check: Option<String>,
    /// List of patterns that break it; it holds when the list is empty.
    pub offenders: Option<String>,
    /// The facts of the verdict.
    pub evidence: String,
    /// What would mend a failure.
    pub remedy: String,
}

/// Reads rules from TOML.
///
/// # Errors
/// When the text is not a list of rules.
pub fn read(text: &str) -> Result<Vec<Rule>, CatalogueError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct RuleFile {
        rule: Vec<Rule>,
    }
    Ok(parse::<RuleFile>("policies.toml", text)?.rule)
}

/// The embedded rules.
///
/// # Errors
/// When the embedded data cannot be read.
pub fn embedded() -> Result<&'static [Rule], CatalogueError> {
    static RULES: LazyLock<Result<Vec<Rule>, CatalogueError>> =
        LazyLock::new(|| read(include_str!("../data/policies.toml")));
    RULES.as_deref().map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_are_many_unique_and_complete() {
        let rules = embedded().unwrap();
        assert!(rules.len() >= 25, "{}", rules.len());
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids.len(), rules.len());
        for rule in rules {
            assert!(rule.check.is_some() != rule.offenders.is_some(), "{} needs one of check and offenders", rule.id);
            assert!(!rule.source.is_empty() && !rule.remedy.is_empty() && !rule.evidence.is_empty(), "{}", rule.id);
        }
        for framework in [Framework::Gdpr, Framework::Hipaa, Framework::PciDss, Framework::Soc2] {
            assert!(rules.iter().filter(|rule| rule.framework == Some(framework)).count() >= 3, "{framework:?}");
        }
    }

    #[test]
    fn a_broken_rule_is_refused() {
        assert!(read("[[rule]]\nid = 'x'").is_err());
    }
}
