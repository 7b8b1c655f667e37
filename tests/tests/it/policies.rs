//! A project's own rules and weights, from the API to the design.

use anyhow::{Result, ensure};
use end_to_end::Platform;
use serde_json::{Value, json};

use crate::CLEAR;

/// A rule that every design breaks and no other plan mends, and one that does not concern the requirement.
const PACK: &str = r#"package acme

rules["acme.pocket-money"] := {
	"title": "A model costs less than a cup of coffee",
	"control": "ACME-FIN-1",
	"severity": "major",
	"remedy": "Ask for more.",
}

applies contains "acme.pocket-money"

holds contains "acme.pocket-money" if input.plan.monthly_usd < 3

evidence["acme.pocket-money"] := sprintf("It is expected to cost %v dollars.", [input.plan.monthly_usd])

rules["acme.hurry"] := {"title": "Answers come at once", "severity": "minor", "remedy": "Hurry."}

applies contains "acme.hurry" if input.constraints.deployment == "streaming"

holds contains "acme.hurry" if input.plan.latency_ms < 10
"#;

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_projects_own_pack_and_weights_judge_its_designs() -> Result<()> {
    let platform = Platform::from_env()?;
    let project = platform.project().await?;
    let path = format!("/v1/projects/{project}/policies/acme");
    let put = async |rego: &str| {
        let headers = [("content-type", "application/json")];
        platform.send("PUT", &path, &headers, Some(json!({"rego": rego}).to_string())).await
    };
    let refused = put(&PACK.replace("severity\": \"minor", "severity\": \"terrible")).await?;
    ensure!((400..500).contains(&refused.status) && refused.text.contains("acme.hurry"), "{refused:?}");
    let stored = put(PACK).await?;
    ensure!(stored.status < 300, "{stored:?}");
    let tried: Value = serde_json::from_str(&stored.text)?;
    ensure!(tried["trial"].as_array().is_some_and(|trial| !trial.is_empty()), "{tried}");

    let body = json!({"requirement": CLEAR, "variant": "thin", "weights": {"operations": 0.5}});
    let run = platform.start_in(&project, &body).await?;
    platform.wait(&run, &["completed"]).await?;
    let set = platform.read(&run).await?;
    let results = set["policy_report"]["results"].as_array().cloned().unwrap_or_default();
    let of = |rule: &str| results.iter().find(|result| result["rule"] == rule).cloned().unwrap_or_default();
    let coffee = of("acme.pocket-money");
    ensure!(coffee["verdict"] == "fail" && coffee["control"] == "ACME-FIN-1", "{coffee}");
    let version = tried["policy"]["sha256"].as_str().unwrap_or_default();
    ensure!(coffee["pack"] == format!("acme@{}", &version[..12]), "{coffee} {version}");
    let expected = &set["plan"]["candidates"][0]["cost"]["expected_usd"];
    ensure!(
        coffee["evidence"].as_str().is_some_and(|words| words.starts_with("It is expected")),
        "{coffee} {expected}"
    );
    ensure!(of("acme.hurry")["verdict"] == "not_applicable", "{}", of("acme.hurry"));
    ensure!(results.iter().any(|result| result["rule"] == "gdpr.residency"), "the platform's packs are judged too");
    let weights = set["plan"]["weights"].as_array().cloned().unwrap_or_default();
    let operations = weights.iter().find(|weight| weight["criterion"] == "operations").cloned().unwrap_or_default();
    ensure!(operations["weight"].as_f64().is_some_and(|weight| (weight - 0.5).abs() < 1e-6), "{weights:?}");
    Ok(())
}
