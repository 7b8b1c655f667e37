//! The reason card: what was checked with which tool, what failed, and what nobody looked at.

use std::collections::BTreeSet;

use agent::CardDraft;
use design::validation::{Check, CheckStatus, ToolFinding, ValidationReport};
use run::{
    card::{Category, Confidence, Fact, Impact, Risk, Trigger},
    question::Priority,
};

use crate::{Input, elsewhere};

/// Most findings of one check that the card quotes; the report has them all.
const MOST_QUOTED: usize = 5;

/// The card and the outcome in one sentence.
pub(crate) fn draw(input: &Input, report: &ValidationReport) -> (CardDraft, String) {
    let summary = summary(report);
    let trigger = if input.iteration == 0 { Trigger::Initial } else { Trigger::Revision };
    let mut card = CardDraft::new(trigger, Category::Code, format!("{summary}."), confidence(report));
    let of = |status: CheckStatus| report.checks.iter().filter(move |check| check.status == status);
    let security_failed = of(CheckStatus::Failed).any(|check| check.category == "security");
    card.priority = match (security_failed, report.failed, surprising(report)) {
        (true, _, _) => Priority::Critical,
        (false, 1.., _) => Priority::High,
        (false, 0, 1..) => Priority::Medium,
        (false, 0, 0) => Priority::Low,
    };
    card.reasoning.push(format!(
        "{} files of {} KiB were checked in a temporary folder, by tools that see no credentials: {} checks in all. A check passes only \
         when its tool ran and found nothing that must be mended.",
        input.manifest.files.len(),
        input.manifest.total_bytes.div_ceil(1024),
        report.checks.len(),
    ));
    for check in of(CheckStatus::Failed) {
        let (blocking, remarks) = counts(check);
        card.reasoning.push(format!(
            "**{}** failed with {blocking} findings that must be mended{}: {}",
            check.name,
            if remarks > 0 { format!(" and {remarks} remarks") } else { String::new() },
            quoted(check.findings.iter().filter(|finding| finding.blocking)),
        ));
    }
    if !report.mends.is_empty() {
        let files: Vec<String> =
            report.mends.iter().map(|mend| format!("`{}` by {}", mend.path, mend.by.join(", "))).collect();
        card.reasoning.push(format!(
            "The tools can mend {} by themselves: {}. Their texts go back to those who wrote the files, and everything is \
             checked again, as long as rounds are left.",
            if files.len() == 1 { "one file".to_owned() } else { format!("{} files", files.len()) },
            files.join(", ")
        ));
    }
    for check in of(CheckStatus::NotRun) {
        let reason = check.reason.as_deref().unwrap_or("no reason was given");
        card.reasoning.push(format!("**{}** did not run: {reason}.", check.name).replace("..", "."));
    }
    for check in of(CheckStatus::Passed).filter(|check| !check.findings.is_empty()) {
        let quoted = quoted(check.findings.iter());
        card.reasoning.push(format!("**{}** passed with {} remarks: {quoted}", check.name, check.findings.len()));
    }
    card.inputs = vec![
        Fact::new("repository", input.manifest.name.as_str()),
        Fact::new("files", input.manifest.files.len().to_string()),
        Fact::new("bytes", input.manifest.total_bytes.to_string()),
    ];
    card.outputs = vec![
        Fact::new("passed", report.passed.to_string()),
        Fact::new("failed", report.failed.to_string()),
        Fact::new("not run", report.not_run.to_string()),
    ];
    for check in &report.checks {
        let status = match check.status {
            CheckStatus::Passed => "passed",
            CheckStatus::Failed => "failed",
            CheckStatus::NotRun => "not run",
        };
        let version = check.version.as_deref().map(|version| format!(", {}", said(&check.tool, version)));
        let files = if check.files == 1 { "1 file".to_owned() } else { format!("{} files", check.files) };
        card.outputs.push(Fact::new(&check.name, format!("{status}, {files}{}", version.unwrap_or_default())));
    }
    card.impact = impact(report);
    card.risks = risks(report);
    (card, summary)
}

fn summary(report: &ValidationReport) -> String {
    let names = |status: CheckStatus| {
        let names: Vec<&str> =
            report.checks.iter().filter(|check| check.status == status).map(|check| check.name.as_str()).collect();
        names.join(", ")
    };
    let mut summary = format!("{} of {} checks passed", report.passed, report.checks.len());
    if report.failed > 0 {
        summary.push_str(&format!("; {} failed ({})", report.failed, names(CheckStatus::Failed)));
    }
    if report.not_run > 0 {
        summary.push_str(&format!("; {} did not run ({})", report.not_run, names(CheckStatus::NotRun)));
    }
    summary
}

/// The version with the tool's name, where the tool does not print it itself.
fn said(tool: &str, version: &str) -> String {
    if version.to_lowercase().contains(tool) { version.to_owned() } else { format!("{tool} {version}") }
}

fn counts(check: &Check) -> (usize, usize) {
    let blocking = check.findings.iter().filter(|finding| finding.blocking).count();
    (blocking, check.findings.len() - blocking)
}

fn quoted<'a>(findings: impl Iterator<Item = &'a ToolFinding>) -> String {
    let findings: Vec<&ToolFinding> = findings.collect();
    let mut text: Vec<String> = findings
        .iter()
        .take(MOST_QUOTED)
        .map(|finding| {
            let place = match finding.line {
                Some(line) => format!("{}:{line}", finding.path),
                None => finding.path.clone(),
            };
            let message: String = finding.message.chars().take(200).collect();
            format!("`{place}` {message} ({})", finding.rule)
        })
        .collect();
    if findings.len() > MOST_QUOTED {
        text.push(format!("and {} more", findings.len() - MOST_QUOTED));
    }
    text.join("; ")
}

/// Number of checks that should have run here and did not.
fn surprising(report: &ValidationReport) -> usize {
    let not_run = report.checks.iter().filter(|check| check.status == CheckStatus::NotRun);
    not_run.filter(|check| check.category != elsewhere::CATEGORY).count()
}

/// How sure the report is that the repository is in order: the share of checks that ran, times the share of these that
/// passed.
fn confidence(report: &ValidationReport) -> Confidence {
    let all = f64::from(report.passed + report.failed + report.not_run);
    let ran = f64::from(report.passed + report.failed);
    let value = if all > 0.0 { f64::from(report.passed) / all } else { 0.0 };
    let files: BTreeSet<u32> = report.checks.iter().map(|check| check.files).collect();
    let mut basis =
        vec![format!("{ran} of {all} checks ran"), format!("{} of the {ran} that ran passed", report.passed)];
    if let Some(most) = files.last() {
        basis.push(format!("the widest check looked at {most} files"));
    }
    for check in report.checks.iter().filter(|check| check.status == CheckStatus::NotRun) {
        basis.push(format!("nothing is known from {}", check.name));
    }
    Confidence { value: (value * 1000.0).round() / 1000.0, basis }
}

fn impact(report: &ValidationReport) -> Impact {
    let status = |name: &str| report.checks.iter().find(|check| check.name == name);
    let security = status("gitleaks").map(|check| match check.status {
        CheckStatus::Passed => format!("no secret was found in {} files", check.files),
        CheckStatus::Failed => format!("{} places look like secrets", check.findings.len()),
        CheckStatus::NotRun => "nobody looked for secrets".to_owned(),
    });
    let operations = match (report.failed, report.not_run) {
        (0, 0) => "the first run of the repository's own CI is expected to pass the same linters".to_owned(),
        (0, open) => format!("{open} checks are left to the repository's own CI"),
        (failed, _) => format!("{failed} failed checks have to be mended before the repository is used"),
    };
    Impact { security, operations: Some(operations), ..Impact::default() }
}

fn risks(report: &ValidationReport) -> Vec<Risk> {
    let mut risks: Vec<Risk> = report
        .checks
        .iter()
        .filter_map(|check| match check.status {
            CheckStatus::Passed => None,
            CheckStatus::Failed => Some(Risk {
                severity: if check.category == "security" { Priority::Critical } else { Priority::High },
                text: format!("{} found {} things that must be mended.", check.name, counts(check).0),
                mitigation: match check.name.as_str() {
                    "ruff format" => "Run `ruff format .` in the repository.".to_owned(),
                    "terraform fmt" => "Run `terraform fmt -recursive` in the repository.".to_owned(),
                    _ => "Mend the listed places, or ask for a revision that names them.".to_owned(),
                },
            }),
            // Said together below: that they are not run here is no surprise.
            CheckStatus::NotRun if check.category == elsewhere::CATEGORY => None,
            CheckStatus::NotRun => Some(Risk {
                severity: if check.category == "security" { Priority::High } else { Priority::Medium },
                text: format!(
                    "{} did not run ({}), so what it would find is not known.",
                    check.name,
                    check.reason.as_deref().unwrap_or("no reason was given").trim_end_matches('.')
                ),
                mitigation: format!("Run {} by hand before the repository is used.", check.tool),
            }),
        })
        .collect();
    let unseen: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| check.category == elsewhere::CATEGORY)
        .map(|check| check.name.as_str())
        .collect();
    if !unseen.is_empty() {
        risks.push(Risk {
            severity: Priority::Medium,
            text: format!("Not run here, because they need more than a function has: {}.", unseen.join(", ")),
            mitigation: "The repository's CI runs them: watch its first run. `make check test` runs them on a machine."
                .to_owned(),
        });
    }
    risks
}
