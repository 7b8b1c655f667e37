//! The bill of materials of the generated repository: its pinned Python packages as CycloneDX 1.6.
//!
//! The document has no serial number and no time, so that the same repository has the same bill.

use std::collections::BTreeMap;

use design::repository::is_lock;
use packageurl::PackageUrl;
use pep508_rs::{
    Requirement, VerbatimUrl, VersionOrUrl,
    pep440_rs::{Operator, VersionSpecifiers},
};
use serde::Serialize;

/// What a file that lists packages says about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// Runs in production.
    Runtime,
    /// Tests, checks and builds.
    Development,
}

/// A file of the repository that lists packages.
#[derive(Debug, Clone)]
pub struct PackageFile {
    /// Path from the repository's root.
    pub path: String,
    /// Its text.
    pub content: String,
}

/// True for files that list Python packages.
pub fn lists_packages(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "pyproject.toml" || is_lock(name)
}

/// A CycloneDX 1.6 document, as far as this bill uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bom {
    /// The schema that the document follows.
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Metadata,
    /// The packages, sorted by reference.
    pub components: Vec<Component>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Metadata {
    tools: Tools,
    component: Component,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Tools {
    components: Vec<Component>,
}

/// A piece of software.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Its name.
    pub name: String,
    /// Its exact version; `None` when it is not pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    depends_on: Vec<String>,
}

/// The bill and what it could not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The document.
    pub bom: Bom,
    /// Packages that run in production.
    pub runtime: usize,
    /// Packages for tests, checks and builds.
    pub development: usize,
    /// Packages without an exact version, and lines that are no requirement.
    pub unclear: Vec<String>,
}

/// A package as one file lists it.
#[derive(Debug)]
struct Listed {
    name: String,
    version: Option<String>,
    used: Use,
    file: String,
    direct: bool,
}

/// Makes the bill of a repository from the files that list its packages.
pub fn bill(repository: &str, files: &[PackageFile]) -> Bill {
    let mut unclear = Vec::new();
    let mut listed = Vec::new();
    for file in files {
        if file.path.ends_with(".toml") {
            read_project(file, &mut listed, &mut unclear);
        } else {
            read_requirements(file, &mut listed, &mut unclear);
        }
    }
    let mut packages: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    for package in listed {
        if package.version.is_none() {
            unclear.push(format!("{}: {} is not pinned to one version", package.file, package.name));
        }
        packages.entry(purl(&package)).or_default().push(package);
    }
    let root = format!("repository:{repository}");
    let direct: Vec<String> = packages
        .iter()
        .filter(|(_, listed)| listed.iter().any(|package| package.direct && package.used == Use::Runtime))
        .map(|(purl, _)| purl.clone())
        .collect();
    let mut components = Vec::new();
    for (purl, listed) in packages {
        let used = listed.iter().map(|package| package.used).min();
        let mut paths: Vec<&String> = listed.iter().map(|package| &package.file).collect();
        paths.sort();
        paths.dedup();
        let properties = paths.into_iter().map(|path| Property { name: "listed_in", value: path.clone() }).collect();
        let Some(first) = listed.first() else { continue };
        components.push(Component {
            kind: "library",
            reference: Some(purl.clone()),
            name: first.name.clone(),
            version: first.version.clone(),
            // CycloneDX: "excluded" documents what tests and builds use and what is not there at run time.
            scope: Some(if used == Some(Use::Runtime) { "required" } else { "excluded" }),
            purl: Some(purl),
            properties,
        });
    }
    let runtime = components.iter().filter(|component| component.scope == Some("required")).count();
    let development = components.len() - runtime;
    unclear.sort();
    unclear.dedup();
    let software = |kind, name: &str, reference| Component {
        kind,
        reference,
        name: name.to_owned(),
        version: None,
        scope: None,
        purl: None,
        properties: Vec::new(),
    };
    let bom = Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        version: 1,
        metadata: Metadata {
            tools: Tools { components: vec![software("application", "rationale-compile", None)] },
            component: software("application", repository, Some(root.clone())),
        },
        components,
        dependencies: vec![Dependency { reference: root, depends_on: direct }],
    };
    Bill { bom, runtime, development, unclear }
}

fn read_requirements(file: &PackageFile, listed: &mut Vec<Listed>, unclear: &mut Vec<String>) {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    // What trains and what watches runs in production as well, in images of their own.
    let used = if name == "requirements-dev.txt" { Use::Development } else { Use::Runtime };
    for line in file.content.replace("\\\n", " ").lines() {
        // Comments begin with ` #`, options of a package with ` --`, options of the file with `-`.
        let line = line.split(" #").next().unwrap_or_default();
        let line = line.split(" --").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        add(line, used, false, file, listed, unclear);
    }
}

fn read_project(file: &PackageFile, listed: &mut Vec<Listed>, unclear: &mut Vec<String>) {
    let table: toml::Table = match file.content.parse() {
        Ok(table) => table,
        Err(error) => {
            unclear.push(format!("{}: not TOML: {}", file.path, error.message()));
            return;
        }
    };
    fn texts(value: Option<&toml::Value>) -> impl Iterator<Item = &str> {
        value.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str)
    }
    let project = table.get("project");
    for requirement in texts(project.and_then(|project| project.get("dependencies"))) {
        add(requirement, Use::Runtime, true, file, listed, unclear);
    }
    let optional = project.and_then(|project| project.get("optional-dependencies")).and_then(toml::Value::as_table);
    let groups = table.get("dependency-groups").and_then(toml::Value::as_table);
    for (_, group) in optional.into_iter().flatten().chain(groups.into_iter().flatten()) {
        for requirement in texts(Some(group)) {
            add(requirement, Use::Development, true, file, listed, unclear);
        }
    }
    for requirement in texts(table.get("build-system").and_then(|build| build.get("requires"))) {
        add(requirement, Use::Development, true, file, listed, unclear);
    }
}

fn add(text: &str, used: Use, direct: bool, file: &PackageFile, listed: &mut Vec<Listed>, unclear: &mut Vec<String>) {
    match text.parse::<Requirement<VerbatimUrl>>() {
        Ok(requirement) => {
            let version = match &requirement.version_or_url {
                Some(VersionOrUrl::VersionSpecifier(specifiers)) => pin(specifiers),
                Some(VersionOrUrl::Url(_)) | None => None,
            };
            listed.push(Listed { name: requirement.name.to_string(), version, used, file: file.path.clone(), direct });
        }
        Err(_) => unclear.push(format!("{}: `{text}` is not a requirement", file.path)),
    }
}

/// The one version that the specifiers allow, when they name it.
fn pin(specifiers: &VersionSpecifiers) -> Option<String> {
    specifiers
        .iter()
        .find(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual))
        .map(|specifier| specifier.version().to_string())
}

fn purl(package: &Listed) -> String {
    // The name is normalised by PEP 503, which is what the type `pypi` asks for.
    let built = PackageUrl::new("pypi", package.name.clone()).and_then(|mut purl| {
        if let Some(version) = &package.version {
            purl.with_version(version.clone())?;
        }
        Ok(purl.to_string())
    });
    built.unwrap_or_else(|_| format!("pkg:pypi/{}", package.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> PackageFile {
        PackageFile { path: path.into(), content: content.into() }
    }

    #[test]
    fn every_way_to_write_a_pin_is_read() {
        let bill = bill(
            "demo",
            &[
                file(
                    "requirements.txt",
                    "# comment\n-r other.txt\nNumpy==2.4.6  # why\nuvicorn[standard]==0.40.0 ; python_version >= '3.11'\n\
                     torch==2.9.0+cpu\nfoo_bar.baz == 1.0 \\\n    --hash=sha256:abc\nrequests>=2\n???\n",
                ),
                file(
                    "requirements-train.txt",
                    "-r requirements.txt\ntriton==3.9.0 ; sys_platform == 'linux' \\\n    --hash=sha256:abc\n",
                ),
                file(
                    "pyproject.toml",
                    "[build-system]\nrequires = [\"setuptools==82.0.1\"]\n[project]\ndependencies = [\"numpy==2.4.6\"]\n\
                     [project.optional-dependencies]\ndev = [\"ruff==0.17.5\"]\n[dependency-groups]\ntest = [\"pytest==9.2.0\"]\n",
                ),
            ],
        );
        let seen: Vec<(&str, Option<&str>)> =
            bill.bom.components.iter().map(|component| (component.purl.as_deref().unwrap(), component.scope)).collect();
        assert_eq!(
            seen,
            [
                ("pkg:pypi/foo-bar-baz@1.0", Some("required")),
                ("pkg:pypi/numpy@2.4.6", Some("required")),
                ("pkg:pypi/pytest@9.2.0", Some("excluded")),
                ("pkg:pypi/requests", Some("required")),
                ("pkg:pypi/ruff@0.17.5", Some("excluded")),
                ("pkg:pypi/setuptools@82.0.1", Some("excluded")),
                ("pkg:pypi/torch@2.9.0%2Bcpu", Some("required")),
                ("pkg:pypi/triton@3.9.0", Some("required")),
                ("pkg:pypi/uvicorn@0.40.0", Some("required")),
            ]
        );
        assert_eq!(bill.bom.dependencies[0].depends_on, ["pkg:pypi/numpy@2.4.6"]);
        assert_eq!(
            bill.unclear,
            ["requirements.txt: `???` is not a requirement", "requirements.txt: requests is not pinned to one version"]
        );
        assert_eq!((bill.runtime, bill.development), (6, 3));
    }

    #[test]
    fn a_broken_project_file_is_said_so() {
        let bill = bill("demo", &[file("pyproject.toml", "= nonsense")]);
        assert!(bill.bom.components.is_empty());
        assert!(bill.unclear[0].starts_with("pyproject.toml: not TOML"), "{:?}", bill.unclear);
    }
}
