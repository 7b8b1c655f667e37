//! The deployment scripts as they run, with commands in place of the cloud's: what they do when something is missing.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use knowledge::catalogue::Catalogue;
use regex::Regex;

use crate::fixture::{self, Repository};

/// What a script answered, and the commands that it called, one a line.
struct Run {
    succeeded: bool,
    said: String,
    called: String,
}

/// Commands of the cloud that write down how they were called. `HEAD` says how the look for a model ends, in the bucket or in
/// the registry (404: there is none), and `SERVING` what serves already. With `BROKEN` a new version does not come up in the
/// cluster, and `RINGING` is an alarm that goes off once it has. `LIVE` is the model of the version that a function's callers
/// reach, and `NODES` says how many there are.
const COMMAND: &str = r#"#!/usr/bin/env bash
echo "$(basename "$0") $*" >> "${CALLED}"
case "$(basename "$0") $*" in
  *head-object*)
    if [[ -n "${HEAD}" ]]; then echo "${HEAD}" >&2; exit 254; fi ;;
  *list-model-packages*)
    if [[ "${HEAD}" == *"(404)"* ]]; then echo '[]'
    elif [[ -n "${HEAD}" ]]; then echo "${HEAD}" >&2; exit 254
    else echo '["arn:newest", "arn:older"]'; fi ;;
  *"describe-model-package --model-package-name arn:newest"*) echo '{"CustomerMetadataProperties": {"version": "v7"}}' ;;
  *"s3 cp"*manifest.json*) echo '{"version": "v7"}' > manifest.json ;;
  *"state list"*) echo "${SERVING}" ;;
  *"output -json rollout"* | *"describe-stacks"*Rollout*)
    if [[ -z "${HEAD}" ]]; then version=v7; fi
    echo "{\"cluster\": \"name\", \"network\": \"10.21.0.0/16\", \"least_nodes\": 1, \"most_nodes\": 2, \"log_group\": \"/logs\",
      \"targets\": \"arn:targets\", \"nodes\": \"group\", \"requests_to\": \"app/targetgroup\", \"alarms\": [\"errors\", \"latency\"],
      \"environment\": {\"MODEL_VERSION\": \"${version:-}\"}}" ;;
  *"output -json"*)
    model="$([[ -z "${SERVING}" ]] || echo v6)"
    echo "{\"service_model\": {\"value\": \"${model}\"}, \"stream_model\": {\"value\": \"${model}\"}}" ;;
  *"describe-stacks"*ModelVersion*) echo "${SERVING}" ;;
  *"output -raw image_repository"* | *ImageRepository*) echo "account.example.com/name" ;;
  *put-object*callers.pem*) echo "v1-of-the-file" ;;
  *"prefix-lists"*) echo pl-1 ;;
  *"output -raw"*) echo thing ;;
  *"describe-images"*imageDigest*) echo "sha256:image" ;;
  *"get-caller-identity --query Arn"*) echo arn:aws:sts::123456789012:assumed-role/deployer/session ;;
  *"get-caller-identity"*) echo 123456789012 ;;
  *describe-alarms*api-errors*) echo "${RINGING:-}" ;;
  *describe-auto-scaling-groups*) echo "[${NODES:-}]" ;;
  *get-function-configuration*) echo "{\"Environment\": {\"Variables\": {\"MODEL_VERSION\": \"${LIVE:-}\"}}}" ;;
  *get-alias*) echo 1 ;;
  *describe-alarms*) if grep --quiet "rollout status" "${CALLED}"; then echo "${RINGING:-}"; fi ;;
  "docker create"*) echo container ;;
  "docker cp"*) cp "$0" "${!#}" ;;
  "kubectl apply"*) cat "${!#}/kustomization.yaml" "${!#}/environment.env" >> "${CALLED}" ;;
  "kubectl get deployment"*)
    if grep --quiet "kubectl apply" "${CALLED}"; then echo 2; elif [[ -n "${SERVING}" ]]; then echo 1; fi ;;
  "kubectl get replicasets"*) echo '{"items": []}' ;;
  "kubectl get daemonset"*) echo '{"status": {"desiredNumberScheduled": 2}}' ;;
  "kubectl rollout status deployment"*)
    if [[ -n "${BROKEN:-}" ]] && ! grep --quiet "rollout undo" "${CALLED}"; then exit 1; fi ;;
  "kubectl auth"*) if [[ -n "${UNREACHABLE:-}" ]]; then echo "i/o timeout" >&2; exit 1; fi ;;
  *"--recursive s3://"*"/versions/v7/"*)
    folder="${!#}"; mkdir -p "${folder}"; echo model > "${folder}/model.onnx"; echo '{"version": "v7"}' > "${folder}/manifest.json" ;;
  *describe-thing-group*) echo arn:aws:iot:eu-central-1:123456789012:thinggroup/the-devices ;;
  *"s3 cp"*package.zip*) touch "${CALLED}.uploaded" ;;
  *create-component-version*) cp "${CALLED}.uploaded" "${CALLED}.component" ;;
  *describe-component*)
    if [[ ! -e "${CALLED}.component" ]]; then echo "An error occurred (ResourceNotFoundException)" >&2; exit 254; fi
    echo DEPLOYABLE ;;
  *list-deployments*) if [[ -e "${CALLED}.deployment" ]]; then echo newest; else echo None; fi ;;
  *get-deployment*) cat "${CALLED}.deployment" ;;
  *"greengrassv2 create-deployment"*)
    input="$(sed 's/.*file:\/\/\([^ ]*\).*/\1/' <<< "$*")"
    jq '. + {deploymentStatus: "ACTIVE"}' "${input}" > "${CALLED}.deployment"; echo made ;;
  "terraform "*apply*) echo "version=${TF_VAR_model_version-none}" >> "${CALLED}" ;;
esac
"#;

/// What people keep beside the settings of an environment: the certificate of an authority.
const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/// Runs the script of a repository: with the settings filled in or not, and with an answer to the look for a model.
fn run(repository: &Repository, filled_in: bool, head: &str, serving: &str) -> Run {
    run_with(repository, filled_in, Some(AUTHORITY), head, serving)
}

/// The same with the authorities' file as it is here, or without it.
fn run_with(repository: &Repository, filled_in: bool, authorities: Option<&str>, head: &str, serving: &str) -> Run {
    run_in(&place(repository, filled_in, authorities), head, serving, &[])
}

/// A folder with the repository, and the commands beside it.
fn place(repository: &Repository, filled_in: bool, authorities: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repository");
    for file in &repository.files {
        let path = root.join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let content = if filled_in {
            let uncommented = file.content.replace("\n# certificate_arn = ", "\ncertificate_arn = ");
            uncommented
                .replace("\"CertificateArn\": \"\"", "\"CertificateArn\": \"arn:aws:acm:eu-central-1:1:certificate/1\"")
        } else {
            file.content.clone()
        };
        fs::write(path, content).unwrap();
    }
    for settings in ["terraform/envs", "infra/cloudformation/envs"].map(|settings| root.join(settings)) {
        if let Some(authorities) = authorities.filter(|_| settings.exists()) {
            fs::write(settings.join("dev.callers.pem"), authorities).unwrap();
        }
    }
    let commands = folder.path().join("commands");
    fs::create_dir(&commands).unwrap();
    for name in ["aws", "docker", "sleep", "terraform"] {
        let path = commands.join(name);
        fs::write(&path, COMMAND).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

/// Runs the script in such a folder, where the commands remember what was made before.
fn run_in(folder: &tempfile::TempDir, head: &str, serving: &str, variables: &[(&str, &str)]) -> Run {
    let (root, commands) = (folder.path().join("repository"), folder.path().join("commands"));
    let called = folder.path().join("called");
    fs::write(&called, "").unwrap();
    let path = format!("{}:{}", commands.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["scripts/deploy.sh", "dev", "abc"])
        .current_dir(&root)
        .env("PATH", path)
        .env("STATE_BUCKET", "state")
        .env("CALLED", &called)
        .env("HEAD", head)
        .env("SERVING", serving)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(Path::new(&called).exists());
    Run { succeeded: output.status.success(), said, called: fs::read_to_string(&called).unwrap() }
}

/// What is tied to a model in each language, and how something that serves shows.
fn serving() -> Vec<(String, Repository, &'static str)> {
    let mut found = Vec::new();
    for (name, fixture) in fixture::all() {
        for language in ["terraform", "cloudformation"] {
            let fixture = fixture.clone().with_tools(&[language], &[]);
            let site = fixture.blueprint().site;
            let is_wanted = site.iac.name().to_lowercase() == language;
            let repository = fixture.generate();
            let script = repository.files.iter().find(|file| file.path == "scripts/deploy.sh");
            let Some(script) = script.filter(|script| is_wanted && script.content.contains("is serving")) else {
                continue;
            };
            let shown = match language {
                "terraform" if script.content.contains("aws_ecs_service") => "aws_ecs_service.service[0]",
                "terraform" => "aws_sagemaker_endpoint.service[0]",
                _ => "v6",
            };
            found.push((format!("{name} {language}"), repository, shown));
        }
    }
    assert!(found.len() > 3, "{}", found.len());
    found
}

#[test]
fn only_a_model_that_is_not_there_is_no_model() {
    let missing = "An error occurred (404) when calling the HeadObject operation: Not Found";
    for (name, repository, serving) in serving() {
        let found = run(&repository, true, "", serving);
        assert!(found.succeeded, "{name}: {}", found.said);
        assert!(found.called.contains("v7") || found.called.contains("version=v7"), "{name}: {}", found.called);

        let first = run(&repository, true, missing, "");
        assert!(first.succeeded && first.said.contains("yet: nothing serves"), "{name}: {}", first.said);

        for trouble in ["(403) when calling HeadObject: Forbidden", "(ExpiredToken)", "(SlowDown)", "Could not connect"]
        {
            let refused = run(&repository, true, trouble, serving);
            assert!(!refused.succeeded && refused.said.contains(trouble), "{name}: {}", refused.said);
            assert!(!refused.called.contains("version=\n"), "{name}: {}", refused.called);
            assert!(!refused.called.contains("ModelVersion= "), "{name}: {}", refused.called);
        }

        let gone = run(&repository, true, missing, serving);
        assert!(!gone.succeeded && gone.said.contains("is serving"), "{name}: {}", gone.said);
    }
}

#[test]
fn nothing_is_made_before_what_has_no_default_is_filled_in() {
    let mut seen = 0;
    for (name, repository, serving) in serving() {
        let asks =
            repository.files.iter().any(|file| file.path == "scripts/deploy.sh" && file.content.contains("filled_in "));
        if !asks {
            continue;
        }
        seen += 1;
        let stopped = run(&repository, false, "", serving);
        assert!(!stopped.succeeded && stopped.said.starts_with("Fill in "), "{name}: {}", stopped.said);
        assert_eq!(stopped.called, "", "{name}");
        let readme = repository.files.iter().find(|file| file.path == "README.md").unwrap();
        assert!(readme.content.contains("**Fill in first**"), "{name}");
    }
    assert!(seen > 1, "{seen}");
}

#[test]
fn nothing_is_made_before_callers_have_an_authority_and_a_key_is_never_taken() {
    let mut seen = 0;
    for (name, repository, serving) in serving() {
        let asks = repository.files.iter().any(|file| {
            file.content.contains("resource \"aws_lb_trust_store\"")
                || file.content.contains("Type: AWS::ElasticLoadBalancingV2::TrustStore")
        });
        if !asks {
            continue;
        }
        seen += 1;
        let stopped = run_with(&repository, true, None, "", serving);
        assert!(!stopped.succeeded && stopped.said.contains("dev.callers.pem first"), "{name}: {}", stopped.said);
        assert_eq!(stopped.called, "", "{name}");
        let with_key = format!("{AUTHORITY}-----BEGIN EC {} KEY-----\n", "PRIVATE");
        let refused = run_with(&repository, true, Some(&with_key), "", serving);
        assert!(!refused.succeeded && refused.said.contains("private key"), "{name}: {}", refused.said);
        assert_eq!(refused.called, "", "{name}");
        // A stack trusts the version that was put into the bucket just before it.
        if name.ends_with("cloudformation") {
            let deployed = run(&repository, true, "", serving).called;
            let put = deployed.find("put-object").unwrap();
            let trusted = deployed.find("CallersVersion=v1-of-the-file").unwrap();
            let foundation = deployed.find("-foundation").unwrap();
            assert!(foundation < put && put < trusted, "{name}: {deployed}");
        }
    }
    assert!(seen > 1, "{seen}");
}

/// What serves in a cluster, in each language.
fn clusters() -> [(&'static str, Repository); 2] {
    ["terraform", "cloudformation"].map(|language| {
        let mut fixture = fixture::one("churn-realtime").with_tools(&[language], &[]);
        let components = &mut fixture.plan.candidates[0].components;
        components.retain(|other| other.capability.as_str() != "serve");
        let pattern = Catalogue::embedded().unwrap().pattern("serve.eks").unwrap();
        components.push(fixture::component(pattern, Some(&"c6i.xlarge".to_owned())));
        assert_eq!(fixture.blueprint().site.iac.name().to_lowercase(), language, "a part has no template");
        (language, fixture.generate())
    })
}

#[test]
fn what_serves_in_a_cluster_is_rolled_out_by_the_digest_of_its_image_and_the_version_of_its_model() {
    for (language, repository) in clusters() {
        let done = run(&repository, true, "", "");
        assert!(done.succeeded, "{language}: {}", done.said);
        let place = |words: &str| {
            done.called.find(words).unwrap_or_else(|| panic!("{language}: no {words} in\n{}", done.called))
        };
        let order =
            ["imageTag=fluent-bit", "imageDigest", "kubectl apply", "rollout status deployment", "describe-alarms"];
        let last = done.called.rfind(order[4]).unwrap();
        assert!(place(order[0]) < place(order[1]) && place(order[1]) < place(order[2]), "{language}: {}", done.called);
        assert!(place(order[2]) < place(order[3]) && place(order[3]) < last, "{language}: {}", done.called);
        for words in ["\"digest\": \"sha256:image\"", "MODEL_VERSION=v7", "10.21.0.0/16", "/spec/maxReplicas"] {
            place(words);
        }
        if language == "cloudformation" {
            for words in ["attach-load-balancer-target-groups", "put-scaling-policy", "DeployerArn="] {
                assert!(place(words) < place("kubectl apply"), "{language}: {words}");
            }
        }
        let nothing = run(&repository, true, "(404) Not Found", "");
        assert!(nothing.succeeded && nothing.said.contains("nothing new serves"), "{language}: {}", nothing.said);
        assert!(!nothing.called.contains("kubectl apply"), "{language}: {}", nothing.called);
    }
}

#[test]
fn a_version_that_fails_in_the_cluster_goes_back_and_the_deployment_fails() {
    for (language, repository) in clusters() {
        for variables in [("BROKEN", "yes"), ("RINGING", "errors")] {
            let back = run_in(&place(&repository, true, Some(AUTHORITY)), "", "1", &[variables]);
            assert!(!back.succeeded, "{language} {variables:?}: {}", back.said);
            assert!(back.called.contains("rollout undo deployment/service --namespace serving --to-revision=1"));
            let first = run_in(&place(&repository, true, Some(AUTHORITY)), "", "", &[variables]);
            assert!(!first.succeeded && first.said.contains("none to go back to"), "{language}: {}", first.said);
            assert!(!first.called.contains("rollout undo"), "{language}: {}", first.called);
        }
        let outside = run_in(&place(&repository, true, Some(AUTHORITY)), "", "1", &[("UNREACHABLE", "yes")]);
        assert!(!outside.succeeded && outside.said.contains("nothing was rolled out"), "{language}: {}", outside.said);
        assert!(!outside.called.contains("kubectl apply"), "{language}: {}", outside.called);
    }
}

/// What scores events and, of another plan, what answers requests, each a function, in each language.
fn functions(language: &'static str) -> impl Iterator<Item = (&'static str, Repository)> {
    fixture::all().into_values().filter_map(move |fixture| {
        let repository = fixture.with_tools(&[language], &[]).generate();
        let script = repository.files.iter().find(|file| file.path == "scripts/deploy.sh")?.content.clone();
        let is_terraform = script.contains("terraform ");
        let infrastructure: String = repository.files.iter().map(|file| file.content.as_str()).collect();
        let name =
            ["stream", "service"].into_iter().find(|name| infrastructure.contains(&format!("-{name}-new-errors")))?;
        (is_terraform == (language == "terraform")).then_some((name, repository))
    })
}

#[test]
fn callers_of_a_version_without_a_model_come_to_the_first_one_at_once_and_before_events_do() {
    let mut seen = Vec::new();
    for (name, repository) in functions("terraform") {
        let folder = place(&repository, true, Some(AUTHORITY));
        let first = run_in(&folder, "", "", &[("LIVE", "")]);
        assert!(first.succeeded, "{name}: {}", first.said);
        let at = |words: &str| first.called.find(words).unwrap_or_else(|| panic!("{name}: {words}: {}", first.called));
        let moved = at("--name live --routing-config AdditionalVersionWeights={} --function-version thing");
        assert!(at(&format!("-target=aws_lambda_alias.{name}")) < moved, "{name}: {}", first.called);
        assert!(moved < first.called.rfind("terraform -chdir=terraform apply").unwrap(), "{name}: {}", first.called);

        let next = run_in(&folder, "", "", &[("LIVE", "v6")]);
        assert!(next.succeeded && !next.called.contains("update-alias"), "{name}: {}", next.called);
        assert!(next.called.contains("deploy create-deployment"), "{name}: {}", next.called);
        assert!(!next.called.contains("override"), "{name}: {}", next.called);

        let none = run(&repository, true, "(404) Not Found", "");
        assert!(none.succeeded && !none.called.contains("update-alias"), "{name}: {}", none.called);
        seen.push(name);
    }
    assert!(seen.contains(&"stream") && seen.contains(&"service"), "{seen:?}");
}

#[test]
fn what_an_api_answered_before_does_not_keep_a_version_from_mending_it() {
    for (language, words) in [
        ("terraform", "--override-alarm-configuration enabled=true,alarms=[{name=-service-new-errors}]"),
        ("cloudformation", "WatchesApi=false"),
    ] {
        let (_, repository) = functions(language).find(|(name, _)| *name == "service").unwrap();
        let folder = place(&repository, true, Some(AUTHORITY));
        let mending = run_in(&folder, "", "", &[("LIVE", "v6"), ("RINGING", "api-errors")]);
        assert!(mending.succeeded && mending.called.contains(words), "{language}: {}{}", mending.said, mending.called);
        let quiet = run_in(&folder, "", "", &[("LIVE", "v6")]);
        assert!(quiet.succeeded && !quiet.called.contains(words), "{language}: {}", quiet.called);
    }
}

#[test]
fn a_stack_leaves_the_number_of_nodes_as_it_is_within_the_settings() {
    let [_, (_, repository)] = clusters();
    // `dev` has one node at least and two at most.
    for (nodes, head, wanted) in [("", "", "1"), ("2", "", "2"), ("9", "", "2"), ("2", "(404) Not Found", "2")] {
        let done = run_in(&place(&repository, true, Some(AUTHORITY)), head, "", &[("NODES", nodes)]);
        assert!(done.succeeded && done.called.contains(&format!("Nodes={wanted} ")), "{nodes}: {}", done.called);
    }
}

/// Programs of BusyBox, which the image has that GitLab runs these scripts in: it knows no long options.
const BUSYBOX: [&str; 30] = [
    "base64",
    "basename",
    "cat",
    "cp",
    "cut",
    "date",
    "dirname",
    "find",
    "grep",
    "head",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "readlink",
    "rm",
    "sed",
    "sha1sum",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "tail",
    "tar",
    "tee",
    "touch",
    "tr",
    "wc",
    "xargs",
];

#[test]
fn scripts_ask_programs_for_nothing_that_those_of_alpine_do_not_know() {
    let command =
        Regex::new(r"(?:^|[|;&(!]|\b(?:if|then|else|do|while|until)\b)\s*([a-z0-9]+)((?:\s+[^|;&)]+)*)").unwrap();
    let unknown = Regex::new(r"\s(--[a-z][a-z-]*|-[a-zA-Z]*[PZ])\b").unwrap();
    let mut seen = 0;
    for (name, fixture) in fixture::all() {
        for language in ["terraform", "cloudformation"] {
            for file in fixture.clone().with_tools(&[language], &[]).generate().files {
                // What devices run is theirs: the runbook says what they must have.
                if !file.path.ends_with(".sh") || file.path.ends_with("device.sh") {
                    continue;
                }
                seen += 1;
                let content = file.content.replace("\\\n", " ");
                for line in content.lines().filter(|line| !line.trim_start().starts_with('#')) {
                    for called in command.captures_iter(line) {
                        let (program, arguments) = (&called[1], &called[2]);
                        // What it calls in turn has options of its own.
                        if !BUSYBOX.contains(&program) || program == "xargs" {
                            continue;
                        }
                        assert!(!unknown.is_match(arguments), "{name}: {}: {line}", file.path);
                    }
                }
            }
        }
    }
    assert!(seen > 10, "{seen}");
    let is_found = |line: &str| command.captures_iter(line).any(|called| unknown.is_match(&called[2]));
    assert!(is_found("if ! grep --quiet -e 'CERTIFICATE' file; then") && !is_found("if grep -q 'KEY' file; then"));
}

/// The plans whose model devices get, in each language.
fn on_devices() -> impl Iterator<Item = (&'static str, Repository)> {
    ["terraform", "cloudformation"].into_iter().map(|language| {
        let fixture = fixture::one("vision-edge").with_tools(&[language], &[]);
        assert_eq!(fixture.blueprint().site.iac.name().to_lowercase(), language);
        (language, fixture.generate())
    })
}

#[test]
fn devices_get_a_model_once_and_keep_what_else_they_have() {
    for (language, repository) in on_devices() {
        let folder = place(&repository, true, None);
        let first = run_in(&folder, "", "", &[]);
        assert!(first.succeeded, "{language}: {}", first.said);
        let at = |what: &str| first.called.find(what).unwrap_or_else(|| panic!("{language}: {what}: {}", first.called));
        // Greengrass reads the archive when the component is made, and devices fetch it when they are told.
        let uploaded = at("/package.zip s3://");
        assert!(
            uploaded < at("create-component-version")
                && at("create-component-version") < at("greengrassv2 create-deployment")
        );

        let again = run_in(&folder, "", "", &[]);
        assert!(again.succeeded && again.said.contains("already"), "{language}: {}", again.said);
        for what in ["package.zip", "create-component-version", "greengrassv2 create-deployment"] {
            assert!(!again.called.contains(what), "{language}: {what}: {}", again.called);
        }

        // People put a component of theirs beside it, and go on after a rollout that was stopped.
        let known = folder.path().join("called.deployment");
        let mut deployment: serde_json::Value = serde_json::from_str(&fs::read_to_string(&known).unwrap()).unwrap();
        deployment["deploymentStatus"] = "CANCELED".into();
        deployment["components"]["com.example.camera"] = serde_json::json!({ "componentVersion": "1.0.0" });
        fs::write(&known, deployment.to_string()).unwrap();
        let stopped = run_in(&folder, "", "", &[]);
        assert!(stopped.called.contains("greengrassv2 create-deployment"), "{language}: {}", stopped.said);
        let made: serde_json::Value = serde_json::from_str(&fs::read_to_string(&known).unwrap()).unwrap();
        assert_eq!(made["components"], deployment["components"], "{language}");
        assert_eq!(made["targetArn"], "arn:aws:iot:eu-central-1:123456789012:thinggroup/the-devices", "{language}");
        assert_eq!(made["deploymentPolicies"]["failureHandlingPolicy"], "ROLLBACK", "{language}");
    }
}

#[test]
fn without_a_model_nothing_comes_to_devices() {
    for (language, repository) in on_devices() {
        let missing = "An error occurred (404) when calling the HeadObject operation: Not Found";
        let first = run(&repository, true, missing, "");
        assert!(first.succeeded && first.said.contains("nothing serves"), "{language}: {}", first.said);
        assert!(!first.called.contains("greengrassv2"), "{language}: {}", first.called);
        let refused = run(&repository, true, "(ExpiredToken)", "");
        assert!(!refused.succeeded && !refused.called.contains("greengrassv2"), "{language}: {}", refused.said);
    }
}
