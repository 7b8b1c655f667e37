//! Where changes are checked and deployed from.

use design::constraint::Tooling;
use serde::Serialize;

use crate::provision::Iac;

/// Where changes are checked and deployed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Azure Pipelines.
    Azure,
}

impl Ci {
    /// The first that is wanted; otherwise the first that is not excluded.
    pub(super) fn of(tooling: Option<&Tooling>) -> Self {
        let Some(tooling) = tooling else { return Self::Github };
        let wanted = tooling.preferred.iter().find_map(|tool| Self::named(tool));
        let excluded: Vec<Self> = tooling.excluded.iter().filter_map(|tool| Self::named(tool)).collect();
        let default = [Self::Github, Self::Gitlab, Self::Azure].into_iter().find(|ci| !excluded.contains(ci));
        wanted.or(default).unwrap_or(Self::Github)
    }

    /// The service that a tool of the vocabulary means.
    fn named(tool: &str) -> Option<Self> {
        match tool {
            "github" | "github_actions" => Some(Self::Github),
            "gitlab" => Some(Self::Gitlab),
            "azure_devops" | "azure_pipelines" => Some(Self::Azure),
            _ => None,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "GitHub Actions",
            Self::Gitlab => "GitLab CI",
            Self::Azure => "Azure Pipelines",
        }
    }

    /// What deploys, in words that follow "run".
    pub(super) fn deployment(self) -> &'static str {
        match self {
            Self::Github => "the workflow `.github/workflows/deploy.yml`",
            Self::Gitlab => "the job `deploy-dev` or `deploy-prod` of `.gitlab-ci.yml`",
            Self::Azure => "the pipeline `azure-pipelines-deploy.yml`",
        }
    }

    /// What is to be set before it can deploy.
    pub(super) fn deployment_needs(self, iac: Iac) -> &'static str {
        match (self, iac) {
            (Self::Github, Iac::Terraform) => "Set the repository variables `AWS_ROLE_ARN` and `TF_STATE_BUCKET`.",
            (Self::Gitlab, Iac::Terraform) => "Set the CI/CD variables `AWS_ROLE_ARN` and `STATE_BUCKET`.",
            (Self::Github, Iac::CloudFormation) => "Set the repository variable `AWS_ROLE_ARN`.",
            (Self::Gitlab, Iac::CloudFormation) => "Set the CI/CD variable `AWS_ROLE_ARN`.",
            (Self::Azure, Iac::CloudFormation) => {
                "Make the service connection `deploy` with workload identity federation, let the role trust its issuer and \
                 subject, and set the variable `AWS_ROLE_ARN`."
            }
            (Self::Azure, Iac::Terraform) => {
                "Make the service connection `deploy` with workload identity federation, let the role trust its issuer and \
                 subject, and set the variables `AWS_ROLE_ARN` and `STATE_BUCKET`."
            }
        }
    }

    /// What makes the checks a condition of merging: a setting of the service, which no file of a repository can make.
    pub(super) fn gate(self) -> &'static str {
        match self {
            Self::Github => {
                "A ruleset for `main` that requires the checks of `.github/workflows/ci.yml` and a review: until then a failed \
                 change can be merged."
            }
            Self::Gitlab => {
                "The setting \"Pipelines must succeed\" of merge requests, and an approval rule for `main`: until then a failed \
                 change can be merged."
            }
            Self::Azure => {
                "A build validation policy on `main` that runs `azure-pipelines.yml`, and a minimum of reviewers: Azure Repos \
                 ignores `pr:` in the file, so that without the policy pull requests are not checked at all."
            }
        }
    }

    /// What is left where another service was named, which nothing is generated for.
    pub(super) fn left(self, tooling: Option<&Tooling>) -> Option<String> {
        let named = tooling?.preferred.iter().find_map(|tool| match tool.as_str() {
            "jenkins" => Some("Jenkins"),
            "circleci" => Some("CircleCI"),
            "bitbucket" => Some("Bitbucket Pipelines"),
            _ => None,
        })?;
        Some(format!("{named} was named: bring the steps of {} there.", self.name()))
    }
}
