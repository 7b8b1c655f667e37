//! Sensitivity of the data: what it is called, what is said of it, and what it tells of persons.

use design::constraint::{ConstraintField, DataClass};

use crate::{
    confidence::{COMPETING, CUE, EXPLICIT, IMPLIED, Weigher},
    field::topic::{Topic, parse, topics},
    reader::{Clash, Found, Reader},
    text::Span,
};

/// Weight of a class that is said of the data: as much as a phrase that names both.
const SAID_OF_DATA: f64 = 0.9;
/// Most tokens between "classification" and the class.
const LABEL_DISTANCE: usize = 5;
/// Most tokens between "public" and what is: "public regional court rulings".
const DESCRIBED_WITHIN: usize = 3;
/// Most tokens between two things by which a person is known: "names, and the e-mail addresses".
const IDENTIFIED_WITHIN: usize = 4;
/// Most tokens between what a person is known by and the person: "the names of all the insured".
const OF_PERSON_WITHIN: usize = 4;

/// Sensitivity of the data: the strictest class that is said; classes that are only implied give way to a denial.
pub fn data_class(reader: &Reader) -> (Option<Found<DataClass>>, Option<Clash>) {
    let labels = labelled(reader);
    if let Some((value, label, cue)) = labels.first().copied() {
        // "Classification: public. … in our restricted class.", "The texts are public. … treated as restricted.": one of
        // the two is wrong.
        let public = reader.said("data_class").filter(|hit| hit.meaning.weight >= 0.8 && hit.meaning.value == "public");
        let public = public.map(|hit| (DataClass::Public, hit.span));
        let mut said = labels.iter().map(|(value, label, _)| (*value, *label)).chain(predicated(reader)).chain(public);
        let other = said.find(|(rival, span)| {
            let (lower, upper) = (value.min(*rival), value.max(*rival));
            let apart = reader.document.sentence(span.from) != reader.document.sentence(label.from);
            lower == DataClass::Public && upper >= DataClass::Confidential && apart
        });
        if let Some((rival, span)) = other {
            let clash = Clash {
                fields: vec![ConstraintField::DataClass],
                spans: vec![label, span],
                explanation: "The data is given two classes, one of them public.".to_owned(),
                resolution: "The stricter class is planned for.".to_owned(),
            };
            let weigher = Weigher::default()
                .support(format!("class named “{}”", reader.document.quote(label)), EXPLICIT)
                .penalty("another class is named", COMPETING);
            let spans = vec![label, span];
            return (Some(Found { value: value.max(rival), spans, weigher, derivation: None }), Some(clash));
        }
        let words = reader.document.quote(label);
        let weigher = Weigher::default()
            .support(format!("class named “{words}”"), EXPLICIT)
            .support(format!("said of the class “{}”", reader.document.quote(cue)), CUE);
        let weigher = reader.weigh(weigher, None, label.from);
        return (Some(Found { value, spans: vec![label, cue], weigher, derivation: None }), None);
    }
    let denied: Vec<(DataClass, Span)> = reader
        .hits
        .of("data_class")
        // "Instead of card numbers" tells nothing of what there is; "no personal data" does.
        .filter(|hit| {
            let no = |cue: Span| {
                matches!(
                    reader.document.lower(cue.from),
                    "no" | "not"
                        | "without"
                        | "none"
                        | "nothing"
                        | "kein"
                        | "keine"
                        | "keinen"
                        | "keinerlei"
                        | "nicht"
                        | "ohne"
                        | "pas"
                        | "sans"
                        | "aucune"
                        | "aucun"
                        | "sin"
                        | "ningún"
                        | "ninguna"
                        | "non"
                        | "senza"
                        | "não"
                        | "nem"
                        | "sem"
                        | "geen"
                        | "niet"
                        | "zonder"
                        | "don't"
                        | "doesn't"
                        | "do"
                        | "does"
                        | "never"
                        | "isn't"
                        | "aren't"
                )
            };
            hit.negated.is_some_and(no) && hit.meaning.weight >= 1.0
        })
        .filter_map(|hit| {
            let span = hit.negated.map_or(hit.span, |cue| cue.hull(hit.span));
            Some((parse(&hit.meaning.value)?, span))
        })
        .collect();
    let is_denied = |class: DataClass| denied.iter().any(|(other, _)| *other == class);
    // `wrapping` everything into one list keeps "anonymised patient data" strict: who says so may be wrong.
    let mut topics = topics::<DataClass>(reader, "data_class", |hit| {
        // "Faces are blurred on the camera": nobody is known by them.
        let masked = hit.meaning.weight < 1.0
            && reader
                .hits
                .in_clause(&reader.document, "masked", hit.span.from)
                .any(|masked| masked.negated.is_none() && masked.span.distance(hit.span) <= LABEL_DISTANCE);
        !masked && parse(&hit.meaning.value).is_some_and(|class| !is_denied(class) || hit.meaning.weight >= 1.0)
    });
    for (value, span) in predicated(reader).into_iter().chain(published(reader)).chain(of_persons(reader)) {
        match topics.iter_mut().find(|topic| topic.value == value) {
            Some(topic) => topic.weight += SAID_OF_DATA,
            None => topics.push(Topic { value, weight: SAID_OF_DATA, hits: vec![(span, SAID_OF_DATA)] }),
        }
    }
    topics.retain(|topic| topic.weight >= 0.3);
    topics.sort_by_key(|topic| std::cmp::Reverse(topic.value));
    let Some(best) = topics.first() else {
        let Some((_, span)) = denied.first().copied() else { return (None, None) };
        let weigher =
            Weigher::default().support("said to hold none", CUE).penalty("what it holds instead is not said", IMPLIED);
        let derivation = Some(format!("“{}”: nothing of persons, so internal is assumed", reader.document.quote(span)));
        return (Some(Found { value: DataClass::Internal, spans: vec![span], weigher, derivation }), None);
    };
    let explicit = best.hits.iter().any(|(_, weight)| *weight >= 0.79);
    let mut weigher = Weigher::default();
    for (span, weight) in best.hits.iter().take(3) {
        weigher = weigher.support(format!("“{}”", reader.document.quote(*span)), (0.9 * weight).min(0.9));
    }
    let milder = topics.iter().skip(1).find(|topic| topic.value <= DataClass::Internal && topic.weight >= 0.8);
    if let Some(milder) = milder {
        weigher = weigher.penalty(format!("“{}” says less", reader.document.quote(milder.hits[0].0)), 0.8);
    }
    let at = best.hits.first().map_or(0, |(span, _)| span.from);
    // "The data is public. It contains patient records": one of the two is wrong.
    let sentence = |span: Span| reader.document.sentence(span.from);
    let clash = topics
        .iter()
        .find(|topic| topic.value == DataClass::Public && best.value >= DataClass::Pii && topic.weight >= 0.8)
        .filter(|public| best.weight >= 0.9 && sentence(public.hits[0].0) != sentence(best.hits[0].0))
        .map(|public| Clash {
            fields: vec![ConstraintField::DataClass],
            spans: vec![public.hits[0].0, best.hits[0].0],
            explanation: format!(
                "The data is said to be public, but “{}” is none of the public's.",
                reader.document.quote(best.hits[0].0)
            ),
            resolution: "The stricter class is planned for.".to_owned(),
        });
    let weigher = reader.weigh(weigher, None, at).penalty_if(!explicit, "implied, not named", 0.85);
    let words = reader.document.quote(best.hits[0].0);
    let derivation = (!explicit).then(|| format!("“{words}” implies this class"));
    let found = Found {
        value: best.value,
        spans: best.hits.iter().take(3).map(|(span, _)| *span).collect(),
        weigher,
        derivation,
    };
    (Some(found), clash)
}

/// Classes that are named as one: "data classification: restricted", "classified as internal", "our restricted class".
fn labelled(reader: &Reader) -> Vec<(DataClass, Span, Span)> {
    let named = reader.said("class_label").filter_map(|label| {
        // "Our restricted class", "als vertraulich eingestuft".
        let word = ["class_word", "class_cue"].into_iter().find_map(|group| reader.hits.at(group, label.span.to))?;
        let owned = label.span.from.checked_sub(1).is_some_and(|at| {
            matches!(
                reader.document.lower(at),
                "our" | "the" | "unsere" | "unserer" | "notre" | "la" | "nuestra" | "als" | "comme" | "como"
            )
        });
        owned.then_some((parse(&label.meaning.value)?, label.span, word.span))
    });
    let cued = reader.said("class_cue").filter_map(|cue| {
        let label = reader
            .hits
            .within("class_label", Span::new(cue.span.to, cue.span.to + LABEL_DISTANCE))
            .filter(|label| {
                label.negated.is_none()
                    && reader.document.sentence(label.span.from) == reader.document.sentence(cue.span.from)
            })
            .min_by_key(|label| label.span.from)?;
        // "Classification of public documents" classifies documents.
        let linked = (cue.span.to..label.span.from).all(|at| {
            reader.hits.at("class_link", at).is_some() || !reader.document.lower(at).chars().any(char::is_alphanumeric)
        });
        let next = reader.document.lower(label.span.to);
        let ends = next.is_empty()
            || !next.chars().next().is_some_and(char::is_alphabetic)
            || matches!(
                next,
                "data" | "and" | "und" | "et" | "y" | "because" | "as" | "under" | "level" | "only" | "with" | "since"
            );
        (linked && (ends || label.span.from > cue.span.to)).then_some((
            parse(&label.meaning.value)?,
            label.span,
            cue.span,
        ))
    });
    cued.chain(named).collect()
}

/// "The data is strictly internal": a class that is said of the data in so many words.
fn predicated(reader: &Reader) -> Vec<(DataClass, Span)> {
    let document = &reader.document;
    let said = reader.said("class_label").filter_map(|label| {
        let value = parse(&label.meaning.value)?;
        // From the label back to the data there is a verb, and nothing but small words beside it.
        let from = label.span.from.saturating_sub(LABEL_DISTANCE);
        let subject = reader.hits.within("class_subject", Span::new(from, label.span.from)).last()?;
        let mut between = subject.span.to..label.span.from;
        let verb = between.clone().any(|at| reader.hits.at("class_verb", at).is_some());
        // "Client files are 'restricted' under our policy": the class may be quoted.
        let quoted = |at: usize| matches!(document.lower(at), "'" | "‘" | "’" | "‚" | "‹" | "›");
        let small = between.all(|at| {
            quoted(at) || ["class_verb", "class_link", "only"].iter().any(|group| reader.hits.at(group, at).is_some())
        });
        let next = document.token(label.span.to);
        let ends = next.is_none_or(|next| {
            next.sentence != document.sentence(label.span.from)
                || !next.lower.starts_with(char::is_alphabetic)
                || reader.hits.at("class_end", label.span.to).is_some()
        });
        // "Images publiques": the languages that put it behind the noun need no verb.
        // "Imágenes de satélite públicas".
        let described = subject.span.to + 2 == label.span.from
            && matches!(document.lower(subject.span.to), "de" | "du" | "des" | "di" | "da" | "do");
        let behind = (subject.span.to == label.span.from || described)
            && matches!(reader.hits.languages.main(), Some("fr" | "es" | "it" | "pt"));
        // `| Data | internal |`
        let keyed = subject.span.to < label.span.from
            && (subject.span.to..label.span.from).all(|at| matches!(document.lower(at), "|" | ":" | "="));
        let (verb, small) = (verb || behind || keyed, small || keyed);
        let together = document.sentence(subject.span.from) == document.sentence(label.span.from);
        (verb && (small || described) && ends && together).then(|| (value, subject.span.hull(label.span)))
    });
    said.chain(in_brackets(reader)).collect()
}

/// "Satellite tiles (public, from Sentinel)": a class that is an item in the brackets behind some data.
fn in_brackets(reader: &Reader) -> impl Iterator<Item = (DataClass, Span)> {
    let document = &reader.document;
    reader.said("class_label").filter_map(move |label| {
        let item = matches!(document.lower(label.span.from.checked_sub(1)?), "(" | ",")
            && matches!(document.lower(label.span.to), ")" | ",");
        let from = label.span.from.saturating_sub(LABEL_DISTANCE);
        let open = (from..label.span.from).rev().find(|at| document.lower(*at) == "(")?;
        let closed = (open..label.span.from).any(|at| document.lower(at) == ")");
        let before = open.checked_sub(1)?;
        let data = reader.hits.before("class_subject", open).is_some()
            || reader.hits.before("noun", open).is_some()
            || document.lower(before).ends_with('s');
        (item && data && !closed).then_some((parse(&label.meaning.value)?, label.span))
    })
}

/// "Public court rulings": a class before the thing, in the languages that put it there.
fn published(reader: &Reader) -> impl Iterator<Item = (DataClass, Span)> {
    let document = &reader.document;
    reader.said("class_label").filter_map(move |label| {
        let value: DataClass = parse(&label.meaning.value)?;
        let behind = Span::new(label.span.to, label.span.to + DESCRIBED_WITHIN);
        let thing = reader.hits.within("class_subject", behind).next()?;
        let words = (label.span.to..thing.span.from).all(|at| {
            let word = document.lower(at);
            word.chars().all(char::is_alphabetic)
                && ["negation", "class_verb", "class_end", "time", "public_of_else"]
                    .iter()
                    .all(|group| reader.hits.at(group, at).is_none())
        });
        let together = document.sentence(thing.span.from) == document.sentence(label.span.from);
        let fits = value == DataClass::Public && words && together && label.meaning.value == "public";
        // "The classification of public documents" sorts them.
        let sorted = label.span.from > 1
            && matches!(document.lower(label.span.from - 1), "of" | "von")
            && reader.hits.before("class_cue", label.span.from - 1).is_some();
        (fits && !sorted).then(|| (value, label.span.hull(thing.span)))
    })
}

/// "Names and addresses", "donors' e-mails", "the number plates of the insured": what a person is known by.
fn of_persons(reader: &Reader) -> impl Iterator<Item = (DataClass, Span)> {
    let document = &reader.document;
    reader.said("identifier").filter_map(move |one| {
        let sentence = document.sentence(one.span.from);
        let small = |from: usize, to: usize| {
            (from..to).all(|at| {
                let word = document.lower(at);
                !word.chars().any(char::is_alphanumeric)
                    || crate::field::team::is_and(reader, at)
                    || reader.hits.at("article", at).is_some()
                    || matches!(
                        word,
                        "of" | "the"
                            | "their"
                            | "all"
                            | "our"
                            | "der"
                            | "die"
                            | "den"
                            | "des"
                            | "von"
                            | "unserer"
                            | "unsere"
                            | "ihre"
                            | "de"
                            | "nos"
                            | "leurs"
                            | "les"
                            | "la"
                            | "le"
                            | "los"
                            | "las"
                            | "sus"
                            | "nuestros"
                            | "di"
                            | "dei"
                            | "degli"
                            | "delle"
                            | "gli"
                            | "i"
                            | "do"
                            | "dos"
                            | "das"
                            | "os"
                            | "as"
                            | "van"
                            | "onze"
                            | "hun"
                            | "or"
                            | "oder"
                            | "ou"
                            | "o"
                    )
            })
        };
        let same = |span: Span| document.sentence(span.from) == sentence;
        let behind = |reach: usize| Span::new(one.span.to, one.span.to + reach);
        let masked = reader
            .hits
            .in_clause(document, "masked", one.span.from)
            .any(|masked| masked.negated.is_none() && masked.span.distance(one.span) <= 2 * LABEL_DISTANCE);
        let pair = reader.hits.within("identifier", behind(IDENTIFIED_WITHIN)).find(|other| {
            other.meaning.value != one.meaning.value && same(other.span) && small(one.span.to, other.span.from)
        });
        let of = reader
            .hits
            .within("person_word", behind(OF_PERSON_WITHIN))
            .find(|person| same(person.span) && person.span.from > one.span.to && small(one.span.to, person.span.from));
        // "Donors' e-mails", "clients' names and holdings".
        let owner = || {
            let apostrophe = one.span.from.checked_sub(1)?;
            let owner = reader.hits.before("person_word", apostrophe).filter(|_| {
                matches!(document.lower(apostrophe), "'" | "’") && document.glued(apostrophe.saturating_sub(1))
            });
            owner.or_else(|| {
                reader.hits.before("person_word", one.span.from).filter(|_| is_possessive(reader, one.span.from))
            })
        };
        let found = pair.or(of).or_else(owner).filter(|_| !masked)?;
        Some((DataClass::Pii, one.span.hull(found.span)))
    })
}

/// "Clients' names": the word before is a possessive, whose sign the tokenizer took off.
fn is_possessive(reader: &Reader, at: usize) -> bool {
    let Some(owner) = at.checked_sub(1) else { return false };
    let token = &reader.document.tokens[owner];
    let taken_off = (token.end - token.start) as usize > token.text.chars().count();
    taken_off || matches!(token.lower.as_str(), "customer" | "client" | "patient")
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn two_people_who_name_two_classes_contradict_each_other() {
        let set = extract("Data classification: PUBLIC. The letters fall in our RESTRICTED class.").constraints;
        assert_eq!(set.conflicts.len(), 1);
        assert_eq!(set.data_class.map(|stated| stated.value), Some(design::constraint::DataClass::Restricted));
    }

    #[test]
    fn blurred_faces_are_no_persons_and_brackets_name_classes() {
        let class = |text: &str| extract(text).constraints.data_class.map(|stated| stated.value);
        assert_eq!(class("Pictures of streets, faces are blurred on the camera."), None);
        assert_eq!(
            class("Satellite tiles (public, from Sentinel) are classified."),
            Some(design::constraint::DataClass::Public)
        );
    }

    #[test]
    fn what_everybody_may_read_is_public_in_all_languages() {
        let class = |text: &str| extract(text).constraints.data_class.map(|stated| stated.value);
        for text in [
            "An LLM that reads public appeal rulings and sums them up.",
            "The manuals it answers from are on our public website anyway.",
            "Der Bot antwortet aus den Satzungen, die für jeden einsehbar sind.",
            "L'assistant s'appuie sur les procès-verbaux, publiés en ligne depuis dix ans.",
            "Las fotos aéreas son de libre acceso y el modelo busca piscinas.",
            "Il modello legge i bandi di gara, che sono di pubblico dominio.",
            "O modelo lê os editais, que são publicados na internet todos os dias.",
            "Het model leest raadsbesluiten, die zijn openbaar.",
        ] {
            assert_eq!(class(text), Some(design::constraint::DataClass::Public), "{text}");
        }
        for text in [
            "We forecast public transport data for the next hour.",
            "The chatbot sits on the intranet of a public hospital.",
        ] {
            assert_eq!(class(text).filter(|class| *class == design::constraint::DataClass::Public), None, "{text}");
        }
    }

    #[test]
    fn what_a_person_is_known_by_is_personal_data() {
        let class = |text: &str| extract(text).constraints.data_class.map(|stated| stated.value);
        for text in [
            "The letters hold names and home addresses.",
            "The donors' e-mails are used.",
            "In den Schreiben stehen Namen und Anschriften.",
            "Le fichier contient les noms des adhérents.",
            "El fichero incluye nombres, direcciones y matrículas.",
            "Il file contiene i nomi e le targhe degli automobilisti.",
            "Os nomes dos associados ficam no sistema.",
            "Er staan namen en adressen van huurders in.",
            "The contracts name private individuals.",
        ] {
            assert_eq!(class(text), Some(design::constraint::DataClass::Pii), "{text}");
        }
        assert_eq!(class("The names of the columns and tables are in the wiki."), None);
        assert_eq!(class("Surnames and phone numbers are removed before training."), None);
    }

    #[test]
    fn medical_papers_are_health_data() {
        let class = |text: &str| extract(text).constraints.data_class.map(|stated| stated.value);
        for text in [
            "It reads discharge letters.",
            "Es liest Entlassbriefe und fasst sie zusammen.",
            "Le modèle trie les feuilles de soins.",
            "El modelo resume informes de alta.",
            "Il modello legge i referti e le lettere di dimissione.",
            "O modelo lê laudos médicos.",
            "Het model leest ontslagbrieven van de afdeling.",
        ] {
            assert_eq!(class(text), Some(design::constraint::DataClass::Phi), "{text}");
        }
    }
}
