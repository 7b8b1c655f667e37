//! What a person reads in the terminal while a design is made. Everything goes to standard error.

use std::collections::BTreeSet;

use console::StyledObject;
use run::card::ReasonCard;
use serde_json::Value;

/// Most reasons, and most alternatives, that are shown of a card.
const LINES: usize = 3;

/// The node that reads the requirement.
const INTAKE: &str = "intake_extract";

/// What to say in a requirement, for somebody who said nothing that is understood.
pub const NOTHING_RECOGNISED: &str = "nothing in the requirement was recognised, so the design rests on assumptions \
     only. Say what is to be predicted or generated and for whom, how fast or how often, how much data or traffic there \
     is, where the data may be, and what it may cost a month; for example: \
     “Score churn nightly for 2 million customers, EU only, $400 a month”";

/// A styled object for standard error: its colours do not depend on where standard output goes.
pub fn style<D>(value: D) -> StyledObject<D> {
    console::style(value).for_stderr()
}

/// One line of progress on standard error.
pub fn say(line: &str) {
    eprintln!("{line}");
}

/// Markdown for a terminal: `**strong**` is bold, or plain where the terminal cannot. Code spans stay as they are, since
/// backticks read well, and control characters, which might come from anybody's requirement, do nothing.
pub fn plain(markdown: &str, bold: bool) -> String {
    let text: String = markdown.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['`', '*']) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(end) = rest.strip_prefix('`').and_then(|inner| inner.find('`')) {
            // Both backticks and what is between them.
            let (code, after) = rest.split_at(end + 2);
            shown.push_str(code);
            rest = after;
        } else if let Some((strong, after)) = strong(rest) {
            shown.push_str(&console::style(strong).bold().force_styling(bold).to_string());
            rest = after;
        } else {
            let marks = rest.len() - rest.trim_start_matches(['*', '`']).len();
            shown.push_str(&rest[..marks]);
            rest = &rest[marks..];
        }
    }
    shown + rest
}

/// The strong words that a text begins with, and what follows them.
fn strong(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("**")?;
    let end = inner.find("**")?;
    let (words, after) = (&inner[..end], &inner[end + 2..]);
    let is_strong = !words.is_empty() && words.trim() == words && !words.contains('\n');
    is_strong.then_some((words, after))
}

/// A text's words alone, for comparing.
fn words_of(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // A space on both sides, so that only whole words are found in one another.
    format!(" {} ", words.map(str::to_lowercase).collect::<Vec<_>>().join(" "))
}

/// Shows reason cards, each reason once.
#[derive(Debug, Default)]
pub struct Cards {
    /// Words of the newest card's decision.
    decision: String,
    /// Words of every line so far.
    shown: BTreeSet<String>,
    /// True once words of the requirement were understood.
    understood: bool,
}

impl Cards {
    /// The lines of a card: its decision, and the reasons and alternatives that say something new.
    pub fn lines(&mut self, card: &ReasonCard, bold: bool) -> Vec<String> {
        self.understood |= card.step.node.0 == INTAKE && !card.evidence.is_empty();
        self.decision = words_of(&card.decision);
        let mut lines = vec![format!(
            "{} {} {}",
            style(format!("▌ {}", card.agent)).green().bold(),
            plain(&card.decision, bold),
            style(format!("{:.0} %", card.confidence.value * 100.0)).dim()
        )];
        let reasons: Vec<&String> = card.reasoning.iter().filter(|reason| self.is_new(reason)).take(LINES).collect();
        for line in reasons.into_iter().flat_map(|reason| reason.lines()) {
            lines.push(format!("{} {}", style("▌").green(), plain(line, bold)));
        }
        for alternative in card.alternatives.iter().take(LINES) {
            let line = format!("not {}: {}", alternative.name, alternative.why_not);
            if self.is_new(&line) {
                lines.push(format!("{} {}", style("▌").green(), plain(&line, bold)));
            }
        }
        lines
    }

    /// What a node's summary adds to the card that it gave; empty when nothing.
    pub fn summary<'a>(&self, summary: &'a str) -> &'a str {
        if self.decision.contains(&words_of(summary)) { "" } else { summary }
    }

    /// Whether any words of the requirement were understood, as far as the cards tell.
    pub fn understood(&self) -> bool {
        self.understood
    }

    /// Whether a line says what neither its card's decision nor an earlier line has said; it is said with this.
    fn is_new(&mut self, line: &str) -> bool {
        let words = words_of(line);
        !words.trim().is_empty() && !self.decision.contains(&words) && self.shown.insert(words)
    }
}

/// Whether the design rests on nothing that was said: no card shows words of the requirement, and no constraint comes
/// from the text or from an earlier version. `view` is the decision set as the API shows it.
pub fn nothing_recognised(cards: &Cards, view: &Value) -> bool {
    let constraints = &view["constraints"];
    let said = |value: &Value| matches!(value["source"].as_str(), Some("text" | "structured" | "answer" | "inherited"));
    let excluded = constraints["excluded_regions"].as_array().is_some_and(|regions| !regions.is_empty());
    let stated = constraints.as_object().is_some_and(|fields| fields.values().any(said));
    constraints.is_object() && !cards.understood() && !excluded && !stated
}

/// A problem as the API describes it (RFC 9457), in words: a line for each field, or else the detail.
pub fn problem(body: &str) -> String {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    let fields: Vec<String> = problem["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|error| Some(format!("`{}` {}", error["field"].as_str()?, error["detail"].as_str()?)))
        .collect();
    match fields.as_slice() {
        [] => problem["detail"].as_str().unwrap_or(body).to_owned(),
        [field] => field.clone(),
        fields => format!("{} fields do not fit:\n  {}", fields.len(), fields.join("\n  ")),
    }
}

#[cfg(test)]
mod tests {
    use run::{
        card::{Alternative, Category, Confidence, EvidenceLink, Impact, Trigger},
        node::{Step, Thinker},
        question::Priority,
    };
    use serde_json::json;

    use super::*;

    fn card(decision: &str, reasoning: &[&str]) -> ReasonCard {
        ReasonCard {
            agent: "Intake".into(),
            step: Step { node: INTAKE.into(), iteration: 0 },
            trigger: Trigger::Initial,
            category: Category::Requirements,
            priority: Priority::Low,
            decision: decision.into(),
            reasoning: reasoning.iter().map(|&reason| reason.to_owned()).collect(),
            confidence: Confidence { value: 0.5, basis: Vec::new() },
            inputs: Vec::new(),
            outputs: Vec::new(),
            alternatives: Vec::new(),
            policy_results: Vec::new(),
            impact: Impact::default(),
            risks: Vec::new(),
            evidence: Vec::new(),
            thinker: Thinker::BuiltInRules,
        }
    }

    #[test]
    fn strong_words_lose_their_stars() {
        let check = |markdown: &str, expected: &str| assert_eq!(plain(markdown, false), expected);
        check("**serve**: Fargate, **cheap**", "serve: Fargate, cheap");
        check("`a**b` and `**c**`", "`a**b` and `**c**`");
        check("2 ** 3 and 4 * 5", "2 ** 3 and 4 * 5");
        check("**never closed", "**never closed");
        check("one ` backtick and **two**", "one ` backtick and two");
        check("red\u{1b}[31m", "red [31m");
        assert_eq!(plain("**a** b", true), "\u{1b}[1ma\u{1b}[0m b");
    }

    #[test]
    fn a_reason_that_repeats_is_not_shown() {
        let mut cards = Cards::default();
        let mut first = card("Nothing is known of the budget.", &["**Nothing** is known!", "Read by rules.", "New."]);
        first.alternatives = vec![Alternative { name: "EKS".into(), score: None, why_not: "dear".into() }];
        let shown = cards.lines(&first, false);
        assert_eq!(shown.len(), 4, "{shown:?}");
        assert!(!shown.concat().contains("known!"), "{shown:?}");
        let again = cards.lines(&card("Now it is.", &["Read by rules.", "Newer."]), false);
        assert_eq!(again.len(), 2, "{again:?}");
        assert!(again[1].contains("Newer"), "{again:?}");
    }

    #[test]
    fn a_summary_that_repeats_the_decision_is_not_shown() {
        let mut cards = Cards::default();
        cards.lines(&card("Chosen: Fargate.", &[]), false);
        assert_eq!(cards.summary("Chosen: Fargate"), "");
        assert_eq!(cards.summary("Chosen: Farg"), "Chosen: Farg");
    }

    #[test]
    fn a_design_on_assumptions_only_is_noticed() {
        let on = |source: &str| json!({"constraints": {"budget": {"source": source}, "language": "en"}});
        assert!(nothing_recognised(&Cards::default(), &on("default")));
        assert!(nothing_recognised(&Cards::default(), &json!({"constraints": {"excluded_regions": []}})));
        for source in ["text", "inherited", "structured", "answer"] {
            assert!(!nothing_recognised(&Cards::default(), &on(source)), "{source}");
        }
        assert!(!nothing_recognised(&Cards::default(), &json!({"constraints": {"excluded_regions": [1]}})));
        // A run that failed before it understood anything is no design.
        assert!(!nothing_recognised(&Cards::default(), &json!({})));
        let mut cards = Cards::default();
        let mut understood = card("Understood.", &[]);
        understood.evidence = vec![EvidenceLink { claim: "task".into(), quote: "fraud".into(), start: 0, end: 5 }];
        cards.lines(&understood, false);
        assert!(!nothing_recognised(&cards, &on("default")));
    }

    #[test]
    fn a_problem_is_said_once_and_in_words() {
        let one = json!({"detail": "`parent` is gone", "errors": [{"field": "parent", "detail": "is gone"}]});
        assert_eq!(problem(&one.to_string()), "`parent` is gone");
        let two = json!({"detail": "`a` x; `b` y", "errors": [
            {"field": "a", "detail": "x"}, {"field": "b", "detail": "y"}]});
        assert_eq!(problem(&two.to_string()), "2 fields do not fit:\n  `a` x\n  `b` y");
        assert_eq!(problem(r#"{"detail": "No such project."}"#), "No such project.");
        assert_eq!(problem("Bad gateway"), "Bad gateway");
    }
}
