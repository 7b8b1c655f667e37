//! What a number takes from the ones beside it: the second unit of a duration, the unit of the number before it or of the
//! question that it answers, the period that stands behind the size of one.

use crate::{
    lexicon::Hits,
    measure::{Measure, Noun, Unit},
    number::Bound,
    text::{Document, Kind, Span},
};

/// "4 hours and 20 minutes", "1 min 30 s": a duration in two units is one.
pub fn join_durations(document: &Document, measures: &mut Vec<Measure>) {
    let mut index = 0;
    while index + 1 < measures.len() {
        let (large, small) = (&measures[index], &measures[index + 1]);
        let between = large.span.to..small.span.from;
        let joined = between.len() <= 1
            && between.clone().all(|at| matches!(document.lower(at), "and" | "und" | "et" | "y" | "e" | "en"))
            && document.sentence(large.at()) == document.sentence(small.at())
            && small.quantity.bound == Bound::Exact
            && !large.quantity.is_range()
            && !small.quantity.is_range();
        // "8 h 45": the minutes of an hour need no unit.
        let minutes = large.unit == Unit::Time(3600.0)
            && small.unit == Unit::Bare
            && between.is_empty()
            && small.noun.is_none()
            && small.quantity.high < 60.0
            && document.token(small.at()).is_some_and(|token| token.text.len() == 2);
        let small_unit = if minutes { Unit::Time(60.0) } else { small.unit };
        match (large.unit, small_unit) {
            (Unit::Time(unit), Unit::Time(part)) if joined && small.quantity.high * part < unit => {
                let rest = small.quantity.high * part / unit;
                let span = small.span;
                let whole = &mut measures[index];
                whole.quantity.low += rest;
                whole.quantity.high += rest;
                whole.quantity.span = whole.quantity.span.hull(span);
                whole.span = whole.span.hull(span);
                measures.remove(index + 1);
            }
            (Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Rate(_) | Unit::Percent | Unit::Bare, _) => {
                index += 1
            }
        }
    }
}

/// "rps? – 30 or so": a number alone takes the rate that was asked for.
pub fn take_units_of_questions(document: &Document, hits: &Hits, measures: &mut [Measure]) {
    for measure in measures.iter_mut() {
        let bare = measure.unit == Unit::Bare && measure.noun.is_none() && measure.period.is_none();
        let answer = document.sentence_span(measure.at());
        let Some(end) = answer.from.checked_sub(1).filter(|end| bare && document.lower(*end) == "?") else { continue };
        let question = document.sentence_span(end);
        let short = answer.to - answer.from <= LONGEST_ANSWER;
        if let Some(hit) = hits.within("rate_unit", question).last().filter(|_| short)
            && let Ok(unit) = hit.meaning.value.parse()
        {
            measure.unit = Unit::Rate(unit);
        }
    }
}

/// Most tokens of an answer to a question about a number.
const LONGEST_ANSWER: usize = 8;

/// Most times that a number may be larger or smaller than the one whose unit it takes.
const SAME_SIZE: f64 = 10.0;

/// "We pay 900 USD a month and could go up to 1,500", "800 ms today; we need 250": a number that ends a statement takes
/// the unit of the one before it in the sentence, when it is of its size.
pub fn take_units_before(document: &Document, hits: &Hits, measures: &mut [Measure]) {
    for index in 1..measures.len() {
        let (before, here) = measures.split_at_mut(index);
        // "The one we sign": a pronoun is no number between the two.
        let one = |measure: &&Measure| {
            measure.unit == Unit::Bare && measure.period.is_none() && (measure.quantity.high - 1.0).abs() < 1e-9
        };
        let last = before.iter().rev().find(|measure| !one(measure));
        let (Some(before), Some(here)) = (last, here.first_mut()) else { continue };
        let bare = here.unit == Unit::Bare && here.noun.is_none() && here.period.is_none() && !here.quantity.vague;
        let unit = match before.unit {
            Unit::Money(_) | Unit::Time(_) => before.noun.is_none(),
            Unit::Data(_) | Unit::Rate(_) | Unit::Percent | Unit::Bare => false,
        };
        let ratio = here.quantity.high / before.quantity.high;
        let same_size = (1.0 / SAME_SIZE..=SAME_SIZE).contains(&ratio);
        let at = here.at();
        let behind = here.quantity.span.to;
        let ends = document.sentence(behind) != document.sentence(at)
            || matches!(document.lower(behind), "." | "," | ";" | "!" | ")")
            || hits.at("bound_behind", behind).is_some();
        let together = document.sentence(before.at()) == document.sentence(at);
        let half = hits.at("fraction", at).is_some();
        let digits = half || document.token(at).is_some_and(|token| token.kind == Kind::Number);
        // "Section 12", "Monday 14": what is bounded or wanted is no number of these.
        let wished = hits.before("wish", here.quantity.whole.from).is_some();
        // "We need between 150 and 200."
        let open = hits.before("range_open", at).map_or(at, |open| open.span.from);
        let wanted = here.quantity.bound != Bound::Exact || hits.before("wanted", open).is_some() || wished;
        // "The requirement, the one that we sign, is two hundred."
        let copula = at.checked_sub(1).is_some_and(|before| {
            matches!(
                document.lower(before),
                "is" | "be" | "ist" | "sind" | "lautet" | "est" | "es" | "son" | "è" | "sono" | "é" | "são" | "zijn"
            )
        });
        let named = || hits.within("target_word", Span::new(before.span.to, at)).next().is_some();
        let target = hits.before("target_is", here.quantity.whole.from).is_some() || copula && named();
        if bare && unit && same_size && ends && together && (digits && wanted || target) {
            here.unit = before.unit;
            here.period = before.period;
        }
    }
}

/// "500 images of 4 MB a day": the period is that of the images, and 4 MB are the size of one.
pub fn give_periods_back(document: &Document, measures: &mut [Measure]) {
    for index in 1..measures.len() {
        let (before, here) = measures.split_at_mut(index);
        let (Some(items), Some(size)) = (before.last_mut(), here.first_mut()) else { continue };
        let from = size.quantity.whole.from.min(size.quantity.span.from);
        let link = from.checked_sub(1).filter(|link| {
            matches!(
                document.lower(*link),
                "of" | "à" | "von" | "zu" | "je" | "mit" | "with" | "de" | "di" | "van" | "con"
            )
        });
        let counted = items.unit == Unit::Bare
            && items.period.is_none()
            && matches!(items.noun, Some((Noun::Request | Noun::Record { .. } | Noun::Other, _)));
        let together = document.sentence(items.at()) == document.sentence(size.at());
        if matches!(size.unit, Unit::Data(_))
            && counted
            && together
            && link == Some(items.span.to)
            && let Some(period) = size.period.take()
        {
            size.span.to = period.span.from.max(size.quantity.span.to);
            items.period = Some(period);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn durations_in_two_units_and_answers_to_units() {
        let set = extract("At most 4 hours and 20 minutes of downtime a year.").constraints;
        assert!(set.availability.is_some_and(|found| (found.value.percent - 99.9505).abs() < 1e-3));
        let load = extract("tom: rps?\nana: 30 or so").constraints.throughput;
        assert!(load.is_some_and(|load| (load.value.average_per_second - 30.0).abs() < 1e-9));
        assert!(extract("tom: sites?\nana: 30 or so").constraints.throughput.is_none());
    }
}
