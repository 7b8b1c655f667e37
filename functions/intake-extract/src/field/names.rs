//! People who are named one by one as those who keep the system: "Ola and Tim will own this", "Io, Giulia e altri tre colleghi
//! ce ne occupiamo", "verantwortlich: Jana, Mehmet und meine Wenigkeit".

use crate::{
    confidence::{CUE, Weigher},
    field::team::{Size, is_and, me_at, member_from},
    lexicon::{CITY, PLACE, REGION, TOOL},
    measure::{Noun, Unit},
    reader::Reader,
    text::{Kind, Span},
};

/// Most tokens between the last of those who are named and the verb that tells that they keep the system.
const KEEP_BEHIND: usize = 9;
/// Most tokens of such a list.
const LONGEST_LIST: usize = 30;
/// Tokens before a list in which a key or a verb tells what it is of.
const KEY_BEFORE: usize = 6;
/// German writes every noun with a capital letter: names seldom end like this.
const ENDINGS_OF_NOUNS: [&str; 14] = [
    "ung",
    "ungen",
    "heit",
    "keit",
    "schaft",
    "ion",
    "ionen",
    "ität",
    "ment",
    "betrieb",
    "dienst",
    "abteilung",
    "leitung",
    "team",
];

/// A list of people.
struct List {
    people: f64,
    span: Span,
    /// Whether a number of people is among them: "and three colleagues".
    counted: bool,
}

/// The team, where its people are named; true when a number of people stands among the names, so that the number alone is
/// too small.
pub(super) fn listed(reader: &Reader) -> Option<(Size, bool)> {
    let mut at = 0;
    while at < reader.document.tokens.len() {
        match list_at(reader, at) {
            Some(list) if keeps(reader, list.span) && !reader.is_history(list.span.from) => {
                return Some((size(reader, &list), list.counted));
            }
            Some(list) => at = list.span.to,
            None => at += 1,
        }
    }
    None
}

/// The size of a team that is named.
fn size(reader: &Reader, list: &List) -> Size {
    let words = reader.document.quote(list.span);
    let people = list.people.round().max(1.0) as u32;
    let weigher = Weigher::default().support(format!("people named one by one “{words}”"), CUE);
    let weigher = reader.weigh(weigher, None, list.span.from);
    (people, vec![list.span], weigher, Some(format!("“{words}” = {people} people")))
}

/// The list that people whose trade is known stand in: "Henrike, Cem und zwei Werkstudenten".
pub(super) fn around(reader: &Reader, people: Span) -> Option<Size> {
    let sentence = reader.document.sentence_span(people.from);
    let from = sentence.from.max(people.from.saturating_sub(LONGEST_LIST));
    let list = (from..people.from).find_map(|at| list_at(reader, at).filter(|list| list.span.overlaps(people)))?;
    (!reader.is_history(list.span.from)).then(|| size(reader, &list))
}

/// The list of people that begins at a token: at least two, the last behind an "and".
fn list_at(reader: &Reader, from: usize) -> Option<List> {
    let document = &reader.document;
    let end = document.sentence_span(from).to.min(from + LONGEST_LIST);
    let separates = |at: usize| matches!(document.lower(at), "," | "/") || is_and(reader, at);
    let first = member(reader, from, end)?;
    // A list begins with somebody who is named.
    if !first.named {
        return None;
    }
    let (mut people, mut to, mut joined, mut counted) = (first.people, first.to, false, first.counted);
    while to < end && separates(to) {
        let (mut begin, mut and) = (to, false);
        while begin < end && separates(begin) {
            and |= is_and(reader, begin);
            begin += 1;
        }
        let Some(next) = member(reader, begin, end) else { break };
        people += next.people;
        to = next.to;
        joined |= and;
        counted |= next.counted;
    }
    (joined && people >= 2.0).then_some(List { people, span: Span::new(from, to), counted })
}

/// Somebody in a list.
struct Member {
    people: f64,
    to: usize,
    named: bool,
    counted: bool,
}

fn member(reader: &Reader, at: usize, end: usize) -> Option<Member> {
    let document = &reader.document;
    if at >= end {
        return None;
    }
    if let Some(me) = me_at(reader, at) {
        return Some(Member { people: 1.0, to: me.to, named: true, counted: false });
    }
    // "Three colleagues", "altri tre colleghi".
    let counted = reader.measures_around(at, 4).map(|(_, measure)| measure).find(|measure| {
        let begin = measure.quantity.whole.from;
        let other = begin == at + 1 && !is_name(reader, at) && document.tokens[at].kind == Kind::Word;
        measure.unit == Unit::Bare
            && (begin == at || other)
            && matches!(measure.noun, Some((Noun::Person | Noun::People, _)))
    });
    if let Some(measure) = counted {
        return Some(Member { people: measure.quantity.high, to: measure.span.to, named: false, counted: true });
    }
    if is_name(reader, at) {
        let surname = at + 1 < end && is_name(reader, at + 1);
        return Some(Member { people: 1.0, to: at + 1 + usize::from(surname), named: true, counted: false });
    }
    // "A colleague", "their intern": somebody whose trade or rank is told.
    let to = member_from(reader, at, end)?;
    let person = reader
        .hits
        .within("noun", Span::new(at, to))
        .any(|hit| matches!(hit.meaning.value.as_str(), "person" | "people"));
    person.then_some(Member { people: 1.0, to, named: false, counted: false })
}

/// True for a word that can be the name of a person: with a capital letter, and known for nothing else.
fn is_name(reader: &Reader, at: usize) -> bool {
    let document = &reader.document;
    let Some(token) = document.token(at) else { return false };
    let mut letters = token.text.chars();
    let capital = letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    let known = [
        TOOL,
        CITY,
        PLACE,
        REGION,
        "cloud",
        "department",
        "noun",
        "time",
        "period",
        "platform",
        "compliance",
        "data_class",
        "worker",
        "person_word",
        "class_subject",
        "model_type",
        "number",
        "article",
        "negation",
        "me",
        "clause_break",
        "predicate",
        "place_preposition",
        "cue.team",
        "infer_verb",
        "retrain_cue",
        "cue.budget",
        "cue.latency",
        "deployment",
        "workload",
    ];
    let german = reader.hits.languages.main() == Some("de");
    let noun = german && ENDINGS_OF_NOUNS.iter().any(|ending| token.lower.ends_with(ending));
    token.kind == Kind::Word && capital && !noun && known.iter().all(|group| reader.hits.at(group, at).is_none())
}

/// True when a list is one of those who keep the system.
fn keeps(reader: &Reader, list: Span) -> bool {
    let document = &reader.document;
    let sentence = document.sentence_span(list.from);
    let behind = Span::new(list.to, sentence.to.min(list.to + KEEP_BEHIND));
    if reader.hits.within("keep_verb", behind).any(|verb| verb.negated.is_none()) {
        return true;
    }
    let before = Span::new(sentence.from.max(list.from.saturating_sub(KEY_BEFORE)), list.from);
    let colon = list.from.checked_sub(1).is_some_and(|at| matches!(document.lower(at), ":" | "=" | "|" | "–" | "-"));
    let key = colon && reader.hits.within("keeper_key", before).next().is_some();
    let by = list
        .from
        .checked_sub(1)
        .is_some_and(|at| matches!(document.lower(at), "by" | "von" | "par" | "por" | "da" | "door"));
    let passive = by && reader.hits.within("kept", before).any(|hit| hit.negated.is_none());
    key || passive || reader.hits.before("keep_verb", list.from).is_some_and(|verb| verb.negated.is_none())
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn people_who_keep_the_system_are_counted_by_their_names() {
        let team = |text: &str| extract(text).constraints.team.and_then(|stated| stated.value.size);
        for (text, people) in [
            ("Ola and Tim will own this, nobody else.", Some(2)),
            ("Ana, Ben and I will be looking after it.", Some(3)),
            ("Verantwortlich: Jana, Mehmet, Torsten und meine Wenigkeit.", Some(4)),
            ("Inès, Paul, Hugo et moi nous en occupons.", Some(4)),
            ("Curro, Lucía y un servidor lo llevaremos.", Some(3)),
            ("Io, Giulia e altri tre colleghi ce ne occupiamo.", Some(5)),
            ("Rui, Marta e eu cuidamos disso.", Some(3)),
            ("Sanne, Bram en ik onderhouden het.", Some(3)),
            ("Petra, Ali und zwei Praktikanten kümmern sich darum.", Some(4)),
            ("Of 340 employees exactly two, Moira and Sanjay, will build and operate it.", Some(2)),
            ("Einkauf, Vertrieb und Recht werden das betreuen.", None),
            ("Ola and Tim will not own this.", None),
            ("Please send the draft to Ola and Tim by Friday.", None),
        ] {
            assert_eq!(team(text), people, "{text}");
        }
    }

    #[test]
    fn people_are_kept_by_in_the_passive_and_behind_the_verb() {
        let team = |text: &str| extract(text).constraints.team.and_then(|stated| stated.value.size);
        for (text, people) in [
            ("Betreut wird das Ganze von drei Mitarbeitenden der IT-Abteilung.", Some(3)),
            ("The thing will be maintained by four employees of the IT department.", Some(4)),
            ("Le service est suivi par cinq agents de la mairie.", Some(5)),
            ("Lo mantendrán ocho personas de sistemas.", Some(8)),
            ("Nous ne sommes que deux au service numérique.", Some(2)),
            ("Solo somos tres en el área de datos.", Some(3)),
            ("We bouwen het zelf. Ik plus één collega.", Some(2)),
            ("Leute: 2 Vollzeit und 1 Werkstudentin", Some(3)),
            ("Used by 40 employees of the sales department.", None),
        ] {
            assert_eq!(team(text), people, "{text}");
        }
    }
}
