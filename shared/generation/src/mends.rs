//! Texts that checks of earlier rounds had the tools write anew, taken over by those who wrote the files.

use agent::{AgentError, Memory};
use design::{
    node::Node,
    repository::RepositoryFile,
    validation::{Mend, ValidationReport},
};

/// What the tools mended in earlier rounds of the same plan, in the order of the rounds.
#[derive(Debug, Clone, Default)]
pub struct Mends(Vec<Mend>);

impl Mends {
    /// Takes them from memory.
    ///
    /// # Errors
    /// When a report cannot be read.
    pub fn recall(memory: &Memory) -> Result<Self, AgentError> {
        let mut mends = Vec::new();
        for iteration in 0..memory.iteration() {
            if let Some(report) = memory.at::<ValidationReport>(Node::Validators.as_str(), iteration)? {
                mends.extend(report.mends);
            }
        }
        Ok(Self(mends))
    }

    /// True when nothing was mended yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of files that are as their templates write them, because checks failed with a model's changes.
    pub fn taken_back(&self, files: &[RepositoryFile]) -> Vec<String> {
        let by_template = self.0.iter().filter(|mend| mend.by.iter().any(|by| by == Mend::TEMPLATE));
        let back = by_template
            .filter(|mend| files.iter().any(|file| file.path == mend.path && file.body.sha256 == mend.body.sha256));
        back.map(|mend| format!("A model's changes of `{}` are taken back: the checks failed with them.", mend.path))
            .collect()
    }

    /// Puts the mended texts in the place of those that were checked; answers what was mended, one Markdown paragraph
    /// each. A mend of a text that the file does not have (another plan's) is for nobody.
    pub fn apply(&self, files: &mut [RepositoryFile]) -> Vec<String> {
        let mut said = Vec::new();
        for file in files {
            for mend in self.0.iter().filter(|mend| mend.path == file.path) {
                if mend.of == file.body.sha256 {
                    file.body = mend.body.clone();
                    said.push(format!(
                        "`{}` is as {} wrote it after the checks failed.",
                        file.path,
                        mend.by.join(", ")
                    ));
                }
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use run::body::BodyRef;

    use super::*;

    fn file(text: &str) -> RepositoryFile {
        RepositoryFile {
            path: "src/a.py".into(),
            body: BodyRef::of(text.as_bytes()),
            executable: false,
            purpose: String::new(),
            patterns: Vec::new(),
            written_by: Node::ImplementTraining.name(),
        }
    }

    fn mend(of: &str, now: &str) -> Mend {
        Mend { path: "src/a.py".into(), of: file(of).body.sha256, body: file(now).body, by: vec!["ruff 1".into()] }
    }

    #[test]
    fn the_mends_of_all_rounds_follow_one_another() {
        let mut files = [file("x=1")];
        let said = Mends(vec![mend("x=1", "x = 1"), mend("x = 1", "x = 1\n")]).apply(&mut files);
        assert_eq!(files[0].body, BodyRef::of(b"x = 1\n"));
        assert_eq!(said.len(), 2);
    }

    #[test]
    fn a_text_that_was_not_checked_stays() {
        let mut files = [file("y=2")];
        assert!(Mends(vec![mend("x=1", "x = 1")]).apply(&mut files).is_empty());
        assert_eq!(files[0].body, BodyRef::of(b"y=2"));
    }
}
