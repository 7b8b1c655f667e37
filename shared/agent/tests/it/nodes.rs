//! Every step may run twice, and nothing is announced that is not stored.

use std::{sync::Arc, time::Duration};

use agent::{AgentError, harness::run_node};
use futures::future::join_all;
use run::{event::EventBody, record::RunStatus};
use serde_json::json;
use store::{Change, StoreError};

use crate::{
    support::{Fault, World, new_run, note, record, step},
    toy::{Toy, ToyOutput, ToySignal, call, change, events, fail_and_resume, live, node_starts, types},
};

const ONCE: [&str; 3] = ["node-start", "reason-card", "node-complete"];

#[tokio::test]
async fn a_node_that_runs_twice_thinks_and_announces_once() {
    let world = World::new().await;
    let run = world.run().await;
    let (toy, live) = (Toy::new(), live(&world.store));
    let first = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap();
    let second = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(toy.thoughts(), 1);
    assert_eq!(types(&world, &run).await, ONCE);
    let stored = world.store.node_record(&run.key(), &step("planner", 0)).await.unwrap().unwrap();
    let body = world.store.get_body(&run.owner, &run.project_id, &stored.output.sha256).await.unwrap();
    // One spelling: keys in order, whatever the order of the type's fields.
    assert_eq!(String::from_utf8(body).unwrap(), r#"{"ant":"no parent","zebra":1}"#);
    assert_eq!(world.store.costs(&run.key()).await.unwrap()[0].estimate, json!(1));
}

#[tokio::test]
async fn two_calls_at_the_same_time_store_one_result() {
    for _ in 0..5 {
        let world = World::new().await;
        let run = world.run().await;
        let (toy, live) = (Toy::new(), live(&world.store));
        let input = call(&run, 1, 0);
        let calls = (0..4).map(|_| run_node(&toy, &world.store, &live, &input));
        for signal in join_all(calls).await {
            assert_eq!(signal.unwrap(), ToySignal { seen: 0 });
        }
        assert_eq!(types(&world, &run).await, ONCE);
    }
}

#[tokio::test]
async fn a_crash_while_thinking_leaves_nothing_but_the_start() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let toy = Toy::meanwhile(|before| async move {
        if before == 0 {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Ok(())
    });
    let input = call(&run, 1, 0);
    // The engine kills the first call in the middle of its thought.
    let killed = tokio::time::timeout(Duration::from_millis(500), run_node(&toy, &world.store, &live, &input)).await;
    assert!(killed.is_err());
    assert_eq!(toy.thoughts(), 1, "it was killed while it was thinking");
    assert_eq!(types(&world, &run).await, ["node-start"]);
    run_node(&toy, &world.store, &live, &input).await.unwrap();
    assert_eq!(toy.thoughts(), 2);
    assert_eq!(types(&world, &run).await, ONCE);
}

#[tokio::test]
async fn a_commit_that_fails_is_transient_and_the_repeat_announces_no_second_start() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let faults = world.faults.clone();
    let toy = Toy::meanwhile(move |before| {
        let faults = faults.clone();
        async move {
            if before == 0 {
                faults.plan("TransactWriteItems", &[Fault::NotDone; 3]);
            }
            Ok(())
        }
    });
    let error = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
    assert_eq!(error.name(), "Transient", "{error:?}");
    assert_eq!(world.faults.left(), 0);
    assert_eq!(types(&world, &run).await, ["node-start"]);
    run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap();
    assert_eq!(types(&world, &run).await, ONCE);
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_counts() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let faults = world.faults.clone();
    let toy = Toy::meanwhile(move |_| {
        faults.plan("TransactWriteItems", &[Fault::AnswerLost]);
        async { Ok(()) }
    });
    run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap();
    assert_eq!(types(&world, &run).await, ONCE);
}

#[tokio::test]
async fn an_older_attempt_has_nothing_more_to_say() {
    let world = World::new().await;
    let run = world.run().await;
    let (toy, live) = (Toy::new(), live(&world.store));
    fail_and_resume(&world.store, &run).await;
    let error = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
    assert_eq!(error.name(), "Superseded");
    assert_eq!(toy.thoughts(), 0);
    assert_eq!(types(&world, &run).await, ["workflow-start"]);
}

#[tokio::test]
async fn an_attempt_that_is_superseded_while_it_thinks_stores_nothing() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let (store, resumed) = (world.store.clone(), run.clone());
    let toy = Toy::meanwhile(move |before| {
        let (store, resumed) = (store.clone(), resumed.clone());
        async move {
            if before == 0 {
                fail_and_resume(&store, &resumed).await;
            }
            Ok(())
        }
    });
    let error = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
    assert!(matches!(error, AgentError::Superseded { given: 1, current: 2 }), "{error:?}");
    assert_eq!(types(&world, &run).await, ["node-start", "workflow-start"]);
    // The new attempt begins the step again, and says so.
    run_node(&toy, &world.store, &live, &call(&run, 2, 0)).await.unwrap();
    assert_eq!(
        types(&world, &run).await,
        ["node-start", "workflow-start", "node-start", "reason-card", "node-complete"]
    );
}

#[tokio::test]
async fn a_run_that_ended_is_told_nothing() {
    for ending in [RunStatus::Cancelled, RunStatus::Completed, RunStatus::Rejected, RunStatus::Failed] {
        let world = World::new().await;
        let run = world.run().await;
        let live = live(&world.store);
        let (store, ended) = (world.store.clone(), run.clone());
        let toy = Toy::meanwhile(move |_| {
            let (store, ended) = (store.clone(), ended.clone());
            async move {
                change(&store, &ended, Change::by_person().status(ending)).await;
                Ok(())
            }
        });
        for _ in 0..2 {
            let error = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
            assert_eq!(error.name(), "RunEnded");
        }
        assert_eq!(toy.thoughts(), 1);
        assert_eq!(types(&world, &run).await, ["node-start"]);
    }
}

#[tokio::test]
async fn a_resumed_run_replays_what_is_stored_without_a_word() {
    let world = World::new().await;
    let run = world.run().await;
    let (toy, live) = (Toy::new(), live(&world.store));
    let first = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap();
    fail_and_resume(&world.store, &run).await;
    let before = events(&world, &run).await;
    assert_eq!(run_node(&toy, &world.store, &live, &call(&run, 2, 0)).await.unwrap(), first);
    assert_eq!(toy.thoughts(), 1);
    assert_eq!(events(&world, &run).await, before);
}

#[tokio::test]
async fn others_who_write_at_the_same_time_cost_no_event() {
    let world = World::new().await;
    let run = world.run().await;
    let (toy, live) = (Toy::new(), live(&world.store));
    let others =
        join_all((0..8).map(|iteration| {
            let (store, key) = (world.store.clone(), run.key());
            async move {
                store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).event(note(100 + iteration)))).await
            }
        }));
    let inputs: Vec<_> = (0..4).map(|iteration| call(&run, 1, iteration)).collect();
    let nodes = join_all(inputs.iter().map(|input| run_node(&toy, &world.store, &live, input)));
    let (others, nodes) = futures::join!(others, nodes);
    assert!(others.iter().all(Result::is_ok), "{others:?}");
    assert!(nodes.iter().all(Result::is_ok), "{nodes:?}");
    let events = events(&world, &run).await;
    assert_eq!(events.len(), 8 + 4 * ONCE.len());
}

#[tokio::test]
async fn contention_without_end_has_its_name() {
    let world = World::new().await;
    let run = world.run().await;
    let (toy, live) = (Toy::new(), live(&world.store));
    world.faults.plan("TransactWriteItems", &[Fault::Conflict; 200]);
    let error = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
    assert_eq!(error.name(), "Contention");
    assert!(AgentError::RETRYABLE.contains(&error.name()));
}

#[tokio::test]
async fn a_panic_is_a_defect_with_the_nodes_name() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let toy = Toy::meanwhile(|_| async { panic!("no idea") });
    let error = run_node(&toy, &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
    assert_eq!(error.name(), "Defect");
    assert_eq!(error.to_string(), "`planner` panicked: no idea");
}

#[tokio::test]
async fn an_agent_recalls_only_what_it_reads_in_every_iteration() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let body = world.store.put_body(&run.owner, &run.project_id, *b"{}", "application/json").await.unwrap();
    for (node, iteration) in [("intake_extract", 0), ("intake_extract", 1), ("coverage_check", 0)] {
        let record = run::node::NodeRecord { output: body.clone(), ..record(node, iteration, 1) };
        change(&world.store, &run, Change::by_attempt(1).node(record)).await;
    }
    let signal = run_node(&Toy::new(), &world.store, &live, &call(&run, 1, 0)).await.unwrap();
    assert_eq!(signal, ToySignal { seen: 2 });
}

#[tokio::test]
async fn an_output_that_is_gone_is_named() {
    let world = World::new().await;
    let run = world.run().await;
    let live = live(&world.store);
    let record =
        run::node::NodeRecord { output: run::body::BodyRef::of(b"never stored"), ..record("intake_extract", 0, 1) };
    change(&world.store, &run, Change::by_attempt(1).node(record)).await;
    let error = run_node(&Toy::new(), &world.store, &live, &call(&run, 1, 0)).await.unwrap_err();
    assert_eq!(error.name(), "MemoryIncomplete", "{error:?}");
}

#[tokio::test]
async fn the_newest_output_of_the_parent_version_is_recalled() {
    let world = World::new().await;
    let project = world.project().await;
    let parent = world.store.create_run(new_run(&project)).await.unwrap().run;
    for (iteration, ant) in [(0, "old"), (1, "new")] {
        let output = serde_json::to_vec(&ToyOutput { zebra: 7, ant: ant.into() }).unwrap();
        let body = world.store.put_body(&parent.owner, &parent.project_id, output, "application/json").await.unwrap();
        let record = run::node::NodeRecord { output: body, ..record("planner", iteration, 1) };
        change(&world.store, &parent, Change::by_attempt(1).node(record)).await;
    }
    let child = store::NewRun { parent: Some(parent.id.clone()), ..new_run(&project) };
    let child = world.store.create_run(child).await.unwrap().run;
    run_node(&Toy::new(), &world.store, &live(&world.store), &call(&child, 1, 0)).await.unwrap();
    let stored = world.store.node_record(&child.key(), &step("planner", 0)).await.unwrap().unwrap();
    let body = world.store.get_body(&child.owner, &child.project_id, &stored.output.sha256).await.unwrap();
    assert_eq!(serde_json::from_slice::<ToyOutput>(&body).unwrap().ant, "new");
}

#[tokio::test]
async fn progress_and_estimate_come_from_earlier_runs() {
    let world = World::new().await;
    let project = world.project().await;
    let live = live(&world.store);
    let slow = Arc::new(Toy::meanwhile(|_| async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        Ok(())
    }));
    let first = world.store.create_run(new_run(&project)).await.unwrap().run;
    run_node(slow.as_ref(), &world.store, &live, &call(&first, 1, 0)).await.unwrap();
    let second = world.store.create_run(new_run(&project)).await.unwrap().run;
    run_node(slow.as_ref(), &world.store, &live, &call(&second, 1, 0)).await.unwrap();
    let estimate = |events: &[run::event::Event]| {
        events.iter().find_map(|event| match &event.body {
            EventBody::NodeStart(start) => Some(start.progress.eta_seconds),
            _ => None,
        })
    };
    assert_eq!(estimate(&events(&world, &first).await), Some(None), "nothing is known before the first run");
    let known = estimate(&events(&world, &second).await).flatten().unwrap();
    assert!(known >= 0.03, "{known}");
    let run = world.store.run(&second.key()).await.unwrap();
    assert_eq!(run.progress.percentage, 99);
    assert_eq!(run.progress.completed, vec!["planner".into()]);
    assert_eq!(run.status, RunStatus::Running);
    assert_eq!(node_starts(&events(&world, &second).await), 1);
}
