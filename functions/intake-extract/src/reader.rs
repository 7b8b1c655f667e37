//! What the readers of single fields share: the document with its hits and measures, cues and their distance.

use design::constraint::{ConstraintField, Evidence, Source, Stated};

use crate::{
    confidence::{CUE, HEDGED, Weigher, at_distance},
    lexicon::{Hit, Hits},
    measure::{Measure, Unit, measures},
    number::Bound,
    text::{Document, Span},
};

/// A value that was read, before it becomes part of the constraints.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Words that it rests on.
    pub spans: Vec<Span>,
    /// What speaks for it and what weakens it.
    pub weigher: Weigher,
    /// How it was derived.
    pub derivation: Option<String>,
}

/// Statements that cannot all hold, before their words are looked up.
#[derive(Debug, Clone)]
pub struct Clash {
    /// The fields.
    pub fields: Vec<ConstraintField>,
    /// The statements.
    pub spans: Vec<Span>,
    /// What contradicts what.
    pub explanation: String,
    /// What was assumed.
    pub resolution: String,
}

/// A document made ready for the readers of single fields.
#[derive(Debug)]
pub struct Reader {
    /// The text.
    pub document: Document,
    /// The lexicon's phrases in it.
    pub hits: Hits,
    /// Its numbers.
    pub measures: Vec<Measure>,
}

impl Reader {
    /// Reads a text.
    pub fn new(text: &str) -> Self {
        let mut document = Document::new(text);
        let mut hits = Hits::find(&mut document);
        let mut measures = measures(&document, &hits);
        crate::correction::of_measures(&document, &hits, &mut measures);
        hits.forget(&crate::correction::of_names(&document, &hits));
        Self { document, hits, measures }
    }

    /// The measures that begin within so many tokens of a place, with their index.
    pub fn measures_around(&self, at: usize, reach: usize) -> impl Iterator<Item = (usize, &Measure)> {
        let from = self.measures.partition_point(|measure| measure.span.from + reach < at);
        let near = self.measures[from..].iter().enumerate().take_while(move |(_, m)| m.span.from <= at + reach);
        near.map(move |(index, measure)| (from + index, measure))
    }

    /// The part of a span that is not farther from another one than words can speak of it; it also bounds the work on
    /// texts that never end a sentence.
    fn reachable(&self, around: Span, of: Span) -> Span {
        Span::new(around.from.max(of.from.saturating_sub(REACH)), around.to.min(of.to + REACH))
    }

    /// The nearest hit of a group in the sentence, with its distance; one in another clause counts as farther.
    pub fn cue(&self, group: &str, span: Span) -> Option<(Span, usize)> {
        self.cue_in_sentence(group, span).or_else(|| self.cue_in_question(group, span))
    }

    /// "Latency? Whatever, 2 seconds is fine": the question tells what its answer speaks of.
    fn cue_in_question(&self, group: &str, span: Span) -> Option<(Span, usize)> {
        let question = self.question_before(span.from)?;
        let hit = self.hits.within(group, self.reachable(question, span)).last()?;
        Some((hit.span, ANSWER))
    }

    /// The question in the sentence before that of a token.
    pub fn question_before(&self, at: usize) -> Option<Span> {
        let end = self.document.sentence_span(at).from.checked_sub(1)?;
        (self.document.lower(end) == "?").then(|| self.document.sentence_span(end))
    }

    fn cue_in_sentence(&self, group: &str, span: Span) -> Option<(Span, usize)> {
        self.hits
            .within(group, self.reachable(self.document.sentence_span(span.from), span))
            .map(|hit| {
                let other_clause = !self.document.same_statement(hit.span.from, span.from);
                // What stands in brackets belongs to what stands before them.
                let bracket = self.document.lower(self.document.clause_span(span.from).from) == "(";
                let farther = if !other_clause {
                    0
                } else if bracket {
                    2
                } else {
                    6
                };
                (hit.span, hit.span.distance(span) + farther)
            })
            .min_by_key(|(_, distance)| *distance)
    }

    /// The nearest hit of a group in the clause, with its distance.
    pub fn near(&self, group: &str, span: Span) -> Option<(Span, usize)> {
        self.hits
            .within(group, self.reachable(self.document.clause_span(span.from), span))
            .filter(|hit| hit.meaning.value != "none")
            .map(|hit| (hit.span, hit.span.distance(span)))
            .min_by_key(|(_, distance)| *distance)
    }

    /// Closeness from 0 to 1 of the nearest hit of a group: 1 beside the span, 0 when there is none.
    pub fn closeness(&self, found: Option<(Span, usize)>) -> f64 {
        found.map_or(0.0, |(_, distance)| at_distance(1.0, distance))
    }

    /// True when the clause tells of the past, of what was not good enough, of others, or of what is not the case.
    pub fn is_history(&self, at: usize) -> bool {
        let clause = self.document.clause_span(at);
        let speaks = |hit: &Hit| hit.meaning.value != "none" && !self.is_of_another(hit, at) && !self.is_of_saying(hit);
        ASIDE.iter().any(|group| self.hits.within(group, clause).any(speaks))
            || self.is_of_them(clause)
            || self.is_of_others(at)
            || self.is_not_asked(at)
            || self.is_left_behind(at)
            || self.is_of_then(at)
    }

    /// "Told the board last week that we have 10k": the time is that of the telling.
    fn is_of_saying(&self, hit: &Hit) -> bool {
        hit.meaning.value == "then"
            && matches!(self.document.lower(hit.span.to), "that" | "dass" | "que" | "che" | "dat")
    }

    /// "300 ms, two hundred was the mobile team", "each quarter, before it was each week": what is said behind a comma and
    /// another value is said of that one.
    fn is_of_another(&self, hit: &Hit, at: usize) -> bool {
        let comma = (at..hit.span.from).rev().find(|at| self.document.lower(*at) == ",");
        comma.is_some_and(|comma| {
            let own = |span: Span| comma < span.from && span.from < hit.span.to + BEHIND_PAST;
            let period = || {
                let behind = Span::new(comma, hit.span.to + BEHIND_PAST);
                let other = self.hits.within("period", behind).next();
                let same = |at: usize| self.document.sentence(at) == self.document.sentence(hit.span.from);
                other.is_some_and(|other| same(other.span.from) && other.span.from > comma)
            };
            self.measures_around(hit.span.from, REACH).any(|(_, measure)| {
                let at = Span::new(measure.at(), measure.at() + 1);
                own(at) && !hit.span.overlaps(at)
            }) || period()
        })
    }

    /// "Last year we paid X and the answer took Y": a time that opens the sentence holds until it turns to what is
    /// wanted.
    fn is_of_then(&self, at: usize) -> bool {
        let sentence = self.document.sentence_span(at);
        let opening = Span::new(sentence.from, sentence.to.min(sentence.from + OPENING));
        let then = self
            .hits
            .within("past", opening)
            .find(|hit| hit.meaning.value == "then" && hit.span.to <= at && !self.is_of_saying(hit));
        then.is_some_and(|then| {
            let between = Span::new(then.span.to, at);
            let turns = |hit: &Hit| hit.meaning.value != "after_comma";
            let semicolon = (between.from..between.to).any(|at| self.document.lower(at) == ";");
            !semicolon
                && !self.hits.within("clause_break", between).any(turns)
                && self.hits.within("wanted", between).next().is_none()
        })
    }

    /// "Last year we paid 8,000. Now it is 4,500 at most": the sentence before, or the part before, tells of a time that is
    /// over, so "now" is no state that is to change.
    pub fn follows_then(&self, at: usize) -> bool {
        let sentence = self.document.sentence_span(at);
        let before = sentence.from.checked_sub(1).map_or(sentence.from, |end| self.document.sentence_span(end).from);
        self.hits.within("past", Span::new(before, at)).any(|hit| hit.meaning.value == "then")
    }

    /// True when a value is only hoped for: "ideally 100 ms". In "ideally 100 ms, 200 ms at most" the second is a limit.
    pub fn is_wish(&self, at: usize) -> bool {
        let own = self
            .measures_around(at, 12)
            .map(|(_, measure)| measure)
            .find(|measure| measure.span.from == at || measure.at() == at);
        let limit = own.is_some_and(|own| own.quantity.bound == Bound::AtMost || self.bounded_behind(own.span));
        self.hits.in_clause(&self.document, "wish", at).any(|wish| {
            // "4k a month, ideally 3k": behind a value, it is said of the next one.
            let of_next = own.is_some_and(|own| own.span.to <= wish.span.from)
                && self.measures_around(wish.span.to, OF_NEXT).any(|(_, other)| {
                    let between = wish.span.to..other.span.from;
                    wish.span.to <= other.span.from
                        && between.len() <= OF_NEXT
                        && between.clone().all(|at| self.document.lower(at) != ",")
                });
            // "15 € wären schön, bei 25 € ist Schluss": right behind another value, it is said of that one.
            let of_before = wish.span.to <= at
                && (wish.span.to..at).any(|at| self.document.lower(at) == ",")
                && self
                    .measures_around(wish.span.from, OF_BEFORE)
                    .any(|(_, other)| other.span.to <= wish.span.from && wish.span.from - other.span.to <= OF_NEXT);
            // "99.5 %, 99.9 would be lovely": right behind a later value, it is said of that one.
            let of_later = own.is_some_and(|own| {
                self.measures_around(wish.span.from, OF_BEFORE).any(|(_, other)| {
                    own.span.to <= other.span.from
                        && other.span.to <= wish.span.from
                        && wish.span.from - other.span.to <= OF_NEXT
                })
            });
            if of_next || of_before || of_later {
                return false;
            }
            let between = self
                .measures_around(at, REACH)
                .any(|(_, other)| wish.span.to <= other.at() && other.at() < at && other.span.to <= at);
            !(limit && between)
        })
    }

    /// True when a measure is not about what is wanted. "Above 100 ms is not acceptable" is: it turns down what lies
    /// beyond, and so sets a limit.
    pub fn is_aside(&self, measure: &Measure) -> bool {
        !measure.corrected && self.is_history(measure.at()) && !self.is_limit_by_refusal(measure)
    }

    /// True when nothing but words such as "was" speak of the past: "the peak was 140 a second" tells how much there is.
    pub fn is_weak_history(&self, at: usize) -> bool {
        let clause = self.document.clause_span(at);
        let weak = |hit: &Hit| self.hits.at("past_weak", hit.span.from).is_some_and(|weak| weak.span == hit.span);
        ASIDE.iter().all(|group| {
            self.hits
                .within(group, clause)
                .filter(|hit| hit.meaning.value != "none")
                .all(|hit| *group == "past" && weak(hit))
        }) && !self.is_left_behind(at)
            && !self.is_of_then(at)
    }

    /// "More than 100 ms is too slow", "below 99 % is not acceptable": what is beyond the value is turned down.
    pub fn is_limit_by_refusal(&self, measure: &Measure) -> bool {
        let beyond = match measure.unit {
            Unit::Percent => Bound::AtMost,
            Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Rate(_) | Unit::Bare => Bound::AtLeast,
        };
        let clause = self.document.clause_span(measure.at());
        let said = |group: &str| self.hits.within(group, clause).any(|hit| hit.meaning.value != "none");
        measure.quantity.bound == beyond
            && said(REFUSED)
            && !ASIDE.iter().any(|group| *group != REFUSED && said(group))
            && !self.is_left_behind(measure.at())
            && !self.is_of_then(measure.at())
    }

    /// "Currently: … Target: …": what stands in a sentence with the first key goes, when there is one with the second.
    fn is_left_behind(&self, at: usize) -> bool {
        // "How it is today: …": a few words may stand before the key's own.
        let begins = |hit: &Hit| hit.span.from - self.document.sentence_span(hit.span.from).from <= KEY_BEGINS;
        let sentence = self.document.sentence_span(at);
        let key = self.hits.within("as_is_key", sentence).find(|hit| begins(hit));
        key.is_some_and(|key| self.hits.of("to_be_key").any(|hit| begins(hit) && hit.span.from > key.span.from))
    }

    /// "Fine-tune it on 40k contracts every month": the contracts are what is trained with, and the month is the
    /// training's.
    pub fn is_material_of_training(&self, measure: &Measure) -> bool {
        let clause = self.document.clause_span(measure.at());
        let before = Span::new(clause.from, measure.at());
        measure.unit == Unit::Bare
            && self.hits.within("retrain_strong", before).next().is_some()
            && self.hits.within("infer_verb", clause).next().is_none()
            && (before.from..before.to).any(|at| {
                matches!(
                    self.document.lower(at),
                    "on" | "with" | "auf" | "mit" | "sur" | "avec" | "con" | "com" | "op" | "met" | "su"
                )
            })
    }

    /// ", 4k €," in a list of notes: a span that is an item of its own.
    pub fn is_item(&self, span: Span) -> bool {
        let sentence = self.document.sentence_span(span.from);
        let edge = |at: usize| matches!(self.document.lower(at), "," | ";" | "/" | "|" | "-" | "•" | "." | "–");
        (span.from == sentence.from || edge(span.from - 1)) && (span.to >= sentence.to || edge(span.to))
    }

    /// A value with the bound that stands behind it: "half a second each at most".
    pub fn with_bound_behind(&self, span: Span) -> Span {
        let each =
            usize::from(matches!(self.document.lower(span.to), "each" | "jeweils" | "chacun" | "chacune" | "cada"));
        let end = Span::new(span.from, span.to + each);
        self.hits.at("bound_behind", end.to).map_or(end, |bound| end.hull(bound.span))
    }

    /// A value with the one thing that it is of: "seven seconds per ruling".
    pub fn with_item(&self, span: Span) -> Span {
        let per = matches!(self.document.lower(span.to), "per" | "pro" | "je" | "par" | "por" | "a")
            || matches!(self.document.lower(span.to), "each" | "jede" | "cada" | "chaque" | "elke" | "ogni");
        let item = span.to + 1;
        let word = self.document.token(item).is_some_and(|token| {
            token.kind == crate::text::Kind::Word
                && token.sentence == self.document.sentence(span.from)
                && token.lower.chars().count() >= 3
        });
        let thing = ["time", "period", "number", "article", "bound_behind", "predicate", "scale"].iter().all(|group| {
            self.hits.at(group, item).is_none()
                && self
                    .hits
                    .at(group, span.to)
                    .is_none_or(|hit| hit.span.to == span.to + 1 && *group != "time" && *group != "period")
        });
        if per && word && thing { Span::new(span.from, item + 1) } else { span }
    }

    /// True when a bound stands behind a value: "2 seconds at most", "200 ms max".
    pub fn bounded_behind(&self, span: Span) -> bool {
        let span = self.with_item(span);
        // "One second, not more": behind the comma nothing else follows.
        let ended = || {
            let behind = self.hits.at("bound_behind", span.to + 1).filter(|_| self.document.lower(span.to) == ",");
            behind.is_some_and(|hit| {
                self.document.sentence(hit.span.to) != self.document.sentence(span.from)
                    || matches!(self.document.lower(hit.span.to), "." | ";" | "!" | ")")
            })
        };
        let each = matches!(self.document.lower(span.to), "each" | "jeweils" | "chacun" | "chacune" | "cada");
        self.hits.at("bound_behind", span.to).is_some()
            || each && self.hits.at("bound_behind", span.to + 1).is_some()
            || ended()
            || self.document.lower(span.to) == "(" && self.hits.at("bound_behind", span.to + 1).is_some()
    }

    /// True when the clause has a hit of the group.
    pub fn clause_has(&self, group: &str, at: usize) -> bool {
        self.hits.in_clause(&self.document, group, at).next().is_some()
    }

    /// The negation that reaches a span, when there is one.
    pub fn denial(&self, span: Span) -> Option<Span> {
        // Any hit within the span that is denied tells it; numbers themselves are no hits, so their neighbours do.
        self.hits.in_clause(&self.document, "negation", span.from).find_map(|hit| {
            let inside = hit.meaning.value == "forward" && hit.span.to <= span.from && span.from - hit.span.to <= 3;
            let harmless = self
                .hits
                .in_clause(&self.document, "negation", span.from)
                .any(|other| other.meaning.value == "none" && other.span.overlaps(hit.span));
            (inside && !harmless).then_some(hit.span)
        })
    }

    /// Adds the cue and a hedge of the clause to a weigher.
    pub fn weigh(&self, weigher: Weigher, cue: Option<(Span, usize)>, at: usize) -> Weigher {
        let hedge = self.hits.in_clause(&self.document, "hedge", at).next();
        let weigher = match cue {
            Some((span, distance)) => weigher.support(
                format!("cue “{}” at a distance of {distance} words", self.document.quote(span)),
                at_distance(CUE, distance),
            ),
            None => weigher,
        };
        match hedge {
            Some(hit) => weigher.penalty(format!("hedged by “{}”", self.document.quote(hit.span)), HEDGED),
            None => weigher,
        }
    }

    /// Evidence of several spans: close ones are joined, doubles are dropped.
    pub fn evidence(&self, spans: &[Span]) -> Vec<Evidence> {
        let mut spans: Vec<Span> = spans.iter().copied().filter(|span| span.from < span.to).collect();
        spans.sort();
        let mut joined: Vec<Span> = Vec::new();
        for span in spans {
            match joined.last_mut() {
                Some(last)
                    if last.distance(span) <= 3
                        && self.document.sentence(last.from) == self.document.sentence(span.from) =>
                {
                    *last = last.hull(span);
                }
                _ => joined.push(span),
            }
        }
        joined.into_iter().filter_map(|span| self.document.evidence(span)).collect()
    }

    /// A found value as a stated one, with the lines of what was weighed.
    pub fn state<T>(&self, found: Found<T>) -> (Stated<T>, Vec<String>) {
        let lines = found.weigher.lines();
        let stated = Stated {
            value: found.value,
            confidence: found.weigher.value(),
            source: Source::Text,
            evidence: self.evidence(&found.spans),
            derivation: found.derivation,
        };
        (stated, lines)
    }

    /// Hits of a group that are said: not denied, and not about the past.
    pub fn said<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Hit> {
        self.hits.of(group).filter(|hit| hit.negated.is_none() && !self.is_history(hit.span.from))
    }
}

/// Tokens behind a word of the past in which the period stands that it is said of: "before it was each week".
const BEHIND_PAST: usize = 4;
/// Tokens before a wish in which the value begins that it is said of.
const OF_BEFORE: usize = 10;
/// Most words of a key before those that tell of today or of what is wanted.
const KEY_BEGINS: usize = 3;
/// Tokens between a wish and the value behind it that it is said of.
const OF_NEXT: usize = 2;
/// Tokens at the beginning of a sentence in which a time, or somebody else, speaks of the whole of it.
pub(crate) const OPENING: usize = 5;
/// Distance of a question's words from its answer, as they count for it.
const ANSWER: usize = 3;
/// Most tokens between a value and a word that speaks of it.
const REACH: usize = 60;

/// Groups whose words in a clause take its values out of what is wanted.
const ASIDE: [&str; 4] = ["past", REFUSED, "other_party", "hypothetical"];
/// Group of the words that turn something down.
const REFUSED: &str = "rejected";

/// The hit of a group that names the value at a token: nothing but separators, brackets and bounds stands between.
pub fn named_before<'a>(document: &Document, hits: &'a Hits, group: &'a str, at: usize) -> Option<&'a Hit> {
    let mut end = at;
    for _ in 0..6 {
        if end == 0 || document.sentence(end - 1) != document.sentence(at) {
            return None;
        }
        if let Some(hit) = hits.before(group, end) {
            return Some(hit);
        }
        if let Some(bound) = hits.before("bound", end) {
            end = bound.span.from;
            continue;
        }
        let between = document.lower(end - 1);
        if !matches!(
            between,
            ":" | "=" | "|" | ";" | "(" | ")" | "~" | "of" | "is" | "von" | "de" | "[" | "]" | "-" | "→" | "{"
        ) && hits.before("amount_word", end).is_none()
        {
            return None;
        }
        end -= 1;
    }
    None
}

/// A number as people write it: thousands separated, no needless digits.
pub fn show(value: f64) -> String {
    let rounded = if value.abs() >= 100.0 {
        value.round()
    } else if value.abs() >= 1.0 {
        (value * 100.0).round() / 100.0
    } else {
        let digits = 10_f64.powf(3.0 - value.abs().max(1e-12).log10().ceil());
        (value * digits).round() / digits
    };
    let text = format!("{rounded}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match rest {
        Some(rest) => format!("{sign}{grouped}.{rest}"),
        None => format!("{sign}{grouped}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_readably() {
        assert_eq!(show(2_000_000.0), "2,000,000");
        assert_eq!(show(23.148_148), "23.15");
        assert_eq!(show(0.001_234_5), "0.00123");
        assert_eq!(show(86_400.0), "86,400");
    }

    #[test]
    fn a_bounded_value_behind_a_wish_is_the_limit() {
        let text = "La latence : idéalement 150 ms, 300 ms au maximum.";
        let set = crate::extract::extract(text).constraints;
        assert_eq!(set.latency.map(|stated| stated.value.milliseconds), Some(300.0));
        assert!(set.conflicts.is_empty());
    }

    #[test]
    fn the_time_of_saying_is_not_that_of_what_is_said() {
        let text = "The cloud spend is capped at $3,000 a month. The CTO told us last week that the budget is $10,000 a month.";
        assert_eq!(crate::extract::extract(text).constraints.conflicts.len(), 1);
    }
}
