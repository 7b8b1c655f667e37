//! What a text takes back itself: "5k a month? No wait, 4k", "quarterly … actually monthly", "forget the 200 ms".
//!
//! A phrase of the group `correction` stands between the value that was meant wrongly and the right one. The value
//! before it takes the number behind it, and keeps its place, because the words around it tell what both are: the later
//! word of the same writer is no contradiction. A correction of value `note` ("Edit:", "Update:") may stand far from
//! what it corrects; it takes back only what the same words speak of. One of value `forget` takes back the value behind
//! it, wherever it is said.

use crate::{
    lexicon::{CITY, Hit, Hits, PLACE, REGION, TOOL, is_turn},
    measure::{Measure, Noun, Unit},
    number::Bound,
    text::{Document, Span},
};

/// Most tokens between a value and the phrase that corrects it.
const NEAR: usize = 14;
/// The same for a word such as "well", which seldom corrects anything.
const BESIDE: usize = 2;
/// Most tokens between "forget" and what is forgotten.
const FORGOTTEN: usize = 5;
/// Tokens around a correction in which the corrected number is an echo of it: "200 ms. – Two hundred? – Sorry, 300".
const ECHO: usize = 40;
/// Groups of names that can be taken back.
const NAMES: [&str; 9] = [REGION, CITY, PLACE, TOOL, "cloud", "platform", "period", "retrain_mode", "model_type"];
/// Groups of places, each of which takes back one of the others.
const PLACES: [&str; 3] = [REGION, CITY, PLACE];
/// Words that tell what a value is about, by which a note finds what it corrects.
const SUBJECTS: [&str; 5] = ["cue.budget", "cue.latency", "cue.throughput", "cue.availability", "cue.team"];

/// Puts right the measures that the text corrects, and takes out those that it takes back.
pub fn of_measures(document: &Document, hits: &Hits, measures: &mut Vec<Measure>) {
    drop_denied(document, hits, measures);
    drop_lowered(hits, measures);
    drop_not(document, hits, measures);
    drop_replaced(document, hits, measures);
    let mut mistaken = false;
    for cue in hits.of("correction") {
        if cue.meaning.value == "near" && replaced_before(document, measures, cue.span) {
            continue;
        }
        let Some(later) = measures.iter().position(|measure| measure.span.from >= cue.span.to) else { continue };
        let way = measures[later].span.from - cue.span.to;
        if cue.meaning.value == "forget" {
            if way <= FORGOTTEN {
                let gone = measures[later].clone();
                measures.retain(|measure| !same_value(measure, &gone));
            }
            continue;
        }
        if cue.meaning.value == "mistaken" {
            // Once is enough: what is said behind it stands.
            if !mistaken {
                replace_all(document, hits, measures, cue.span);
                mistaken = true;
            }
            continue;
        }
        // "Four seconds. Well, five": only what stands right beside the word on both sides.
        // "The target is 400 ms, yes? – Nope, 250.": the answer to the question that has the number.
        let answers = cue.meaning.value == "next"
            && hits.at("no_alone", cue.span.from).is_some()
            && document.sentence_span(cue.span.from).from + 1 >= cue.span.from
            && document.sentence_span(cue.span.from).from.checked_sub(1).is_some_and(|end| document.lower(end) == "?");
        let reach = if cue.meaning.value == "next" && !answers { BESIDE } else { NEAR };
        // "Scratch that, make it 6k" is one correction in two phrases.
        let done = measures.iter().any(|measure| measure.span.overlaps(cue.span));
        if way > reach || done {
            continue;
        }
        let note = cue.meaning.value == "note";
        let earlier = measures[..later].iter().rposition(|earlier| {
            let near =
                cue.span.from - earlier.span.to.min(cue.span.from) <= reach && is_beside(document, earlier, cue.span);
            let meant = note && same_subject(document, hits, earlier, &measures[later]) || !note && near;
            let counted = matches!(earlier.unit, Unit::Bare | Unit::Rate(_));
            let fits = match cue.meaning.value.as_str() {
                "now" => {
                    let right = &measures[later];
                    let alike = matches!(right.unit, Unit::Bare | Unit::Rate(_));
                    counted && alike && !is_person(right) && !is_person(earlier)
                }
                _ => true,
            };
            meant && fits && same_kind(earlier, &measures[later])
        });
        if let Some(earlier) = earlier {
            // "A hundred thousand a day – no, a hundred thousand was before the merger. Now it is …": the first has the
            // period.
            let whole = measures[..earlier].iter().rposition(|other| {
                let wrong = &measures[earlier];
                wrong.period.is_none()
                    && other.period.is_some()
                    && other.span.distance(wrong.span) <= NEAR
                    && same_value(other, wrong)
            });
            replace(measures, whole.unwrap_or(earlier), later, cue.span);
        }
    }
}

/// "Four engineers… five actually": the word stands behind the right number, and nothing between the two.
fn replaced_before(document: &Document, measures: &mut Vec<Measure>, cue: Span) -> bool {
    let actually = matches!(document.lower(cue.from), "actually" | "eigentlich" | "en" | "sorry" | "rather");
    let Some(right) = measures.iter().position(|measure| measure.span.to == cue.from) else { return false };
    let Some(wrong) = right.checked_sub(1) else { return false };
    let (before, here) = (&measures[wrong], &measures[right]);
    let apart = (before.span.to..here.span.from)
        .all(|at| matches!(document.lower(at), "." | "," | "…" | "-" | "–" | "—" | "no"));
    let near = here.span.from - before.span.to.min(here.span.from) <= NEAR / 4;
    let replaced = actually && apart && near && same_kind(before, here);
    if replaced {
        replace(measures, wrong, right, cue);
    }
    replaced
}

/// "Nicht 200 ms, sondern 150 ms", "not 5k but 4k": the first of the two is denied.
fn drop_denied(document: &Document, hits: &Hits, measures: &mut Vec<Measure>) {
    let mut index = 0;
    while index + 1 < measures.len() {
        let (wrong, right) = (&measures[index], &measures[index + 1]);
        let denied = hits
            .before("negation", wrong.span.from.min(wrong.quantity.whole.from))
            .is_some_and(|hit| hit.meaning.value == "forward" && hit.span.to == hit.span.from + 1);
        let between = wrong.span.to..right.quantity.whole.from;
        let turns =
            between.len() <= 3 && between.clone().any(|at| is_turn(document.lower(at)) || document.lower(at) == "ma");
        if denied && turns && same_kind(wrong, right) {
            measures.remove(index);
        } else {
            index += 1;
        }
    }
}

/// "Cut from $10k to $7k a month": what was before goes, when the two are no range.
fn drop_lowered(hits: &Hits, measures: &mut Vec<Measure>) {
    let mut index = 0;
    while index + 1 < measures.len() {
        let (before, after) = (&measures[index], &measures[index + 1]);
        let opened = hits.before("range_open", before.span.from).is_some_and(|hit| hit.meaning.value == "from");
        let joined = after.span.from.checked_sub(1).is_some_and(|link| {
            link == before.span.to
                && hits
                    .at("range_join", link)
                    .is_some_and(|hit| hit.span.to == after.span.from && hit.meaning.value != "between")
        });
        if opened && joined && same_kind(before, after) && after.quantity.high < before.quantity.low {
            let before = measures.remove(index);
            let after = &mut measures[index];
            after.unit = if after.unit == Unit::Bare { before.unit } else { after.unit };
            after.period = after.period.or(before.period);
            after.corrected = true;
        } else {
            index += 1;
        }
    }
}

/// "99.5 %, not 99.9 %": the second is denied.
fn drop_not(document: &Document, hits: &Hits, measures: &mut Vec<Measure>) {
    let mut index = 0;
    while index + 1 < measures.len() {
        let (right, wrong) = (&measures[index], &measures[index + 1]);
        let begin = wrong.quantity.whole.from.min(wrong.span.from);
        let denied = hits.before("negation", begin).is_some_and(|hit| {
            let comma = hit.span.from.checked_sub(1).is_some_and(|at| document.lower(at) == "," && right.span.to == at);
            comma && hit.meaning.value == "forward" && hit.span.to == hit.span.from + 1
        });
        if denied && same_kind(right, wrong) {
            measures.remove(index + 1);
        } else {
            index += 1;
        }
    }
}

/// "7k instead of 5k USD monthly": what stands behind the word is what it was.
fn drop_replaced(document: &Document, hits: &Hits, measures: &mut Vec<Measure>) {
    let mut index = 0;
    while index + 1 < measures.len() {
        let (new, old) = (&measures[index], &measures[index + 1]);
        let instead = hits.before("negation", old.quantity.whole.from.min(old.span.from)).is_some_and(|hit| {
            new.span.to == hit.span.from
                && matches!(
                    document.lower(hit.span.from),
                    "instead" | "rather" | "statt" | "anstatt" | "au" | "en" | "invece" | "al" | "plutôt"
                )
        });
        let alike = same_kind(new, old) || new.unit == Unit::Bare && new.noun.is_none() && new.period.is_none();
        if instead && alike {
            let old = measures.remove(index + 1);
            let new = &mut measures[index];
            new.unit = if new.unit == Unit::Bare { old.unit } else { new.unit };
            new.period = new.period.or(old.period);
            new.span = new.span.hull(old.span);
            new.corrected = true;
        }
        index += 1;
    }
}

/// True for a number of people.
fn is_person(measure: &Measure) -> bool {
    matches!(measure.noun, Some((Noun::Person | Noun::People, _)))
}

/// "I mixed up the projects. The budget is 8k": what stands behind the phrase stands instead of what was said before of
/// the same thing.
fn replace_all(document: &Document, hits: &Hits, measures: &mut Vec<Measure>, cue: Span) {
    let mut later = measures.iter().position(|measure| measure.span.from >= cue.to).unwrap_or(measures.len());
    while later < measures.len() {
        let right = &measures[later];
        let monthly = |measure: &Measure| {
            matches!(measure.unit, Unit::Money(_)) && measure.period.is_some_and(|period| period.seconds > 100_000.0)
        };
        let before = measures.iter().position(|wrong| {
            wrong.span.to <= cue.from
                && same_kind(wrong, right)
                && (monthly(wrong) && monthly(right) || same_subject(document, hits, wrong, right))
        });
        match before {
            Some(earlier) => replace(measures, earlier, later, cue),
            None => later += 1,
        }
    }
}

/// Gives an earlier measure the number of a later one, which goes.
fn replace(measures: &mut Vec<Measure>, earlier: usize, later: usize, cue: Span) {
    let right = measures.remove(later);
    let wrong = measures[earlier].clone();
    let measure = &mut measures[earlier];
    let quantity = &mut measure.quantity;
    (quantity.low, quantity.high) = (right.quantity.low, right.quantity.high);
    (quantity.approximate, quantity.vague) = (right.quantity.approximate, right.quantity.vague);
    if right.quantity.bound != Bound::Exact {
        quantity.bound = right.quantity.bound;
    }
    if right.unit != Unit::Bare {
        measure.unit = right.unit;
    }
    measure.noun = right.noun.or(measure.noun);
    measure.period = right.period.or(measure.period);
    measure.corrected = true;
    // Words that another number stands between are not its own.
    if right.span.from <= measure.span.to + NEAR {
        measure.span = measure.span.hull(right.span);
    }
    let own = measure.span;
    measures.retain(|other| {
        other.span == own || other.span.distance(cue) > ECHO || other.span.from > own.to || !same_value(other, &wrong)
    });
}

/// The same number in the same unit, or in one that is not said.
fn same_value(a: &Measure, b: &Measure) -> bool {
    let unit =
        a.unit == b.unit || (a.unit == Unit::Bare || b.unit == Unit::Bare) && a.noun.is_none() && b.noun.is_none();
    unit && (a.quantity.high - b.quantity.high).abs() < 1e-9
}

/// The places of names that the text corrects, with their group.
pub fn of_names(document: &Document, hits: &Hits) -> Vec<(&'static str, Span)> {
    let mut gone = Vec::new();
    // "Forget us-west-2": wherever it was named before.
    for cue in hits.of("correction").filter(|cue| cue.meaning.value == "forget") {
        for group in NAMES {
            let named = hits.within(group, Span::new(cue.span.to, cue.span.to + FORGOTTEN)).next();
            let same_sentence = |hit: &&Hit| document.sentence(hit.span.from) == document.sentence(cue.span.from);
            let Some(named) = named.filter(same_sentence) else { continue };
            let same = hits
                .of(group)
                .filter(|hit| hit.meaning.value == named.meaning.value && hit.span.from <= named.span.from);
            gone.extend(same.map(|hit| (group, hit.span)));
        }
    }
    for cue in hits.of("correction").filter(|cue| matches!(cue.meaning.value.as_str(), "near" | "next")) {
        // "Ireland - no, Paris": a small word corrects only what stands right beside it.
        let (before, behind) = if cue.meaning.value == "next" { (BESIDE, BESIDE) } else { (NEAR / 2, NEAR) };
        for group in NAMES {
            let earlier = hits
                .within(group, Span::new(cue.span.from.saturating_sub(before), cue.span.from))
                .filter(|hit| hit.span.to <= cue.span.from)
                .last();
            // A country is corrected by a city, and a city by a code.
            let alike = if PLACES.contains(&group) { &PLACES[..] } else { &[group][..] };
            let behind = Span::new(cue.span.to, cue.span.to + behind);
            let other = alike.iter().any(|alike| {
                let later = hits.within(alike, behind).next();
                later.is_some_and(|later| {
                    earlier.is_some_and(|earlier| (*alike, &later.meaning.value) != (group, &earlier.meaning.value))
                })
            });
            gone.extend(earlier.filter(|_| other).map(|earlier| (group, earlier.span)));
        }
    }
    gone
}

/// True when no whole sentence stands between a value and the correction.
fn is_beside(document: &Document, earlier: &Measure, cue: Span) -> bool {
    document.sentence(cue.from) <= document.sentence(earlier.at()) + 1
}

fn same_kind(a: &Measure, b: &Measure) -> bool {
    let people = |measure: &Measure| matches!(measure.noun, Some((Noun::Person | Noun::People, _)));
    match (a.unit, b.unit) {
        (Unit::Money(_), Unit::Money(_)) | (Unit::Time(_), Unit::Time(_)) | (Unit::Percent, Unit::Percent) => true,
        (Unit::Data(_), Unit::Data(_)) | (Unit::Rate(_), Unit::Rate(_)) => true,
        // "Three engineers, sorry, four": what the second counts is said before.
        (Unit::Bare, Unit::Bare) => b.noun.is_none() || a.noun.is_some() && people(a) == people(b),
        // "Budget 3k, I mean 13k USD": the wrong number had no unit yet.
        (Unit::Bare, Unit::Money(_) | Unit::Time(_) | Unit::Rate(_) | Unit::Percent) => {
            a.noun.is_none() && a.period.is_none() && b.noun.is_none()
        }
        // "4k a month, make that 6k": the unit is said once.
        (Unit::Money(_) | Unit::Time(_) | Unit::Rate(_) | Unit::Percent, Unit::Bare) => b.noun.is_none(),
        (Unit::Money(_) | Unit::Time(_) | Unit::Percent | Unit::Data(_) | Unit::Rate(_) | Unit::Bare, _) => false,
    }
}

fn same_subject(document: &Document, hits: &Hits, a: &Measure, b: &Measure) -> bool {
    SUBJECTS.iter().any(|group| {
        hits.in_sentence(document, group, a.at()).next().is_some()
            && hits.in_sentence(document, group, b.at()).next().is_some()
    })
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    fn budget(text: &str) -> (Option<f64>, usize) {
        let set = extract(text).constraints;
        (set.budget.map(|stated| stated.value.usd_per_month), set.conflicts.len())
    }

    #[test]
    fn the_later_word_wins_and_clashes_with_nothing() {
        for text in [
            "Our budget is $5k a month. No wait, finance says 4k USD a month at most.",
            "Budget: 6k USD a month, scratch that, make it 4k.",
            "Das Budget liegt bei 5.000 USD im Monat, äh nein, 4.000 USD im Monat.",
            "Presupuesto de 3.000 dólares al mes, perdón, 4.000 dólares al mes.",
            "Le budget est de 9 000 dollars par mois, ou plutôt 4 000 dollars par mois.",
        ] {
            assert_eq!(budget(text), (Some(4000.0), 0), "{text}");
        }
        // Without such a phrase, two amounts are a contradiction.
        assert_eq!(budget("The budget is $5k a month. Our budget is $4k a month.").1, 1);
    }

    #[test]
    fn lowered_replaced_and_denied_amounts_go() {
        for text in [
            "The budget has been cut from $9k to $4k a month.",
            "The budget is 4,000 USD monthly instead of 9,000 USD monthly.",
            "The budget is $4k a month, not $9k a month.",
            "Our budget is 9k... 4k a month in USD, I mean 4k USD a month.",
        ] {
            assert_eq!(budget(text), (Some(4000.0), 0), "{text}");
        }
        assert_eq!(budget("The budget is from $4k to $9k a month.").0, Some(9000.0));
    }

    #[test]
    fn what_is_to_be_forgotten_is_forgotten_everywhere() {
        let set = extract("The latency target is 200 ms. Please forget the 200 ms, answers within 350 ms are fine.");
        let latency = set.constraints.latency.map(|stated| stated.value.milliseconds);
        assert!(latency.is_some_and(|latency| (latency - 350.0).abs() < 1e-6), "{latency:?}");
    }

    #[test]
    fn names_are_taken_back_too() {
        let set = extract("Host it in eu-west-1, sorry, eu-central-1.").constraints;
        let codes: Vec<String> = set.regions.iter().flat_map(|found| &found.value).map(|r| r.code.clone()).collect();
        assert_eq!(codes, ["eu-central-1"]);
    }

    #[test]
    fn a_mistaken_sheet_is_replaced_as_a_whole() {
        let text = "In Sydney, 40 requests per second, $5,000/month. PS: sorry, I mixed up the projects. The budget for this \
                    one is $8,500/month and it's Singapore, not Sydney.";
        let set = extract(text).constraints;
        let codes: Vec<String> = set.regions.iter().flat_map(|found| &found.value).map(|r| r.code.clone()).collect();
        assert_eq!(codes, ["ap-southeast-1"]);
        assert_eq!((budget(text).0, set.conflicts.len()), (Some(8500.0), 0));
        assert!(set.throughput.is_some_and(|load| (load.value.average_per_second - 40.0).abs() < 1e-6));
    }

    #[test]
    fn small_words_correct_only_what_is_beside_them() {
        let latency = |text: &str| extract(text).constraints.latency.map(|stated| stated.value.milliseconds);
        let text = "—¿Cuánto puede tardar en contestar?\n—Cuatro segundos. Bueno, cinco.";
        assert_eq!(latency(text), Some(5000.0));
        assert_eq!(latency("Die Antwortzeit beträgt nicht 200 ms, sondern 150 ms."), Some(150.0));
        let load = extract("Combien d'appels ? Cent mille par jour. Maintenant c'est 216 000.").constraints.throughput;
        assert!(load.is_some_and(|load| (load.value.average_per_second - 2.5).abs() < 1e-6));
    }
}
