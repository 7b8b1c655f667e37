//! What the dashboard shows.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::provision::Infrastructure;

#[derive(Debug, Serialize)]
pub(super) struct Widget {
    title: &'static str,
    stat: &'static str,
    metrics: Vec<&'static str>,
    /// The same metrics as JSON, with what CloudFormation puts in between `${` and `}`.
    metrics_json: Vec<String>,
}

/// Metrics of the dashboard in JSON: what Terraform reads from a resource is a name that the system gives, or what another
/// stack exports.
fn in_json(metrics: &[&str]) -> Vec<String> {
    let names = [
        ("aws_lb.service.arn_suffix", "${LoadBalancer}"),
        ("aws_apigatewayv2_api.service.id", "${ApiId}"),
        ("aws_kinesis_stream.events.name", "${Name}-${Environment}-events"),
        (
            "aws_sfn_state_machine.learning.arn",
            "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${Name}-${Environment}-learning",
        ),
        ("local.name", "${Name}-${Environment}"),
    ];
    let written = |metric: &&str| {
        names.iter().fold((*metric).to_owned(), |text, (from, to)| text.replace(from, &format!("\"{to}\"")))
    };
    metrics.iter().map(written).collect()
}

pub(super) fn widgets(infrastructure: &Infrastructure, writes_answers: bool) -> Vec<Widget> {
    let widget =
        |title, stat, metrics: Vec<&'static str>| Widget { title, stat, metrics_json: in_json(&metrics), metrics };
    let balancer = || {
        vec![
            widget(
                "Requests and server errors",
                "Sum",
                vec![
                    r#"["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.service.arn_suffix]"#,
                    r#"["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", aws_lb.service.arn_suffix]"#,
                ],
            ),
            widget(
                "Answer time in seconds",
                "p95",
                vec![r#"["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.service.arn_suffix]"#],
            ),
        ]
    };
    let table: BTreeMap<&str, Vec<Widget>> = BTreeMap::from([
        ("ecs_service", balancer()),
        ("eks", balancer()),
        (
            "sagemaker_endpoint",
            vec![
                widget(
                    "Requests and server errors",
                    "Sum",
                    vec![
                        r#"["AWS/SageMaker", "Invocations", "EndpointName", local.name, "VariantName", "current"]"#,
                        r#"["AWS/SageMaker", "Invocation5XXErrors", "EndpointName", local.name, "VariantName", "current"]"#,
                    ],
                ),
                widget(
                    "Model time in microseconds",
                    "p95",
                    vec![r#"["AWS/SageMaker", "ModelLatency", "EndpointName", local.name, "VariantName", "current"]"#],
                ),
            ],
        ),
        (
            "lambda_http",
            vec![
                widget(
                    "Requests and server errors",
                    "Sum",
                    vec![
                        r#"["AWS/ApiGateway", "Count", "ApiId", aws_apigatewayv2_api.service.id]"#,
                        r#"["AWS/ApiGateway", "5xx", "ApiId", aws_apigatewayv2_api.service.id]"#,
                    ],
                ),
                widget(
                    "Answer time in milliseconds",
                    "p95",
                    vec![r#"["AWS/ApiGateway", "Latency", "ApiId", aws_apigatewayv2_api.service.id]"#],
                ),
            ],
        ),
        (
            "kinesis",
            vec![widget(
                "Events in, and how long they wait",
                "Maximum",
                vec![
                    r#"["AWS/Kinesis", "IncomingRecords", "StreamName", aws_kinesis_stream.events.name]"#,
                    r#"["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", aws_kinesis_stream.events.name]"#,
                ],
            )],
        ),
        (
            "pipeline_states",
            vec![widget(
                "Learning: runs that succeeded and failed",
                "Sum",
                vec![
                    r#"["AWS/States", "ExecutionsSucceeded", "StateMachineArn", aws_sfn_state_machine.learning.arn]"#,
                    r#"["AWS/States", "ExecutionsFailed", "StateMachineArn", aws_sfn_state_machine.learning.arn]"#,
                ],
            )],
        ),
    ]);
    let mut widgets: Vec<Widget> =
        table.into_iter().filter(|(file, _)| infrastructure.has(file)).flat_map(|(_, widgets)| widgets).collect();
    if writes_answers {
        let shares = vec![r#"[local.name, "QuotedAnswers"]"#, r#"[local.name, "WithheldAnswers"]"#];
        widgets.push(widget("Share of answers that are only quoted, and withheld", "Average", shares));
    }
    widgets.push(widget("Drifted features", "Maximum", vec![r#"[local.name, "DriftedFeatures"]"#]));
    widgets
}
