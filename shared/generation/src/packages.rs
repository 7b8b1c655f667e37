//! Python packages of generated repositories: exact versions, and what each package needs besides.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Embedded, RenderError};

/// A package with its exact version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pinned {
    /// Name in the package index.
    pub name: String,
    /// Exact version.
    pub version: String,
    /// Where it is installed at all, as an environment marker; empty for everywhere.
    #[serde(default)]
    pub marker: String,
    /// SHA-256 of the version's files, in hexadecimal.
    pub sha256: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Known {
    version: String,
    #[serde(default)]
    marker: String,
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
    /// What only the training imports; empty where it needs nothing that serving does without.
    pub training: Vec<Pinned>,
    /// What the training needs besides the locked.
    pub training_locked: Vec<Pinned>,
    /// What the drift job imports besides: too large for an image that serves.
    pub monitoring: Vec<Pinned>,
    /// What the drift job needs besides the locked.
    pub monitoring_locked: Vec<Pinned>,
    /// What only devices import; empty where nothing serves on devices of AWS IoT Greengrass.
    pub devices: Vec<Pinned>,
    /// What devices need besides the locked.
    pub devices_locked: Vec<Pinned>,
    /// What tests and checks import.
    pub dev: Vec<Pinned>,
    /// What tests and checks need besides all of these.
    pub dev_locked: Vec<Pinned>,
}

/// Names of sets of packages, by who uses them.
#[derive(Debug, Clone, Default)]
pub struct Sets {
    /// What serves, and every other job.
    pub serving: Vec<&'static str>,
    /// What the training uses besides.
    pub training: Vec<&'static str>,
    /// What devices use besides.
    pub devices: Vec<&'static str>,
    /// What tests and checks use besides.
    pub dev: Vec<&'static str>,
}

impl Requirements {
    /// The requirements of a repository that uses these sets of packages.
    ///
    /// # Errors
    /// When the catalogue is broken or does not know a package.
    pub fn of(sets: &Sets) -> Result<Self, RenderError> {
        let catalogue = Catalogue::embedded()?;
        let hashes = Hashes::embedded()?;
        let direct = catalogue.names(&sets.serving)?;
        let training = catalogue.names(&sets.training)?;
        let monitoring: BTreeSet<String> = catalogue.names(&["monitoring"])?.difference(&direct).cloned().collect();
        let devices: BTreeSet<String> = catalogue.names(&sets.devices)?.difference(&direct).cloned().collect();
        let dev = catalogue.names(&sets.dev)?;
        let locked = catalogue.closure(&direct)?;
        let trains = catalogue.closure(&direct.union(&training).cloned().collect())?;
        let watches = catalogue.closure(&monitoring)?;
        let carried = catalogue.closure(&devices)?;
        // Tests run the drift job as well, and what devices run.
        let tests = catalogue.closure(&[&dev, &monitoring, &devices].into_iter().flatten().cloned().collect())?;
        let pinned = |names: &BTreeSet<String>| hashes.pinned(catalogue, names);
        let besides =
            |all: &BTreeSet<String>, those: &BTreeSet<String>| pinned(&all.difference(those).cloned().collect());
        Ok(Self {
            direct: pinned(&direct)?,
            locked: pinned(&locked)?,
            training: pinned(&training)?,
            training_locked: besides(&trains, &locked)?,
            monitoring: pinned(&monitoring)?,
            monitoring_locked: besides(&watches, &locked)?,
            devices: pinned(&devices)?,
            devices_locked: besides(&carried, &locked)?,
            dev: pinned(&dev)?,
            dev_locked: besides(&tests, &trains)?,
        })
    }
}

impl Catalogue {
    fn embedded() -> Result<&'static Self, RenderError> {
        static PACKAGES: Embedded<Catalogue> =
            Embedded::new("data/packages.toml", include_str!("../data/packages.toml"));
        PACKAGES.get()
    }

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
    fn embedded() -> Result<&'static Self, RenderError> {
        static HASHES: Embedded<Hashes> = Embedded::new("data/hashes.toml", include_str!("../data/hashes.toml"));
        HASHES.get()
    }

    /// The packages with the hashes of the versions that the catalogue pins.
    fn pinned(&self, catalogue: &Catalogue, names: &BTreeSet<String>) -> Result<Vec<Pinned>, RenderError> {
        let of = |name: &String| {
            let Known { version, marker, .. } = catalogue.known(name)?;
            let found = self.package.iter().find(|pinned| pinned.name == *name && pinned.version == *version);
            let pinned =
                found.ok_or_else(|| RenderError(format!("no hashes of {name} {version}: run data/hashes.py")))?;
            Ok(Pinned { marker: marker.clone(), ..pinned.clone() })
        };
        names.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_brings_what_its_packages_need() {
        let requirements = of(&["always", "scikit_learn", "aws"], &[], &["dev"]).unwrap();
        assert!(has(&requirements.locked, "botocore") && !has(&requirements.direct, "botocore"));
        assert!(!has(&requirements.locked, "fastapi"), "a batch job has no web server");
        assert!(has(&requirements.monitoring, "evidently") && !has(&requirements.locked, "evidently"));
        assert!(has(&requirements.monitoring_locked, "plotly") && has(&requirements.dev_locked, "plotly"));
        assert!(!has(&requirements.monitoring_locked, "numpy"), "it stands in the first list");
        assert!(has(&requirements.dev_locked, "pluggy") && !has(&requirements.dev_locked, "numpy"));
        assert!(requirements.training.is_empty() && requirements.training_locked.is_empty());
    }

    #[test]
    fn the_device_sdk_is_for_devices_and_tests_alone() {
        let sets =
            Sets { serving: vec!["always", "aws"], devices: vec!["devices"], dev: vec!["dev"], ..Sets::default() };
        let requirements = Requirements::of(&sets).unwrap();
        assert!(has(&requirements.devices, "awsiotsdk") && !has(&requirements.devices, "awscrt"));
        assert!(has(&requirements.devices_locked, "awscrt") && has(&requirements.dev_locked, "awscrt"));
        assert!(!has(&requirements.locked, "awsiotsdk") && !has(&requirements.devices_locked, "numpy"));
    }

    #[test]
    fn what_trains_stays_out_of_what_serves() {
        let requirements = of(&["always", "images"], &["training_images"], &["dev"]).unwrap();
        assert!(has(&requirements.locked, "onnxruntime") && !has(&requirements.locked, "torch"));
        assert!(has(&requirements.training_locked, "torch") && !has(&requirements.training_locked, "onnxruntime"));
        assert!(!has(&requirements.dev_locked, "torch"));
        // Graphics processors' libraries are for Linux alone: a laptop with macOS must be able to install the rest.
        for package in &requirements.training_locked {
            let is_for_linux = ["nvidia-", "cuda-", "triton"].iter().any(|start| package.name.starts_with(start));
            assert_eq!(package.marker == "sys_platform == 'linux'", is_for_linux, "{}", package.name);
        }
    }

    fn of(
        serving: &[&'static str],
        training: &[&'static str],
        dev: &[&'static str],
    ) -> Result<Requirements, RenderError> {
        Requirements::of(&Sets {
            serving: serving.to_vec(),
            training: training.to_vec(),
            dev: dev.to_vec(),
            ..Sets::default()
        })
    }

    fn has(list: &[Pinned], name: &str) -> bool {
        list.iter().any(|pinned| pinned.name == name)
    }

    #[test]
    fn every_package_that_is_needed_is_known() {
        let catalogue = Catalogue::embedded().unwrap();
        let all: BTreeSet<String> = catalogue.package.keys().cloned().collect();
        assert_eq!(catalogue.closure(&all).unwrap(), all);
        for members in catalogue.set.values() {
            assert!(members.iter().all(|name| all.contains(name)), "{members:?}");
        }
        let hashes = Hashes::embedded().unwrap();
        let pinned = hashes.pinned(catalogue, &all).unwrap();
        assert_eq!(pinned.len(), hashes.package.len(), "hashes of packages that nothing uses");
        let is_hash = |hash: &String| hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit());
        assert!(pinned.iter().all(|package| !package.sha256.is_empty() && package.sha256.iter().all(is_hash)));
    }

    #[test]
    fn an_unknown_set_is_named() {
        assert!(of(&["quantum"], &[], &[]).unwrap_err().to_string().contains("quantum"));
    }
}
