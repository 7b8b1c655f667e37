//! The deployment, by the real `sam deploy`.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};

use super::aws::{Aws, Stack};
use crate::command::{self, clean_environment, command};
use crate::functions::Deployable;
use crate::progress::Step;
use crate::tools::PythonEnvironment;
use crate::workspace::Workspace;

/// The stack's name.
pub const STACK: &str = "mlops-local";
/// The tag that says what is deployed.
const CONTENT_TAG: &str = "content";
/// Where `sam deploy` puts packages.
const PACKAGES: &str = "sam-packages";

/// One deployment.
pub struct Deployment<'a> {
    /// The checkout.
    pub workspace: &'a Workspace,
    /// The SAM command line.
    pub sam: &'a PythonEnvironment,
    /// The local AWS.
    pub aws: &'a Aws,
    /// Its address.
    pub url: &'a str,
    /// What is deployed.
    pub deployable: &'a Deployable,
    /// With which parameters.
    pub parameters: &'a BTreeMap<String, String>,
}

impl Deployment<'_> {
    /// What the stack's tag says when exactly this is deployed.
    fn content(&self) -> String {
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = format!("{}\n{}", self.deployable.fingerprint, parameters.join("\n"));
        hex::encode(<sha2::Sha256 as sha2::Digest>::digest(text))[..32].to_owned()
    }

    /// This, and nothing else, is deployed.
    pub fn is_done(&self, stack: &Stack) -> bool {
        stack.is_sound()
            && stack.status != "UPDATE_ROLLBACK_COMPLETE"
            && stack.tags.get(CONTENT_TAG) == Some(&self.content())
    }

    /// Deploy.
    pub async fn run(&self, step: &Step) -> Result<Stack> {
        self.aws.make_bucket(PACKAGES).await?;
        let root = self.workspace.root();
        let home = self.workspace.tools().join("home");
        std::fs::create_dir_all(&home)?;
        let mut sam = command(self.sam.program("sam"));
        clean_environment(&mut sam, &home);
        sam.current_dir(root)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", self.url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("SAM_CLI_TELEMETRY", "0")
            // Its waits for the cloud, 5 s each, are most of a local deployment.
            .env("SAM_CLI_POLL_DELAY", "0.2")
            .arg("deploy")
            .arg("--template-file")
            .arg(&self.deployable.template)
            .args(["--stack-name", STACK, "--s3-bucket", PACKAGES, "--no-progressbar"])
            .args(["--no-fail-on-empty-changeset", "--no-confirm-changeset"])
            .args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"])
            .args(["--tags", &format!("{CONTENT_TAG}={}", self.content())])
            .arg("--parameter-overrides");
        for (name, value) in self.parameters {
            // Quoted, because a value may be empty.
            sam.arg(format!("ParameterKey={name},ParameterValue=\"{value}\""));
        }
        let log = self.workspace.logs().join("deploy.log");
        let outcome = command::capture(&mut sam, &log, |line| step.detail(line)).await?;
        let stack = self.aws.stack(STACK).await?;
        match stack {
            Some(stack) if outcome.success && self.is_done(&stack) => Ok(stack),
            _ => Err(self.explain(&outcome.tail).await),
        }
    }

    async fn explain(&self, said: &str) -> anyhow::Error {
        let failures = self.aws.stack_failures(STACK).await.unwrap_or_default();
        let log = self.workspace.logs().join("deploy.log");
        let cause = if failures.is_empty() {
            // Without a failed resource the last lines of `sam` hold the cause: a template that it refuses, usually.
            let start = said.rfind("Error:").unwrap_or(0);
            let lines: Vec<&str> = said[start..].lines().collect();
            lines[lines.len().saturating_sub(12)..].join("\n")
        } else {
            failures.iter().map(|failure| format!("  {failure}")).collect::<Vec<_>>().join("\n")
        };
        anyhow!(
            "the deployment failed:\n\n{cause}\n\nEverything `sam deploy` said is in {}. Correct infra/template.yaml and start again.",
            log.display()
        )
    }
}

/// An output that the stack must have.
pub fn output<'a>(stack: &'a Stack, name: &str) -> Result<&'a str> {
    match stack.outputs.get(name) {
        Some(value) => Ok(value),
        None => bail!("the template has no output {name}, which the local platform needs"),
    }
}
