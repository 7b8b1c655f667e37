//! What answers questions: the models of Amazon Bedrock, and where passages are found.

use std::collections::BTreeMap;

use design::plan::{Capability, Component};
use serde::{Deserialize, Serialize};

use crate::{
    Embedded, RenderError,
    provision::{FillIn, Iac, Infrastructure, pascal},
    task::Family,
};

/// No geography: a model is asked in the region itself.
const NONE: &str = "none";

/// Models of Amazon Bedrock and where they are: `data/bedrock.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bedrock {
    #[serde(rename = "source")]
    _source: Source,
    geographies: BTreeMap<String, Vec<String>>,
    models: BTreeMap<String, Offer>,
    embeddings: BTreeMap<String, Offer>,
}

/// Where it is written, and until when that is known to hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "date")]
    _date: String,
}

/// A model, and where it can be asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offer {
    id: String,
    #[serde(default)]
    geographies: Vec<String>,
    #[serde(default)]
    regions: Vec<String>,
}

impl Bedrock {
    fn embedded() -> Result<&'static Self, RenderError> {
        static BEDROCK: Embedded<Bedrock> = Embedded::new("data/bedrock.toml", include_str!("../../data/bedrock.toml"));
        BEDROCK.get()
    }

    /// The geography whose profile of the model can be asked from the region.
    fn geography<'a>(&self, offer: &'a Offer, region: &str) -> Option<&'a str> {
        let asks = |geography: &&String| {
            self.geographies.get(*geography).is_some_and(|regions| regions.iter().any(|own| own == region))
        };
        offer.geographies.iter().find(asks).map(String::as_str)
    }
}

/// A model of Amazon Bedrock that the code asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Model {
    /// Its id without the geography; empty where people have to say it.
    id: String,
    /// The geography whose profile it is asked through, or `none`.
    geography: String,
    /// True where it is the system's own: provisioned or tuned, and named by its ARN.
    is_own: bool,
    /// True where nothing serves before it is named. A tuned model is there after the first tuning only.
    is_needed: bool,
}

impl Model {
    /// The model that writes; `None` where the plan has nothing of Amazon Bedrock that does.
    ///
    /// # Errors
    /// When the crate's own data is broken.
    pub(super) fn that_writes(
        infrastructure: &Infrastructure,
        family: Family,
        region: &str,
    ) -> Result<Option<Self>, RenderError> {
        let asked = infrastructure.files.iter().find(|file| file.file == "bedrock");
        let writes = |component: &&Component| component.capability != Capability::Feature;
        let Some(component) = asked.and_then(|file| file.components.iter().find(writes)) else { return Ok(None) };
        if matches!(family, Family::FineTuning(_)) || component.pattern == "serve.bedrock-provisioned" {
            return Ok(Some(Self {
                id: String::new(),
                geography: NONE.to_owned(),
                is_own: true,
                is_needed: !matches!(family, Family::FineTuning(_)),
            }));
        }
        let bedrock = Bedrock::embedded()?;
        let none = Self { id: String::new(), geography: NONE.to_owned(), is_own: false, is_needed: true };
        Ok(Some(match bedrock.models.get(&component.pattern) {
            Some(offer) => match bedrock.geography(offer, region) {
                Some(geography) => Self { id: offer.id.clone(), geography: geography.to_owned(), ..none },
                None if offer.regions.iter().any(|own| own == region) => Self { id: offer.id.clone(), ..none },
                None => none,
            },
            None => none,
        }))
    }

    /// The model that makes vectors of texts, where the plan has them made by one of Amazon Bedrock.
    ///
    /// # Errors
    /// When the crate's own data is broken.
    pub(super) fn that_embeds(components: &[Component], region: &str) -> Result<Option<Self>, RenderError> {
        let bedrock = Bedrock::embedded()?;
        let offer = components.iter().find_map(|component| bedrock.embeddings.get(&component.pattern));
        Ok(offer.map(|offer| Self {
            id: offer.id.clone(),
            geography: bedrock.geography(offer, region).unwrap_or(NONE).to_owned(),
            is_own: false,
            is_needed: true,
        }))
    }

    /// Its id, after the geography whose profile it is asked through.
    pub(super) fn name(&self) -> String {
        if self.geography == NONE { self.id.clone() } else { format!("{}.{}", self.geography, self.id) }
    }

    /// The function of CloudFormation that makes the name of two parameters, where it is not one.
    pub(super) fn reference(&self) -> Option<String> {
        let named = "!If [HasLlmGeography, !Sub \"${LlmGeography}.${LlmModelId}\", !Ref LlmModelId]";
        (!self.is_own).then(|| named.to_owned())
    }

    /// What people fill in before the first deployment, where nothing says which model it is.
    pub(super) fn fill_in(&self, iac: Iac) -> Option<FillIn> {
        let name = "llm_model_id";
        let (words, example) = if self.is_own {
            (
                "the ARN of the model's provisioned throughput, which writes the answers",
                "\"arn:aws:bedrock:REGION:ACCOUNT:provisioned-model/ID\"",
            )
        } else {
            (
                "the id of the model of Amazon Bedrock that writes the answers, as the region offers it; nothing here \
                 knows one for this region",
                "\"PROVIDER.MODEL\"",
            )
        };
        (self.id.is_empty() && self.is_needed).then(|| FillIn {
            name: match iac {
                Iac::Terraform => name.to_owned(),
                Iac::CloudFormation => pascal(name),
            },
            words: words.to_owned(),
            example: example.to_owned(),
        })
    }

    /// What people should know of it, for the README.
    pub(super) fn left(&self, region: &str) -> Option<String> {
        if self.is_own && !self.is_needed {
            let text = "The tuned model: once it is deployed in Amazon Bedrock, put its ARN into `llm_model_id`. Until \
                        then the baseline answers.";
            return Some(text.to_owned());
        }
        let text = |geography| {
            format!(
                "Questions and passages may be read by the language model in any region of Amazon Bedrock's geography \
                 `{geography}`, whose profile it is asked through. Where they must stay in {region}, set `llm_geography` \
                 to `none` and `llm_model_id` to a model that is offered there."
            )
        };
        (self.geography != NONE).then(|| text(&self.geography))
    }
}

/// Where retrieval finds its passages; nothing where the model's file holds them.
pub(super) fn vector_store(infrastructure: &Infrastructure) -> &'static str {
    ["opensearch", "aurora"].into_iter().find(|store| infrastructure.has(store)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::component;
    use crate::task::Tuner;

    fn writes(pattern: &str, family: Family, region: &str) -> Option<Model> {
        let components = [component(Capability::Serve, pattern, &["Amazon Bedrock"])];
        let infrastructure = Infrastructure::of(&components, None).unwrap();
        Model::that_writes(&infrastructure, family, region).unwrap()
    }

    #[test]
    fn a_model_is_asked_through_the_profile_of_its_region() {
        let of = |pattern, region| {
            let model = writes(pattern, Family::Rag, region).unwrap();
            (model.id.clone(), model.geography.clone(), model.fill_in(Iac::Terraform).is_some())
        };
        let nova = "amazon.nova-micro-v1:0".to_owned();
        assert_eq!(of("serve.bedrock-nova-micro", "eu-central-1"), (nova.clone(), "eu".to_owned(), false));
        assert_eq!(of("serve.bedrock-nova-micro", "ap-south-1"), (nova, "apac".to_owned(), false));
        let mistral = "mistral.mistral-large-3-675b-instruct".to_owned();
        assert_eq!(of("serve.bedrock-mistral-large-3", "us-east-1"), (mistral, NONE.to_owned(), false));
    }

    #[test]
    fn where_nobody_knows_the_id_people_say_it() {
        for (pattern, region) in
            [("serve.bedrock-llama-3-3-70b", "eu-central-1"), ("serve.bedrock-provisioned", "us-east-1")]
        {
            let fill_in = writes(pattern, Family::Rag, region).unwrap().fill_in(Iac::CloudFormation).unwrap();
            assert_eq!(fill_in.name, "LlmModelId", "{pattern}");
        }
        // It comes out of the tuning, which has to be deployed before.
        let tuned = writes("serve.bedrock-provisioned", Family::FineTuning(Tuner::Service), "us-east-1").unwrap();
        assert!(tuned.fill_in(Iac::Terraform).is_none() && tuned.left("us-east-1").is_some());
    }

    #[test]
    fn vectors_alone_need_no_model_that_writes() {
        let components = [component(Capability::Feature, "feature.bedrock-cohere-embeddings", &["Amazon Bedrock"])];
        let infrastructure = Infrastructure::of(&components, None).unwrap();
        assert_eq!(Model::that_writes(&infrastructure, Family::Rag, "eu-west-1").unwrap(), None);
        let model = Model::that_embeds(&components, "eu-west-1").unwrap().unwrap();
        assert_eq!((model.id.as_str(), model.geography.as_str()), ("cohere.embed-v4:0", "eu"));
    }

    #[test]
    fn every_pattern_of_a_model_is_in_the_catalogue() {
        let catalogue = knowledge::catalogue::Catalogue::embedded().unwrap();
        let bedrock = Bedrock::embedded().unwrap();
        for (pattern, offer) in bedrock.models.iter().chain(&bedrock.embeddings) {
            assert!(catalogue.pattern(pattern).is_some(), "{pattern}");
            assert!(offer.geographies.iter().all(|name| bedrock.geographies.contains_key(name)), "{pattern}");
        }
    }
}
