//! Making runs: versions, idempotency, parents.

use run::{
    body::Sha256Hex,
    event::EventBody,
    id::{ProjectId, RunId},
    record::RunStatus,
};
use store::{Conflict, IdempotencyKey, NewRun, Page, StoreError};

use crate::support::{World, new_run, owner};

fn keyed(new: NewRun, key: &str, request: &str) -> NewRun {
    let request = Sha256Hex::of(request.as_bytes());
    NewRun { idempotency: Some(IdempotencyKey { key: key.into(), request }), ..new }
}

#[tokio::test]
async fn a_new_run_has_its_first_event_and_its_input() {
    let world = World::new().await;
    let project = world.project().await;
    let created = world.store.create_run(new_run(&project)).await.unwrap();
    let run = created.run;
    assert_eq!((run.version, run.status, run.attempt, run.last_sequence), (1, RunStatus::Queued, 1, 1));
    assert_eq!(world.store.run(&run.key()).await.unwrap(), run);
    let events = world.store.events_after(&run.key(), 0, 100).await.unwrap();
    assert_eq!(events, created.events);
    let EventBody::WorkflowStart(start) = &events[0].body else { panic!("{:?}", events[0]) };
    assert_eq!(start.nodes.len(), 2);
    let input = world.store.get_body(&run.owner, &run.project_id, &run.input.sha256).await.unwrap();
    assert_eq!(input, new_run(&project).input);
}

#[tokio::test]
async fn versions_have_no_gap_when_many_runs_are_made_at_once() {
    let world = World::new().await;
    let project = world.project().await;
    let tries = (0..16).map(|_| {
        let (store, new) = (world.store.clone(), new_run(&project));
        tokio::spawn(async move { store.create_run(new).await.unwrap().run.version })
    });
    let mut versions: Vec<u32> =
        futures::future::join_all(tries).await.into_iter().map(|version| version.unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<u32>>());
    assert_eq!(world.store.project(&project.owner, &project.id).await.unwrap().last_version, 16);
    let page = world.store.runs(&project.owner, &project.id, &Page { limit: 50, cursor: None }).await.unwrap();
    assert_eq!(page.items.len(), 16);
}

#[tokio::test]
async fn the_same_key_gives_the_same_run_and_another_request_is_refused() {
    let world = World::new().await;
    let project = world.project().await;
    let first = world.store.create_run(keyed(new_run(&project), "k-1", "a")).await.unwrap();
    assert!(!first.repeated);
    let again = world.store.create_run(keyed(new_run(&project), "k-1", "a")).await.unwrap();
    assert!(again.repeated && again.events.is_empty());
    assert_eq!(again.run.id, first.run.id);
    match world.store.create_run(keyed(new_run(&project), "k-1", "b")).await {
        Err(StoreError::Conflict(Conflict::IdempotencyKey { existing })) => assert_eq!(existing, first.run.id.as_str()),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.store.project(&project.owner, &project.id).await.unwrap().last_version, 1);
    let long = keyed(new_run(&project), &"k".repeat(2000), "a");
    assert!(matches!(world.store.create_run(long).await, Err(StoreError::TooLarge { .. })));
}

#[tokio::test]
async fn of_many_requests_with_one_key_one_makes_the_run() {
    let world = World::new().await;
    let project = world.project().await;
    let tries = (0..20).map(|_| {
        let (store, new) = (world.store.clone(), keyed(new_run(&project), "k", "a"));
        tokio::spawn(async move { store.create_run(new).await.unwrap() })
    });
    let created: Vec<_> = futures::future::join_all(tries).await.into_iter().map(|c| c.unwrap()).collect();
    assert_eq!(created.iter().filter(|created| !created.repeated).count(), 1);
    assert!(created.iter().all(|other| other.run.id == created[0].run.id));
    let events = world.store.events_after(&created[0].run.key(), 0, 100).await.unwrap();
    assert_eq!(events.len(), 1, "the start is announced once");
}

#[tokio::test]
async fn a_run_needs_its_project_and_its_parent() {
    let world = World::new().await;
    let project = world.project().await;
    let elsewhere = NewRun { project: ProjectId::generate(), ..new_run(&project) };
    let result = world.store.create_run(elsewhere).await;
    assert!(matches!(result, Err(StoreError::NotFound { what: "project", .. })), "{result:?}");
    let orphan = NewRun { parent: Some(RunId::generate()), ..new_run(&project) };
    let result = world.store.create_run(orphan).await;
    assert!(matches!(result, Err(StoreError::NotFound { what: "run", .. })), "{result:?}");
    let parent = world.store.create_run(new_run(&project)).await.unwrap().run;
    let child = NewRun { parent: Some(parent.id.clone()), ..new_run(&project) };
    let child = world.store.create_run(child).await.unwrap().run;
    assert_eq!((child.version, child.parent), (2, Some(parent.id)));
}

#[tokio::test]
async fn a_run_is_reached_only_through_its_project() {
    let world = World::new().await;
    let run = world.run().await;
    let mut key = run.key();
    key.project = ProjectId::generate();
    assert!(matches!(world.store.run(&key).await, Err(StoreError::NotFound { .. })));
    assert!(world.store.events_after(&key, 0, 10).await.unwrap().is_empty());
    let page = world.store.runs(&owner(), &key.project, &Page { limit: 5, cursor: None }).await.unwrap();
    assert!(page.items.is_empty());
}
