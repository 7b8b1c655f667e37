//! Making and listing runs.

use jiff::Timestamp;
use run::{
    event::{Event, EventBody, WorkflowStart},
    id::{OwnerId, ProjectId, RunId, RunKey},
    node::NodeName,
    record::{Progress, Run, RunStatus, Variant},
};

use crate::{
    IdempotencyKey, Page, Paged, Store, StoreError, keys,
    table::{self, Expression, Refusal, Write},
};

/// The attribute of an idempotency record that has the run's id.
const MADE: &str = "run_id";

/// A run to be made.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Owner of the project.
    pub owner: OwnerId,
    /// The project; it must exist.
    pub project: ProjectId,
    /// The kind of run, such as `design`.
    pub kind: String,
    /// The version that this one continues; it must exist in the same project.
    pub parent: Option<RunId>,
    /// A short title.
    pub title: String,
    /// How gates are treated.
    pub variant: Variant,
    /// The workflow's nodes in their order, for `workflow-start`.
    pub nodes: Vec<NodeName>,
    /// What was asked, as JSON; stored as a body.
    pub input: Vec<u8>,
    /// Makes a repeat of the same request give the same run.
    pub idempotency: Option<IdempotencyKey>,
}

/// What came of making a run.
#[derive(Debug, Clone)]
pub struct Created {
    /// The run.
    pub run: Run,
    /// Its first event; empty when the run was there before.
    pub events: Vec<Event>,
    /// True when the idempotency key led to a run that was there before.
    pub repeated: bool,
}

/// The records of a new run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Project,
    Run,
    Event,
    Parent,
    Idempotency,
}

impl Store {
    /// Makes a run: input body, then version number, run record, idempotency record and event 1 in one transaction.
    ///
    /// A crash between the body and the transaction leaves a body that nothing names; the repeat uses it.
    ///
    /// # Errors
    /// `NotFound` for the project or the parent; [`crate::Conflict::IdempotencyKey`] for another request under the key.
    pub async fn create_run(&self, new: NewRun) -> Result<Created, StoreError> {
        if let Some(idempotency) = &new.idempotency {
            idempotency.check()?;
            if let Some(created) = self.repeated(&new.owner, &new.project, idempotency).await? {
                return Ok(created);
            }
        }
        // The project first: without it nothing is written, not even a body.
        self.project(&new.owner, &new.project).await?;
        let input = self.put_body(&new.owner, &new.project, new.input.as_slice(), "application/json").await?;
        let now = Timestamp::now();
        let mut run = Run {
            id: RunId::generate(),
            project_id: new.project.clone(),
            owner: new.owner.clone(),
            kind: new.kind,
            version: 0,
            parent: new.parent,
            title: new.title,
            variant: new.variant,
            status: RunStatus::Queued,
            revision: 1,
            last_sequence: 1,
            attempt: 1,
            progress: Progress {
                percentage: 0,
                current: None,
                running: Vec::new(),
                completed: Vec::new(),
                eta_seconds: None,
            },
            open_gate: None,
            failure: None,
            input,
            created_at: now,
            updated_at: now,
            ended_at: None,
        };
        let start = WorkflowStart { attempt: 1, variant: run.variant, nodes: new.nodes };
        let event =
            Event { sequence: 1, decision_set_id: run.id.clone(), at: now, body: EventBody::WorkflowStart(start) };
        let event_item = self.event_item(&run.key(), &event).await?;
        let mut pauses = table::pauses();
        loop {
            let project = self.project(&new.owner, &new.project).await?;
            run.version = project.last_version + 1;
            let mut writes = vec![
                Write { part: Part::Project, item: self.next_version(&run, project.last_version) },
                Write { part: Part::Run, item: self.put_new(run_item(&run)?) },
                Write { part: Part::Event, item: self.put_new(event_item.clone()) },
            ];
            if let Some(parent) = &run.parent {
                let at = table::key(keys::runs_of(&run.owner, &run.project_id), keys::run(parent));
                let item = self.check_item(at, "attribute_exists(pk)", Expression::new());
                writes.push(Write { part: Part::Parent, item });
            }
            if let Some(idempotency) = &new.idempotency {
                let pk = keys::runs_of(&run.owner, &run.project_id);
                let item = self.remember(pk, idempotency, (MADE, run.id.as_str()), now);
                writes.push(Write { part: Part::Idempotency, item });
            }
            match self.transact(writes).await {
                Ok(()) => return Ok(Created { run, events: vec![event], repeated: false }),
                Err(Refusal::Failed(error)) => return Err(error),
                Err(Refusal::Conditions(parts)) => {
                    if let (true, Some(idempotency)) = (parts.contains(&Part::Idempotency), &new.idempotency)
                        && let Some(created) = self.repeated(&new.owner, &new.project, idempotency).await?
                    {
                        return Ok(created);
                    }
                    if let (true, Some(parent)) = (parts.contains(&Part::Parent), &run.parent) {
                        return Err(StoreError::not_found("run", parent));
                    }
                    // Otherwise another run took the version number.
                }
                Err(Refusal::Busy) => {}
            }
            match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(StoreError::Contention { attempts: table::TRIES }),
            }
        }
    }

    /// Reads a run.
    ///
    /// # Errors
    /// `NotFound` when the project has no such run.
    pub async fn run(&self, key: &RunKey) -> Result<Run, StoreError> {
        match self.get(keys::runs_of(&key.owner, &key.project), keys::run(&key.run)).await? {
            Some(item) => table::from_record("run", item),
            None => Err(StoreError::not_found("run", &key.run)),
        }
    }

    /// The project's runs, newest first.
    ///
    /// # Errors
    /// `InvalidCursor` when the cursor is not from this list.
    pub async fn runs(&self, owner: &OwnerId, project: &ProjectId, page: &Page) -> Result<Paged<Run>, StoreError> {
        let Paged { items, next } = self.page(&keys::runs_of(owner, project), keys::RUN, page).await?;
        let items = items.into_iter().map(|item| table::from_record("run", item)).collect::<Result<_, _>>()?;
        Ok(Paged { items, next })
    }

    /// What the key led to before, if it was used.
    async fn repeated(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        idempotency: &IdempotencyKey,
    ) -> Result<Option<Created>, StoreError> {
        let Some(made) = self.made_before(keys::runs_of(owner, project), idempotency, MADE).await? else {
            return Ok(None);
        };
        let run = made.parse().map_err(|error| StoreError::corrupt("idempotency record", &idempotency.key, error))?;
        let key = RunKey { owner: owner.clone(), project: project.clone(), run };
        Ok(Some(Created { run: self.run(&key).await?, events: Vec::new(), repeated: true }))
    }

    fn next_version(&self, run: &Run, last: u32) -> aws_sdk_dynamodb::types::TransactWriteItem {
        let at = table::key(keys::owner(&run.owner), keys::project(&run.project_id));
        let with = Expression::new()
            .name("last_version")
            .value("new", table::number(run.version))
            .value("old", table::number(last));
        self.update_item(at, "SET #last_version = :new", "#last_version = :old", with)
    }

    pub(crate) fn put_new(&self, item: table::Item) -> aws_sdk_dynamodb::types::TransactWriteItem {
        self.put_item(item, Some("attribute_not_exists(pk)"), Expression::new())
    }
}

pub(crate) fn run_item(run: &Run) -> Result<table::Item, StoreError> {
    Ok(table::keyed(table::record(run)?, keys::runs_of(&run.owner, &run.project_id), keys::run(&run.id)))
}
