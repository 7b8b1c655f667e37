//! Who follows which run.

use store::ConnectionId;

use crate::support::{World, partition_of, somewhere};

fn connection(name: &str) -> ConnectionId {
    ConnectionId(name.into())
}

#[tokio::test]
async fn subscriptions_are_found_from_both_sides() {
    let world = World::new().await;
    let (one, two) = (somewhere(), somewhere());
    let (ann, ben) = (connection("ann="), connection("ben="));
    for (run, who) in [(&one, &ann), (&one, &ann), (&two, &ann), (&one, &ben)] {
        world.store.subscribe(run, who).await.unwrap();
    }
    assert_eq!(world.store.subscribers(&one).await.unwrap(), [ann.clone(), ben.clone()]);
    let mut runs = world.store.subscriptions(&ann).await.unwrap();
    runs.sort_by_key(|key| key.run.clone());
    let mut both = vec![one.clone(), two.clone()];
    both.sort_by_key(|key| key.run.clone());
    assert_eq!(runs, both);
    world.store.unsubscribe(&one, &ann).await.unwrap();
    world.store.unsubscribe(&one, &ann).await.unwrap();
    assert_eq!(world.store.subscribers(&one).await.unwrap(), std::slice::from_ref(&ben));
    assert_eq!(world.store.subscriptions(&ann).await.unwrap(), std::slice::from_ref(&two));
    world.store.drop_connection(&ann).await.unwrap();
    world.store.drop_connection(&ann).await.unwrap();
    assert!(world.store.subscribers(&two).await.unwrap().is_empty());
    assert_eq!(world.store.subscribers(&one).await.unwrap(), [ben]);
    assert!(world.partition("CONNECTION#ann=").await.is_empty());
}

#[tokio::test]
async fn a_connection_with_many_runs_is_forgotten_whole() {
    let world = World::new().await;
    let ann = connection("ann");
    let runs: Vec<_> = (0..60).map(|_| somewhere()).collect();
    for run in &runs {
        world.store.subscribe(run, &ann).await.unwrap();
    }
    world.store.drop_connection(&ann).await.unwrap();
    for run in &runs {
        assert!(world.partition(&partition_of(run)).await.is_empty());
    }
}

#[tokio::test]
async fn what_is_past_its_time_is_not_read_though_it_is_still_there() {
    let world = World::new().await;
    let run = somewhere();
    let ann = connection("ann");
    world.store.subscribe(&run, &ann).await.unwrap();
    let items = world.partition(&partition_of(&run)).await;
    assert!(items[0].1["expires_at"].starts_with("N("), "DynamoDB wants a number of seconds: {:?}", items[0]);
    for pk in [partition_of(&run), "CONNECTION#ann".to_owned()] {
        let sk = world.partition(&pk).await[0].0.clone();
        world
            .dynamo
            .update_item()
            .table_name("runs")
            .key("pk", aws_sdk_dynamodb::types::AttributeValue::S(pk))
            .key("sk", aws_sdk_dynamodb::types::AttributeValue::S(sk))
            .update_expression("SET expires_at = :past")
            .expression_attribute_values(":past", aws_sdk_dynamodb::types::AttributeValue::N("1000".into()))
            .send()
            .await
            .unwrap();
    }
    assert!(world.store.subscribers(&run).await.unwrap().is_empty());
    assert!(world.store.subscriptions(&ann).await.unwrap().is_empty());
}
