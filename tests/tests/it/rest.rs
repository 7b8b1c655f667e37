//! The API behind the gateway, on the origin that serves the UI.

use std::io::Read;

use anyhow::{Context, Result, ensure};
use end_to_end::{Platform, RunHandle, assert_log};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::CLEAR;

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn the_api_answers_on_the_ui_s_origin() -> Result<()> {
    let platform = Platform::from_env()?;
    ensure!(platform.get("/v1/health").await?["status"] == "ok");
    let document = platform.get("/v1/openapi.json").await?;
    let stored = include_str!("../../../functions/api/openapi.json");
    ensure!(document == serde_json::from_str::<Value>(stored)?, "the deployed API is not the one of this checkout");
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn the_gateway_hands_on_what_it_gets() -> Result<()> {
    let platform = Platform::from_env()?;
    let json_type = [("content-type", "application/json")];
    platform.send("GET", "/v1/nothing", &[], None).await?.problem(404, "route-not-found")?;
    platform.send("DELETE", "/v1/projects", &[], None).await?.problem(405, "method-not-allowed")?;
    platform.send("POST", "/v1/projects", &json_type, Some("{".to_owned())).await?.problem(400, "request-malformed")?;
    let text = [("content-type", "text/plain")];
    platform
        .send("POST", "/v1/projects", &text, Some("{}".to_owned()))
        .await?
        .problem(415, "media-type-unsupported")?;
    let large = json!({"name": "x".repeat(1_000_001)});
    platform.post("/v1/projects", &large).await?.problem(413, "body-too-large")?;
    let reply = platform.post("/v1/projects", &json!({"name": "", "colour": 1})).await?;
    let problem = reply.problem(422, "body-invalid")?;
    ensure!(problem["errors"][0]["field"] == "colour", "{problem}");
    ensure!(problem["request_id"].as_str() == reply.headers.get("x-request-id").map(String::as_str));
    ensure!(reply.headers.get("cache-control").is_some_and(|value| value == "no-store"), "{:?}", reply.headers);

    let project = platform.project().await?;
    let path = format!("/v1/projects/{project}");
    ensure!(platform.get(&path).await?["id"] == project);
    let query = platform.send("GET", &format!("{path}/decision-sets?limit=0"), &[], None).await?;
    query.problem(400, "parameter-invalid")?;
    platform.send("GET", "/v1/projects?cursor=%F0%9F%9A%80", &[], None).await?.problem(400, "parameter-invalid")?;
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_requirement_of_any_script_comes_back_as_it_was() -> Result<()> {
    let platform = Platform::from_env()?;
    let project = platform.project().await?;
    for requirement in ["推薦システムを作りたい 🚀\u{200d}\n\t„Anführung“ \\u0041 \"x\" \u{202e}", &"ü".repeat(20_000)]
    {
        let run = platform.start_in(&project, &json!({"requirement": requirement, "variant": "hitl_enhanced"})).await?;
        ensure!(platform.read(&run).await?["requirement"] == requirement, "a character is lost");
        platform.post(&format!("{}/cancel", run.path), &json!({})).await?.expect(200)?;
    }
    let path = format!("/v1/projects/{project}/constraints");
    let long = json!({"requirement": "ü".repeat(20_001)});
    platform.post(&path, &long).await?.problem(422, "body-invalid")?;
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn a_repeated_request_starts_one_run() -> Result<()> {
    let platform = Platform::from_env()?;
    let project = platform.project().await?;
    let path = format!("/v1/projects/{project}/constraints");
    let body = json!({"requirement": CLEAR, "variant": "hitl_enhanced"}).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "one-and-the-same")];
    let calls = (0..10).map(|_| platform.send("POST", &path, &headers, Some(body.clone())));
    let mut ids = std::collections::BTreeSet::new();
    for reply in futures::future::try_join_all(calls).await? {
        ids.insert(reply.expect(202)?["decision_set_id"].to_string());
    }
    ensure!(ids.len() == 1, "{ids:?}");
    let list = platform.get(&format!("/v1/projects/{project}/decision-sets")).await?;
    ensure!(list["decision_sets"].as_array().map(Vec::len) == Some(1), "{list}");
    let run = list["decision_sets"][0]["id"].as_str().unwrap_or_default();
    let cancel = format!("/v1/projects/{project}/decision-sets/{run}/cancel");
    platform.post(&cancel, &json!({})).await?.expect(200)?;
    Ok(())
}

#[tokio::test]
#[cfg_attr(not(platform), ignore = "needs the local platform: run cargo xtask test")]
async fn versions_artifacts_and_differences() -> Result<()> {
    let platform = Platform::from_env()?;
    let project = platform.project().await?;
    let first = platform.start_in(&project, &json!({"requirement": CLEAR, "variant": "thin"})).await?;
    platform.wait(&first, &["completed"]).await?;
    artifacts(&platform, &first).await?;
    edit(&platform, &first).await?;

    let cheaper = CLEAR.replace("$3000", "$300");
    let body = json!({"requirement": cheaper, "variant": "thin", "parent": first.id});
    let second = platform.start_in(&project, &body).await?;
    let reply = platform.post(&format!("{}/generate", first.path), &json!({})).await?;
    let again = RunHandle::accepted(&project, &reply)?;
    platform.wait(&second, &["completed"]).await?;
    platform.wait(&again, &["completed"]).await?;
    edited(&platform, &second).await?;
    history(&platform, &second).await?;

    let diff = platform.get(&format!("{}/diff", second.path)).await?;
    ensure!(diff["parent"] == first.id.as_str(), "{diff}");
    let constraints = diff["constraints"].to_string();
    ensure!(constraints.contains("Budget"), "the budget has changed: {constraints}");
    let causes = diff["causes"].as_array().context("no causes")?;
    let named = causes.iter().any(|cause| cause["field"] == "budget");
    ensure!(named && diff["findings"].is_array(), "the summary names what the budget brought about: {diff}");
    let sideways = platform.get(&format!("{}/diff?against={}", second.path, again.id)).await?;
    ensure!(sideways["parent"] == again.id.as_str(), "{sideways}");

    let (old, new) = (platform.read(&first).await?, platform.read(&again).await?);
    for part in ["requirement", "constraints", "plan", "cost_review", "policy_report", "gates"] {
        ensure!(old[part] == new[part], "{part} is not the same decision");
    }
    assert_log(&platform.events(&again).await?, "completed")?;
    let diff = platform.get(&format!("{}/diff", again.path)).await?;
    ensure!(diff["components"] == json!([]) && diff["cost"]["delta_usd"] == 0.0, "{diff}");
    Ok(())
}

/// What a person adds to the README.
const ADDED: &str = "\n## Whom to ask\n\nThe scoring team.\n";
/// The file in which they set a number that the next version sets to another.
const SETTINGS: &str = "terraform/envs/prod.tfvars";

async fn file(platform: &Platform, run: &RunHandle, path: &str) -> Result<String> {
    let reply =
        platform.send("GET", &format!("{}/artifacts/content?path=repository/{path}", run.path), &[], None).await?;
    ensure!(reply.status == 200, "{path}: {reply:?}");
    Ok(reply.text)
}

/// Settings with another budget.
fn with_budget(settings: &str, budget: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("monthly_budget_usd") {
            format!("monthly_budget_usd = {budget}\n")
        } else {
            format!("{line}\n")
        }
    };
    settings.lines().map(line).collect()
}

async fn edit(platform: &Platform, run: &RunHandle) -> Result<()> {
    let readme = file(platform, run, "README.md").await? + ADDED;
    let settings = with_budget(&file(platform, run, SETTINGS).await?, "2500");
    let body = json!({"files": [{"path": "README.md", "text": readme}, {"path": SETTINGS, "text": settings}]});
    let headers = [("content-type", "application/json")];
    let reply =
        platform.send("PUT", &format!("{}/edits", run.path), &headers, Some(body.to_string())).await?.expect(200)?;
    ensure!(reply["edits"].as_array().is_some_and(|edits| edits.len() == 2), "{reply}");
    Ok(())
}

/// The next version has what goes together, and keeps and tells what does not.
async fn edited(platform: &Platform, run: &RunHandle) -> Result<()> {
    ensure!(file(platform, run, "README.md").await?.ends_with(ADDED), "the README has lost what a person wrote");
    ensure!(file(platform, run, SETTINGS).await?.contains("monthly_budget_usd = 2500\n"), "the person's number stays");
    let list = platform.get(&format!("{}/edits", run.path)).await?;
    let conflicts = list["conflicts"].as_array().context("no conflicts")?;
    ensure!(conflicts.len() == 1 && conflicts[0]["path"] == SETTINGS, "{list}");
    Ok(())
}

/// `git clone` of the history gives both versions.
async fn history(platform: &Platform, run: &RunHandle) -> Result<()> {
    let set = platform.read(run).await?;
    let list = platform.get(&format!("{}/artifacts", run.path)).await?;
    let list = list["artifacts"].as_array().context("no artifacts")?.clone();
    let history =
        list.iter().find(|artifact| artifact["path"] == set["result"]["history"]["path"]).context("no history")?;
    let folder = tempfile::tempdir()?;
    let bundle = folder.path().join("project.bundle");
    std::fs::write(&bundle, platform.download(history["url"].as_str().unwrap_or_default()).await?)?;
    let git = |arguments: &[&str]| -> Result<String> {
        let output = std::process::Command::new("git").args(arguments).current_dir(folder.path()).output()?;
        ensure!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    git(&["clone", "--quiet", "project.bundle", "clone"])?;
    ensure!(git(&["-C", "clone", "log", "--oneline"])?.lines().count() == 2, "a commit for each version");
    ensure!(git(&["-C", "clone", "tag"])?.lines().eq(["v1", "v2"]), "a tag for each version");
    ensure!(
        std::fs::read_to_string(folder.path().join("clone/README.md"))?.ends_with(ADDED),
        "the edit is in the history"
    );
    Ok(())
}

async fn artifacts(platform: &Platform, run: &RunHandle) -> Result<()> {
    let list = platform.get(&format!("{}/artifacts", run.path)).await?;
    let list = list["artifacts"].as_array().context("no artifacts")?.clone();
    ensure!(list.len() > 10, "{} artifacts", list.len());
    for artifact in &list {
        let bytes = platform.download(artifact["url"].as_str().unwrap_or_default()).await?;
        ensure!(artifact["sha256"] == hex::encode(Sha256::digest(&bytes)), "{} is another file", artifact["path"]);
        ensure!(artifact["size_bytes"] == bytes.len(), "{artifact}");
    }
    let text = list.iter().find(|artifact| artifact["path"].as_str().is_some_and(|path| path.ends_with(".py")));
    let text = text.context("no Python file")?;
    let content = format!("{}/artifacts/content?path={}", run.path, text["path"].as_str().unwrap_or_default());
    let content = platform.send("GET", &content, &[], None).await?;
    ensure!(content.status == 200 && text["sha256"] == hex::encode(Sha256::digest(&content.text)), "{content:?}");

    let set = platform.read(run).await?;
    let bundle = &set["result"]["bundle"];
    let bundle = list.iter().find(|artifact| artifact["path"] == bundle["path"]).context("no bundle")?;
    let bytes = platform.download(bundle["url"].as_str().unwrap_or_default()).await?;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes))?;
    ensure!(zip.len() > 10, "{} files in the bundle", zip.len());
    for index in 0..zip.len() {
        let mut file = zip.by_index(index)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).with_context(|| format!("file {index} of the bundle is damaged"))?;
    }
    Ok(())
}
