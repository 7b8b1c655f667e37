//! A person's edit carried into a newly generated version.
//!
//! Three texts meet: what was generated when the person edited (`base`), what the person made of it (`yours`), and what is
//! generated now (`generated`). [`merge`] says what the file is to be. Where both changed the same lines the person's text
//! stays whole, and the conflict is told with both: marks within a file would break the repository's own checks. Lines are
//! merged by `similar`. Whether a file may be run is the person's to say, whatever becomes of its text.

use design::repository::{ConflictKind, EditConflict};
use run::{body::BodyRef, edit::FileEdit};
use similar::TextMerge;

use crate::{Bodies, MissingBody, files::text};

/// A file as it is generated now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated<'a> {
    /// Its content.
    pub body: &'a BodyRef,
    /// True where it may be run.
    pub executable: bool,
}

/// What becomes of an edited file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The file's content; `None` where there is to be no file.
    pub content: Option<Content>,
    /// What the next version takes over; `None` where the generated file says the same by itself.
    pub carried: Option<FileEdit>,
    /// What could not be brought together.
    pub conflict: Option<EditConflict>,
}

/// A content that is stored already, or a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// It is stored.
    Stored(BodyRef),
    /// Both changed other lines: this has the changes of both.
    Both(String),
}

/// The bodies that [`merge`] looks into; none where a hash says it all.
pub fn needed(edit: &FileEdit, generated: Option<&BodyRef>) -> Vec<BodyRef> {
    match (&edit.base, &edit.body, generated) {
        (Some(base), Some(yours), Some(generated)) if three(base, yours, generated) => {
            vec![base.clone(), yours.clone(), generated.clone()]
        }
        _ => Vec::new(),
    }
}

fn three(base: &BodyRef, yours: &BodyRef, generated: &BodyRef) -> bool {
    base != yours && yours != generated && generated != base
}

/// Brings an edit and the newly generated file together; `generated` is `None` where none is generated.
///
/// # Errors
/// When a body that [`needed`] names is not among `bodies`.
pub fn merge(edit: &FileEdit, generated: Option<Generated<'_>>, bodies: &Bodies) -> Result<Merged, MissingBody> {
    let mut merged = contents(edit, generated.map(|file| file.body), bodies)?;
    // Where the text is the generated one, the permission alone can still be the person's. A permission keeps no file
    // that nobody writes any more.
    if let (None, Some(_), Some(file)) = (&merged.carried, &edit.body, generated)
        && edit.executable != file.executable
    {
        let body = Some(file.body.clone());
        merged.carried = Some(FileEdit { body: body.clone(), base: body, ..edit.clone() });
    }
    Ok(merged)
}

/// What becomes of the content alone.
fn contents(edit: &FileEdit, generated: Option<&BodyRef>, bodies: &Bodies) -> Result<Merged, MissingBody> {
    let conflict = |kind| EditConflict {
        path: edit.path.clone(),
        kind,
        yours: edit.body.clone(),
        generated: generated.cloned(),
        base: edit.base.clone(),
        by: edit.by.clone(),
    };
    let keep = |base: Option<&BodyRef>, conflict| Merged {
        content: edit.body.clone().map(Content::Stored),
        carried: Some(FileEdit { base: base.cloned(), ..edit.clone() }),
        conflict,
    };
    let generated_alone = || Merged { content: generated.cloned().map(Content::Stored), carried: None, conflict: None };
    Ok(match (&edit.base, &edit.body, generated) {
        // It was taken out, and nobody writes it any more.
        (_, None, None) => generated_alone(),
        (Some(base), None, Some(generated)) if base == generated => keep(Some(generated), None),
        (base, None, Some(_)) => keep(base.as_ref(), Some(conflict(ConflictKind::RemovedButGenerated))),
        (None, Some(_), None) => keep(None, None),
        (Some(base), Some(yours), None) if base == yours => generated_alone(),
        (Some(base), Some(_), None) => keep(Some(base), Some(conflict(ConflictKind::NoLongerGenerated))),
        (_, Some(yours), Some(generated)) if yours == generated => generated_alone(),
        (None, Some(_), Some(_)) => keep(None, Some(conflict(ConflictKind::BothAdded))),
        (Some(base), Some(yours), Some(_)) if base == yours => generated_alone(),
        (Some(base), Some(_), Some(generated)) if base == generated => keep(Some(base), None),
        (Some(base), Some(yours), Some(generated)) => {
            let body = |body: &BodyRef| bodies.get(&body.sha256).ok_or_else(|| MissingBody(body.sha256.clone()));
            match lines(body(base)?, body(yours)?, body(generated)?) {
                Some(both) => Merged {
                    carried: Some(FileEdit {
                        body: Some(BodyRef::of(both.as_bytes())),
                        base: Some(generated.clone()),
                        ..edit.clone()
                    }),
                    content: Some(Content::Both(both)),
                    conflict: None,
                },
                // The base stays, so that the conflict is told until a person has settled it.
                None => keep(Some(base), Some(conflict(ConflictKind::BothChanged))),
            }
        }
    })
}

/// The text with the changes of both; `None` where they contradict each other, or one is no text.
fn lines(base: &[u8], yours: &[u8], generated: &[u8]) -> Option<String> {
    let (base, yours, generated) = (text(base)?, text(yours)?, text(generated)?);
    let merged = TextMerge::from_lines(base, yours, generated);
    (!merged.is_conflicted()).then(|| merged.to_string())
}
