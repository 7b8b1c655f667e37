//! What was asked for and is not done, or not so, and why.

use design::{
    constraint::{ConstraintSet, Platform, Tooling},
    plan::Component,
};
use knowledge::catalogue::Catalogue;

use super::{running::has_feature_table, serving::Serving, value};
use crate::{
    blueprint::ONLINE_FEATURES,
    provision::{Iac, Infrastructure},
};

/// What the infrastructure is written in, and why that is not what was asked for.
pub(super) fn language(tooling: Option<&Tooling>, infrastructure: &Infrastructure, aws: bool) -> (Iac, Option<String>) {
    if !aws || Iac::wanted(tooling) == Iac::Terraform {
        return (Iac::Terraform, None);
    }
    let reasons = infrastructure.terraform_only();
    if reasons.is_empty() {
        return (Iac::CloudFormation, None);
    }
    let said = format!(
        "CloudFormation was asked for. The infrastructure is Terraform all the same, because parts of the plan have no \
         CloudFormation template: {}",
        reasons.join(" ")
    );
    (Iac::Terraform, Some(said))
}

/// What is left where the CDK was named, which templates are not written in.
pub(super) fn cdk(iac: Iac, tooling: Option<&Tooling>) -> Option<String> {
    let is_named = iac == Iac::CloudFormation && tooling?.preferred.iter().any(|tool| tool == "cdk");
    is_named.then(|| "The CDK was named: an application of yours takes the templates in with `CfnInclude`.".to_owned())
}

/// What is said where runs could be tracked and nothing says where.
pub(super) fn unreachable_server(is_open: bool, infrastructure: &Infrastructure) -> Option<String> {
    let said = if infrastructure.has("ecs_mlflow") {
        "The MLflow server answers within its network only, and the training runs outside of it: bring both together, then set \
         `MLFLOW_TRACKING_URI`."
    } else {
        "`MLFLOW_TRACKING_URI` names your MLflow server; until it does, nothing is tracked."
    };
    is_open.then(|| said.to_owned())
}

/// What is said where the plan has a store that passages could be found in, and nothing looks for any.
pub(super) fn unasked_store(is_asked: bool, infrastructure: &Infrastructure) -> Option<String> {
    let said = if infrastructure.has("opensearch") {
        "The code does not ask the collection: indexes, queries, and the policy of data that lets a role in are yours \
         (`terraform/opensearch.tf` makes it)."
    } else {
        "The code does not ask the database yet: tables and queries are yours (`terraform/aurora.tf` makes the cluster)."
    };
    let is_there = ["opensearch", "aurora"].iter().any(|file| infrastructure.has(file));
    (is_there && !is_asked).then(|| said.to_owned())
}

/// What is said where nothing of the plan writes answers.
pub(super) fn no_language_model(is_rag: bool, is_there: bool) -> Option<String> {
    let said = "A language model that writes the answers: the plan has none of Amazon Bedrock, so that the best sentence is \
                quoted. One that is served elsewhere is asked by an adapter of yours in `llm.py`.";
    (is_rag && !is_there).then(|| said.to_owned())
}

/// What is said where many records are scored by what answers single requests: nothing of the plan starts it.
pub(super) fn no_schedule(serving: Serving, infrastructure: &Infrastructure) -> Option<String> {
    let said = "The plan scores by what answers single requests: start the batch scoring (`make score`, or the image with the \
                same command) by a schedule of yours. Where there are buckets, it wants a role of yours that lists both of them, \
                reads `scoring/input/` of the data and `production/` of the models, and writes `scoring/output/` and `scored/` of \
                the data, all by the key of the system.";
    (serving.online && serving.batch && !infrastructure.starts_scoring()).then(|| said.to_owned())
}

/// What is said of a table that the plan has and that is not made, because no code would read it.
pub(super) fn no_table(components: &[Component], infrastructure: &Infrastructure) -> Vec<String> {
    let has = |pattern: &str| components.iter().any(|component| component.pattern == pattern);
    let keeps_features = has_feature_table(infrastructure);
    let store = "The plan keeps records in DynamoDB, and its table is not made: what the code keeps are files of the data bucket, \
                 and it would never ask the table. The estimate counts it. Choose a store of files, or bring the code that needs \
                 the table.";
    let features = "The plan keeps features in DynamoDB, and their table is not made: what is scored here brings all that the \
                    model looks at, and nothing would read it. The estimate counts it. Choose features that come with the \
                    request, or bring the code that needs the table.";
    [(has("store.dynamodb"), store), (has(ONLINE_FEATURES) && !keeps_features, features)]
        .into_iter()
        .filter_map(|(wanted, said)| wanted.then_some(said))
        .map(str::to_owned)
        .collect()
}

/// What is said where a library was named whose work another one does, or that the plan has no place for.
pub(super) fn no_library(tooling: Option<&Tooling>, feast: bool) -> Vec<String> {
    let is_named = |name: &str| tooling.is_some_and(|tooling| tooling.preferred.iter().any(|tool| tool == name));
    let mut said = Vec::new();
    if is_named("great_expectations") {
        said.push(
            "Great Expectations was named: `contract.py` checks each line by the types and limits of `records.py`, which \
             requests are checked by as well, and `table.py` all examples together, with pandera. An expectation suite of \
             yours goes before both, over the files in `raw/`."
                .to_owned(),
        );
    }
    if is_named("feast") && !feast {
        said.push(
            "Feast was named, and there is nothing for it to keep: `docs/architecture.md` names where features come from in \
             this plan and why."
                .to_owned(),
        );
    }
    said
}

/// What is said where KServe was named and the plan has a cluster: there the service runs without it.
///
/// In its standard mode KServe makes a Deployment, a Service and an autoscaler of what it is given, which are written here
/// directly. Its controller, the webhook before every pod and cert-manager would be there for one service, and their images
/// come from registries that the network has no way to.
pub(super) fn no_controller(tooling: Option<&Tooling>, infrastructure: &Infrastructure) -> Option<String> {
    let named = ["kserve", "kubeflow"]
        .into_iter()
        .find(|name| tooling.is_some_and(|tooling| tooling.preferred.iter().any(|tool| tool == name)))?;
    let name = if named == "kserve" { "KServe" } else { "Kubeflow" };
    infrastructure.has("eks").then(|| {
        format!(
            "{name} was named, and `kubernetes/` runs the service without it: one service needs no controller of its own, and \
             the images of one come from registries that this network has no way to. `kubernetes/service.yaml` has what a \
             predictor of KServe would hold: image, probes, resources and the service account."
        )
    })
}

/// What is said where Kubernetes was asked for and the plan has none: its parts were chosen for other reasons.
pub(super) fn no_cluster(
    constraints: &ConstraintSet,
    components: &[Component],
    catalogue: &Catalogue,
) -> Option<String> {
    let platform = value(constraints.platform.as_ref());
    let tooling = value(constraints.tooling.as_ref());
    let is_wanted = platform == Some(Platform::Kubernetes)
        || tooling.is_some_and(|tooling| tooling.preferred.iter().any(|tool| tool == "kubernetes"));
    let is_there = components
        .iter()
        .filter_map(|component| catalogue.pattern(&component.pattern))
        .any(|pattern| pattern.is_called("kubernetes"));
    let said = "Kubernetes was asked for, and no part of the plan runs on it: `docs/architecture.md` names what was chosen in \
                its place and why.";
    (is_wanted && !is_there).then(|| said.to_owned())
}
