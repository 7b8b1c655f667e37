//! Projects: unique names, pages.

use run::{body::Sha256Hex, id::OwnerId};
use store::{Conflict, IdempotencyKey, NewProject, Page, StoreError};

use crate::support::{World, owner};

fn named(name: &str) -> NewProject {
    NewProject { owner: owner(), name: name.into(), description: String::new(), idempotency: None }
}

#[tokio::test]
async fn a_name_is_taken_once_per_owner_whatever_its_case() {
    let world = World::new().await;
    let first = world.store.create_project(named("Fraud Ünit")).await.unwrap();
    match world.store.create_project(named(" fraud ünit ")).await {
        Err(StoreError::Conflict(Conflict::ProjectName { existing, .. })) => assert_eq!(existing, first.id),
        other => panic!("{other:?}"),
    }
    let stranger = OwnerId("someone-else".into());
    let theirs = NewProject { owner: stranger.clone(), ..named("Fraud Ünit") };
    world.store.create_project(theirs).await.unwrap();
    assert_eq!(world.store.project(&owner(), &first.id).await.unwrap(), first);
    let refused = world.store.project(&stranger, &first.id).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "another owner's project is not there: {refused:?}");
}

#[tokio::test]
async fn of_many_at_once_one_gets_the_name() {
    let world = World::new().await;
    let tries = (0..20).map(|_| {
        let store = world.store.clone();
        tokio::spawn(async move { store.create_project(named("one")).await })
    });
    let mut made = Vec::new();
    let mut refused = Vec::new();
    for result in futures::future::join_all(tries).await {
        match result.unwrap() {
            Ok(project) => made.push(project.id),
            Err(StoreError::Conflict(Conflict::ProjectName { existing, .. })) => refused.push(existing),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made.len(), 1);
    assert!(refused.iter().all(|existing| *existing == made[0]));
}

#[tokio::test]
async fn pages_give_every_project_once_newest_first() {
    let world = World::new().await;
    let mut made = Vec::new();
    for index in 0..7 {
        made.push(world.store.create_project(named(&format!("p{index}"))).await.unwrap().id);
        // Ids order by the millisecond of their making.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    made.reverse();
    for limit in [1, 3, 7, 100] {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = world.store.projects(&owner(), &Page { limit, cursor }).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.into_iter().map(|project| project.id));
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, made, "limit {limit}");
    }
}

#[tokio::test]
async fn a_made_up_cursor_is_refused() {
    let world = World::new().await;
    for cursor in ["", "zz", "é", &hex::encode("RUN#x"), &hex::encode([0xff, 0xfe])] {
        let page = Page { limit: 5, cursor: Some(cursor.to_owned()) };
        let result = world.store.projects(&owner(), &page).await;
        assert!(matches!(result, Err(StoreError::InvalidCursor)), "{cursor}: {result:?}");
    }
}

#[tokio::test]
async fn a_repeat_under_a_key_gives_the_project_that_is_there() {
    let world = World::new().await;
    let keyed = |name: &str, request: &[u8]| NewProject {
        idempotency: Some(IdempotencyKey { key: "k".into(), request: Sha256Hex::of(request) }),
        ..named(name)
    };
    let at_once = (0..8).map(|_| {
        let (store, new) = (world.store.clone(), keyed("one", b"1"));
        tokio::spawn(async move { store.create_project(new).await })
    });
    let mut made = Vec::new();
    for task in at_once.collect::<Vec<_>>() {
        made.push(task.await.unwrap().unwrap());
    }
    made.dedup();
    assert_eq!(made.len(), 1, "eight at once and the same key: one project");
    match world.store.create_project(keyed("two", b"2")).await {
        Err(StoreError::Conflict(Conflict::IdempotencyKey { existing })) => assert_eq!(existing, made[0].id.as_str()),
        other => panic!("{other:?}"),
    }
    let listed = world.store.projects(&owner(), &Page { limit: 10, cursor: None }).await.unwrap();
    assert_eq!(listed.items, made, "the record of the key is no project");
}
