//! Nothing is left over and nothing is missing: across the files of a repository, whatever its plan.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use design::{
    constraint::{Source, Stated, Tooling},
    plan::Capability,
};
use generation::SourceFile;

use crate::fixture::{self, Fixture, Repository};

/// All fixtures, on all clouds.
fn everywhere() -> impl Iterator<Item = &'static (String, Repository)> {
    static ALL: LazyLock<Vec<(String, Repository)>> = LazyLock::new(|| {
        fixture::all()
            .into_iter()
            .chain(fixture::elsewhere())
            .map(|(name, fixture)| (name, fixture.generate()))
            .collect()
    });
    ALL.iter()
}

fn text<'r>(repository: &'r Repository, path: &str) -> &'r str {
    let found = repository.files.iter().find(|file| file.path == path);
    &found.unwrap_or_else(|| panic!("no {path}")).content
}

/// Paths in backticks that are whole: of a folder of the repository, without a wildcard.
fn named_paths(content: &str) -> impl Iterator<Item = &str> {
    content.split('`').skip(1).step_by(2).filter(|path| {
        let in_a_folder = ["docs/", "scripts/", "src/", "terraform/", "infra/", "tests/", ".github/"]
            .iter()
            .any(|folder| path.starts_with(folder) && path.len() > folder.len());
        in_a_folder && path.contains('.') && !path.contains(['*', ' '])
    })
}

#[test]
fn no_marker_of_a_template_and_nothing_that_is_yet_to_be_done() {
    for (name, repository) in everywhere() {
        for file in &repository.files {
            for (number, line) in file.content.lines().enumerate() {
                let at = format!("{name}: {}:{}: {line}", file.path, number + 1);
                // `"{%$` begins an expression of a state machine: JSONata, whose names begin with a dollar.
                let plain = line.replace("${{", "").replace("\"{%$", "\"$");
                // `{{"` is a brace in a Python string; a template's expression begins with a name.
                let is_open = plain
                    .match_indices("{{")
                    .any(|(place, _)| plain[place + 2..].trim_start().starts_with(|c: char| c.is_ascii_lowercase()));
                assert!(!is_open && !plain.contains("{%") && !plain.contains("{#"), "{at}");
                for word in ["TODO", "FIXME", "XXX", "lorem ipsum", "not implemented"] {
                    assert!(!line.contains(word), "{at}");
                }
            }
        }
    }
}

#[test]
fn every_module_is_imported_by_another_or_by_a_test() {
    for (name, repository) in everywhere() {
        let python: Vec<&SourceFile> = repository.files.iter().filter(|file| file.path.ends_with(".py")).collect();
        for file in &python {
            let Some(module) = file.path.strip_prefix("src/").and_then(|path| path.split('/').nth(1)) else { continue };
            let module = module.trim_end_matches(".py");
            if module == "__init__" {
                continue;
            }
            let is_imported = python.iter().filter(|other| other.path != file.path).any(|other| imports(other, module));
            assert!(is_imported, "{name}: nothing imports {}", file.path);
        }
    }
}

/// Whether a file imports a module by name, or as [`imports_by_statement`] sees it.
fn imports(file: &SourceFile, module: &str) -> bool {
    file.content.contains(&format!(".{module}\")")) || imports_by_statement(file, module)
}

/// Whether a file imports a module of the package: `from .module import`, `from package.module import`, or among the
/// names of `from . import` and `from package import`.
fn imports_by_statement(file: &SourceFile, module: &str) -> bool {
    let mut within = false;
    for line in file.content.lines() {
        let words: Vec<&str> = line.split([' ', ',', '(', ')']).filter(|word| !word.is_empty()).collect();
        let starts = words.first() == Some(&"from");
        if starts && words.get(1).is_some_and(|from| from.rsplit('.').next() == Some(module)) {
            return true;
        }
        let is_of_the_package = starts && words.get(1).is_some_and(|from| !from[1..].contains('.'));
        within = is_of_the_package && line.ends_with('(') || within && !line.starts_with(')');
        let names = if is_of_the_package { words.get(3..).unwrap_or_default() } else { &words };
        if (is_of_the_package || within) && names.contains(&module) {
            return true;
        }
    }
    false
}

#[test]
fn every_file_that_a_document_names_is_there() {
    let mut named = 0;
    for (name, repository) in everywhere() {
        let paths: BTreeSet<&str> = repository.files.iter().map(|file| file.path.as_str()).collect();
        for file in repository.files.iter().filter(|file| file.path.ends_with(".md")) {
            for path in named_paths(&file.content) {
                assert!(paths.contains(path), "{name}: {} names {path}", file.path);
                named += 1;
            }
        }
    }
    assert!(named > 500, "only {named} paths were looked at");
}

#[test]
fn each_control_of_a_framework_has_its_file() {
    let sensitive = fixture::one("documents-async").generate();
    let notes = text(&sensitive, "docs/compliance.md");
    assert!(notes.contains("| HIPAA 164.312(b) |") && notes.contains("`terraform/cloudtrail.tf` |"), "{notes}");
    assert!(!notes.contains("GDPR"), "what the requirement does not name is not there");
    assert!(!notes.contains("not generated"), "{notes}");

    let elsewhere = fixture::elsewhere()["documents-async-gcp"].generate();
    assert!(text(&elsewhere, "docs/compliance.md").contains("not generated: yours to set up"));

    let mut personal = fixture::one("churn-realtime");
    personal.constraints.compliance = None;
    assert!(text(&personal.generate(), "docs/compliance.md").contains("NIST SP 800-122"));

    let plain = fixture::one("forecast-batch").generate();
    assert!(!plain.files.iter().any(|file| file.path == "docs/compliance.md"), "nothing calls for it");
}

#[test]
fn the_wanted_service_checks_and_deploys_and_no_other() {
    let files = [".github/workflows/ci.yml", ".gitlab-ci.yml", "azure-pipelines.yml"];
    let of = |fixture: &Fixture| -> Vec<&str> {
        let repository = fixture.generate();
        files.into_iter().filter(|file| repository.files.iter().any(|other| other.path == *file)).collect()
    };
    let with = |preferred: &[&str], excluded: &[&str]| {
        let mut fixture = fixture::one("lambda-http");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let value = Tooling { preferred: names(preferred), excluded: names(excluded) };
        fixture.constraints.tooling =
            Some(Stated { value, confidence: 0.9, source: Source::Text, evidence: Vec::new(), derivation: None });
        fixture
    };
    assert_eq!(of(&fixture::one("lambda-http")), [files[0]]);
    assert_eq!(of(&with(&["mlflow", "gitlab"], &[])), [files[1]]);
    assert_eq!(of(&with(&["azure_pipelines"], &["gitlab"])), [files[2]]);
    assert_eq!(of(&with(&[], &["github_actions"])), [files[1]]);
    assert_eq!(of(&with(&[], &["github", "gitlab"])), [files[2]]);
    let jenkins = with(&["jenkins"], &[]);
    assert_eq!(of(&jenkins), [files[0]]);
    assert!(text(&jenkins.generate(), "README.md").contains("Jenkins was named"));
    let credentials = [
        ("recommender-gitlab", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ("ranking-azure-pipelines", "assume-role-with-web-identity"),
    ];
    for (name, credential) in credentials {
        let repository = fixture::one(name).generate();
        let holds = |part: &str| {
            let found = repository.files.iter().any(|file| file.path.ends_with(".yml") && file.content.contains(part));
            assert!(found, "{name}: nothing has {part}");
        };
        for step in ["ruff check", "ruff format --check", "-m mypy", "-m pytest", "docker build", "scripts/deploy.sh"] {
            holds(step);
        }
        holds(credential);
    }
}

#[test]
fn every_ci_system_deploys_stacks() {
    for (tool, files) in [
        ("github_actions", [".github/workflows/ci.yml", ".github/workflows/deploy.yml"]),
        ("gitlab", [".gitlab-ci.yml", ".gitlab-ci.yml"]),
        ("azure_devops", ["azure-pipelines.yml", "azure-pipelines-deploy.yml"]),
    ] {
        let repository = fixture::one("churn-cloudformation").with_tools(&[tool, "cloudformation"], &[]).generate();
        let [checks, deployment] = files.map(|file| text(&repository, file));
        assert!(checks.contains("cfn-lint infra/cloudformation/*.yaml"), "{tool}: {checks}");
        assert!(deployment.contains("bash scripts/deploy.sh"), "{tool}: {deployment}");
        for file in [checks, deployment, text(&repository, "README.md"), text(&repository, "CONTRIBUTING.md")] {
            assert!(!file.to_lowercase().contains("terraform") && !file.contains("STATE_BUCKET"), "{tool}: {file}");
        }
    }
}

#[test]
fn versions_stand_in_one_place() {
    let versions: toml::Table =
        toml::from_str(include_str!("../../../../shared/generation/data/versions.toml")).unwrap();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut templates = 0;
    for folder in fs::read_dir(root.join("functions")).unwrap().map(|entry| entry.unwrap().path()) {
        templates += check_versions(&folder.join("templates"), &versions);
    }
    templates += check_versions(&root.join("shared/generation/templates"), &versions);
    assert!(templates > 150, "{templates}");
}

/// That no template of a folder names a version by itself; answers how many there are.
fn check_versions(folder: &Path, versions: &toml::Table) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    let check = |path: PathBuf| {
        if path.is_dir() {
            return check_versions(&path, versions);
        }
        let text = fs::read_to_string(&path).unwrap();
        for (name, value) in versions {
            // A number in quotes is a version; three digits alone may be anything.
            let value = value.as_str().unwrap();
            let value = if value.len() < 6 { format!("\"{value}\"") } else { value.to_owned() };
            let is_code = path.components().any(|part| part.as_os_str() == "tasks" || part.as_os_str() == "python");
            assert!(is_code || !text.contains(&value), "{}: {value} stands in versions.toml as {name}", path.display());
        }
        1
    };
    paths.map(check).sum()
}

#[test]
fn every_package_has_its_hashes() {
    for (name, repository) in everywhere() {
        for path in
            ["requirements.txt", "requirements-train.txt", "requirements-monitoring.txt", "requirements-dev.txt"]
        {
            if !repository.files.iter().any(|file| file.path == path) {
                assert_eq!(path, "requirements-train.txt", "{name}");
                continue;
            }
            let lines: Vec<&str> = text(repository, path).lines().collect();
            let mut packages = 0;
            for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("==")) {
                packages += 1;
                assert!(line.ends_with(" \\"), "{name}: {path}: {line}");
                assert!(lines[index + 1].starts_with("    --hash=sha256:"), "{name}: {path}: {line}");
            }
            assert!(packages > 3, "{name}: {path}");
        }
    }
}

#[test]
fn a_model_that_does_not_use_the_planned_machines_says_so() {
    for (name, repository) in everywhere() {
        let card = text(repository, "docs/model_card.md");
        assert!(card.contains("scikit-learn") || card.contains("ed in PyTorch by"), "{name}: {card}");
    }
    // The network is trained on the planned machines; what serves it does without theirs, and says so.
    for name in ["vision-edge", "async"] {
        let fixture = fixture::one(name);
        let serves_on_gpu = fixture.plan.selected().unwrap().components.iter().any(|component| {
            let machine = component.sizing.get("instance_type").map_or("", String::as_str);
            component.capability == Capability::Serve && machine.trim_start_matches("ml.").starts_with('g')
        });
        let card = fixture.generate();
        let card = text(&card, "docs/model_card.md");
        assert!(card.contains("on a graphics processor where there is one"), "{name}: {card}");
        assert_eq!(card.contains("although the plan has GPU machines for it"), serves_on_gpu, "{name}: {card}");
    }
    let mut rows = fixture::one("churn-realtime");
    let components = &mut rows.plan.candidates[0].components;
    let train = components.iter_mut().find(|component| component.capability == Capability::Train).unwrap();
    train.sizing.insert("instance_type".to_owned(), "ml.g5.xlarge".to_owned());
    let repository = rows.generate();
    for path in ["README.md", "docs/model_card.md"] {
        let said = text(&repository, path);
        assert!(said.contains("scikit-learn and a CPU, although the plan has GPU"), "{path}: {said}");
    }
    assert!(!text(&fixture::one("churn-realtime").generate(), "README.md").contains("GPU"));
}

#[test]
fn what_trains_a_network_is_in_no_image_that_serves() {
    let mut networks = 0;
    for (name, repository) in everywhere() {
        let is_there = |path: &str| repository.files.iter().any(|file| file.path == path);
        let serves = text(repository, "requirements.txt");
        for package in ["torch", "onnx", "peft", "transformers", "triton", "nvidia-cudnn-cu13"] {
            assert!(!serves.contains(&format!("\n{package}==")), "{name}: {package} serves");
        }
        let runs_without =
            ["onnxruntime", "ctranslate2"].iter().any(|runtime| serves.contains(&format!("\n{runtime}==")));
        assert_eq!(is_there("requirements-train.txt"), runs_without, "{name}");
        if !is_there("requirements-train.txt") {
            continue;
        }
        networks += 1;
        assert!(text(repository, "requirements-train.txt").contains("\ntorch=="), "{name}");
        assert!(text(repository, "requirements-train.txt").contains(" ; sys_platform == 'linux' \\\n"), "{name}");
        assert!(text(repository, "requirements-dev.txt").contains("-r requirements-train.txt"), "{name}");
        assert!(text(repository, ".dockerignore").contains("!requirements-train.txt"), "{name}");
        let image = text(repository, "Dockerfile");
        assert!(
            image.contains("ARG REQUIREMENTS=requirements.txt\n"),
            "{name}: what is built by itself serves: {image}"
        );
        // What trains in the cloud takes the image that can, and nothing else waits for its gigabytes.
        let infrastructure: Vec<&str> = repository
            .files
            .iter()
            .filter(|file| file.path.ends_with(".tf") || file.path.starts_with("infra/"))
            .map(|file| file.content.as_str())
            .collect();
        let says = |what: &str| infrastructure.iter().any(|content| content.contains(what));
        if says(".training\"]") {
            assert!(
                says("local.training_image") || says("${Image}-training") || says("${ImageTag}-training"),
                "{name}"
            );
        }
    }
    assert!(networks > 2, "{networks}");
}

#[test]
fn who_has_weights_of_its_own_tunes_and_serves_them_and_who_has_not_asks_a_service() {
    let own = fixture::one("tuning-own").generate();
    let asked = fixture::one("tuning").generate();
    let is_there = |repository: &Repository, module: &str| {
        repository
            .files
            .iter()
            .any(|file| file.path.starts_with("src/") && file.path.ends_with(&format!("/{module}.py")))
    };
    for (module, is_own) in [("network", true), ("baseline", true), ("tuning", false), ("llm", false)] {
        assert_eq!((is_there(&own, module), is_there(&asked, module)), (is_own, !is_own), "{module}");
    }
    // Nothing is left of the other way: no setting, no right, no sentence.
    for word in ["LLM_MODEL_ID", "TUNING_ROLE_ARN", "bedrock", "Bedrock", "although the plan has GPU"] {
        for file in
            own.files.iter().filter(|file| !file.path.starts_with("reports/") && file.path != "docs/architecture.md")
        {
            assert!(!file.content.contains(word), "{}: {word}", file.path);
        }
    }
    for word in ["ctranslate2", "models/base", "CTranslate2"] {
        assert!(!asked.files.iter().any(|file| file.content.contains(word)), "{word}");
    }
    // The base model is read by the training, written by no role, and kept on a disk that has room for it.
    let infrastructure: String =
        own.files.iter().filter(|file| file.path.ends_with(".tf")).map(|file| file.content.as_str()).collect();
    assert_eq!(infrastructure.matches("/base/*").count(), 1);
    assert!(text(&own, "terraform/batch.tf").contains("volume_size = 100"));
    // The processors that are paid for are used: what serves has their library, and finds it.
    assert!(text(&own, "requirements.txt").contains("\nnvidia-cublas-cu12=="));
    assert!(text(&own, "Dockerfile").contains("LD_LIBRARY_PATH=/opt/venv/lib/python"));
}

#[test]
fn a_library_that_is_named_trains_the_model() {
    let named = |fixture: &str, tool: &str| {
        let mut fixture = fixture::one(fixture);
        fixture.constraints.tooling = Some(Stated {
            value: Tooling { preferred: vec![tool.to_owned()], excluded: Vec::new() },
            confidence: 0.9,
            source: Source::Text,
            evidence: Vec::new(),
            derivation: None,
        });
        fixture.generate()
    };
    let learning = |repository: &Repository| {
        let file = repository.files.iter().find(|file| file.path.ends_with("/learning.py"));
        file.unwrap().content.clone()
    };
    let boosted = named("churn-realtime", "xgboost");
    assert!(learning(&boosted).contains("from xgboost import XGBClassifier"));
    let lock = text(&boosted, "requirements.txt");
    assert!(lock.contains("\nxgboost-cpu==") && lock.contains(" ; sys_platform == 'darwin' \\\n"), "{lock}");
    assert!(!lock.contains("nvidia"), "the build for graphics processors is gigabytes");
    let light = named("churn-realtime", "lightgbm");
    assert!(learning(&light).contains("from lightgbm import LGBMClassifier"));
    assert!(text(&light, "requirements.txt").contains("\nlightgbm=="));
    // Its wheel takes OpenMP from the system, which the slim image does not have.
    assert!(text(&light, "Dockerfile").contains("libgomp1"));
    let plain = fixture::one("churn-realtime").generate();
    assert!(learning(&plain).contains("HistGradientBoostingClassifier"));
    assert!(!text(&plain, "Dockerfile").contains("libgomp1"));
    // Where it does not fit, the person reads why.
    let network = named("churn-realtime", "pytorch");
    for path in ["README.md", "docs/model_card.md"] {
        assert!(text(&network, path).contains("PyTorch was named, and nothing here is trained with it"), "{path}");
    }
}

#[test]
fn words_of_the_requirement_are_quoted_and_addresses_are_not() {
    let mut fixture = fixture::one("churn-realtime");
    let budget = fixture.constraints.budget.as_mut().unwrap();
    budget.evidence[0].quote = "write to jane@example.com".into();
    fixture.constraints.latency.as_mut().unwrap().evidence[0].quote = "within 100 ms, key AKIA1234567890ABCDEF".into();
    let repository = fixture.generate();
    let architecture = text(&repository, "docs/architecture.md");
    assert!(architecture.contains("“within 100 ms, key …”"), "{architecture}");
    assert!(!repository.files.iter().any(|file| file.content.contains("jane@") || file.content.contains("AKIA")));
}
