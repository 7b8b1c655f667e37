//! Projects.

use jiff::Timestamp;
use run::{
    id::{OwnerId, ProjectId},
    record::Project,
};

use crate::{
    Conflict, IdempotencyKey, Page, Paged, Store, StoreError, keys,
    table::{self, Expression, Refusal, Write},
};

/// A project to be made.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Who will own it.
    pub owner: OwnerId,
    /// Its name, unique per owner without regard to case.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Makes a repeat of the same request give the same project.
    pub idempotency: Option<IdempotencyKey>,
}

/// The attribute of an idempotency record that has the project's id.
const MADE: &str = "project_id";

/// The records of a new project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Project,
    Idempotency,
}

impl Store {
    /// Makes a project.
    ///
    /// # Errors
    /// [`crate::Conflict::ProjectName`] with the existing project's id when the owner has one of this name;
    /// [`crate::Conflict::IdempotencyKey`] for another request under the key.
    pub async fn create_project(&self, new: NewProject) -> Result<Project, StoreError> {
        if let Some(idempotency) = &new.idempotency {
            idempotency.check()?;
            if let Some(project) = self.project_made_before(&new.owner, idempotency).await? {
                return Ok(project);
            }
        }
        let idempotency = new.idempotency;
        let project = Project {
            id: ProjectId::generate(),
            owner: new.owner,
            name: new.name,
            description: new.description,
            last_version: 0,
            created_at: Timestamp::now(),
        };
        let pk = keys::owner(&project.owner);
        let name_key = keys::project_name(&project.name);
        let mut name = table::key(pk.clone(), name_key.clone());
        name.insert("project_id".into(), table::text(project.id.as_str()));
        let item = table::keyed(table::record(&project)?, pk.clone(), keys::project(&project.id));
        let mut pauses = table::pauses();
        loop {
            let new = Some("attribute_not_exists(pk)");
            let mut writes = vec![
                Write { part: Part::Name, item: self.put_item(name.clone(), new, Expression::new()) },
                Write { part: Part::Project, item: self.put_item(item.clone(), new, Expression::new()) },
            ];
            if let Some(idempotency) = &idempotency {
                let made = (MADE, project.id.as_str());
                let item = self.remember(pk.clone(), idempotency, made, project.created_at);
                writes.push(Write { part: Part::Idempotency, item });
            }
            match self.transact(writes).await {
                Ok(()) => return Ok(project),
                Err(Refusal::Failed(error)) => return Err(error),
                // The same request at the same time was faster; it has taken the name as well.
                Err(Refusal::Conditions(parts)) if parts.contains(&Part::Idempotency) => {
                    if let Some(idempotency) = &idempotency
                        && let Some(project) = self.project_made_before(&project.owner, idempotency).await?
                    {
                        return Ok(project);
                    }
                }
                Err(Refusal::Conditions(parts)) if parts.contains(&Part::Name) => {
                    if let Some(taken) = self.get(pk.clone(), name_key.clone()).await? {
                        let existing = table::attribute("project name", &taken, "project_id")?
                            .parse()
                            .map_err(|error| StoreError::corrupt("project name", &name_key, error))?;
                        return Err(Conflict::ProjectName { name: project.name, existing }.into());
                    }
                }
                Err(Refusal::Conditions(_) | Refusal::Busy) => {}
            }
            match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(StoreError::Contention { attempts: table::TRIES }),
            }
        }
    }

    /// The project that the key led to before, if it was used.
    async fn project_made_before(
        &self,
        owner: &OwnerId,
        idempotency: &IdempotencyKey,
    ) -> Result<Option<Project>, StoreError> {
        let Some(made) = self.made_before(keys::owner(owner), idempotency, MADE).await? else { return Ok(None) };
        let id = made.parse().map_err(|error| StoreError::corrupt("idempotency record", &idempotency.key, error))?;
        self.project(owner, &id).await.map(Some)
    }

    /// Reads a project.
    ///
    /// # Errors
    /// `NotFound` when the owner has no such project.
    pub async fn project(&self, owner: &OwnerId, project: &ProjectId) -> Result<Project, StoreError> {
        match self.get(keys::owner(owner), keys::project(project)).await? {
            Some(item) => table::from_record("project", item),
            None => Err(StoreError::not_found("project", project)),
        }
    }

    /// The owner's projects, newest first.
    ///
    /// # Errors
    /// `InvalidCursor` when the cursor is not from this list.
    pub async fn projects(&self, owner: &OwnerId, page: &Page) -> Result<Paged<Project>, StoreError> {
        let Paged { items, next } = self.page(&keys::owner(owner), keys::PROJECT, page).await?;
        let items = items.into_iter().map(|item| table::from_record("project", item)).collect::<Result<_, _>>()?;
        Ok(Paged { items, next })
    }

    /// Puts an item of the project in place of the one that was there.
    ///
    /// # Errors
    /// `NotFound` when the owner has no such project.
    pub(crate) async fn put_in_project(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        item: table::Item,
    ) -> Result<(), StoreError> {
        let at = table::key(keys::owner(owner), keys::project(project));
        let mut pauses = table::pauses();
        loop {
            let there = "attribute_exists(pk)";
            let writes = vec![
                Write { part: (), item: self.check_item(at.clone(), there, Expression::new()) },
                Write { part: (), item: self.put_item(item.clone(), None, Expression::new()) },
            ];
            match self.transact(writes).await {
                Ok(()) => return Ok(()),
                Err(Refusal::Failed(error)) => return Err(error),
                Err(Refusal::Conditions(_)) => return Err(StoreError::not_found("project", project)),
                Err(Refusal::Busy) => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(StoreError::Contention { attempts: table::TRIES }),
                },
            }
        }
    }
}
