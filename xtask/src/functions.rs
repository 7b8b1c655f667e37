//! The functions as the local platform runs them: built by an ordinary host build, and described by a copy of the
//! template that points at the result, as `sam build` would leave it.
//!
//! A function's package is a launcher of two lines. It runs the binary from the platform's own folder, whose name
//! carries the binary's age. So a changed function is a changed package, an unchanged one is neither zipped nor
//! uploaded again, and neither the engine's memory nor its snapshots hold twenty unoptimized executables. What is
//! shipped to AWS is built by `cargo xtask package`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, anyhow, bail};
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::command::{self, command};
use crate::progress::Progress;
use crate::workspace::Workspace;

/// How the functions are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Profile {
    /// Fast to build.
    #[default]
    Dev,
    /// Fast to run.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    /// As cargo calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

/// The template, read.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    folder: PathBuf,
}

/// A table that the template asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name in the template.
    pub logical_id: String,
    /// The attribute that holds when an item may go.
    pub expiry: Option<String>,
}

/// A deployable copy of the template.
#[derive(Debug, Clone)]
pub struct Deployable {
    /// The file for `sam deploy`.
    pub template: PathBuf,
    /// Changes when the template, the state machine or a function changes.
    pub fingerprint: String,
}

impl Template {
    /// Read a template. The short forms of the intrinsic functions become the long ones.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read the template {}", path.display()))?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Self::parse(&text, folder).with_context(|| format!("{} is not a template", path.display()))
    }

    fn parse(text: &str, folder: PathBuf) -> Result<Self> {
        let document: serde_norway::Value = serde_norway::from_str(text)?;
        let document = long_forms(document)?;
        if !document["Resources"].is_object() {
            bail!("it has no Resources");
        }
        Ok(Self { document, folder })
    }

    fn resources(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.document["Resources"].as_object().into_iter().flatten()
    }

    /// The functions: the name in the template, and the binary.
    pub fn functions(&self) -> Result<BTreeMap<String, String>> {
        let mut functions = BTreeMap::new();
        for (logical_id, resource) in self.resources() {
            if resource["Type"] != "AWS::Serverless::Function" {
                continue;
            }
            let binary = resource["Metadata"]["BuildProperties"]["Binary"]
                .as_str()
                .with_context(|| format!("function {logical_id} names no Metadata.BuildProperties.Binary"))?;
            functions.insert(logical_id.clone(), binary.to_owned());
        }
        if functions.is_empty() {
            bail!("the template has no function");
        }
        Ok(functions)
    }

    /// The tables.
    pub fn tables(&self) -> Vec<Table> {
        self.resources()
            .filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table")
            .map(|(logical_id, resource)| {
                let expiry = &resource["Properties"]["TimeToLiveSpecification"];
                let attribute = (expiry["Enabled"] != json!(false)).then(|| expiry["AttributeName"].as_str()).flatten();
                Table { logical_id: logical_id.clone(), expiry: attribute.map(str::to_owned) }
            })
            .collect()
    }

    /// The names of its parameters.
    pub fn parameters(&self) -> Vec<String> {
        self.document["Parameters"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
    }

    /// Write a copy into `folder` that runs the binaries of `executables`.
    pub fn deployable(&self, folder: &Path, executables: &BTreeMap<String, PathBuf>) -> Result<Deployable> {
        let mut document = self.document.clone();
        let mut hash = Sha256::new();
        for (logical_id, binary) in self.functions()? {
            let executable = executables.get(&binary).with_context(|| format!("{binary} was not built"))?;
            let package = folder.join(&logical_id);
            fs::create_dir_all(&package).with_context(|| format!("cannot make {}", package.display()))?;
            let launcher = launcher(executable)?;
            let bootstrap = package.join("bootstrap");
            fs::write(&bootstrap, &launcher).with_context(|| format!("cannot write {}", bootstrap.display()))?;
            fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755))?;
            hash.update(&launcher);
            document["Resources"][&logical_id]["Properties"]["CodeUri"] = json!(package);
        }
        let resources = document["Resources"].as_object_mut().into_iter().flatten();
        for (logical_id, resource) in resources {
            let Some(definition) = resource["Properties"]["DefinitionUri"].as_str() else { continue };
            let file = self.folder.join(definition);
            let file = file
                .canonicalize()
                .with_context(|| format!("{logical_id} names {}, which is not there", file.display()))?;
            hash.update(fs::read(&file)?);
            resource["Properties"]["DefinitionUri"] = json!(file);
        }
        let text = serde_json::to_string_pretty(&document)?;
        hash.update(&text);
        // JSON is YAML, and leaves no doubt about what is a string.
        let template = folder.join("template.yaml");
        fs::write(&template, text).with_context(|| format!("cannot write {}", template.display()))?;
        Ok(Deployable { template, fingerprint: hex::encode(hash.finalize()) })
    }
}

fn launcher(executable: &Path) -> Result<String> {
    let path = executable.to_str().filter(|path| !path.contains('\'')).ok_or_else(|| {
        anyhow!("{} is not a path that a shell can run; use a checkout with a plainer name", executable.display())
    })?;
    Ok(format!("#!/bin/sh\nexec '{path}'\n"))
}

/// `!Sub x` to `{"Fn::Sub": x}`, all the way down.
fn long_forms(value: serde_norway::Value) -> Result<Value> {
    use serde_norway::Value as Yaml;
    Ok(match value {
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = name.trim_start_matches('!');
            let argument = long_forms(tagged.value)?;
            let (name, argument) = match (name, argument) {
                ("Ref" | "Condition", argument) => (name.to_owned(), argument),
                ("GetAtt", Value::String(path)) => {
                    let (resource, attribute) =
                        path.split_once('.').with_context(|| format!("!GetAtt {path} has no attribute"))?;
                    ("Fn::GetAtt".to_owned(), json!([resource, attribute]))
                }
                (name, argument) => (format!("Fn::{name}"), argument),
            };
            json!({ name: argument })
        }
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(long_forms).collect::<Result<_>>()?),
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let key = match key {
                    Yaml::String(text) => text,
                    other => serde_norway::to_string(&other)?.trim().to_owned(),
                };
                object.insert(key, long_forms(value)?);
            }
            Value::Object(object)
        }
        plain => serde_json::to_value(plain)?,
    })
}

/// Compile the functions; answer where each binary is.
pub async fn build(
    workspace: &Workspace,
    progress: &Progress,
    template: &Template,
    profile: Profile,
    targets: Targets,
) -> Result<BTreeMap<String, PathBuf>> {
    let binaries = template.functions()?;
    let log = workspace.logs().join("build.log");
    progress
        .step(&format!("Building {} functions ({} profile)", binaries.len(), profile.name()), async |step| {
            let mut build = cargo();
            // The whole workspace, not function by function: cargo unites the features of what is built together, and
            // another selection would compile the dependencies a second time.
            build.args(["build", "--locked", "--workspace", "--profile", profile.name()]).current_dir(workspace.root());
            build.args(targets.flags());
            build.env("CARGO_TERM_PROGRESS_WHEN", "never");
            command::run(build, &step, &log).await.context("the functions do not build")
        })
        .await?;
    let folder = workspace.target().join(profile.folder());
    binaries
        .into_values()
        .map(|binary| {
            let file = folder.join(&binary);
            if file.is_file() {
                Ok((binary, file))
            } else {
                bail!("the template names the binary {binary}, but the workspace builds none of that name")
            }
        })
        .collect()
}

/// Compiles the tests of one crate together with the whole workspace and answers with their program.
///
/// Not `cargo test --package`: cargo unites the features of what is selected, so a selection of its own compiles the
/// dependencies and then most crates once more, and the next build of everything does so again.
pub async fn test_program(workspace: &Workspace, package: &str, environment: &[(&str, OsString)]) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--locked", "--workspace", "--message-format=json-render-diagnostics"]);
    build.args(Targets::All.flags());
    build.current_dir(workspace.root()).envs(environment.iter().cloned()).stderr(Stdio::inherit());
    let output = build.output().await.context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("the tests do not compile");
    }
    let folder = workspace.path(package);
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["kind"][0] == "test")
        .filter(|message| message["manifest_path"].as_str().is_some_and(|path| Path::new(path).starts_with(&folder)))
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .with_context(|| format!("cargo names no test program of {package}"))
}

/// What a build compiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Targets {
    /// The programs.
    #[default]
    Binaries,
    /// The programs and the tests, whose development dependencies may add features to shared crates.
    All,
}

impl Targets {
    /// What cargo is told. Not `--all-targets`: it makes a test of each program, also of those that have none.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Binaries => &["--bins"],
            Self::All => &["--bins", "--tests"],
        }
    }
}

/// Cargo, without what the cargo that runs this program put into the environment: build scripts that look at such
/// variables would run again each time.
pub fn cargo() -> tokio::process::Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "LD_LIBRARY_PATH" {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Put the binaries into `folder`, under names that say which build they are of: a later build must not change what
/// runs already. Binaries of earlier builds stay until [`forget_others`].
pub fn settle(executables: BTreeMap<String, PathBuf>, folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    executables
        .into_iter()
        .map(|(binary, file)| {
            let metadata = fs::metadata(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let age = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
            let settled = folder.join(format!("{binary}-{age:x}-{:x}", metadata.len()));
            if !settled.exists() {
                // Linkers replace a file and do not write into it, so a link keeps this build: twenty unoptimized
                // binaries are half a gigabyte.
                if fs::hard_link(&file, &settled).is_err() {
                    let unfinished = settled.with_extension("unfinished");
                    fs::copy(&file, &unfinished).with_context(|| format!("cannot copy {}", file.display()))?;
                    fs::rename(&unfinished, &settled)?;
                }
            }
            Ok((binary, settled))
        })
        .collect()
}

/// Remove the binaries of earlier builds.
pub fn forget_others(executables: &BTreeMap<String, PathBuf>, folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        if !executables.values().any(|kept| *kept == file) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Stage: {Type: String}
Conditions:
  IsAws: !Equals [!Ref Target, aws]
  Both: !And [!Condition IsAws, !Not [!Condition Other]]
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub '${AWS::StackName}-runs'
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  PlannerFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: planner}}
    Properties:
      CodeUri: ../
      Role: !GetAtt Role.Arn
  StateMachine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.json
";

    fn check(folder: &Path) -> (Deployable, Value) {
        fs::write(folder.join("machine.json"), "{}").unwrap();
        let template = Template::parse(TEMPLATE, folder.to_path_buf()).unwrap();
        let executables = BTreeMap::from([("planner".to_owned(), folder.join("planner-1"))]);
        let deployable = template.deployable(folder, &executables).unwrap();
        let written = serde_json::from_str(&fs::read_to_string(&deployable.template).unwrap()).unwrap();
        (deployable, written)
    }

    #[test]
    fn the_copy_points_at_what_was_built() {
        let folder = tempfile::tempdir().unwrap();
        let (_, written) = check(folder.path());
        let function = &written["Resources"]["PlannerFunction"]["Properties"];
        assert_eq!(function["CodeUri"], json!(folder.path().join("PlannerFunction")));
        let launcher = fs::read_to_string(folder.path().join("PlannerFunction/bootstrap")).unwrap();
        assert_eq!(launcher, format!("#!/bin/sh\nexec '{}'\n", folder.path().join("planner-1").display()));
        let definition = written["Resources"]["StateMachine"]["Properties"]["DefinitionUri"].as_str().unwrap();
        assert!(Path::new(definition).is_absolute());
    }

    #[test]
    fn intrinsic_functions_survive() {
        let folder = tempfile::tempdir().unwrap();
        let (_, written) = check(folder.path());
        assert_eq!(written["AWSTemplateFormatVersion"], "2010-09-09");
        assert_eq!(written["Conditions"]["IsAws"], json!({"Fn::Equals": [{"Ref": "Target"}, "aws"]}));
        assert_eq!(
            written["Conditions"]["Both"],
            json!({"Fn::And": [{"Condition": "IsAws"}, {"Fn::Not": [{"Condition": "Other"}]}]})
        );
        let role = &written["Resources"]["PlannerFunction"]["Properties"]["Role"];
        assert_eq!(*role, json!({"Fn::GetAtt": ["Role", "Arn"]}));
    }

    #[test]
    fn a_changed_state_machine_changes_the_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = check(folder.path());
        let (again, _) = check(folder.path());
        assert_eq!(first.fingerprint, again.fingerprint);
        fs::write(folder.path().join("machine.json"), "{\"StartAt\": \"x\"}").unwrap();
        let template = Template::parse(TEMPLATE, folder.path().to_path_buf()).unwrap();
        let executables = BTreeMap::from([("planner".to_owned(), folder.path().join("planner-1"))]);
        let changed = template.deployable(folder.path(), &executables).unwrap();
        assert_ne!(first.fingerprint, changed.fingerprint);
    }

    #[test]
    fn tables_and_their_expiry_are_found() {
        let template = Template::parse(TEMPLATE, PathBuf::new()).unwrap();
        assert_eq!(template.tables(), [Table { logical_id: "Table".into(), expiry: Some("expires".into()) }]);
    }
}
