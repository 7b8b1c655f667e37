//! The frame around an agent: load, announce, think, commit, push.
//!
//! A node may run twice: the engine retries, and a run that is started again begins at its first node. So the result is
//! keyed by node and iteration. A repeat returns the stored signal and announces nothing.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use futures::{FutureExt, future::try_join_all};
use jiff::Timestamp;
use live::Live;
use model::Passing;
use run::{
    body::Sha256Hex,
    card::ReasonCard,
    event::{EventBody, NodeComplete, NodeStart},
    id::RunKey,
    node::{ModelUse, NodeInput, NodeName, NodeRecord, Step},
    record::{Run, RunStatus},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use store::{Change, Committed, Store, StoreError};
use tokio::sync::mpsc;

use crate::{
    Advice, Agent, AgentError, Bodies, CardDraft, Decided, Desk, HISTORY_ROOM, History, Memory, MemoryBuilder, Parent,
    ProjectBodies, Thought, advice, chain, passing, progress::Course,
};

/// Largest signal in bytes. The execution's data holds one per node and 256 KiB in all; a signal is a few values.
const SIGNAL_LIMIT: usize = 4096;

/// Runs one agent node by its rules alone: returns its signal, stored now or before.
///
/// # Errors
/// Named for the state machine: see [`AgentError::name`].
pub async fn run_node<A: Agent>(
    agent: &A,
    store: &Store,
    live: &Live,
    input: &NodeInput,
) -> Result<A::Signal, AgentError> {
    run_advised_node(agent, store, live, input, None).await
}

/// Runs one agent node, with a model where there is one: returns its signal, stored now or before.
///
/// # Errors
/// Named for the state machine: see [`AgentError::name`]. A model that fails is none of them.
pub async fn run_advised_node<A: Agent>(
    agent: &A,
    store: &Store,
    live: &Live,
    input: &NodeInput,
    advice: Option<Advice<'_>>,
) -> Result<A::Signal, AgentError> {
    let visit = match Visit::begin(store, live, input, A::NODE, A::NAME).await? {
        Begun::DoneBefore(record) => return signal(A::NODE, &record),
        Begun::ToDo(visit) => visit,
    };
    let memory = visit.announce_and_recall(A::READS, A::READS_PARENT, A::PARENT).await?;
    let mut thought = think(agent, &memory, &visit.desk()).await?;
    let model = match advice {
        Some(advice) => visit.advise(agent, &memory, advice, &mut thought).await?,
        None => None,
    };
    let cost = A::cost(&thought.output)?;
    let Thought { output, signal: sign, summary, card, artifacts } = thought;
    let result = NodeResult {
        output: to_json(A::NODE, "output", &output)?,
        signal: to_json(A::NODE, "signal", &sign)?,
        summary,
        card,
        model,
    };
    let done = visit
        .finish(result, |change| {
            let change = change.artifacts(artifacts.clone());
            match &cost {
                Some(estimate) => change.cost(input.iteration, estimate.clone()),
                None => change,
            }
        })
        .await?;
    match done {
        Finished::Stored => Ok(sign),
        Finished::DoneBefore(record) => signal(A::NODE, &record),
    }
}

/// Lets the agent think; a panic is a defect with a name, not the end of the process.
async fn think<A: Agent>(agent: &A, memory: &Memory, desk: &Desk) -> Result<Thought<A::Output, A::Signal>, AgentError> {
    let thinking = async {
        let input = agent.recall(memory)?;
        agent.think(input, desk).await
    };
    AssertUnwindSafe(thinking).catch_unwind().await.unwrap_or_else(|panic| Err(panicked(A::NODE, panic.as_ref())))
}

/// What a panic said, as an error with a name.
pub(crate) fn panicked(node: &str, panic: &(dyn Any + Send)) -> AgentError {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned());
    AgentError::Defect(format!("`{node}` panicked: {said}"))
}

/// The outcome of a node, before it is stored.
#[derive(Debug, Clone)]
pub(crate) struct NodeResult {
    pub(crate) output: Value,
    pub(crate) signal: Value,
    pub(crate) summary: String,
    pub(crate) card: CardDraft,
    pub(crate) model: Option<ModelUse>,
}

/// One visit to a node in one iteration.
pub(crate) struct Visit<'a> {
    store: &'a Store,
    live: &'a Live,
    pub(crate) key: RunKey,
    pub(crate) attempt: u32,
    pub(crate) step: Step,
    agent: &'static str,
    run: Run,
    course: Course,
    started_at: Timestamp,
    clock: Instant,
    bodies: Arc<ProjectBodies>,
}

/// What is to be done at a node.
pub(crate) enum Begun<'a> {
    /// Nothing: here is the stored result.
    DoneBefore(Box<NodeRecord>),
    /// Think.
    ToDo(Box<Visit<'a>>),
}

/// What came of storing a result.
pub(crate) enum Finished {
    /// It is stored and announced.
    Stored,
    /// Another call of the same node was faster; its result counts.
    DoneBefore(Box<NodeRecord>),
}

impl<'a> Visit<'a> {
    /// Reads where the run stands and refuses what an ended run or a newer attempt must not be told.
    pub(crate) async fn begin(
        store: &'a Store,
        live: &'a Live,
        input: &NodeInput,
        node: &'static str,
        agent: &'static str,
    ) -> Result<Begun<'a>, AgentError> {
        let (started_at, clock) = (Timestamp::now(), Instant::now());
        let key = input.key();
        let step = Step { node: NodeName::from(node), iteration: input.iteration };
        let (run, record) = tokio::try_join!(store.run(&key), store.node_record(&key, &step))?;
        fence(&run, input.attempt)?;
        if let Some(record) = record {
            return Ok(Begun::DoneBefore(Box::new(record)));
        }
        let (first, history) = tokio::try_join!(store.events_after(&key, 0, 1), store.timings(&run.owner, &run.kind))?;
        let nodes = first
            .into_iter()
            .find_map(|event| match event.body {
                EventBody::WorkflowStart(start) => Some(start.nodes),
                EventBody::NodeStart(_)
                | EventBody::ReasonCard(_)
                | EventBody::NodeComplete(_)
                | EventBody::QuestionsPresented(_)
                | EventBody::WorkflowPaused(_)
                | EventBody::GateHeld(_)
                | EventBody::AutoApproving(_)
                | EventBody::WorkflowResumed(_)
                | EventBody::WorkflowComplete(_)
                | EventBody::Error(_)
                | EventBody::FilesEdited(_) => None,
            })
            .ok_or_else(|| AgentError::MemoryIncomplete("the run's first event is not `workflow-start`".into()))?;
        let bodies = Arc::new(ProjectBodies::new(store.clone(), &key));
        let course = Course::new(nodes, history);
        let attempt = input.attempt;
        Ok(Begun::ToDo(Box::new(Self {
            store,
            live,
            key,
            attempt,
            step,
            agent,
            run,
            course,
            started_at,
            clock,
            bodies,
        })))
    }

    pub(crate) fn desk(&self) -> Desk {
        Desk::new(self.bodies.clone())
    }

    /// Asks a model what it would add to the rules' thought, where the agent has something to ask. A defect of the
    /// agent's own, as a prompt that cannot be rendered, is an error; whatever the model does is not.
    async fn advise<A: Agent>(
        &self,
        agent: &A,
        memory: &Memory,
        advice: Advice<'_>,
        thought: &mut Thought<A::Output, A::Signal>,
    ) -> Result<Option<ModelUse>, AgentError> {
        // The rules have taken the input, and recalling is only reading.
        let consultation = agent.consult(&agent.recall(memory)?, thought)?;
        let Some(consultation) = consultation else { return Ok(None) };
        let decisions = self.decisions().await;
        let (history, told) = match decisions.and_then(|decisions| History::of(decisions, HISTORY_ROOM)) {
            Ok(history) => {
                let told = history.in_words();
                (history, told)
            }
            // Only the model needs it.
            Err(error) => {
                tracing::warn!(error = %chain(&error), "what the run decided so far cannot be read");
                (
                    History::default(),
                    Some("The model was not told what the run had decided: it could not be read.".into()),
                )
            }
        };
        let consultation = consultation.after(&history)?;
        let alone = canonical(to_json(A::NODE, "output", &thought.output)?)?;
        let (sender, pieces) = mpsc::unbounded_channel();
        // Nobody hears it any more when the answer is there.
        let hear = move |piece: Passing<'_>| drop(sender.send(passing::Piece::from(piece)));
        let advising =
            advice::advise_run(advice, self.store, &self.key, self.bodies.as_ref(), &hear, consultation, thought);
        let telling = async {
            passing::tell(self.live, &self.key, &self.step, pieces).await;
            std::future::pending().await
        };
        let advised = AssertUnwindSafe(async {
            tokio::select! {
                used = advising => used,
                never = telling => never,
            }
        });
        let mut used = advised.catch_unwind().await.map_err(|panic| panicked(A::NODE, panic.as_ref()))??;
        if let Some(told) = advice.told {
            told(A::NODE, &used);
        }
        if used.outcome == "answered" {
            thought.card.reasoning.extend(told);
        }
        if canonical(to_json(A::NODE, "output", &thought.output)?)? != alone {
            used.rules_alone = Some(self.bodies.put(&alone, "application/json").await?);
        }
        Ok(Some(used))
    }

    pub(crate) fn run(&self) -> &Run {
        &self.run
    }

    /// Stores and pushes `node-start`, unless this attempt has said so before, and recalls what the agent reads.
    pub(crate) async fn announce_and_recall(
        &self,
        reads: &[&str],
        reads_parent: &[&str],
        which: Parent,
    ) -> Result<Memory, AgentError> {
        let announce = async {
            let committed = self.announce().await?;
            if let Some(committed) = committed {
                self.live.push(&self.key, &committed.events).await;
            }
            Ok(())
        };
        let ((), memory) = tokio::try_join!(announce, self.recall(reads, reads_parent, which))?;
        Ok(memory)
    }

    async fn announce(&self) -> Result<Option<Committed>, AgentError> {
        /// Why the announcement is not written.
        enum NotNow {
            Announced,
            Failed(AgentError),
        }
        impl From<StoreError> for NotNow {
            fn from(error: StoreError) -> Self {
                Self::Failed(error.into())
            }
        }
        let committed = self
            .store
            .update(&self.key, |run| {
                fence(run, self.attempt).map_err(NotNow::Failed)?;
                // A resume queues the run anew, so a step that begins again in a new attempt is announced again.
                if run.status == RunStatus::Running && run.progress.running.contains(&self.step) {
                    return Err(NotNow::Announced);
                }
                let mut progress = self.course.started(&run.progress, &self.step);
                if run.status != RunStatus::Running {
                    // What was at work when the run stopped is no longer.
                    progress.running = vec![self.step.clone()];
                }
                Ok(Change::by_attempt(self.attempt)
                    .status(RunStatus::Running)
                    .progress(progress.clone())
                    .event(EventBody::NodeStart(NodeStart { step: self.step.clone(), progress })))
            })
            .await;
        match committed {
            Ok(committed) => Ok(Some(committed)),
            Err(NotNow::Announced) => Ok(None),
            Err(NotNow::Failed(error)) => Err(error),
        }
    }

    async fn recall(&self, reads: &[&str], reads_parent: &[&str], which: Parent) -> Result<Memory, AgentError> {
        let own = load(self.store, &self.bodies, &self.run, reads, Which::All);
        let parent = async {
            if reads_parent.is_empty() {
                return Ok::<_, AgentError>(None);
            }
            match self.parent(which).await? {
                Some(run) => Ok(Some(load(self.store, &self.bodies, &run, reads_parent, Which::Newest).await?.build())),
                None => Ok(None),
            }
        };
        let (own, parent) = tokio::try_join!(own, parent)?;
        let own = own.iteration(self.step.iteration);
        Ok(match parent {
            Some(parent) => own.parent(parent).build(),
            None => own.build(),
        })
    }

    /// What was decided so far: in the version that this one continues, and in this one.
    async fn decisions(&self) -> Result<Vec<Decided>, AgentError> {
        let mut decisions = Vec::new();
        if let Some(parent) = self.parent(Parent::Direct).await? {
            let events = self.store.events(&RunKey { run: parent.id, ..self.key.clone() }).await?;
            let earlier = events.iter().filter_map(Decided::of_event);
            decisions.extend(earlier.map(|decided| decided.earlier(parent.version)));
        }
        decisions.extend(self.store.events(&self.key).await?.iter().filter_map(Decided::of_event));
        Ok(decisions)
    }

    /// The earlier version that an agent takes for the parent. Parents are older than their children, so this ends.
    async fn parent(&self, which: Parent) -> Result<Option<Run>, AgentError> {
        let mut next = self.run.parent.clone();
        while let Some(parent) = next {
            let run = self.store.run(&RunKey { run: parent, ..self.key.clone() }).await?;
            match which {
                Parent::Direct => return Ok(Some(run)),
                Parent::Completed if run.status == RunStatus::Completed => return Ok(Some(run)),
                Parent::Completed => next = run.parent,
            }
        }
        Ok(None)
    }

    /// Stores the output's body, then result, reason card and `node-complete` in one transaction, and pushes.
    /// `with` adds what else belongs into the transaction; its events follow the node's own.
    pub(crate) async fn finish(
        &self,
        result: NodeResult,
        with: impl Fn(Change) -> Change,
    ) -> Result<Finished, AgentError> {
        let node = &self.step.node;
        let size = result.signal.to_string().len();
        if size > SIGNAL_LIMIT {
            return Err(AgentError::Defect(format!(
                "the signal of `{node}` has {size} bytes; {SIGNAL_LIMIT} are allowed"
            )));
        }
        let body = canonical(result.output)?;
        let output = self.bodies.put(&body, "application/json").await?;
        let card = self.card(result.card);
        let record = |duration_ms| NodeRecord {
            step: self.step.clone(),
            attempt: self.attempt,
            thinker: card.thinker.clone(),
            tokens_total: result.model.as_ref().map_or(0, |used| used.tokens_read + used.tokens_written),
            started_at: self.started_at,
            duration_ms,
            ok: true,
            output: output.clone(),
            signal: result.signal.clone(),
            model: result.model.clone(),
        };
        let committed = self
            .store
            .update(&self.key, |run| {
                fence(run, self.attempt)?;
                let duration_ms = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX);
                let progress = self.course.completed(&run.progress, &self.step);
                let change = Change::by_attempt(self.attempt)
                    .progress(progress.clone())
                    .node(record(duration_ms))
                    .event(EventBody::ReasonCard(card.clone()))
                    .event(EventBody::NodeComplete(NodeComplete {
                        step: self.step.clone(),
                        duration_ms,
                        summary: result.summary.clone(),
                        progress,
                    }));
                Ok::<_, CommitError>(with(change))
            })
            .await;
        match committed {
            Ok(committed) => {
                self.live.push(&self.key, &committed.events).await;
                Ok(Finished::Stored)
            }
            Err(CommitError::DoneBefore(record)) => Ok(Finished::DoneBefore(record)),
            Err(CommitError::Failed(error)) => Err(error),
        }
    }

    fn card(&self, draft: CardDraft) -> ReasonCard {
        ReasonCard {
            agent: self.agent.to_owned(),
            step: self.step.clone(),
            trigger: draft.trigger,
            category: draft.category,
            priority: draft.priority,
            decision: draft.decision,
            reasoning: draft.reasoning,
            confidence: draft.confidence,
            inputs: draft.inputs,
            outputs: draft.outputs,
            alternatives: draft.alternatives,
            policy_results: draft.policy_results,
            impact: draft.impact,
            risks: draft.risks,
            evidence: draft.evidence,
            thinker: draft.thinker,
        }
    }
}

/// Why a result was not stored.
enum CommitError {
    DoneBefore(Box<NodeRecord>),
    Failed(AgentError),
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AlreadyDone(record) => Self::DoneBefore(record),
            other => Self::Failed(other.into()),
        }
    }
}

impl From<AgentError> for CommitError {
    fn from(error: AgentError) -> Self {
        Self::Failed(error)
    }
}

/// Refuses what an ended run or a newer attempt must not be told.
pub(crate) fn fence(run: &Run, attempt: u32) -> Result<(), AgentError> {
    if run.attempt != attempt {
        return Err(AgentError::Superseded { given: attempt, current: run.attempt });
    }
    if run.status.has_ended() {
        return Err(AgentError::RunEnded);
    }
    Ok(())
}

/// Which iterations of a node's output are recalled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Newest,
}

async fn load(
    store: &Store,
    bodies: &ProjectBodies,
    run: &Run,
    reads: &[&str],
    which: Which,
) -> Result<MemoryBuilder, AgentError> {
    let key = run.key();
    let input = async { Ok::<_, AgentError>(bodies.get(&run.input.sha256).await?) };
    let outputs = async {
        let mut records: Vec<NodeRecord> = match reads {
            [] => Vec::new(),
            _ => store.node_records(&key).await?,
        };
        records.retain(|record| record.ok && reads.contains(&record.step.node.0.as_str()));
        if which == Which::Newest {
            let all = records.clone();
            records.retain(|record| {
                !all.iter()
                    .any(|other| other.step.node == record.step.node && other.step.iteration > record.step.iteration)
            });
        }
        try_join_all(records.into_iter().map(|record| async move {
            let body = bodies.get(&record.output.sha256).await?;
            Ok::<_, AgentError>((record.step.clone(), from_json(&record.step.to_string(), &body)?))
        }))
        .await
    };
    let gates = async { Ok::<_, AgentError>(store.gates(&key).await?) };
    let (input, outputs, gates) = tokio::try_join!(input, outputs, gates)?;
    let mut memory = MemoryBuilder::new(run.clone(), from_json("the run's input", &input)?).gates(gates);
    for (step, output) in outputs {
        memory = memory.output(&step.node.0, step.iteration, &output)?;
    }
    Ok(memory)
}

fn from_json(what: &str, bytes: &[u8]) -> Result<Value, AgentError> {
    serde_json::from_slice(bytes)
        .map_err(|error| AgentError::MemoryIncomplete(format!("the stored body of {what} is not JSON: {error}")))
}

pub(crate) fn to_json(node: &str, what: &str, value: &impl Serialize) -> Result<Value, AgentError> {
    serde_json::to_value(value)
        .map_err(|error| AgentError::Defect(format!("the {what} of `{node}` is not JSON: {error}")))
}

/// One spelling per value, so that the same output has the same hash: keys in order, no spaces.
fn canonical(mut value: Value) -> Result<Vec<u8>, AgentError> {
    value.sort_all_objects();
    serde_json::to_vec(&value).map_err(|error| AgentError::Defect(format!("an output is not JSON: {error}")))
}

/// Hash of the one spelling of a value.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn canonical_hash(value: &impl Serialize) -> Result<Sha256Hex, AgentError> {
    let value = to_json("hash", "subject", value)?;
    Ok(Sha256Hex::of(&canonical(value)?))
}

fn signal<S: DeserializeOwned>(node: &str, record: &NodeRecord) -> Result<S, AgentError> {
    S::deserialize(&record.signal)
        .map_err(|error| AgentError::MemoryIncomplete(format!("the stored signal of `{node}` cannot be read: {error}")))
}
