//! Python packages of generated repositories: exact versions, and what each package needs besides.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::RenderError;

/// A package with its exact version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pinned {
    /// Name in the package index.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// SHA-256 of the version's files, in hexadecimal.
    pub sha256: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Known {
    version: String,
    #[serde(default)]
    needs: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Catalogue {
    package: BTreeMap<String, Known>,
    set: BTreeMap<String, Vec<String>>,
}

/// `data/hashes.toml`, which `data/hashes.py` writes.
#[derive(Debug, Deserialize)]
struct Hashes {
    package: Vec<Pinned>,
}

/// The requirements of one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirements {
    /// What the code imports.
    pub direct: Vec<Pinned>,
    /// What the code imports, and everything that is needed for it.
    pub locked: Vec<Pinned>,
    /// What the drift job imports besides: too large for an image that serves.
    pub monitoring: Vec<Pinned>,
    /// What the drift job needs besides the locked.
    pub monitoring_locked: Vec<Pinned>,
    /// What tests and checks import.
    pub dev: Vec<Pinned>,
    /// What tests and checks need besides the locked.
    pub dev_locked: Vec<Pinned>,
}

impl Requirements {
    /// The requirements of a repository that uses these sets of packages.
    ///
    /// # Errors
    /// When the catalogue is broken or does not know a package.
    pub fn of(sets: &[&str], dev_sets: &[&str]) -> Result<Self, RenderError> {
        let catalogue: Catalogue = toml::from_str(include_str!("../data/packages.toml"))
            .map_err(|error| RenderError(format!("data/packages.toml: {error}")))?;
        let hashes = Hashes::embedded()?;
        let direct = catalogue.names(sets)?;
        let monitoring: BTreeSet<String> = catalogue.names(&["monitoring"])?.difference(&direct).cloned().collect();
        let dev = catalogue.names(dev_sets)?;
        let locked = catalogue.closure(&direct)?;
        let besides = |names: &BTreeSet<String>| -> Result<BTreeSet<String>, RenderError> {
            Ok(catalogue.closure(names)?.difference(&locked).cloned().collect())
        };
        // Tests run the drift job as well.
        let tested: BTreeSet<String> = dev.union(&monitoring).cloned().collect();
        Ok(Self {
            direct: hashes.pinned(&catalogue, &direct)?,
            locked: hashes.pinned(&catalogue, &locked)?,
            monitoring_locked: hashes.pinned(&catalogue, &besides(&monitoring)?)?,
            monitoring: hashes.pinned(&catalogue, &monitoring)?,
            dev: hashes.pinned(&catalogue, &dev)?,
            dev_locked: hashes.pinned(&catalogue, &besides(&tested)?)?,
        })
    }
}

impl Catalogue {
    fn names(&self, sets: &[&str]) -> Result<BTreeSet<String>, RenderError> {
        let mut names = BTreeSet::new();
        for set in sets {
            let members = self.set.get(*set).ok_or_else(|| RenderError(format!("no set of packages `{set}`")))?;
            names.extend(members.iter().cloned());
        }
        Ok(names)
    }

    fn known(&self, name: &str) -> Result<&Known, RenderError> {
        self.package.get(name).ok_or_else(|| RenderError(format!("no package `{name}`")))
    }

    fn closure(&self, names: &BTreeSet<String>) -> Result<BTreeSet<String>, RenderError> {
        let mut found = BTreeSet::new();
        let mut open: Vec<String> = names.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let known = self.known(&name)?;
            if found.insert(name) {
                open.extend(known.needs.iter().cloned());
            }
        }
        Ok(found)
    }
}

impl Hashes {
    fn embedded() -> Result<Self, RenderError> {
        toml::from_str(include_str!("../data/hashes.toml"))
            .map_err(|error| RenderError(format!("data/hashes.toml: {error}")))
    }

    /// The packages with the hashes of the versions that the catalogue pins.
    fn pinned(&self, catalogue: &Catalogue, names: &BTreeSet<String>) -> Result<Vec<Pinned>, RenderError> {
        let of = |name: &String| {
            let version = &catalogue.known(name)?.version;
            let found = self.package.iter().find(|pinned| pinned.name == *name && pinned.version == *version);
            found.cloned().ok_or_else(|| RenderError(format!("no hashes of {name} {version}: run data/hashes.py")))
        };
        names.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_brings_what_its_packages_need() {
        let requirements = Requirements::of(&["always", "aws"], &["dev"]).unwrap();
        let has = |list: &[Pinned], name: &str| list.iter().any(|pinned| pinned.name == name);
        assert!(has(&requirements.locked, "botocore") && !has(&requirements.direct, "botocore"));
        assert!(!has(&requirements.locked, "fastapi"), "a batch job has no web server");
        assert!(has(&requirements.monitoring, "evidently") && !has(&requirements.locked, "evidently"));
        assert!(has(&requirements.monitoring_locked, "plotly") && has(&requirements.dev_locked, "plotly"));
        assert!(!has(&requirements.monitoring_locked, "numpy"), "it stands in the first list");
        assert!(has(&requirements.dev_locked, "pluggy") && !has(&requirements.dev_locked, "numpy"));
    }

    #[test]
    fn every_package_that_is_needed_is_known() {
        let catalogue: Catalogue = toml::from_str(include_str!("../data/packages.toml")).unwrap();
        let all: BTreeSet<String> = catalogue.package.keys().cloned().collect();
        assert_eq!(catalogue.closure(&all).unwrap(), all);
        for members in catalogue.set.values() {
            assert!(members.iter().all(|name| all.contains(name)), "{members:?}");
        }
        let hashes = Hashes::embedded().unwrap();
        let pinned = hashes.pinned(&catalogue, &all).unwrap();
        assert_eq!(pinned.len(), hashes.package.len(), "hashes of packages that nothing uses");
        let is_hash = |hash: &String| hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit());
        assert!(pinned.iter().all(|package| !package.sha256.is_empty() && package.sha256.iter().all(is_hash)));
    }

    #[test]
    fn an_unknown_set_is_named() {
        assert!(Requirements::of(&["quantum"], &[]).unwrap_err().to_string().contains("quantum"));
    }
}
