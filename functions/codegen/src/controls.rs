//! Which file of a repository answers to which control of the frameworks that apply.

use std::collections::BTreeMap;

use design::{constraint::Framework, node::Node};
use generation::{Blueprint, Ci, Embedded, RenderError};
use serde::{Deserialize, Serialize};

/// What `data/controls.toml` calls the part that asks callers who they are.
const CALLERS: &str = "callers";

/// The parts that do: the load balancer, the gateway, the endpoint.
const ASKING: [&str; 4] = ["ecs_service", "eks", "lambda_http", "sagemaker_endpoint"];

/// What `data/controls.toml` calls personal data without a framework.
const PERSONAL: &str = "personal";

#[derive(Debug, Deserialize)]
struct Measure {
    words: String,
    file: String,
    /// True where there is nothing to say without the file.
    #[serde(default)]
    where_made: bool,
    controls: BTreeMap<String, String>,
}

static MEASURES: Embedded<Measures> = Embedded::new("data/controls.toml", include_str!("../data/controls.toml"));

#[derive(Debug, Deserialize)]
struct Measures {
    measure: Vec<Measure>,
    title: BTreeMap<String, String>,
}

/// A control and what is done for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Control {
    /// The control, as its framework numbers it.
    pub id: String,
    /// What it asks for.
    pub title: String,
    /// What is done.
    pub words: String,
    /// The file that does it; `None` where the repository has none.
    pub file: Option<String>,
}

/// The controls of the frameworks that apply, sorted; none where nothing applies. `paths` are the files that are known
/// so far; those of the package are always there.
///
/// # Errors
/// When the crate's own data is broken.
pub fn of(blueprint: &Blueprint, paths: &[String]) -> Result<Vec<Control>, RenderError> {
    let data = MEASURES.get()?;
    let site = &blueprint.site;
    let mut keys: Vec<&str> = site.frameworks.iter().map(|framework| key(*framework)).collect();
    if keys.is_empty() && site.personal_data {
        keys.push(PERSONAL);
    }
    // Wherever the infrastructure keeps this part.
    let part_file = |part: &str| {
        let owner = blueprint.infrastructure.files.iter().find(|file| file.file == part).map(|file| file.owner);
        let owner = owner.or((part == "storage").then_some(Node::Codegen))?;
        paths.iter().find(|path| **path == site.iac.file(part, owner)).cloned()
    };
    let file = |wanted: &str| match wanted {
        "ci" => Some(checks(site.ci).to_owned()),
        CALLERS => ASKING.into_iter().find_map(part_file),
        _ => match wanted.split_once('/') {
            Some(("src", module)) => Some(format!("src/{}/{module}", site.package)),
            Some(("infrastructure", part)) => part_file(part),
            Some(_) => Some(wanted.to_owned()),
            None => Some(wanted.to_owned()),
        },
    };
    let mut controls: Vec<Control> = data
        .measure
        .iter()
        .filter(|measure| measure.file != CALLERS || site.serving.online)
        .filter(|measure| !measure.where_made || file(&measure.file).is_some())
        .flat_map(|measure| keys.iter().filter_map(move |key| Some((measure, measure.controls.get(*key)?))))
        .map(|(measure, id)| {
            let title = data.title.get(id).cloned();
            let title = title.ok_or_else(|| RenderError(format!("data/controls.toml has no title for {id}")))?;
            Ok(Control { id: id.clone(), title, words: measure.words.clone(), file: file(&measure.file) })
        })
        .collect::<Result<_, RenderError>>()?;
    controls.sort();
    Ok(controls)
}

/// The file that holds the checks of every change.
pub fn checks(ci: Ci) -> &'static str {
    match ci {
        Ci::Github => ".github/workflows/ci.yml",
        Ci::Gitlab => ".gitlab-ci.yml",
        Ci::Azure => "azure-pipelines.yml",
    }
}

fn key(framework: Framework) -> &'static str {
    match framework {
        Framework::Gdpr => "gdpr",
        Framework::Hipaa => "hipaa",
        Framework::PciDss => "pci_dss",
        Framework::Soc2 => "soc2",
        Framework::Iso27001 => "iso27001",
        Framework::Ccpa => "ccpa",
        Framework::FedRamp => "fed_ramp",
        Framework::EuAiAct => "eu_ai_act",
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::PathBuf};

    use super::*;

    /// Controls of frameworks that the policy packs name; what they call requirements is the person's own.
    fn of_packs() -> BTreeSet<String> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/knowledge/data/policies");
        let packs = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        packs
            .filter(|path| path.extension().is_some_and(|extension| extension == "rego"))
            .flat_map(|path| {
                let text = fs::read_to_string(path).unwrap();
                let controls = text.lines().filter_map(|line| line.trim().strip_prefix("\"control\": \""));
                controls.map(|rest| rest.trim_end_matches("\",").to_owned()).collect::<Vec<_>>()
            })
            .filter(|control| !control.starts_with("Requirement: ") && !control.starts_with("AWS Well-Architected "))
            .collect()
    }

    /// The standard that a control is of: what stands before its last word.
    fn standard(control: &str) -> &str {
        control.rsplit_once(' ').map_or(control, |(standard, _)| standard)
    }

    #[test]
    fn every_control_is_known_and_is_of_a_standard_that_the_policy_packs_apply() {
        let data = MEASURES.get().unwrap();
        let packs = of_packs();
        assert!(packs.len() > 20, "{packs:?}");
        let named: BTreeSet<&String> = data.measure.iter().flat_map(|measure| measure.controls.values()).collect();
        for control in &named {
            assert!(data.title.contains_key(*control), "{control} has no title");
        }
        for control in &packs {
            assert!(data.title.contains_key(control), "{control} is of a policy pack and has no title");
        }
        let standards: BTreeSet<&str> = packs.iter().map(|control| standard(control)).collect();
        for control in data.title.keys() {
            assert!(named.contains(control) || packs.contains(control), "nothing answers to {control}");
            assert!(standards.contains(standard(control)), "no policy pack applies the standard of {control}");
        }
    }

    #[test]
    fn every_framework_has_controls_and_every_key_is_a_framework() {
        let data = MEASURES.get().unwrap();
        let frameworks = [
            Framework::Gdpr,
            Framework::Hipaa,
            Framework::PciDss,
            Framework::Soc2,
            Framework::Iso27001,
            Framework::Ccpa,
            Framework::FedRamp,
            Framework::EuAiAct,
        ];
        let known: Vec<&str> = frameworks.into_iter().map(key).chain([PERSONAL]).collect();
        for name in &known {
            let count = data.measure.iter().filter(|measure| measure.controls.contains_key(*name)).count();
            assert!(count >= 4, "{name}: only {count} controls");
        }
        for measure in &data.measure {
            assert!(measure.controls.keys().all(|name| known.contains(&name.as_str())), "{:?}", measure.controls);
        }
    }
}
