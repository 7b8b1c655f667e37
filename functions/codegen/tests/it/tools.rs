//! The generated repositories under real tools: slow, and only where the tools are.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::fixture;

fn write(folder: &Path) -> Vec<(String, PathBuf)> {
    fixture::all()
        .into_iter()
        .chain(fixture::elsewhere())
        .map(|(name, fixture)| {
            let root = folder.join(&name);
            for file in fixture.generate().files {
                let path = root.join(&file.path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, file.content).unwrap();
            }
            (name, root)
        })
        .collect()
}

fn tools() -> PathBuf {
    PathBuf::from(std::env::var("TOOLS_DIR").expect("TOOLS_DIR names the folder of the tools"))
}

fn must_succeed(command: &mut Command, what: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{what} did not start: {error}"));
    assert!(
        output.status.success(),
        "{what}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "needs TOOLS_DIR with ruff, actionlint, cfn-lint, hadolint and gitleaks, and terraform in PATH"]
fn generated_repositories_are_clean_under_their_linters() {
    let folder = tempfile::tempdir().unwrap();
    let tools = tools();
    for (name, root) in write(folder.path()) {
        let run = |tool: PathBuf, arguments: &[&str]| {
            must_succeed(
                Command::new(&tool).args(arguments).current_dir(&root),
                &format!("{name}: {tool:?} {arguments:?}"),
            );
        };
        run(tools.join("ruff"), &["check", "--no-cache", "."]);
        run(tools.join("ruff"), &["format", "--no-cache", "--check", "."]);
        if root.join("terraform").is_dir() {
            run(PathBuf::from("terraform"), &["fmt", "-check", "-recursive", "terraform"]);
        }
        let stacks = root.join("infra/cloudformation");
        if stacks.is_dir() {
            let files = fs::read_dir(&stacks).unwrap().map(|entry| entry.unwrap().path().display().to_string());
            let templates: Vec<String> = files.filter(|path| path.ends_with(".yaml")).collect();
            run(tools.join("cfn-lint"), &templates.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if root.join(".github").is_dir() {
            for entry in fs::read_dir(root.join(".github/workflows")).unwrap() {
                run(tools.join("actionlint"), &[entry.unwrap().path().to_str().unwrap()]);
            }
        }
        run(tools.join("hadolint"), &["Dockerfile"]);
        run(tools.join("gitleaks"), &["dir", ".", "--no-banner"]);
    }
}

#[test]
#[ignore = "needs TOOLS_DIR, a Python environment with the packages of the generated requirements-dev.txt files"]
fn generated_repositories_pass_their_own_tests() {
    let folder = tempfile::tempdir().unwrap();
    let python = tools().join("python");
    for (name, root) in write(folder.path()) {
        for arguments in [&["-m", "mypy"][..], &["-m", "pytest"][..]] {
            must_succeed(
                Command::new(&python).args(arguments).current_dir(&root),
                &format!("{name}: python {arguments:?}"),
            );
        }
    }
}
