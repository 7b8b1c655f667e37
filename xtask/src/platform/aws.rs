//! The few calls that the platform makes to the local AWS itself. Everything else is done by the SAM command line and
//! by the functions.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use roxmltree::Node;
use serde_json::Value;

/// MiniStack checks no signature, but looks at the service in its scope when it does not know an action otherwise.
const SCOPE: &str =
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0";

/// A client of the local AWS.
#[derive(Debug, Clone)]
pub struct Aws {
    http: reqwest::Client,
    url: String,
}

/// A stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// For example `CREATE_COMPLETE`.
    pub status: String,
    /// What it hands out.
    pub outputs: BTreeMap<String, String>,
    /// What it was marked with.
    pub tags: BTreeMap<String, String>,
}

impl Stack {
    /// It is deployed, and can be updated.
    pub fn is_sound(&self) -> bool {
        matches!(self.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE")
    }
}

impl Aws {
    /// A client of the local AWS at `url`.
    pub fn new(url: &str) -> Result<Self> {
        // No proxy: the machine's may not know this loopback address.
        crate::choose_tls();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, url: url.to_owned() })
    }

    /// It answers.
    pub async fn is_ready(&self) -> bool {
        let ask = self.http.get(format!("{}/_ministack/ready", self.url)).timeout(Duration::from_secs(2)).send();
        ask.await.is_ok_and(|response| response.status().is_success())
    }

    /// A call of a JSON protocol, such as `Logs_20140328.DescribeLogGroups`.
    pub async fn json(&self, target: &str, input: &Value) -> Result<Value> {
        let response = self
            .http
            .post(&self.url)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.1")
            .body(input.to_string())
            .send()
            .await
            .with_context(|| format!("{target} got no answer"))?;
        let status = response.status();
        let body = response.text().await?;
        if !status.is_success() {
            bail!("{target} answered {status}: {body}");
        }
        serde_json::from_str(&body).with_context(|| format!("{target} answered something that is not JSON"))
    }

    /// Make a bucket, or leave it as it is.
    pub async fn make_bucket(&self, name: &str) -> Result<()> {
        let response = self.http.put(format!("{}/{name}", self.url)).send().await?;
        let status = response.status();
        if !status.is_success() && status.as_u16() != 409 {
            bail!("the bucket {name} could not be made: {}", response.text().await?);
        }
        Ok(())
    }

    /// A stack, if there is one of that name.
    pub async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        let Some(text) = self.cloudformation("DescribeStacks", name).await? else { return Ok(None) };
        parse_stack(&text)
    }

    /// The physical names of a stack's resources, by their names in the template.
    pub async fn stack_resources(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let Some(text) = self.cloudformation("DescribeStackResources", name).await? else {
            bail!("there is no stack {name}");
        };
        let document = roxmltree::Document::parse(&text)?;
        let resources = document.descendants().filter(|node| node.has_tag_name_ignoring_namespace("member"));
        Ok(resources
            .filter_map(|member| Some((child(member, "LogicalResourceId")?, child(member, "PhysicalResourceId")?)))
            .collect())
    }

    /// Why resources of a stack failed, oldest first: `name (type): reason`.
    pub async fn stack_failures(&self, name: &str) -> Result<Vec<String>> {
        // What fails before anything is made is told by another call than what fails while it is made.
        for (action, status, reason) in [
            ("DescribeEvents", "ValidationStatus", "ValidationStatusReason"),
            ("DescribeStackEvents", "ResourceStatus", "ResourceStatusReason"),
        ] {
            let Ok(Some(text)) = self.cloudformation(action, name).await else { continue };
            let failures = parse_failures(&text, status, reason)?;
            if !failures.is_empty() {
                return Ok(failures);
            }
        }
        Ok(vec![])
    }

    async fn cloudformation(&self, action: &str, stack: &str) -> Result<Option<String>> {
        let query = format!("{}/?Action={action}&Version=2010-05-15&StackName={stack}", self.url);
        let request = self.http.get(query).header("authorization", SCOPE);
        let response = request.send().await.with_context(|| format!("{action} got no answer"))?;
        let status = response.status();
        let text = response.text().await?;
        if status.is_success() {
            Ok(Some(text))
        } else if text.contains("does not exist") {
            Ok(None)
        } else {
            bail!("{action} answered {status}: {text}")
        }
    }
}

trait NodeExt {
    fn has_tag_name_ignoring_namespace(&self, name: &str) -> bool;
}

impl NodeExt for Node<'_, '_> {
    fn has_tag_name_ignoring_namespace(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn child(node: Node<'_, '_>, name: &str) -> Option<String> {
    let found = node.children().find(|child| child.has_tag_name_ignoring_namespace(name))?;
    Some(found.text().unwrap_or_default().to_owned())
}

fn parse_stack(text: &str) -> Result<Option<Stack>> {
    let document = roxmltree::Document::parse(text)?;
    let stacks = document.descendants().find(|node| node.has_tag_name_ignoring_namespace("Stacks"));
    let Some(stack) = stacks.and_then(|stacks| stacks.first_element_child()) else { return Ok(None) };
    let pairs = |list: &str, key: &str, value: &str| {
        stack
            .children()
            .filter(|node| node.has_tag_name_ignoring_namespace(list))
            .flat_map(|list| list.children())
            .filter_map(|member| Some((child(member, key)?, child(member, value)?)))
            .collect()
    };
    Ok(Some(Stack {
        status: child(stack, "StackStatus").unwrap_or_default(),
        outputs: pairs("Outputs", "OutputKey", "OutputValue"),
        tags: pairs("Tags", "Key", "Value"),
    }))
}

fn parse_failures(text: &str, status: &str, reason: &str) -> Result<Vec<String>> {
    let document = roxmltree::Document::parse(text)?;
    let mut failures: Vec<String> = document
        .descendants()
        .filter(|node| node.has_tag_name_ignoring_namespace("member"))
        .filter(|event| child(*event, status).is_some_and(|status| status.ends_with("FAILED")))
        .map(|event| {
            format!(
                "{} ({}): {}",
                child(event, "LogicalResourceId").unwrap_or_default(),
                child(event, "ResourceType").unwrap_or_default(),
                child(event, reason).unwrap_or_default()
            )
        })
        .collect();
    // The service lists the newest event first; the oldest failure is the cause.
    failures.reverse();
    failures.dedup();
    Ok(failures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_read() {
        let text = r#"<?xml version="1.0"?><DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
            <DescribeStacksResult><Stacks><member><StackName>s</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
            <Outputs><member><OutputKey>HttpApiId</OutputKey><OutputValue>abc</OutputValue></member></Outputs>
            <Tags><member><Key>content</Key><Value>123</Value></member></Tags></member></Stacks></DescribeStacksResult>
            </DescribeStacksResponse>"#;
        let stack = parse_stack(text).unwrap().unwrap();
        assert!(stack.is_sound());
        assert_eq!(stack.outputs["HttpApiId"], "abc");
        assert_eq!(stack.tags["content"], "123");
    }

    #[test]
    fn the_first_failure_comes_first() {
        let event = |name: &str, status: &str| {
            format!(
                "<member><LogicalResourceId>{name}</LogicalResourceId><ResourceType>T</ResourceType>\
                 <ResourceStatus>{status}</ResourceStatus><ResourceStatusReason>because</ResourceStatusReason></member>"
            )
        };
        let text = format!(
            "<R><StackEvents>{}{}{}</StackEvents></R>",
            event("Second", "CREATE_FAILED"),
            event("First", "CREATE_FAILED"),
            event("Fine", "CREATE_COMPLETE")
        );
        assert_eq!(
            parse_failures(&text, "ResourceStatus", "ResourceStatusReason").unwrap(),
            ["First (T): because", "Second (T): because"]
        );
    }
}
