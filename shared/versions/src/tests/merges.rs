//! Edits that meet a newly generated text.

use design::repository::ConflictKind;
use run::{body::BodyRef, edit::FileEdit, gate::Actor};

use crate::{
    Bodies,
    merge::{Content, Generated, Merged, merge, needed},
};

const BASE: &str = "one\ntwo\nthree\nfour\nfive\n";

/// Base, the person's text, what is generated now; `None` where there is no file.
fn check(base: Option<&str>, yours: Option<&str>, generated: Option<&str>) -> Merged {
    check_permission((base, yours, generated), false, false)
}

/// The same, with the permission that the person gave and the one that is generated.
fn check_permission(
    (base, yours, generated): (Option<&str>, Option<&str>, Option<&str>),
    executable: bool,
    is_generated_so: bool,
) -> Merged {
    let mut bodies = Bodies::new();
    let mut body = |text: Option<&str>| {
        text.map(|text| {
            let body = BodyRef::of(text.as_bytes());
            bodies.insert(body.sha256.clone(), text.as_bytes().to_vec());
            body
        })
    };
    let (base, yours, generated) = (body(base), body(yours), body(generated));
    let edit = FileEdit {
        path: "a.py".into(),
        body: yours,
        base,
        executable,
        by: Actor { name: "Ada".into() },
        at: "2026-11-21T00:00:00Z".parse().unwrap(),
    };
    let wanted = needed(&edit, generated.as_ref());
    bodies.retain(|sha256, _| wanted.iter().any(|body| body.sha256 == *sha256));
    let generated = generated.as_ref().map(|body| Generated { body, executable: is_generated_so });
    merge(&edit, generated, &bodies).unwrap()
}

fn content(merged: &Merged) -> Option<BodyRef> {
    merged.content.as_ref().map(|content| match content {
        Content::Stored(body) => body.clone(),
        Content::Both(text) => BodyRef::of(text.as_bytes()),
    })
}

fn is(merged: &Merged, text: &str) -> bool {
    content(merged) == Some(BodyRef::of(text.as_bytes()))
}

#[test]
fn changes_of_other_lines_are_brought_together() {
    let yours = BASE.replace("two", "2");
    let generated = BASE.replace("five", "5");
    let merged = check(Some(BASE), Some(&yours), Some(&generated));
    assert!(is(&merged, "one\n2\nthree\nfour\n5\n") && merged.conflict.is_none());
    let carried = merged.carried.unwrap();
    assert_eq!(
        carried.base,
        Some(BodyRef::of(generated.as_bytes())),
        "the next merge starts from what was generated now"
    );
    assert_eq!(carried.body, Some(BodyRef::of(b"one\n2\nthree\nfour\n5\n")));
}

#[test]
fn what_contradicts_keeps_the_persons_text_without_marks() {
    let (yours, generated) = (BASE.replace("two", "mine"), BASE.replace("two", "theirs"));
    let merged = check(Some(BASE), Some(&yours), Some(&generated));
    assert!(is(&merged, &yours));
    let conflict = merged.conflict.unwrap();
    assert_eq!(conflict.kind, ConflictKind::BothChanged);
    assert_eq!(conflict.generated, Some(BodyRef::of(generated.as_bytes())));
    assert_eq!(merged.carried.unwrap().base, Some(BodyRef::of(BASE.as_bytes())), "told again until it is settled");
    let binary = check(Some("a\0"), Some("b\0"), Some("c\0"));
    assert!(is(&binary, "b\0") && binary.conflict.is_some());
}

#[test]
fn every_other_meeting_loses_nothing() {
    let yours = BASE.replace("two", "2");
    let generated = BASE.replace("five", "5");
    // Nothing new was generated.
    let same = check(Some(BASE), Some(&yours), Some(BASE));
    assert!(is(&same, &yours) && same.conflict.is_none() && same.carried.is_some());
    // What is generated says the same by now, or nothing was edited after all.
    for (base, yours) in [(Some(BASE), generated.as_str()), (Some(BASE), BASE), (None, generated.as_str())] {
        let merged = check(base, Some(yours), Some(&generated));
        assert!(is(&merged, &generated) && merged.conflict.is_none() && merged.carried.is_none());
    }
    // A file that the person added.
    let added = check(None, Some(&yours), None);
    assert!(is(&added, &yours) && added.conflict.is_none() && added.carried.is_some());
    let both = check(None, Some(&yours), Some(&generated));
    assert!(is(&both, &yours));
    assert_eq!(both.conflict.unwrap().kind, ConflictKind::BothAdded);
    // A file that is generated no longer.
    let orphan = check(Some(BASE), Some(&yours), None);
    assert!(is(&orphan, &yours) && orphan.carried.is_some());
    assert_eq!(orphan.conflict.unwrap().kind, ConflictKind::NoLongerGenerated);
    // A file that the person took out.
    let out = check(Some(BASE), None, Some(BASE));
    assert!(out.content.is_none() && out.conflict.is_none() && out.carried.is_some());
    let changed = check(Some(BASE), None, Some(&generated));
    assert!(changed.content.is_none() && changed.carried.is_some());
    assert_eq!(changed.conflict.unwrap().kind, ConflictKind::RemovedButGenerated);
    let gone = check(Some(BASE), None, None);
    assert!(gone.content.is_none() && gone.carried.is_none() && gone.conflict.is_none());
}

#[test]
fn a_permission_is_an_edit_of_its_own() {
    let generated = BASE.replace("five", "5");
    // The text is as it was generated, as it is generated now, or both.
    for base in [BASE, &generated] {
        for yours in [BASE, &generated] {
            for executable in [true, false] {
                let merged = check_permission((Some(base), Some(yours), Some(&generated)), executable, !executable);
                let carried = merged.carried.clone().unwrap();
                assert_eq!(carried.executable, executable);
                if base == yours || yours == generated {
                    assert!(is(&Merged { carried: None, ..merged.clone() }, &generated) && merged.conflict.is_none());
                    assert_eq!(carried.body, carried.base, "the text stays what is generated, whatever comes next");
                }
                let same = check_permission((Some(base), Some(base), Some(&generated)), executable, executable);
                assert!(same.carried.is_none(), "nothing was edited");
            }
        }
    }
    // With a text of their own the person's permission goes along.
    let yours = BASE.replace("two", "2");
    for text in [BASE, &generated] {
        let merged = check_permission((Some(BASE), Some(&yours), Some(text)), true, false);
        assert!(merged.carried.unwrap().executable && merged.conflict.is_none());
    }
    // A permission alone keeps no file that is generated no longer.
    let gone = check_permission((Some(BASE), Some(BASE), None), true, false);
    assert!(gone.content.is_none() && gone.carried.is_none());
}
