//! Checks that the repository deserves and that no function can run: each stands in the report as not run, with the
//! reason and the place where it is run.

use std::time::Instant;

use design::validation::Check;

use crate::{
    check::CheckName,
    repository::{Kind, Repository},
};

/// The category of these checks.
pub const CATEGORY: &str = "elsewhere";

/// The checks that these files would deserve.
pub fn checks(repository: &Repository) -> Vec<Check> {
    let has = |kind: Kind| repository.of(kind).next().is_some();
    let terraform = repository.files().any(|file| file.path.ends_with(".tf"));
    let templates = repository
        .of(Kind::Yaml)
        .any(|file| file.text().is_some_and(|text| text.starts_with("AWSTemplateFormatVersion")));
    let all = [
        (
            has(Kind::Python),
            "mypy",
            "It needs the repository's packages, which are not installed here: `make check` and the repository's CI run it.",
        ),
        (
            has(Kind::Python),
            "pytest",
            "It needs the repository's packages, which are not installed here: `make test` and the repository's CI run it.",
        ),
        (
            terraform,
            "terraform validate",
            "It needs the provider's plugin: the repository's CI runs it. Here types and arguments are held to the provider's \
             schema.",
        ),
        (
            templates,
            "cfn-lint",
            "It needs Python and the schemas of all resource types, which are larger than a function may be: `make \
             cloudformation-check` and the repository's CI run it. Here names are held to what declares them.",
        ),
        (
            terraform || templates || has(Kind::Dockerfile),
            "checkov",
            "It is larger than a function may be: `pip install checkov`, then `checkov --directory .` in the repository.",
        ),
    ];
    all.into_iter()
        .filter(|(wanted, _, _)| *wanted)
        .map(|(_, name, why)| {
            let tool = name.split(' ').next().unwrap_or(name);
            CheckName { name, category: CATEGORY, tool }.not_run(None, why.to_owned(), Instant::now())
        })
        .collect()
}
