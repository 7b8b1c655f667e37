//! The team: how many people keep the system, and what they know.

use design::constraint::{ConstraintField, Expertise, Team};

use crate::{
    confidence::{APPROXIMATE, COMPETING, CUE, EXPLICIT, Weigher},
    measure::{Measure, Noun, Unit},
    reader::{Clash, Found, Reader, show},
    text::Span,
};

/// Largest number of people that is read as a team: above, it is a company or its users.
const LARGEST_TEAM: f64 = 500.0;
/// Tokens behind people in which a verb tells that they keep the system.
const KEEP_WITHIN: usize = 4;
/// Most tokens of an answer that is only a number.
const LONGEST_ANSWER: usize = 8;

/// Team size and expertise.
pub fn team(reader: &Reader) -> (Option<Found<Team>>, Option<Clash>) {
    let (size, clash) = size(reader);
    let expertise = expertise(reader);
    let team = match (size, expertise) {
        (None, None) => None,
        (Some((size, spans, weigher, step)), None) => {
            Some(Found { value: Team { size: Some(size), expertise: None }, spans, weigher, derivation: step })
        }
        (None, Some((level, span, weigher))) => Some(Found {
            value: Team { size: None, expertise: Some(level) },
            spans: vec![span],
            weigher,
            derivation: None,
        }),
        (Some((size, mut spans, weigher, step)), Some((level, span, _))) => {
            spans.push(span);
            let words = reader.document.quote(span);
            Some(Found {
                value: Team { size: Some(size), expertise: Some(level) },
                spans,
                weigher: weigher.support(format!("expertise “{words}”"), EXPLICIT),
                derivation: step,
            })
        }
    };
    (team, clash)
}

/// A team's size with what it rests on.
pub(super) type Size = (u32, Vec<Span>, Weigher, Option<String>);

/// A size that the text gives.
struct Candidate {
    score: f64,
    size: Size,
    /// "We are five", "a team of six": said of the team as a whole.
    whole: bool,
    /// "The team has six engineers": said of the team, and of no other one.
    of_the_team: bool,
    at: usize,
}

fn size(reader: &Reader) -> (Option<Size>, Option<Clash>) {
    let mut candidates = candidates(reader);
    let listed = crate::field::names::listed(reader);
    // "Ana, Ben and two interns": the number alone is too small.
    if let Some((size, true)) = &listed {
        return (Some(size.clone()), None);
    }
    if candidates.is_empty() {
        let few = reader.said("team_word").find_map(|hit| {
            let weigher = Weigher::default().support(format!("“{}”", reader.document.quote(hit.span)), CUE);
            let people = hit.meaning.value.parse::<u32>().ok()?;
            let step = format!("“{}” = {people} people", reader.document.quote(hit.span));
            Some((people, vec![hit.span], reader.weigh(weigher, None, hit.span.from), Some(step)))
        });
        if few.is_some() {
            return (few, None);
        }
        let named = listed.map(|(size, _)| size).or_else(|| with_me(reader));
        if named.is_some() {
            return (named, None);
        }
        let alone = reader.said("alone").next().map(|hit| {
            let weigher = Weigher::default().support(format!("“{}”", reader.document.quote(hit.span)), CUE);
            (1, vec![hit.span], reader.weigh(weigher, None, hit.span.from), Some("one person".to_owned()))
        });
        return (alone, None);
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = &candidates[0];
    // "Una redactora, un técnico y yo": the list has more people than the one whose trade is known.
    let named = with_me(reader)
        .or_else(|| crate::field::names::around(reader, best.size.1[0]))
        .filter(|named| named.0 > best.size.0 && best.size.1.iter().any(|span| named.1[0].overlaps(*span)));
    if named.is_some() {
        return (named, None);
    }
    let other = candidates.iter().skip(1).find(|other| {
        (best.whole || best.of_the_team)
            && (other.whole || other.of_the_team)
            && other.size.0 != best.size.0
            && reader.document.sentence(other.at) != reader.document.sentence(best.at)
            && other.score > 0.8 * best.score
    });
    let clash = other.map(|other| Clash {
        fields: vec![ConstraintField::Team],
        spans: vec![best.size.1[0], other.size.1[0]],
        explanation: format!("Different sizes of the team are given: {} and {}.", best.size.0, other.size.0),
        resolution: "The smaller one is planned for.".to_owned(),
    });
    let chosen = match other {
        Some(other) if other.size.0 < best.size.0 => &other.size,
        Some(_) | None => &best.size,
    };
    let (size, spans, weigher, step) = chosen.clone();
    let weigher = weigher.penalty_if(clash.is_some(), "another size is given", COMPETING);
    (Some((size, spans, weigher, step)), clash)
}

fn candidates(reader: &Reader) -> Vec<Candidate> {
    let document = &reader.document;
    let mut found: Vec<Candidate> = Vec::new();
    let mut taken: Vec<usize> = Vec::new();
    for (index, measure) in reader.measures.iter().enumerate() {
        if taken.contains(&index)
            || measure.unit != Unit::Bare
            || measure.quantity.high > LARGEST_TEAM
            || measure.quantity.vague
            || measure.quantity.high.fract() > 0.0 && !is_half_of_us(reader, measure)
        {
            continue;
        }
        let at = measure.at();
        // "Dashcams, 64 of them": whatever was spoken of before.
        let of_them = measure.noun.is_some_and(|(_, words)| document.quote(words).to_lowercase().ends_with("of them"));
        let team_of = at >= 2
            && matches!(document.lower(at - 1), "of" | "von" | "de" | "di" | "van" | "aus" | "mit" | "with" | "with:")
            && reader.hits.before("cue.team_strong", at - 1).is_some();
        let we_are = reader.hits.before("cue.team_strong", measure.quantity.whole.from).is_some()
            || crate::reader::named_before(document, &reader.hits, "cue.team_strong", measure.quantity.whole.from)
                .is_some();
        let cue = reader.cue("cue.team", measure.span);
        let strong = reader.cue("cue.team_strong", measure.span).is_some_and(|(_, distance)| distance <= 5);
        let noun = measure.noun.map(|(noun, _)| noun);
        // "… who own it plus their intern, so three heads": a sum of those who keep it.
        let summed = matches!(
            measure.quantity.whole.from.checked_sub(1).map_or("", |at| document.lower(at)),
            "so" | "also" | "donc" | "dus" | "quindi" | "portanto" | "total" | "i.e" | "macht"
        ) && matches!(measure.noun, Some((Noun::Person | Noun::People, _)))
            && ["cue.team_strong", "keep_verb"]
                .iter()
                .any(|group| reader.hits.in_sentence(document, group, at).any(|hit| hit.negated.is_none()));
        let announced = announces(reader, measure);
        let kept = summed || announced || is_kept_by(reader, measure);
        let fits = match noun {
            Some(Noun::Person) => true,
            Some(Noun::People) if me_before(reader, measure).is_some() => true,
            Some(Noun::People) => {
                let item = reader.is_item(measure.span) && !of_them;
                // "Eight colleagues from analytics maintain it."
                let behind = Span::new(measure.span.to, measure.span.to + KEEP_WITHIN);
                let keep = reader
                    .hits
                    .within("keep_verb", behind)
                    .any(|hit| document.sentence(hit.span.from) == document.sentence(at));
                strong || team_of || we_are || keep || kept || is_answer(reader, measure) || item
            }
            Some(Noun::Request | Noun::Record { .. } | Noun::Device | Noun::Other) => kept,
            // "a team of five", but no "team of 5 regions".
            None => {
                // "Somos 3 en el equipo" says it on both sides.
                let article = !we_are && !announced && reader.hits.at("cue.team_strong", measure.span.to).is_some();
                (team_of || we_are || kept || is_answer(reader, measure)) && !article && measure.period.is_none()
            }
        };
        // "Used by 120 analysts", "120 analysts use it"; "four engineers want to serve …" are the team.
        let decoys = reader.hits.in_clause(document, "decoy.team", at).filter(|hit| {
            let beyond = hit.span.overlaps(measure.span) && hit.span.to > measure.span.to;
            let apart = !hit.span.overlaps(measure.span);
            let before = hit.span.to <= measure.span.from && hit.span.distance(measure.span) <= 3;
            beyond || apart && (before || !matches!(noun, Some(Noun::Person)))
        });
        let decoy = decoys.map(|hit| (hit.span, hit.span.distance(measure.span))).min_by_key(|(_, distance)| *distance);
        let decoy = reader.closeness(decoy);
        // "We will hire two more engineers": they are not there yet.
        if matches!(
            document.lower(measure.quantity.span.to),
            "more" | "additional" | "further" | "weitere" | "zusätzliche" | "más"
        ) && reader.clause_has("hire_verb", at)
        {
            continue;
        }
        // "an API for 20 analysts": those are its users.
        let for_them = measure.span.from > 0
            && matches!(document.lower(measure.span.from - 1), "for" | "für" | "pour" | "para" | "by" | "per" | "voor");
        let kept_by =
            kept || measure.span.from > 1 && reader.hits.before("cue.team_strong", measure.span.from).is_some();
        if for_them && !strong && !kept_by {
            continue;
        }
        // "We are a publisher": an article is no number of people.
        let article = !measure.quantity.whole.from.eq(&usize::MAX)
            && (measure.quantity.high - 1.0).abs() < 1e-9
            && !matches!(noun, Some(Noun::Person))
            && me_before(reader, measure).is_none()
            && reader.hits.at("article", measure.quantity.span.from).is_some()
            && document.lower(measure.quantity.span.from) != "one";
        if article {
            continue;
        }
        if !fits || reader.is_history(at) || measure.quantity.high < 1.0 || decoy > 0.6 && !strong && !kept {
            continue;
        }
        // "three data scientists and one DevOps engineer": the sentence's people are added.
        let mut total = measure.quantity.high;
        let mut spans = vec![measure.span];
        let mut parts = vec![document.quote(measure.span)];
        let whole = announced || team_of || we_are && !matches!(noun, Some(Noun::Person));
        for (other_index, other) in reader.measures_around(at, 60).filter(|(other, _)| *other > index) {
            // "Team: 2 ML, 3 backend engineers" is a list of parts.
            let list = document.lower(other.span.from.saturating_sub(1)) == ","
                && (measure.noun.is_none() || matches!(noun, Some(Noun::Person | Noun::People)));
            // "Team: one ML person, one backend person".
            let persons =
                list && matches!((noun, other.noun), (Some(Noun::People), Some((Noun::People, _)))) && !of_them;
            let same = document.sentence(other.at()) == document.sentence(at)
                && (matches!(other.noun, Some((Noun::Person, _))) || persons)
                && (measure.noun.is_some() || list || announced)
                && !reader.is_history(other.at());
            // "Six people, two of them data scientists": the two are among the six.
            let among = (other.span.from..other.span.to).any(|at| {
                matches!(document.lower(at), "them" | "whom" | "which" | "davon" | "darunter" | "dont" | "ellos")
            });
            let including = among
                || whole && !list
                || spans.last().is_some_and(|last: &Span| {
                    (last.to..other.span.from).any(|between| {
                        matches!(
                            document.lower(between),
                            "including"
                                | "of"
                                | "whom"
                                | "("
                                | "incl"
                                | ":"
                                | "—"
                                | "–"
                                | "davon"
                                | "darunter"
                                | "dont"
                        )
                    })
                });
            if same && !including {
                total += other.quantity.high;
                spans.push(other.span);
                parts.push(document.quote(other.span));
            }
            if same {
                taken.push(other_index);
            }
        }
        // "Yo y otros dos compañeros", "me and two students".
        if !announced && let Some(me) = me_before(reader, measure).or_else(|| me_behind(reader, measure)) {
            total += 1.0;
            parts.push(document.quote(me));
            spans.push(me);
        }
        // "Four people: three developers and an SRE" counts the SRE already.
        let parts_only = !whole && !matches!(noun, Some(Noun::People));
        if let Some(single) = single_person(reader, measure, &spans).filter(|_| parts_only) {
            total += 1.0;
            parts.push(document.quote(single));
            spans.push(single);
        }
        spans.extend(cue.filter(|(_, distance)| *distance < 6).map(|(span, _)| span));
        let quantity = &measure.quantity;
        let weigher = Weigher::default().support(format!("people “{}”", parts.join("”, “")), EXPLICIT).support_if(
            team_of || we_are,
            "said of the team",
            CUE,
        );
        let weigher = reader
            .weigh(weigher, cue.filter(|_| !team_of), at)
            .penalty_if(quantity.approximate, "approximate", APPROXIMATE)
            .penalty_if(quantity.is_range(), "upper end of a range", APPROXIMATE);
        let step = (parts.len() > 1).then(|| format!("{} = {} people", parts.join(" + "), show(total)));
        let score = weigher.value() - decoy;
        let people = total.ceil().clamp(1.0, f64::from(u32::MAX)) as u32;
        let keeps = kept || reader.hits.at("keep_verb", measure.span.to).is_some();
        let of_the_team = (team_of || we_are || keeps) && is_the_team(reader, measure);
        found.push(Candidate { score, size: (people, spans, weigher, step), whole, of_the_team, at });
    }
    found
}

/// Tokens behind "four staff:" in which they are named.
const NAMED_BEHIND: usize = 24;

/// "Four staff: two developers, a teacher on secondment and me": a number with a word for people, and a colon behind which
/// people are named one by one.
fn announces(reader: &Reader, measure: &Measure) -> bool {
    let document = &reader.document;
    let words = measure.noun.map_or(measure.quantity.span.to, |(_, words)| words.to);
    let staff = reader.hits.at("cue.team_strong", words).map_or(words, |hit| hit.span.to);
    let counts =
        matches!(measure.noun, Some((Noun::Person | Noun::People, _))) || staff > words && measure.noun.is_none();
    let sentence = document.sentence_span(measure.at());
    let behind = Span::new(staff + 1, sentence.to.min(staff + NAMED_BEHIND));
    let named = || {
        let people = |hit: &crate::lexicon::Hit| matches!(hit.meaning.value.as_str(), "person" | "people");
        behind.from < behind.to
            && (behind.from..behind.to).any(|at| document.lower(at) == "," || is_and(reader, at))
            && (reader.hits.within("noun", behind).any(people)
                || (behind.from..behind.to).any(|at| me_at(reader, at).is_some()))
    };
    counts && document.lower(staff) == ":" && named()
}

/// Whoever writes, from a token on.
pub(super) fn me_at(reader: &Reader, at: usize) -> Option<Span> {
    let hit = reader.hits.at("me", at)?;
    // "ME" and "IO" in capitals are other things, and so is the pronoun of "the model and I/O".
    let text = &reader.document.tokens[at].text;
    let shouted = text.chars().count() > 1 && text.chars().all(char::is_uppercase);
    let joined = reader.document.lower(hit.span.to) == "/" && reader.document.glued(hit.span.to - 1);
    (!shouted && !joined).then_some(hit.span)
}

/// A word between the members of a list of people.
pub(super) fn is_and(reader: &Reader, at: usize) -> bool {
    // "En" is this in Dutch alone.
    match reader.document.lower(at) {
        "and" | "plus" | "und" | "et" | "y" | "e" | "sowie" | "más" | "mais" | "più" | "&" | "+" => true,
        "en" => reader.hits.languages.main() == Some("nl"),
        _ => false,
    }
}

/// Tokens between "betreut" and "von drei Mitarbeitenden".
const KEPT_WITHIN: usize = 8;

/// "Betreut wird das Ganze von drei Mitarbeitenden", "run by four people", "lo mantendrán ocho personas": people who keep the
/// system, said in the passive or behind the verb.
fn is_kept_by(reader: &Reader, measure: &Measure) -> bool {
    let document = &reader.document;
    let begin = measure.quantity.whole.from;
    let people = match measure.noun {
        Some((Noun::Person | Noun::People, _)) => true,
        Some((Noun::Request | Noun::Record { .. } | Noun::Device | Noun::Other, _)) | None => {
            let behind = Span::new(measure.quantity.span.to, measure.quantity.span.to + 3);
            reader.hits.within("worker", behind).any(|hit| document.clause(hit.span.from) == document.clause(begin))
        }
    };
    let Some(before) = begin.checked_sub(1).filter(|_| people && measure.period.is_none()) else { return false };
    let clause = document.clause_span(begin);
    let by = matches!(document.lower(before), "by" | "von" | "par" | "por" | "da" | "door");
    let earlier = Span::new(clause.from.max(before.saturating_sub(KEPT_WITHIN)), before);
    let passive = by && reader.hits.within("kept", earlier).any(|hit| hit.negated.is_none());
    // German and the Romance languages put whom they speak of behind the verb.
    let active = reader.hits.before("keep_verb", begin).is_some_and(|verb| {
        let named = reader.document.quote(verb.span).to_lowercase();
        ["lo ", "la ", "se ", "s'en ", "los ", "las "].iter().any(|pronoun| named.starts_with(pronoun))
    });
    passive || active
}

/// "Me and" right before counted people; words such as "other" may stand between.
fn me_before(reader: &Reader, measure: &Measure) -> Option<Span> {
    let document = &reader.document;
    let mut at = measure.quantity.whole.from.checked_sub(1)?;
    if matches!(
        document.lower(at),
        "other"
            | "otros"
            | "otras"
            | "autres"
            | "andere"
            | "weitere"
            | "my"
            | "mes"
            | "mis"
            | "altri"
            | "altre"
            | "outros"
            | "outras"
            | "meus"
            | "mijn"
            | "meine"
    ) {
        at = at.checked_sub(1)?;
    }
    let me = reader.hits.before("me", at)?.span;
    let same = document.sentence(me.from) == document.sentence(measure.at());
    (is_and(reader, at) && me_at(reader, me.from).is_some() && same).then(|| Span::new(me.from, at + 1))
}

/// "And me" right behind counted people: "zwei Admins und ich".
fn me_behind(reader: &Reader, measure: &Measure) -> Option<Span> {
    let document = &reader.document;
    let and = measure.span.to;
    let same = document.sentence(and + 1) == document.sentence(measure.at());
    let me = me_at(reader, and + 1)?;
    (measure.noun.is_some() && is_and(reader, and) && same).then(|| Span::new(and, me.to))
}

/// Sentences between what asks for the team and who names himself.
const ASKED_WITHIN: usize = 2;
/// Longest list of people that are named one by one, in tokens.
const LONGEST_LIST: usize = 24;

/// "We are a biologist, a lab technician and me", "betreut von mir und meinem Sohn", "me and Deepa": people who are named one
/// by one beside whoever writes, where the team is spoken of.
fn with_me(reader: &Reader) -> Option<Size> {
    let document = &reader.document;
    let mes: Vec<Span> = reader.hits.of("me").filter_map(|hit| me_at(reader, hit.span.from)).collect();
    mes.into_iter().find_map(|own| {
        let me = own.from;
        let sentence = document.sentence_span(me);
        let of_team = reader.hits.of("cue.team_strong").any(|hit| {
            let apart = document.sentence(me).abs_diff(document.sentence(hit.span.from));
            (hit.span.from <= me || apart == 0) && apart <= ASKED_WITHIN
        });
        // "Just me + my brother doing this".
        let of_team = of_team
            || reader.hits.of("alone").any(|hit| hit.span.from <= me && me < hit.span.to)
            // "Betreut wird es nur von dir und mir".
            || reader.hits.within("kept", Span::new(sentence.from, me)).any(|hit| hit.negated.is_none());
        if !of_team || reader.is_history(me) {
            return None;
        }
        let separates = |at: usize| document.lower(at) == "," || is_and(reader, at);
        let mut people = 1;
        let (mut from, mut to) = (me, own.to);
        // Behind: "and my son", "and Deepa", "and a student".
        while to < sentence.to && to < me + LONGEST_LIST && separates(to) {
            let mut begin = to + 1;
            while begin < sentence.to && separates(begin) {
                begin += 1;
            }
            let Some(end) = member_from(reader, begin, sentence.to) else { break };
            people += 1;
            to = end;
        }
        // Before: "a biologist, a lab technician and".
        let ends_with_me = me > sentence.from && is_and(reader, me - 1);
        while ends_with_me && from > sentence.from + 1 && from + LONGEST_LIST > me && separates(from - 1) {
            let mut end = from - 1;
            while end > sentence.from && separates(end - 1) {
                end -= 1;
            }
            let Some(begin) = (end.saturating_sub(4).max(sentence.from)..end)
                .rev()
                .take_while(|at| !separates(*at))
                .find(|at| member_from(reader, *at, end) == Some(end))
            else {
                break;
            };
            people += 1;
            from = begin;
        }
        (people > 1).then(|| {
            let span = Span::new(from, to);
            let words = document.quote(span);
            let weigher = Weigher::default().support(format!("people named one by one “{words}”"), CUE);
            (people, vec![span], reader.weigh(weigher, None, me), Some(format!("“{words}” = {people} people")))
        })
    })
}

/// Where a person ends that is named from a token on: "my son", "a lab technician", "Deepa".
pub(super) fn member_from(reader: &Reader, at: usize, end: usize) -> Option<usize> {
    let document = &reader.document;
    let word = |at: usize| at < end && document.tokens[at].kind == crate::text::Kind::Word;
    let thing = |at: usize| {
        reader.hits.at(crate::lexicon::TOOL, at).is_some()
            || reader.hits.at("time", at).is_some()
            || reader.hits.at("decoy.volume", at).is_some()
            || reader.hits.at("noun", at).is_some_and(|hit| !matches!(hit.meaning.value.as_str(), "person" | "people"))
    };
    if !word(at) {
        return None;
    }
    // "You and me".
    let you = matches!(
        document.lower(at),
        "you" | "du" | "dir" | "dich" | "toi" | "vous" | "tú" | "ti" | "te" | "tu" | "você" | "jij" | "jou"
    );
    if you {
        return Some(at + 1);
    }
    let belongs = matches!(
        document.lower(at),
        "my" | "our"
            | "mein"
            | "meine"
            | "meinem"
            | "meiner"
            | "meinen"
            | "unser"
            | "mon"
            | "ma"
            | "notre"
            | "mi"
            | "nuestro"
    );
    if belongs || reader.hits.at("article", at).is_some() {
        // "A lab technician": up to two words describe.
        let last = (at + 1..end.min(at + 4)).take_while(|at| word(*at) && !thing(*at)).last()?;
        let stop = (at + 1..=last).find(|at| document.lower(*at) == "," || is_and(reader, *at));
        return Some(stop.unwrap_or(last + 1));
    }
    let named = document.tokens[at].text.chars().next().is_some_and(char::is_uppercase);
    let known =
        ["cloud", crate::lexicon::CITY, crate::lexicon::PLACE].iter().any(|group| reader.hits.at(group, at).is_some());
    (named && !thing(at) && !known && reader.hits.at("me", at).is_none()).then_some(at + 1)
}

/// "One and a half of us": somebody works there half of the time.
fn is_half_of_us(reader: &Reader, measure: &Measure) -> bool {
    let half = (measure.quantity.high.fract() - 0.5).abs() < 1e-9;
    half && measure.noun.is_some_and(|(_, words)| reader.document.quote(words).to_lowercase() == "of us")
}

/// True for the team that the text is about: "the platform team has six engineers" is said of another one.
fn is_the_team(reader: &Reader, measure: &Measure) -> bool {
    // "Three engineers maintain the service."
    if is_kept_by(reader, measure) || reader.hits.at("keep_verb", measure.span.to).is_some() {
        return true;
    }
    let begin = measure.quantity.whole.from;
    let Some(hit) = crate::reader::named_before(&reader.document, &reader.hits, "cue.team_strong", begin) else {
        return false;
    };
    let sentence = reader.document.sentence_span(begin);
    hit.span.from == sentence.from
        || reader.hits.before("article", hit.span.from).is_some()
        || matches!(reader.document.lower(hit.span.from - 1), ":" | "-" | "•" | ",")
}

/// "How many people? – You, me and Amir. So three.": a number that ends a short answer.
fn is_answer(reader: &Reader, measure: &Measure) -> bool {
    let document = &reader.document;
    let asks = |question: Span| {
        reader.hits.within("cue.team_strong", question).next().is_some()
            || reader.hits.within("noun", question).any(|hit| matches!(hit.meaning.value.as_str(), "person" | "people"))
    };
    let sentence = document.sentence_span(measure.at());
    let before = sentence.from.checked_sub(1);
    let question = reader
        .question_before(measure.at())
        .or_else(|| before.and_then(|before| reader.question_before(before)))
        .is_some_and(asks);
    let last = (measure.span.to..sentence.to).all(|at| document.tokens[at].kind == crate::text::Kind::Symbol);
    question && last && sentence.to - sentence.from <= LONGEST_ANSWER
}

/// "… and a data engineer" beside counted people.
fn single_person(reader: &Reader, measure: &Measure, taken: &[Span]) -> Option<Span> {
    measure.noun?;
    let clause = reader.document.sentence_span(measure.at());
    reader
        .hits
        .within("noun", clause)
        .filter(|hit| hit.meaning.value == "person" && hit.span.from > measure.span.to && hit.span.to <= clause.to)
        .find(|hit| {
            let article = hit.span.from.checked_sub(1).map_or("", |at| reader.document.lower(at));
            matches!(
                article,
                "a" | "an" | "one" | "ein" | "einem" | "eine" | "einer" | "un" | "une" | "una" | "um" | "uma" | "een"
            ) && !taken.iter().any(|span| span.overlaps(hit.span))
        })
        .map(|hit| Span::new(hit.span.from - 1, hit.span.to))
}

fn expertise(reader: &Reader) -> Option<(Expertise, Span, Weigher)> {
    let mut best: Option<(f64, Expertise, Span, Weigher)> = None;
    for hit in reader.hits.of("expertise") {
        // A denied "expert" is no evidence of anything: "no experience" is a phrase of its own.
        if hit.negated.is_some() {
            continue;
        }
        let level = match hit.meaning.value.as_str() {
            "beginner" => Expertise::Beginner,
            "intermediate" => Expertise::Intermediate,
            _ => Expertise::Expert,
        };
        let cue = reader.cue("cue.team", hit.span);
        let person =
            reader.hits.in_sentence(&reader.document, "noun", hit.span.from).any(|noun| noun.meaning.value == "person");
        let words = reader.document.quote(hit.span);
        // "Experienced" of nobody in particular ("a senior home") is not the team.
        if cue.is_none() && !person && words.split_whitespace().count() < 2 {
            continue;
        }
        let weigher =
            reader.weigh(Weigher::default().support(format!("expertise “{words}”"), EXPLICIT), cue, hit.span.from);
        let score = weigher.value() + hit.span.to.saturating_sub(hit.span.from) as f64 * 0.01;
        if best.as_ref().is_none_or(|(other, ..)| score > *other) {
            best = Some((score, level, hit.span, weigher));
        }
    }
    best.map(|(_, level, span, weigher)| (level, span, weigher))
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn things_are_no_people() {
        let team = |text: &str| extract(text).constraints.team.and_then(|stated| stated.value.size);
        assert_eq!(team("The lorries carry dashcams, 64 of them, and upload pictures."), None);
        assert_eq!(team("Somos 3 en el equipo."), Some(3));
        assert_eq!(team("There's one and a half of us."), Some(2));
        assert_eq!(team("The team: me and my laptop in the kitchen."), None);
    }

    #[test]
    fn people_who_are_named_one_by_one_are_counted() {
        let team = |text: &str| extract(text).constraints.team.and_then(|stated| stated.value.size);
        assert_eq!(team("We are a biologist, a lab technician and me."), Some(3));
        assert_eq!(team("Das System wird betreut von mir und meinem Sohn."), Some(2));
        assert_eq!(team("Who maintains it? Me. Ok, me and Deepa."), Some(2));
        assert_eq!(team("Betreut wird es im Team: zwei Admins und ich."), Some(3));
        assert_eq!(team("Equipo: yo y otros dos compañeros."), Some(3));
        assert_eq!(team("Send the results to me and Deepa."), None);
    }
}
