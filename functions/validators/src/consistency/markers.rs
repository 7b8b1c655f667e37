//! What a generator forgot: paths that leave the repository, template markers, unfinished places, empty files.

use super::{Looked, Subject, pattern};
use crate::repository::Kind;

/// Paths that could not be written.
pub(super) fn paths(subject: &Subject) -> Looked {
    let findings = subject.repository.refused().to_vec();
    Looked { files: subject.repository.files().count() + findings.len(), findings }
}

/// Markers of templates, and words that say "later".
pub(super) fn markers(subject: &Subject) -> Looked {
    // Both forms leave `${{ … }}` of GitHub Actions and `%{ … }` of Terraform alone.
    let filled = pattern(r"(^|[^$])(\{\{-?\s*[A-Za-z_][\w.\[\]()|: ,'\x22/-]*\s*-?\}\})");
    let block = pattern(
        r"\{%[-+]?\s*(if|elif|else|endif|for|endfor|set|endset|block|endblock|include|import|from|extends|macro|endmacro|filter|with|endwith|raw|endraw)\b[^%\n]*%\}",
    );
    let comment = pattern(r"\{#-?\s[^#\n]*\s-?#\}");
    let later = pattern(r"\b(TODO|FIXME|XXX|TBD|CHANGE_?ME|REPLACE_?ME|PLACEHOLDER)\b");
    let mut findings = Vec::new();
    let mut files = 0;
    for file in subject.repository.files() {
        let Some(text) = file.text() else { continue };
        files += 1;
        let interpolated = subject.python.get(&file.path).map(|module| module.interpolated.as_slice());
        let in_string = |at: usize| interpolated.is_some_and(|ranges| ranges.iter().any(|range| range.contains(&at)));
        let mut start = 0;
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let marked = filled
                .captures_iter(line)
                .filter_map(|captures| captures.get(2))
                .chain(block.find_iter(line))
                .chain(comment.find_iter(line));
            for found in marked {
                // A person's own words may hold anything.
                if !in_string(start + found.start()) && !subject.requirement.contains(found.as_str()) {
                    let shown: String = found.as_str().chars().take(60).collect();
                    let message = format!("`{shown}` looks like a template's marker that was not filled in.");
                    findings.push(file.finding(Some(number), "template-marker", message, true));
                }
            }
            if let Some(found) = later.find(line)
                && !subject.requirement.contains(found.as_str())
            {
                let message = format!("`{}` says that something is unfinished.", found.as_str());
                // In a document it may be somebody's heading; in code nobody comes back to it.
                findings.push(file.finding(Some(number), "unfinished", message, file.kind() != Kind::Markdown));
            }
            start += line.len();
        }
    }
    Looked { files, findings }
}

/// Files without content that are not meant to be empty.
pub(super) fn empty(subject: &Subject) -> Looked {
    let meant = ["__init__.py", "py.typed", ".gitkeep", ".keep"];
    let mut files = 0;
    let mut findings = Vec::new();
    for file in subject.repository.files() {
        files += 1;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        if file.content.iter().all(u8::is_ascii_whitespace) && !meant.contains(&name) {
            findings.push(file.finding(None, "empty", "The file is empty.", true));
        }
    }
    Looked { files, findings }
}
