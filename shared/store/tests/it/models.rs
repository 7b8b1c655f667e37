//! What is remembered of models.

use aws_sdk_dynamodb::types::AttributeValue;
use run::{
    id::{OwnerId, ProjectId},
    models::ModelSettings,
};
use serde_json::{Value, json};
use store::{Circuit, StoreError};

use crate::support::{World, owner};

const ADDRESS: &str = "openai:http://127.0.0.1:8080/v1#qwen3";

#[tokio::test]
async fn an_answer_belongs_to_its_project() {
    let world = World::new().await;
    let (owner, project, other) = (owner(), ProjectId::generate(), ProjectId::generate());
    let answer = json!({ "findings": ["ä", 1.5] });
    world.store.put_answer(&owner, &project, "abc", &json!("before")).await.unwrap();
    world.store.put_answer(&owner, &project, "abc", &answer).await.unwrap();
    let read = async |owner: &OwnerId, project: &ProjectId, hash: &str| {
        world.store.answer::<Value>(owner, project, hash).await.unwrap()
    };
    assert_eq!(read(&owner, &project, "abc").await, Some(answer));
    assert_eq!(read(&owner, &project, "abd").await, None);
    assert_eq!(read(&owner, &other, "abc").await, None);
    assert_eq!(read(&OwnerId("else".into()), &project, "abc").await, None);
    let too_large = world.store.put_answer(&owner, &project, "large", &"x".repeat(400_000)).await.unwrap_err();
    assert!(matches!(too_large, StoreError::TooLarge { .. }), "{too_large:?}");
}

#[tokio::test]
async fn an_answer_has_its_time() {
    let world = World::new().await;
    let (owner, project) = (owner(), ProjectId::generate());
    world.store.put_answer(&owner, &project, "abc", &json!(1)).await.unwrap();
    age(&world, &format!("PROJECT#{owner}#{project}"), "ANSWER#abc").await;
    assert_eq!(world.store.answer::<Value>(&owner, &project, "abc").await.unwrap(), None);
}

#[tokio::test]
async fn only_one_of_two_changes_a_circuit() {
    let world = World::new().await;
    let read = async || world.store.circuit::<Value>(ADDRESS).await.unwrap();
    assert_eq!(read().await, Circuit { state: None, revision: 0 });
    let swap = async |revision, state: u32| world.store.swap_circuit(ADDRESS, revision, &json!(state)).await.unwrap();
    assert!(swap(0, 1).await);
    assert!(!swap(0, 9).await, "somebody was faster");
    assert_eq!(read().await, Circuit { state: Some(json!(1)), revision: 1 });
    assert!(swap(1, 2).await);
    assert!(!swap(1, 9).await);
    assert!(!swap(7, 9).await);
    assert_eq!(read().await, Circuit { state: Some(json!(2)), revision: 2 });
    assert_eq!(world.store.circuit::<Value>("anthropic:other").await.unwrap().state, None);
}

#[tokio::test]
async fn of_many_at_once_one_wins() {
    let world = World::new().await;
    let swaps = (0..8).map(|state| {
        let store = world.store.clone();
        async move { store.swap_circuit(ADDRESS, 0, &json!(state)).await.unwrap() }
    });
    let won = futures::future::join_all(swaps).await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_circuit_that_is_over_counts_as_none() {
    let world = World::new().await;
    assert!(world.store.swap_circuit(ADDRESS, 0, &json!(1)).await.unwrap());
    age(&world, &format!("MODEL#{ADDRESS}"), "CIRCUIT").await;
    assert_eq!(world.store.circuit::<Value>(ADDRESS).await.unwrap(), Circuit { state: None, revision: 0 });
    assert!(!world.store.swap_circuit(ADDRESS, 1, &json!(9)).await.unwrap(), "its revisions are over as well");
    assert!(world.store.swap_circuit(ADDRESS, 0, &json!(2)).await.unwrap());
}

/// Lets an item's time be over.
async fn age(world: &World, pk: &str, sk: &str) {
    let answer = world
        .dynamo
        .update_item()
        .table_name("runs")
        .key("pk", AttributeValue::S(pk.to_owned()))
        .key("sk", AttributeValue::S(sk.to_owned()))
        .update_expression("SET expires_at = :then")
        .condition_expression("attribute_exists(pk)")
        .expression_attribute_values(":then", AttributeValue::N("1000".into()))
        .send()
        .await;
    answer.unwrap();
}

#[tokio::test]
async fn what_a_project_says_of_models_is_stored_in_place_of_what_it_said_before() {
    let world = World::new().await;
    let project = world.project().await;
    let read = async |of: &ProjectId| world.store.model_settings(&project.owner, of).await.unwrap();
    assert_eq!(read(&project.id).await, ModelSettings::default());
    let off = ModelSettings { enabled: false, tokens_per_run: Some(9), ..ModelSettings::default() };
    let chosen = ModelSettings { model: Some(ADDRESS.into()), temperature: Some(0.5), ..ModelSettings::default() };
    for settings in [&off, &chosen, &chosen] {
        world.store.put_model_settings(&project.owner, &project.id, settings).await.unwrap();
        assert_eq!(read(&project.id).await, *settings);
    }
    let nowhere = ProjectId::generate();
    assert_eq!(read(&nowhere).await, ModelSettings::default());
    let error = world.store.put_model_settings(&project.owner, &nowhere, &off).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error:?}");
}
