//! A project's own policy packs.

use design::input::DesignInput;
use run::id::ProjectId;
use serde_json::{Value, json};

use crate::support::World;

const ACME: &str = r#"package acme

import data.library.parts
import data.library.words

rules["acme.private"] := {
	"title": "Everything is in our own network",
	"control": "ACME-7",
	"severity": "blocking",
	"mendable": true,
	"remedy": "Choose other parts.",
}

applies contains "acme.private" if input.constraints.sensitive

offenders["acme.private"] := parts.without({"private-network"})

evidence["acme.private"] := sprintf("The data class is %s.", [words.said(input.constraints.data_class)])
"#;

fn body(rego: &str) -> Value {
    json!({ "rego": rego })
}

async fn input_of(world: &World, project: &str) -> DesignInput {
    let (_, key) = world.decision_set_in(project, json!({"requirement": "Score churn."})).await;
    let run = world.store.run(&key).await.unwrap();
    let bytes = world.store.get_body(&key.owner, &key.project, &run.input.sha256).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_pack_is_tried_stored_read_listed_replaced_and_deleted() {
    let world = World::new().await;
    let project = world.project("Policies").await;
    let packs = format!("/v1/projects/{project}/policies");
    let path = format!("{packs}/acme");
    assert_eq!(world.get(&packs).await.expect(200), json!({"policies": []}));
    world.get(&path).await.problem(404, "policy-not-found");
    world.delete(&path).await.problem(404, "policy-not-found");

    let stored = world.put(&path, body(ACME)).await.expect(200);
    assert_eq!(stored["policy"]["rules"][0]["control"], "ACME-7");
    assert_eq!(stored["policy"]["size"], ACME.len());
    let trial = stored["trial"].as_array().unwrap();
    assert!(trial.len() >= 2);
    assert_eq!(trial[0]["results"][0]["verdict"], "pass", "{trial:#?}");
    assert_eq!(trial[0]["results"][0]["evidence"], "The data class is pci.");
    assert_eq!(trial[1]["results"][0]["verdict"], "not_applicable");
    let read = world.get(&path).await.expect(200);
    assert_eq!((&read["rego"], &read["policy"]), (&json!(ACME), &stored["policy"]));
    assert_eq!(world.get(&packs).await.expect(200), json!({"policies": [stored["policy"]]}));

    let other = ACME.replace("private-network", "no-such-trait");
    let replaced = world.put(&path, body(&other)).await.expect(200);
    assert_eq!(replaced["trial"][0]["results"][0]["verdict"], "fail");
    assert_ne!(replaced["policy"]["sha256"], stored["policy"]["sha256"]);
    assert_eq!(world.get(&packs).await.expect(200)["policies"].as_array().unwrap().len(), 1);

    assert_eq!(world.delete(&path).await.status, 204);
    world.get(&path).await.problem(404, "policy-not-found");
}

#[tokio::test]
async fn a_run_keeps_the_packs_of_its_beginning() {
    let world = World::new().await;
    let project = world.project("Policies").await;
    assert_eq!(input_of(&world, &project).await.policies, []);
    let path = format!("/v1/projects/{project}/policies/acme");
    let first = world.put(&path, body(ACME)).await.expect(200);
    let before = input_of(&world, &project).await;
    assert_eq!(
        serde_json::to_value(&before.policies).unwrap(),
        json!([{"name": "acme", "sha256": first["policy"]["sha256"]}])
    );
    world.put(&path, body(&ACME.replace("ACME-7", "ACME-8"))).await.expect(200);
    assert_ne!(input_of(&world, &project).await.policies, before.policies);
    world.delete(&path).await;
    assert_eq!(input_of(&world, &project).await.policies, []);
    // The version that the first run took is still there for it.
    let project: ProjectId = project.parse().unwrap();
    let owner = run::id::OwnerId("local".into());
    let text = world.store.get_body(&owner, &project, &before.policies[0].sha256).await.unwrap();
    assert_eq!(text, ACME.as_bytes());
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_line_and_nothing_is_stored() {
    let world = World::new().await;
    let project = world.project("Policies").await;
    let path = format!("/v1/projects/{project}/policies/acme");
    let endless = "some a in numbers.range(1, 100000); some b in numbers.range(1, 100000); a * b == -1";
    for (rego, words) in [
        (ACME.replace("package acme", ""), "package"),
        (ACME.replace("if input.constraints.sensitive", "if {"), "line "),
        (ACME.replace("constraints.sensitive", "constraints.sensitiv"), "line 14: `input.constraints.sensitiv`"),
        (
            ACME.replace("if input.constraints.sensitive", "if http.send({}).ok"),
            "line 14: `http.send` is not available",
        ),
        (ACME.replace("if input.constraints.sensitive", "if time.now_ns() > 3"), "`time.now_ns` is not available"),
        (ACME.replace("acme.private", "gdpr.residency"), "`gdpr.residency` is not named"),
        (ACME.replace("\"blocking\"", "\"fatal\""), "line 6: the sheet of rule `acme.private`"),
        (ACME.replace("if input.constraints.sensitive", &format!("if {{ {endless} }}")), "time limit"),
        (String::new(), "package"),
        ("\u{0}\u{feff}".to_owned(), "is no policy pack"),
    ] {
        let (problem, fields) = world.put(&path, body(&rego)).await.problem(422, "policy-invalid");
        assert_eq!(fields, ["rego"]);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {problem}");
    }
    let long = format!("{ACME}#{}", "x".repeat(65_536));
    let (_, fields) = world.put(&path, body(&long)).await.problem(422, "body-invalid");
    assert_eq!(fields, ["rego"]);
    world.put(&path, json!({"rgeo": ACME})).await.problem(422, "body-invalid");
    world.get(&path).await.problem(404, "policy-not-found");
}

#[tokio::test]
async fn names_and_projects_are_checked() {
    let world = World::new().await;
    let project = world.project("Policies").await;
    for name in ["gdpr", "pci", "Acme", "a", "acme_x", "acme.x", "%20"] {
        let (problem, fields) = world
            .put(&format!("/v1/projects/{project}/policies/{name}"), body(ACME))
            .await
            .problem(400, "parameter-invalid");
        assert_eq!(fields, ["name"], "{name}: {problem}");
    }
    let nowhere = format!("/v1/projects/{}/policies", ProjectId::generate());
    world.put(&format!("{nowhere}/acme"), body(ACME)).await.problem(404, "project-not-found");
    world.get(&nowhere).await.problem(404, "project-not-found");
    world.get(&format!("{nowhere}/acme")).await.problem(404, "project-not-found");
    world.delete(&format!("{nowhere}/acme")).await.problem(404, "project-not-found");
    let other = world.project("Other").await;
    world.put(&format!("/v1/projects/{project}/policies/acme"), body(ACME)).await.expect(200);
    world.get(&format!("/v1/projects/{other}/policies/acme")).await.problem(404, "policy-not-found");
}

#[tokio::test]
async fn a_project_has_so_many_packs_and_no_more() {
    let world = World::new().await;
    let project = world.project("Policies").await;
    let path = |number: usize| format!("/v1/projects/{project}/policies/acme{number}");
    let text = |number: usize| body(&ACME.replace("acme.private", &format!("acme{number}.private")));
    for number in 0..10 {
        world.put(&path(number), text(number)).await.expect(200);
    }
    world.put(&path(10), text(10)).await.problem(409, "policies-too-many");
    world.put(&path(3), text(3)).await.expect(200);
    world.delete(&path(0)).await;
    world.put(&path(10), text(10)).await.expect(200);
}
