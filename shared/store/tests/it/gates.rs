//! Gates: one winner, whoever races.

use run::{
    event::EventBody,
    gate::{Actor, Gate, GateKind, GateStatus},
    id::RunKey,
    record::RunStatus,
};
use store::{Attached, Change, Conflict, GateOutcome, Hold, StoreError, TaskToken, Verdict};

use crate::support::{World, decided_by, gate, gate_id, later, partition_of, record};

async fn open(world: &World, kind: GateKind) -> (RunKey, Gate) {
    let key = world.run().await.key();
    let gate = gate(kind);
    let change = |_: &run::record::Run| Ok::<_, StoreError>(Change::by_attempt(1).open_gate(gate.clone()));
    world.store.update(&key, change).await.unwrap();
    (key, gate)
}

fn token(text: &str) -> TaskToken {
    TaskToken(text.to_owned())
}

fn names(events: &[run::event::Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.body.type_name()).collect()
}

#[tokio::test]
async fn an_open_gate_is_read_back_exactly_and_the_run_waits() {
    let world = World::new().await;
    let (key, gate) = open(&world, GateKind::Input).await;
    assert_eq!(world.store.gate(&key, &gate.id).await.unwrap(), gate);
    assert_eq!(world.store.gates(&key).await.unwrap(), std::slice::from_ref(&gate));
    let run = world.store.run(&key).await.unwrap();
    assert_eq!((run.status, run.open_gate), (RunStatus::AwaitingInput, Some(gate.id.clone())));
    let again = world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).open_gate(gate.clone()))).await;
    assert!(matches!(again, Err(StoreError::Conflict(Conflict::GateOpen(_)))), "{again:?}");
    let none = world.store.gate(&key, &gate_id(GateKind::Final)).await;
    assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
}

#[tokio::test]
async fn a_gate_that_decides_itself_does_not_stop_the_run() {
    let world = World::new().await;
    let key = world.run().await.key();
    let decided =
        Gate { status: GateStatus::AutoApproved, decision: Some(decided_by("auto-approval")), ..gate(GateKind::Final) };
    world
        .store
        .update::<StoreError, _>(&key, |_| {
            Ok(Change::by_attempt(1).status(RunStatus::Running).open_gate(decided.clone()))
        })
        .await
        .unwrap();
    let run = world.store.run(&key).await.unwrap();
    assert_eq!((run.status, run.open_gate), (RunStatus::Running, None));
    match world.store.attach_token(&key, 1, &decided.id, token("t"), later(300)).await.unwrap() {
        Attached::Decided { gate } => assert_eq!(gate, decided),
        other @ Attached::Waiting { .. } => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_and_a_timeout_at_the_same_time_have_one_winner() {
    let world = World::new().await;
    let (mut people, mut timers) = (0, 0);
    let project = world.project().await;
    for round in 0..60 {
        let key = world.store.create_run(crate::support::new_run(&project)).await.unwrap().run.key();
        let gate = gate(GateKind::Input);
        let open = gate.clone();
        world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).open_gate(open.clone()))).await.unwrap();
        world.store.attach_token(&key, 1, &gate.id, token("the token"), later(300)).await.unwrap();
        let racers = [
            (Verdict::Answered(decided_by("ann")), None),
            (Verdict::AutoApproved(decided_by("auto-approval")), Some(1)),
            (Verdict::Answered(decided_by("ben")), None),
        ];
        let racers = racers.into_iter().enumerate().map(|(index, (verdict, attempt))| {
            let (store, key, id) = (world.store.clone(), key.clone(), gate.id.clone());
            tokio::spawn(async move {
                // Sometimes one is a little ahead, sometimes another.
                tokio::time::sleep(std::time::Duration::from_micros((round * (index as u64 + 1) * 37) % 1500)).await;
                store.decide_gate(&key, attempt, &id, verdict).await.unwrap()
            })
        });
        let outcomes: Vec<_> = futures::future::join_all(racers).await.into_iter().map(|o| o.unwrap()).collect();
        let stored = world.store.gate(&key, &gate.id).await.unwrap();
        let winner = stored.decision.clone().unwrap().actor.name;
        match stored.status {
            GateStatus::Answered => people += 1,
            GateStatus::AutoApproved => timers += 1,
            GateStatus::Pending | GateStatus::Expired => panic!("{stored:?}"),
        }
        let mut won = 0;
        for outcome in outcomes {
            let (gate, token) = match outcome {
                GateOutcome::Won { gate, committed, token } => {
                    won += 1;
                    assert_eq!(committed.run.status, RunStatus::Running);
                    assert_eq!(committed.run.open_gate, None);
                    (gate, token)
                }
                GateOutcome::Lost { gate, token } => (gate, token),
                GateOutcome::Held { gate } => panic!("{gate:?}"),
            };
            assert_eq!(gate, stored, "everybody sees the winner {winner}");
            assert_eq!(token, Some(TaskToken("the token".into())));
        }
        assert_eq!(won, 1);
        let events = names(&world.store.events_after(&key, 1, 100).await.unwrap());
        match stored.status {
            GateStatus::AutoApproved => assert_eq!(events, ["auto-approving", "workflow-resumed"]),
            GateStatus::Answered | GateStatus::Pending | GateStatus::Expired => {
                assert_eq!(events, ["workflow-resumed"])
            }
        }
    }
    assert_eq!(people + timers, 60);
}

#[tokio::test]
async fn a_token_and_a_decision_at_the_same_time_meet() {
    let world = World::new().await;
    let project = world.project().await;
    for round in 0..50_u64 {
        let key = world.store.create_run(crate::support::new_run(&project)).await.unwrap().run.key();
        let gate = gate(GateKind::Input);
        let open = gate.clone();
        world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).open_gate(open.clone()))).await.unwrap();
        let attach = {
            let (store, key, id) = (world.store.clone(), key.clone(), gate.id.clone());
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros((round * 53) % 3000)).await;
                store.attach_token(&key, 1, &id, TaskToken("t".into()), later(300)).await.unwrap()
            })
        };
        let verdict = Verdict::Answered(decided_by("ann"));
        let outcome = world.store.decide_gate(&key, None, &gate.id, verdict).await.unwrap();
        let GateOutcome::Won { token, .. } = outcome else { panic!("{outcome:?}") };
        // Whoever comes second completes the task: the decision has the token, or the waiting task has the decision.
        match (attach.await.unwrap(), token) {
            (Attached::Waiting { .. }, Some(_)) | (Attached::Decided { .. }, None) => {}
            other => panic!("the task would wait for ever: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_held_gate_is_not_decided_by_the_timer() {
    let world = World::new().await;
    let (key, gate) = open(&world, GateKind::Final).await;
    let until = later(604_800);
    let hold = Hold { actor: Actor { name: "ann".into() }, expires_at: until };
    let held = world.store.hold_gate(&key, &gate.id, hold.clone()).await.unwrap();
    assert_eq!(names(&held.committed.unwrap().events), ["gate-held"]);
    assert!(held.gate.held);
    let again = world.store.hold_gate(&key, &gate.id, hold.clone()).await.unwrap();
    assert!(again.committed.is_none(), "holding twice says nothing twice");
    let timer = Verdict::AutoApproved(decided_by("auto-approval"));
    match world.store.decide_gate(&key, Some(1), &gate.id, timer).await.unwrap() {
        GateOutcome::Held { gate } => assert_eq!((gate.held, gate.expires_at), (true, until)),
        other => panic!("{other:?}"),
    }
    let person = Verdict::Answered(decided_by("ann"));
    let outcome = world.store.decide_gate(&key, None, &gate.id, person).await.unwrap();
    assert!(matches!(outcome, GateOutcome::Won { token: None, .. }), "{outcome:?}");
    let late = world.store.hold_gate(&key, &gate.id, hold).await;
    assert!(matches!(late, Err(StoreError::GateDecided(_))), "{late:?}");
}

#[tokio::test]
async fn holding_and_the_timer_at_the_same_time_agree() {
    let world = World::new().await;
    let project = world.project().await;
    for round in 0..50_u64 {
        let key = world.store.create_run(crate::support::new_run(&project)).await.unwrap().run.key();
        let gate = gate(GateKind::Input);
        let open = gate.clone();
        world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).open_gate(open.clone()))).await.unwrap();
        let timer = {
            let (store, key, id) = (world.store.clone(), key.clone(), gate.id.clone());
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros((round * 71) % 3000)).await;
                let verdict = Verdict::AutoApproved(decided_by("auto-approval"));
                store.decide_gate(&key, Some(1), &id, verdict).await.unwrap()
            })
        };
        let hold = Hold { actor: Actor { name: "ann".into() }, expires_at: later(1000) };
        let held = world.store.hold_gate(&key, &gate.id, hold).await;
        let stored = world.store.gate(&key, &gate.id).await.unwrap();
        match (held, timer.await.unwrap()) {
            (Ok(_), GateOutcome::Held { .. }) => assert_eq!((stored.status, stored.held), (GateStatus::Pending, true)),
            (Err(StoreError::GateDecided(_)), GateOutcome::Won { .. }) => {
                assert_eq!((stored.status, stored.held), (GateStatus::AutoApproved, false));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_expired_gate_is_opened_again_by_the_next_attempt_only() {
    let world = World::new().await;
    let (key, gate) = open(&world, GateKind::Final).await;
    world.store.attach_token(&key, 1, &gate.id, token("first"), later(1)).await.unwrap();
    let outcome = world.store.decide_gate(&key, Some(1), &gate.id, Verdict::Expired).await.unwrap();
    let GateOutcome::Won { gate: expired, committed, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(expired.status, GateStatus::Expired);
    assert!(committed.events.is_empty(), "the ending says it");
    let answer = world.store.decide_gate(&key, None, &gate.id, Verdict::Answered(decided_by("ann"))).await.unwrap();
    assert!(matches!(answer, GateOutcome::Lost { .. }), "{answer:?}");
    let same = world.store.attach_token(&key, 1, &gate.id, token("x"), later(1)).await.unwrap();
    assert!(matches!(same, Attached::Decided { .. }), "the attempt in which it expired is over: {same:?}");
    world.store.update::<StoreError, _>(&key, |_| Ok(Change::by_attempt(1).status(RunStatus::Failed))).await.unwrap();
    let late = world.store.attach_token(&key, 1, &gate.id, token("x"), later(1)).await.unwrap();
    assert!(matches!(late, Attached::Decided { .. }), "{late:?}");
    world.store.update::<StoreError, _>(&key, |_| Ok(Change::resume(Vec::new()))).await.unwrap();
    let until = later(300);
    let attached = world.store.attach_token(&key, 2, &gate.id, token("second"), until).await.unwrap();
    let Attached::Waiting { gate: reopened, committed: Some(committed) } = attached else { panic!("{attached:?}") };
    assert_eq!((reopened.status, reopened.expires_at), (GateStatus::Pending, until));
    assert_eq!(names(&committed.events), ["workflow-paused"]);
    assert_eq!(committed.run.open_gate, Some(gate.id.clone()));
    assert_eq!(world.store.gate(&key, &gate.id).await.unwrap(), reopened);
    let answer = world.store.decide_gate(&key, None, &gate.id, Verdict::Answered(decided_by("ann"))).await.unwrap();
    match answer {
        GateOutcome::Won { token, .. } => assert_eq!(token, Some(TaskToken("second".into()))),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_pending_gate_is_joined_again_after_a_resume() {
    let world = World::new().await;
    let (key, gate) = open(&world, GateKind::Input).await;
    world.store.attach_token(&key, 1, &gate.id, token("first"), later(1)).await.unwrap();
    // The engine is lost while the run waits; a person starts it again.
    world.store.update::<StoreError, _>(&key, |_| Ok(Change::resume(Vec::new()))).await.unwrap();
    let old = world.store.attach_token(&key, 1, &gate.id, token("late"), later(1)).await;
    assert!(matches!(old, Err(StoreError::Superseded { given: 1, current: 2 })), "{old:?}");
    let joined = world.store.attach_token(&key, 2, &gate.id, token("second"), later(300)).await.unwrap();
    let Attached::Waiting { committed: Some(committed), .. } = joined else { panic!("{joined:?}") };
    assert_eq!(committed.run.status, RunStatus::AwaitingInput);
    // The same task, delivered twice, or the second, long wait: only the token changes.
    let again = world.store.attach_token(&key, 2, &gate.id, token("third"), later(900)).await.unwrap();
    assert!(matches!(again, Attached::Waiting { committed: None, .. }), "{again:?}");
    let timer = Verdict::AutoApproved(decided_by("auto-approval"));
    let superseded = world.store.decide_gate(&key, Some(1), &gate.id, timer).await;
    assert!(matches!(superseded, Err(StoreError::Superseded { .. })), "{superseded:?}");
    let answer = world.store.decide_gate(&key, None, &gate.id, Verdict::Answered(decided_by("ann"))).await.unwrap();
    match answer {
        GateOutcome::Won { token, .. } => assert_eq!(token, Some(TaskToken("third".into()))),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_ended_run_has_no_gate_to_decide() {
    let world = World::new().await;
    let (key, gate) = open(&world, GateKind::Final).await;
    let cancel = |_: &run::record::Run| Ok::<_, StoreError>(Change::by_person().status(RunStatus::Cancelled));
    let cancelled = world.store.update(&key, cancel).await.unwrap();
    assert_eq!(cancelled.run.open_gate, None);
    let verdict = Verdict::Answered(decided_by("ann"));
    let late = world.store.decide_gate(&key, None, &gate.id, verdict).await;
    assert!(matches!(late, Err(StoreError::Ended { status: RunStatus::Cancelled })), "{late:?}");
    let hold = Hold { actor: Actor { name: "ann".into() }, expires_at: later(1) };
    let held = world.store.hold_gate(&key, &gate.id, hold).await;
    assert!(matches!(held, Err(StoreError::Ended { .. })), "{held:?}");
    let attached = world.store.attach_token(&key, 1, &gate.id, token("t"), later(1)).await;
    assert!(matches!(attached, Err(StoreError::Ended { .. })), "{attached:?}");
}

#[tokio::test]
async fn the_token_is_in_no_event_no_gate_and_no_log_line() {
    let world = World::new().await;
    let (key, gate) = open(&world, GateKind::Input).await;
    let secret = "AQCkTOKEN";
    let attached = world.store.attach_token(&key, 1, &gate.id, token(secret), later(300)).await.unwrap();
    assert!(!format!("{attached:?}").contains(secret));
    let outcome = world.store.decide_gate(&key, None, &gate.id, Verdict::Answered(decided_by("ann"))).await.unwrap();
    assert!(!format!("{outcome:?}").contains(secret));
    let gates = serde_json::to_string(&world.store.gates(&key).await.unwrap()).unwrap();
    let events = serde_json::to_string(&world.store.events_after(&key, 0, 100).await.unwrap()).unwrap();
    assert!(!gates.contains(secret) && !events.contains(secret));
    let holders: Vec<String> = world
        .partition(&partition_of(&key))
        .await
        .into_iter()
        .filter(|(_, item)| item.values().any(|value| value.contains(secret)))
        .map(|(sk, _)| sk)
        .collect();
    assert_eq!(holders, ["GATE#input#0000"]);
}

#[tokio::test]
async fn the_gate_node_run_twice_opens_one_gate() {
    let world = World::new().await;
    let key = world.run().await.key();
    let gate = gate(GateKind::Input);
    let change = |_: &run::record::Run| {
        Ok::<_, StoreError>(
            Change::by_attempt(1)
                .node(record("hitl_gate_input", 0, 1))
                .open_gate(gate.clone())
                .event(EventBody::QuestionsPresented(run::event::GateOpened { gate: gate.clone() })),
        )
    };
    world.store.update(&key, change).await.unwrap();
    let again = world.store.update(&key, change).await;
    assert!(matches!(again, Err(StoreError::AlreadyDone(_))), "the node is what is told: {again:?}");
    assert_eq!(world.store.gates(&key).await.unwrap().len(), 1);
}
