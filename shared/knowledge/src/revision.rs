//! What a person asks for in the comment of a revision at the final gate.
//!
//! The planner, the critics and the policy engine read the same comments with these rules, so that all judge by the same
//! revised constraints.

use std::sync::LazyLock;

use design::{
    constraint::{
        Availability, Budget, ConstraintSet, Currency, Evidence, Latency, Retraining, Source, Stated, Throughput,
    },
    plan::Criterion,
    words::readable,
};
use regex::Regex;
use run::gate::{Decision, Gate};

use crate::catalogue::Catalogue;

/// Certainty of a value that a person wrote into a revision's comment; it was read by a rule, not confirmed.
const COMMENT_CONFIDENCE: f64 = 0.9;

/// What was understood of one comment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Revision {
    /// The comment.
    pub comment: String,
    /// Tools and services that are wanted, by the names that patterns are called.
    pub wanted: Vec<String>,
    /// Tools and services that are not.
    pub rejected: Vec<String>,
    /// It should cost less.
    pub cheaper: bool,
    /// It should answer faster.
    pub faster: bool,
    /// It should be more available.
    pub more_available: bool,
    /// It should be less work.
    pub simpler: bool,
    /// A new budget in US dollars per month.
    pub budget_usd: Option<f64>,
    /// A new latency objective.
    pub latency: Option<Latency>,
    /// A new rate per second.
    pub per_second: Option<f64>,
    /// A new availability objective in percent.
    pub availability_percent: Option<f64>,
    /// A new rhythm of training.
    pub retraining: Option<Retraining>,
    /// How much criteria count, by the numbers that were given.
    pub weights: Vec<(Criterion, f64)>,
    /// The criterion that matters most.
    pub matters_most: Option<Criterion>,
    /// Policy rules that the person accepts to be broken, by id.
    pub waived: Vec<String>,
    /// What was understood, one line each.
    pub understood: Vec<String>,
    /// Parts of the comment that no rule understood.
    pub not_understood: Vec<String>,
}

/// Comments of the revisions that were asked for, in order.
pub fn comments<'a>(gates: impl Iterator<Item = &'a Gate>) -> Vec<String> {
    gates
        .filter_map(|gate| gate.decision.as_ref())
        .filter(|decision| decision.decision == Decision::Revise)
        .filter_map(|decision| decision.comment.clone())
        .filter(|comment| !comment.trim().is_empty())
        .collect()
}

/// The constraints with what the comments changed, later comments last, and what was understood of each.
pub fn revised(
    constraints: &ConstraintSet,
    comments: &[String],
    catalogue: &Catalogue,
) -> (ConstraintSet, Vec<Revision>) {
    let mut revised = constraints.clone();
    let revisions: Vec<Revision> = comments.iter().map(|comment| Revision::read(comment, catalogue)).collect();
    for revision in &revisions {
        revision.apply(&mut revised);
    }
    (revised, revisions)
}

/// A pattern of this file; the tests run each.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static CLAUSE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)[;\n]|[.!?](?:\s|$)|,\s+|\s+but\s+|\s+and\s+(?:also\s+)?"));
static POLARITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?P<no>instead of|rather than|in place of|do not use|don't use|do not want|don't want|not use|not want|never use|",
        r"stop using|get rid of|move (?:away )?from|without|avoid|drop|remove|replace|exclude|except|not|no|kein|keine|ohne|statt)\b",
        r"|\b(?P<yes>switch to|move to|migrate to|change to|use|using|prefer|want|with|try|to|by|add|include|nutze|mit)\b"
    ))
});
static BUDGET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?P<sign>[$€£])\s*(?P<a>\d[\d,]*(?:\.\d+)?)\s*(?P<ka>k|m)?\b",
        r"|\b(?P<b>\d[\d,]*(?:\.\d+)?)\s*(?P<kb>k|m)?\s*(?P<word>usd|dollars?|eur|euros?|gbp|pounds?|\$|€|£)",
        r"|\bbudget\b[^\d$€£]{0,30}(?P<c>\d[\d,]*(?:\.\d+)?)\s*(?P<kc>k|m)?\b",
    ))
});
static LATENCY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\bp(?P<p>\d{2}(?:\.\d+)?)\b[^\d]{0,20})?\b(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>ms|milliseconds?|msec|s|secs?|seconds?)\b",
    )
});
static RATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<k>k|m)?\s*(?:rps|tps|qps|",
        r"(?:requests|events|transactions|messages|queries|predictions|calls|req)?\s*(?:/|per)\s*(?:s|sec|second)\b)"
    ))
});
static AVAILABILITY: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\b(?P<n>9\d(?:[.,]\d+)?)\s*(?:%|percent)"));
static RETRAINING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b(?:re-?train\w*|train\w*|learn\w*)\b.{0,40}?\b(?:",
        r"(?P<hourly>hourly|every hour)|(?P<daily>daily|nightly|every (?:day|night))|(?P<weekly>weekly|every week)",
        r"|(?P<monthly>monthly|every month)|(?P<quarterly>quarterly|every quarter|every three months)",
        r"|(?P<drift>(?:on|when|after)\b.{0,20}\bdrift\w*)|(?P<manual>by hand|manually|on demand))\b"
    ))
});
/// "Cheaper: no database": what stands before the colon is a wish of its own.
static WISH_COLON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(cheaper|faster|simpler|easier|more available|billiger|schneller|einfacher)\s*:\s")
});
static CHEAPER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(cheap(er)?|less expensive|too (expensive|costly|dear)|(lower|reduce|cut|save|less|minimi[sz]e)\b.{0,20}\b(costs?|money|price|bill|spend)|billiger|günstiger)\b",
    )
});
static FASTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(faster|quicker|snappier|too slow|(lower|reduce|less|cut|better)\b.{0,15}\blatency|schneller)\b")
});
static AVAILABLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b((more|higher|better|increase|improve)\b.{0,15}\b(available|availability|reliable|reliability|uptime|resilien\w+)|high availability|highly available|multi-az)\b",
    )
});
static SIMPLER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(simpler|easier|less (work|ops|operations|maintenance|operational\w*)|fewer moving parts|fully managed|einfacher)\b",
    )
});
/// Words of the criteria that designs are scored by.
const CRITERIA: &str = "costs?|prices?|money|kosten|preis|latency|speed|response times?|latenz|geschwindigkeit|throughput|durchsatz|availability|uptime|reliability|verfügbarkeit|operations|operational load|ops|simplicity|maintenance|betrieb|aufwand|security|sicherheit|fit";
static WEIGHT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:(?:weights?|weigh|gewicht)\s+(?:of\s+|for\s+|on\s+|the\s+)?(?P<a>{CRITERIA})|(?P<b>{CRITERIA})\s+weight)\b\s*(?:to|=|:|is|at|of|with|by)?\s*(?P<n>\d+(?:\.\d+)?)\s*(?P<percent>%)?"
    ))
});
static MOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b(?:(?P<a>{CRITERIA})\s+(?:matters?|counts?|is|are|ist|sind|zählt|zählen)\s+(?:the\s+|am\s+)?(?:most|meisten|wichtigsten|paramount)\b|(?:most important|wichtigste[rs]?)(?:\s+(?:thing|criterion))?(?:\s+(?:is|ist))?\s*:?\s*(?:the\s+|der\s+|die\s+)?(?P<b>{CRITERIA})\b|(?:prioriti[sz]e|optimi[sz]e for|focus on)\s+(?:the\s+)?(?P<c>{CRITERIA})\b)"
    ))
});
static WAIVED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)\b(?:waive|accept)\s+(?:the\s+)?(?:rule\s+|risk of\s+)?`?(?P<rule>[a-z0-9]+(?:[._-][a-z0-9]+)+)`?")
});

/// The criterion that a word means.
fn criterion(word: &str) -> Option<Criterion> {
    Some(match word.to_lowercase().as_str() {
        "cost" | "costs" | "price" | "prices" | "money" | "kosten" | "preis" => Criterion::Cost,
        "latency" | "speed" | "response time" | "response times" | "latenz" | "geschwindigkeit" => Criterion::Latency,
        "throughput" | "durchsatz" => Criterion::Throughput,
        "availability" | "uptime" | "reliability" | "verfügbarkeit" => Criterion::Availability,
        "operations" | "operational load" | "ops" | "simplicity" | "maintenance" | "betrieb" | "aufwand" => {
            Criterion::Operations
        }
        "security" | "sicherheit" => Criterion::Security,
        "fit" => Criterion::Fit,
        _ => return None,
    })
}

fn amount(digits: &str, multiplier: Option<&str>) -> Option<f64> {
    let value: f64 = digits.replace(',', "").parse().ok()?;
    let factor = match multiplier.map(str::to_lowercase).as_deref() {
        Some("k") => 1e3,
        Some("m") => 1e6,
        Some(_) | None => 1.0,
    };
    let value = value * factor;
    (value.is_finite() && value > 0.0).then_some(value)
}

/// US dollars of an amount by the currency's symbol or word, by the currency table; dollars when none is known.
fn to_usd(value: f64, mark: &str) -> f64 {
    let mark = mark.to_lowercase();
    let known = crate::currency::currencies().currencies.iter().find(|currency| {
        currency.code.to_lowercase() == mark
            || currency.symbols.iter().chain(&currency.words).any(|word| word.to_lowercase() == mark)
    });
    value * known.map_or(1.0, |currency| currency.usd)
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', ' '], "-")
}

impl Revision {
    /// Reads a comment.
    pub fn read(comment: &str, catalogue: &Catalogue) -> Self {
        let mut revision = Self { comment: comment.trim().to_owned(), ..Self::default() };
        let names = names(catalogue);
        let comment = WISH_COLON.as_ref().map_or(comment.into(), |rule| rule.replace_all(comment, "$1; "));
        let clauses: Vec<&str> = match CLAUSE.as_ref() {
            Some(clause) => clause.split(&comment).map(str::trim).filter(|clause| !clause.is_empty()).collect(),
            None => vec![&comment],
        };
        // "no Kinesis or Lambda, Glue": a clause that only lists names keeps the polarity of the one before.
        let mut last_wanted = true;
        for clause in clauses {
            let before = revision.understood.len();
            revision.read_weights(clause);
            revision.read_wishes(clause);
            revision.read_numbers(clause);
            revision.read_names(clause, &names, &mut last_wanted);
            if revision.understood.len() == before && clause.chars().any(char::is_alphanumeric) {
                revision.not_understood.push(clause.to_owned());
            }
        }
        revision
    }

    fn read_weights(&mut self, clause: &str) {
        for found in WEIGHT.iter().flat_map(|rule| rule.captures_iter(clause)) {
            let word = found.name("a").or(found.name("b")).map_or("", |word| word.as_str());
            let Some((criterion, weight)) = criterion(word).zip(found["n"].parse::<f64>().ok()) else { continue };
            let weight = if found.name("percent").is_some() { weight / 100.0 } else { weight };
            self.weights.retain(|(other, _)| *other != criterion);
            self.weights.push((criterion, weight));
            self.understood.push(format!("the weight of {} is {}", criterion.as_str(), readable(weight)));
        }
        if let Some(found) = MOST.as_ref().and_then(|rule| rule.captures(clause))
            && let Some(criterion) =
                ["a", "b", "c"].iter().find_map(|name| found.name(name)).and_then(|word| criterion(word.as_str()))
        {
            self.matters_most = Some(criterion);
            self.understood.push(format!("{} matters most", criterion.as_str()));
        }
    }

    fn read_wishes(&mut self, clause: &str) {
        let says = |rule: &LazyLock<Option<Regex>>| rule.as_ref().is_some_and(|rule| rule.is_match(clause));
        for (rule, flag, meaning) in [
            (&CHEAPER, &mut self.cheaper, "it should cost less"),
            (&FASTER, &mut self.faster, "it should answer faster"),
            (&AVAILABLE, &mut self.more_available, "it should be more available"),
            (&SIMPLER, &mut self.simpler, "it should be less work to run"),
        ] {
            if says(rule) {
                *flag = true;
                self.understood.push(meaning.to_owned());
            }
        }
        if let Some(found) = WAIVED.as_ref().and_then(|rule| rule.captures(clause)) {
            let rule = found["rule"].to_lowercase();
            self.understood.push(format!("the rule `{rule}` is waived"));
            self.waived.push(rule);
        }
    }

    fn read_numbers(&mut self, clause: &str) {
        let group = |found: &regex::Captures<'_>, name: &str| found.name(name).map(|text| text.as_str().to_owned());
        if let Some(found) = BUDGET.as_ref().and_then(|rule| rule.captures(clause)) {
            let digits = ["a", "b", "c"].iter().find_map(|name| group(&found, name));
            let multiplier = ["ka", "kb", "kc"].iter().find_map(|name| group(&found, name));
            let mark = group(&found, "sign").or_else(|| group(&found, "word")).unwrap_or_default();
            if let Some(value) = digits.and_then(|digits| amount(&digits, multiplier.as_deref())) {
                let lower = clause.to_lowercase();
                let yearly = ["year", "annual", "p.a."].iter().any(|word| lower.contains(word));
                let usd = to_usd(if yearly { value / 12.0 } else { value }, &mark);
                self.budget_usd = Some(usd);
                self.understood.push(format!("a budget of ${} a month", readable(usd)));
            }
        }
        if let Some(found) = LATENCY.as_ref().and_then(|rule| rule.captures(clause))
            && let Some(value) = amount(&found["n"], None)
        {
            let milliseconds = if found["unit"].to_lowercase().starts_with('m') { value } else { value * 1000.0 };
            let percentile = group(&found, "p").and_then(|text| text.parse().ok()).unwrap_or(95.0);
            self.latency = Some(Latency { milliseconds, percentile });
            self.understood.push(format!("P{} within {} ms", readable(percentile), readable(milliseconds)));
        }
        if let Some(found) = RATE.as_ref().and_then(|rule| rule.captures(clause))
            && let Some(rate) = amount(&found["n"], group(&found, "k").as_deref())
        {
            self.per_second = Some(rate);
            self.understood.push(format!("{} requests per second", readable(rate)));
        }
        if let Some(found) = AVAILABILITY.as_ref().and_then(|rule| rule.captures(clause))
            && let Ok(percent) = found["n"].replace(',', ".").parse::<f64>()
        {
            self.availability_percent = Some(percent);
            self.understood.push(format!("{percent} % availability"));
        }
        let rhythms = [
            ("hourly", Retraining::Hourly, "every hour"),
            ("daily", Retraining::Daily, "every day"),
            ("weekly", Retraining::Weekly, "every week"),
            ("monthly", Retraining::Monthly, "every month"),
            ("quarterly", Retraining::Quarterly, "every quarter"),
            ("drift", Retraining::OnDrift, "when data drifts"),
            ("manual", Retraining::Manual, "when a person starts it"),
        ];
        if let Some(found) = RETRAINING.as_ref().and_then(|rule| rule.captures(clause))
            && let Some((_, rhythm, words)) = rhythms.into_iter().find(|(name, _, _)| found.name(name).is_some())
        {
            self.retraining = Some(rhythm);
            self.understood.push(format!("training {words}"));
        }
    }

    fn read_names(&mut self, clause: &str, names: &[String], last_wanted: &mut bool) {
        // Apostrophes first: "don't want" must not fall apart.
        let plain = clause.to_lowercase().replace('’', "'").replace("don't", "do not").replace("n't", " not");
        let text = format!(" {} ", plain.replace(|character: char| "-_/()\"`':".contains(character), " "));
        let polarities: Vec<(usize, bool)> = POLARITY
            .as_ref()
            .map(|rule| {
                rule.captures_iter(&text)
                    .filter_map(|found| found.get(0).map(|at| (at.start(), found.name("yes").is_some())))
                    .collect()
            })
            .unwrap_or_default();
        let mut taken: Vec<(usize, usize)> = Vec::new();
        let mut found: Vec<(usize, String)> = Vec::new();
        for name in names {
            let words = format!(" {} ", name.replace('-', " "));
            for (start, _) in text.match_indices(&words) {
                let (start, end) = (start + 1, start + words.len() - 1);
                if taken.iter().all(|(from, to)| end <= *from || start >= *to) {
                    taken.push((start, end));
                    found.push((start, name.clone()));
                }
            }
        }
        found.sort();
        for (start, name) in found {
            let wanted = polarities.iter().rfind(|(at, _)| *at < start).map_or(*last_wanted, |(_, yes)| *yes);
            *last_wanted = wanted;
            let (into, from) =
                if wanted { (&mut self.wanted, &mut self.rejected) } else { (&mut self.rejected, &mut self.wanted) };
            from.retain(|other| *other != name);
            if !into.contains(&name) {
                into.push(name.clone());
            }
            self.understood.push(format!("{} {name}", if wanted { "use" } else { "do without" }));
        }
    }

    /// Writes the numbers into the constraints, as a person's answer.
    pub fn apply(&self, constraints: &mut ConstraintSet) {
        fn answered<T>(value: T, comment: &str) -> Option<Stated<T>> {
            Some(Stated {
                value,
                confidence: COMMENT_CONFIDENCE,
                source: Source::Answer,
                evidence: Vec::<Evidence>::new(),
                derivation: Some(format!("asked for in a revision: “{comment}”")),
            })
        }
        if let Some(usd) = self.budget_usd {
            constraints.budget =
                answered(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd }, &self.comment);
        }
        if let Some(latency) = &self.latency {
            // A comment that names no percentile keeps the one that was asked before.
            let percentile =
                match (&constraints.latency, self.comment.to_lowercase().contains(&format!("p{}", latency.percentile)))
                {
                    (Some(before), false) => before.value.percentile,
                    (Some(_), true) | (None, _) => latency.percentile,
                };
            constraints.latency = answered(Latency { percentile, ..latency.clone() }, &self.comment);
        }
        if let Some(rate) = self.per_second {
            constraints.throughput =
                answered(Throughput { average_per_second: rate, peak_per_second: rate }, &self.comment);
        }
        if let Some(percent) = self.availability_percent {
            constraints.availability = answered(Availability { percent }, &self.comment);
        }
        if let Some(rhythm) = self.retraining {
            constraints.retraining = answered(rhythm, &self.comment);
        }
    }
}

/// Every name that something is called by, the longest first, so that `sagemaker endpoint` is not read as `sagemaker`.
fn names(catalogue: &Catalogue) -> Vec<String> {
    let mut names: Vec<String> = catalogue
        .patterns
        .iter()
        .flat_map(|pattern| pattern.tools.iter().map(|tool| normal(tool)))
        .chain(crate::lexicon::tools().iter().map(|tool| normal(&tool.name)))
        // Too ordinary to be taken for names in a sentence.
        .filter(|name| !["batch", "async", "schedule", "spot", "git"].contains(&name.as_str()) || name == "spot")
        .collect();
    names.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comment: &str) -> Revision {
        Revision::read(comment, Catalogue::embedded().unwrap())
    }

    #[test]
    fn names_are_wanted_or_rejected() {
        for (comment, wanted, rejected) in [
            ("use Fargate instead of SageMaker", vec!["fargate"], vec!["sagemaker"]),
            ("No Kinesis please", vec![], vec!["kinesis"]),
            ("Instead of Lambda use EKS", vec!["eks"], vec!["lambda"]),
            ("Replace the OpenSearch index with Aurora", vec!["aurora"], vec!["opensearch"]),
            ("We don't want Kubernetes, Kafka", vec![], vec!["kubernetes", "kafka"]),
            ("please switch to DynamoDB", vec!["dynamodb"], vec![]),
            ("MLflow rather than the SageMaker registry", vec!["mlflow"], vec!["sagemaker"]),
        ] {
            let revision = read(comment);
            assert_eq!(
                (revision.wanted, revision.rejected),
                (wanted.iter().map(|n| n.to_string()).collect(), rejected.iter().map(|n| n.to_string()).collect()),
                "{comment}"
            );
        }
    }

    #[test]
    fn numbers_and_wishes_are_read() {
        let revision =
            read("Make it cheaper: at most $1.5k per month, P99 of 80 ms at 2,000 rps and 99.95% availability.");
        assert!(revision.cheaper);
        assert_eq!(revision.budget_usd, Some(1500.0));
        assert_eq!(revision.latency, Some(Latency { milliseconds: 80.0, percentile: 99.0 }));
        assert_eq!(revision.per_second, Some(2000.0));
        assert_eq!(revision.availability_percent, Some(99.95));
        assert!(read("budget is 900 now").budget_usd == Some(900.0));
        assert!(read("12000 dollars per year").budget_usd == Some(1000.0));
        assert!(read("It is too slow").faster && read("must be highly available").more_available);
        assert_eq!(read("waive gdpr.residency").waived, vec!["gdpr.residency"]);
    }

    #[test]
    fn a_rhythm_of_training_is_read_and_a_wish_before_a_colon_is_one_of_its_own() {
        let revision = read("Cheaper: no always-on database, and retrain every week.");
        assert!(revision.cheaper);
        assert_eq!(revision.retraining, Some(Retraining::Weekly));
        assert_eq!(revision.not_understood, ["no always-on database"]);
        let mut set = ConstraintSet::default();
        revision.apply(&mut set);
        assert_eq!(set.retraining.map(|stated| stated.value), Some(Retraining::Weekly));
        assert_eq!(read("let it learn when the data has drifted").retraining, Some(Retraining::OnDrift));
        assert_eq!(read("train people for the pilot").retraining, None);
    }

    #[test]
    fn weights_are_read() {
        let weights = |comment: &str| read(comment).weights;
        assert_eq!(weights("weight cost 0.5"), vec![(Criterion::Cost, 0.5)]);
        assert_eq!(weights("Set the weight of latency to 30 %."), vec![(Criterion::Latency, 0.3)]);
        assert_eq!(
            weights("weight cost 3, weight operations 1 and security weight = 2"),
            vec![(Criterion::Cost, 3.0), (Criterion::Operations, 1.0), (Criterion::Security, 2.0)]
        );
        for (comment, criterion) in [
            ("cost matters most", Criterion::Cost),
            ("Latency is the most important", Criterion::Latency),
            ("the most important thing is security", Criterion::Security),
            ("please prioritise simplicity", Criterion::Operations),
            ("Kosten sind am wichtigsten", Criterion::Cost),
        ] {
            let revision = read(comment);
            assert_eq!(revision.matters_most, Some(criterion), "{comment}");
            assert_eq!(revision.not_understood, Vec::<String>::new(), "{comment}");
        }
        let other = read("The cost of Kinesis is too high; no Kinesis");
        assert!(other.weights.is_empty() && other.matters_most.is_none());
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let revision = read("Paint it blue. No Kinesis");
        assert_eq!(revision.not_understood, vec!["Paint it blue"]);
        assert_eq!(revision.rejected, vec!["kinesis"]);
        assert!(read("").not_understood.is_empty());
        assert_eq!(read("🤷").understood, Vec::<String>::new());
    }

    #[test]
    fn later_comments_win() {
        let comments = vec!["$500 a month".to_owned(), "$900 a month".to_owned()];
        let (constraints, _) = revised(&ConstraintSet::default(), &comments, Catalogue::embedded().unwrap());
        assert_eq!(constraints.budget.unwrap().value.usd_per_month, 900.0);
    }
}
