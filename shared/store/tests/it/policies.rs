//! A project's own policy packs.

use run::id::{OwnerId, ProjectId};
use serde_json::{Value, json};
use store::{NewProject, StoreError};

use crate::support::{World, owner};

async fn project(world: &World, name: &str) -> ProjectId {
    let new = NewProject { owner: owner(), name: name.into(), description: String::new(), idempotency: None };
    world.store.create_project(new).await.unwrap().id
}

#[tokio::test]
async fn packs_are_kept_by_project_and_name() {
    let world = World::new().await;
    let (owner, project, other) = (owner(), project(&world, "One").await, project(&world, "Two").await);
    let store = &world.store;
    assert!(store.policies::<Value>(&owner, &project).await.unwrap().is_empty());
    for (name, version) in [("beta", 1), ("acme", 1), ("acme", 2)] {
        store.put_policy(&owner, &project, name, &json!({"name": name, "version": version})).await.unwrap();
    }
    let packs = store.policies::<Value>(&owner, &project).await.unwrap();
    assert_eq!(packs, [json!({"name": "acme", "version": 2}), json!({"name": "beta", "version": 1})]);
    assert_eq!(store.policy::<Value>(&owner, &project, "acme").await.unwrap()["version"], 2);
    assert!(store.policies::<Value>(&owner, &other).await.unwrap().is_empty());
    assert!(store.policies::<Value>(&OwnerId("else".into()), &project).await.unwrap().is_empty());
    store.delete_policy(&owner, &project, "acme").await.unwrap();
    store.delete_policy(&owner, &project, "acme").await.unwrap();
    let gone = store.policy::<Value>(&owner, &project, "acme").await.unwrap_err();
    assert!(matches!(gone, StoreError::NotFound { what: "policy", .. }), "{gone:?}");
    assert_eq!(store.policies::<Value>(&owner, &project).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_pack_needs_its_project() {
    let world = World::new().await;
    let nowhere = ProjectId::generate();
    let refused = world.store.put_policy(&owner(), &nowhere, "acme", &json!({})).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotFound { what: "project", .. }), "{refused:?}");
    assert!(world.store.policies::<Value>(&owner(), &nowhere).await.unwrap().is_empty());
}
