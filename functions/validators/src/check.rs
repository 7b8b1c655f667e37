//! Makes the entries of the report.

use std::time::Instant;

use design::validation::{Check, CheckStatus, ToolFinding};

/// Most findings of one check in the report; more of them say nothing new.
const MOST_FINDINGS: usize = 200;

/// What a check is, before it has run.
#[derive(Debug, Clone)]
pub struct CheckName {
    /// Name of the check, such as `ruff check`.
    pub name: &'static str,
    /// `syntax`, `style`, `schema`, `security`, `consistency`.
    pub category: &'static str,
    /// The tool.
    pub tool: &'static str,
}

impl CheckName {
    /// The tool ran: it passed when nothing that it found is blocking.
    pub fn ran(&self, version: String, files: usize, mut findings: Vec<ToolFinding>, clock: Instant) -> Check {
        findings.sort_by(|a, b| {
            (!a.blocking, &a.path, a.line, &a.rule, &a.message).cmp(&(
                !b.blocking,
                &b.path,
                b.line,
                &b.rule,
                &b.message,
            ))
        });
        findings.dedup();
        let blocking = findings.iter().any(|finding| finding.blocking);
        if findings.len() > MOST_FINDINGS {
            let left_out = findings.split_off(MOST_FINDINGS);
            findings.push(ToolFinding {
                path: String::new(),
                line: None,
                rule: "more".to_owned(),
                message: format!("{} further findings are not listed.", left_out.len()),
                blocking: left_out.iter().any(|finding| finding.blocking),
            });
        }
        Check {
            name: self.name.to_owned(),
            category: self.category.to_owned(),
            tool: self.tool.to_owned(),
            version: Some(version),
            status: if blocking { CheckStatus::Failed } else { CheckStatus::Passed },
            files: u32::try_from(files).unwrap_or(u32::MAX),
            findings,
            reason: None,
            duration_ms: milliseconds(clock),
        }
    }

    /// The tool gave no verdict.
    pub fn not_run(&self, version: Option<String>, reason: String, clock: Instant) -> Check {
        Check {
            name: self.name.to_owned(),
            category: self.category.to_owned(),
            tool: self.tool.to_owned(),
            version,
            status: CheckStatus::NotRun,
            files: 0,
            findings: Vec::new(),
            reason: Some(reason),
            duration_ms: milliseconds(clock),
        }
    }
}

fn milliseconds(clock: Instant) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}
