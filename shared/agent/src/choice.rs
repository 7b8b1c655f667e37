//! Which model an agent asks: what the deployment has, and what a project makes of it.

use std::collections::BTreeMap;

use model::{Address, Ceilings};
use run::{models::ModelSettings, node::NodeName};

/// The models of a deployment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModelChoices {
    /// The models that may be asked. The first is asked where nobody says otherwise; without one the rules think alone.
    pub models: Vec<Address>,
    /// Another one for single agents, by node.
    pub per_agent: BTreeMap<NodeName, Address>,
    /// How freely a model words its answer.
    pub temperature: Option<f64>,
    /// The most that a run may spend.
    pub ceilings: Ceilings,
}

/// The model for a node in a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Whom to ask.
    pub address: Address,
    /// How freely it words its answer.
    pub temperature: Option<f64>,
    /// The most that the run may spend.
    pub ceilings: Ceilings,
}

impl ModelChoices {
    /// The model that this node asks in a project; nothing where the rules think alone. A model that the deployment no
    /// longer has is as if the project had not chosen.
    pub fn for_node(&self, node: &str, project: &ModelSettings) -> Option<Chosen> {
        if !project.enabled {
            return None;
        }
        let node = NodeName::from(node);
        let chosen = [project.per_agent.get(&node), project.model.as_ref()];
        let chosen = chosen.into_iter().flatten().find_map(|name| self.find(name));
        let address = chosen.or_else(|| self.per_agent.get(&node)).or_else(|| self.models.first())?;
        Some(Chosen {
            address: address.clone(),
            temperature: project.temperature.or(self.temperature),
            ceilings: Ceilings {
                tokens: lesser(self.ceilings.tokens, project.tokens_per_run),
                usd: lesser(self.ceilings.usd, project.usd_per_run),
            },
        })
    }

    fn find(&self, name: &str) -> Option<&Address> {
        self.models.iter().chain(self.per_agent.values()).find(|address| address.to_string() == name)
    }

    /// What of a project's settings this deployment cannot do: the field, and what would be accepted.
    pub fn problems(&self, settings: &ModelSettings, agents: &[NodeName]) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let there: Vec<String> = self.addresses().into_iter().map(ToString::to_string).collect();
        let mut check = |field: String, name: &String| {
            if self.find(name).is_none() {
                let which = match there.as_slice() {
                    [] => "this deployment has no model".to_owned(),
                    names => format!("this deployment has {}", names.join(", ")),
                };
                problems.push((field, format!("`{name}` is not to be had: {which}")));
            }
        };
        if let Some(name) = &settings.model {
            check("model".to_owned(), name);
        }
        for (node, name) in &settings.per_agent {
            check(format!("per_agent.{node}"), name);
        }
        for node in settings.per_agent.keys().filter(|node| !agents.contains(node)) {
            let known: Vec<String> = agents.iter().map(ToString::to_string).collect();
            problems.push((format!("per_agent.{node}"), format!("asks no model; these do: {}", known.join(", "))));
        }
        let between = |field: &str, value: Option<f64>, most: f64, words: &str| {
            value
                .filter(|value| !(0.0..=most).contains(value))
                .map(|value| (field.to_owned(), format!("is {value}; {words}")))
        };
        problems.extend(between("temperature", settings.temperature, 2.0, "0 to 2 is accepted"));
        problems.extend(between("usd_per_run", settings.usd_per_run, f64::MAX, "0 or more is accepted"));
        problems
    }

    /// All models, each once; the default first.
    pub fn addresses(&self) -> Vec<&Address> {
        let mut addresses: Vec<&Address> = Vec::new();
        for address in self.models.iter().chain(self.per_agent.values()) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        addresses
    }
}

/// The lower of two limits, where there is one.
fn lesser<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "anthropic:claude-haiku-4-5";
    const LARGE: &str = "anthropic:claude-opus-4-8";
    const OTHER: &str = "openai:gpt-5.4";

    fn deployment() -> ModelChoices {
        ModelChoices {
            models: vec![SMALL.parse().unwrap(), OTHER.parse().unwrap()],
            per_agent: BTreeMap::from([("planner".into(), LARGE.parse().unwrap())]),
            temperature: Some(0.2),
            ceilings: Ceilings { tokens: Some(1_000), usd: None },
        }
    }

    fn asked(project: &ModelSettings, node: &str) -> Option<String> {
        deployment().for_node(node, project).map(|chosen| chosen.address.to_string())
    }

    #[test]
    fn the_nearest_word_holds() {
        let silent = ModelSettings::default();
        assert_eq!(asked(&silent, "critic_tech").as_deref(), Some(SMALL));
        assert_eq!(asked(&silent, "planner").as_deref(), Some(LARGE));
        let project = ModelSettings { model: Some(OTHER.into()), ..ModelSettings::default() };
        assert_eq!(asked(&project, "planner").as_deref(), Some(OTHER));
        let one = ModelSettings { per_agent: BTreeMap::from([("planner".into(), SMALL.into())]), ..project };
        assert_eq!(asked(&one, "planner").as_deref(), Some(SMALL));
        assert_eq!(asked(&one, "critic_tech").as_deref(), Some(OTHER));
        let gone = ModelSettings { model: Some("openai:gone".into()), ..ModelSettings::default() };
        assert_eq!(asked(&gone, "planner").as_deref(), Some(LARGE), "a model that went away is no choice");
        let off = ModelSettings { enabled: false, ..one };
        assert_eq!(asked(&off, "planner"), None);
        assert_eq!(ModelChoices::default().for_node("planner", &silent), None);
    }

    #[test]
    fn a_project_can_only_spend_less() {
        let ceilings = |tokens, usd| {
            let project = ModelSettings { tokens_per_run: tokens, usd_per_run: usd, ..ModelSettings::default() };
            deployment().for_node("planner", &project).unwrap().ceilings
        };
        assert_eq!(ceilings(None, None), Ceilings { tokens: Some(1_000), usd: None });
        assert_eq!(ceilings(Some(500), Some(1.5)), Ceilings { tokens: Some(500), usd: Some(1.5) });
        assert_eq!(ceilings(Some(5_000), None).tokens, Some(1_000));
    }

    #[test]
    fn what_cannot_be_is_told_field_by_field() {
        let settings = ModelSettings {
            model: Some("openai:https://evil.example#x".into()),
            per_agent: BTreeMap::from([("policy_eval".into(), SMALL.into())]),
            temperature: Some(3.0),
            usd_per_run: Some(-1.0),
            ..ModelSettings::default()
        };
        let problems = deployment().problems(&settings, &["planner".into()]);
        let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["model", "per_agent.policy_eval", "temperature", "usd_per_run"]);
        assert!(problems[0].1.contains(SMALL), "{problems:?}");
        let fine = ModelSettings { model: Some(LARGE.into()), temperature: Some(0.0), ..ModelSettings::default() };
        assert!(deployment().problems(&fine, &[]).is_empty());
    }
}
