//! A toy agent, and what the tests ask of a run.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use agent::{Agent, AgentError, CardDraft, Desk, Memory, Thought, gate::GateSignal};
use live::Live;
use run::{
    card::{Category, Confidence, Trigger},
    event::{Event, EventBody},
    node::NodeInput,
    record::{Run, RunStatus},
};
use serde::{Deserialize, Serialize};
use store::{Change, Store, StoreError};

use crate::support::World;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToyOutput {
    pub zebra: u32,
    pub ant: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToySignal {
    pub seen: usize,
}

/// What happens to the run while the agent thinks; `usize` is how often it has thought before.
type Meanwhile = Arc<dyn Fn(usize) -> futures::future::BoxFuture<'static, Result<(), AgentError>> + Send + Sync>;

/// An agent that counts its thoughts and says how many outputs of `intake_extract` it has seen.
pub struct Toy {
    pub thoughts: AtomicUsize,
    pub meanwhile: Meanwhile,
}

impl Toy {
    pub fn new() -> Self {
        Self { thoughts: AtomicUsize::new(0), meanwhile: Arc::new(|_| Box::pin(async { Ok(()) })) }
    }

    pub fn meanwhile<F>(meanwhile: impl Fn(usize) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), AgentError>> + Send + 'static,
    {
        Self { thoughts: AtomicUsize::new(0), meanwhile: Arc::new(move |before| Box::pin(meanwhile(before))) }
    }

    pub fn thoughts(&self) -> usize {
        self.thoughts.load(Ordering::SeqCst)
    }
}

impl Agent for Toy {
    const NODE: &'static str = "planner";
    const NAME: &'static str = "Toy";
    const READS: &'static [&'static str] = &["intake_extract"];
    const READS_PARENT: &'static [&'static str] = &["planner"];
    type Input = (usize, Option<String>);
    type Output = ToyOutput;
    type Signal = ToySignal;

    fn recall(&self, memory: &Memory) -> Result<Self::Input, AgentError> {
        let seen = (0..5)
            .filter_map(|iteration| memory.at::<serde_json::Value>("intake_extract", iteration).transpose())
            .collect::<Result<Vec<_>, _>>()?
            .len();
        let parent = match memory.parent() {
            Some(parent) => parent.find::<ToyOutput>("planner")?.map(|output| output.ant),
            None => None,
        };
        assert!(memory.find::<ToyOutput>("planner")?.is_none(), "the toy does not read its own outputs");
        let asked: serde_json::Value = memory.input()?;
        assert_eq!(asked["requirement"], "Recommend products");
        Ok((seen, parent))
    }

    async fn think(&self, (seen, parent): Self::Input, _: &Desk) -> Result<Thought<ToyOutput, ToySignal>, AgentError> {
        let before = self.thoughts.fetch_add(1, Ordering::SeqCst);
        (self.meanwhile)(before).await?;
        let confidence = Confidence { value: 0.5, basis: vec!["a toy".into()] };
        Ok(Thought {
            output: ToyOutput { zebra: 1, ant: parent.unwrap_or_else(|| "no parent".into()) },
            signal: ToySignal { seen },
            summary: "Thought.".into(),
            card: CardDraft::new(Trigger::Initial, Category::Architecture, "A toy's decision.", confidence),
            artifacts: vec![],
        })
    }

    fn cost(output: &ToyOutput) -> Result<Option<serde_json::Value>, AgentError> {
        Ok(Some(output.zebra.into()))
    }
}

pub fn live(store: &Store) -> Live {
    // Nobody follows the runs of these tests, so nothing is ever sent here.
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("us-east-1"))
        .build();
    Live::new(store.clone(), Live::client(&config, "http://127.0.0.1:1"))
}

pub fn call(run: &Run, attempt: u32, iteration: u32) -> NodeInput {
    NodeInput {
        owner: run.owner.clone(),
        project_id: run.project_id.clone(),
        decision_set_id: run.id.clone(),
        attempt,
        iteration,
    }
}

/// The events after `workflow-start` of the first attempt, checked to be without a gap.
pub async fn events(world: &World, run: &Run) -> Vec<Event> {
    let events = world.store.events_after(&run.key(), 0, 500).await.unwrap();
    for (event, expected) in events.iter().zip(1..) {
        assert_eq!(event.sequence, expected, "a gap or a double");
    }
    assert_eq!(world.store.run(&run.key()).await.unwrap().last_sequence, events.len() as u64);
    events.into_iter().skip(1).collect()
}

pub async fn types(world: &World, run: &Run) -> Vec<&'static str> {
    events(world, run).await.iter().map(|event| event.body.type_name()).collect()
}

pub async fn change(store: &Store, run: &Run, change: Change) {
    store.update::<StoreError, _>(&run.key(), |_| Ok(change.clone())).await.unwrap();
}

/// The run failed and was started again: attempt 2.
pub async fn fail_and_resume(store: &Store, run: &Run) {
    change(store, run, Change::by_person().status(RunStatus::Failed)).await;
    change(store, run, Change::resume(vec!["intake_extract".into(), "planner".into()])).await;
}

pub fn waiting() -> GateSignal {
    GateSignal { waiting: true, decision: None }
}

pub fn node_starts(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event.body, EventBody::NodeStart(_))).count()
}
