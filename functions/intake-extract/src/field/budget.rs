//! Budget: which amount of money is the one that may be spent, and per what.

use design::constraint::{Budget, ConstraintField, Currency};
use knowledge::currency::CurrencyFact;

use crate::{
    confidence::{APPROXIMATE, ASSUMED, BOUND, COMPETING, EXPLICIT, PERIOD, Weigher},
    field::share::{Each, money_of_each, part_of_before},
    measure::{Measure, Period, Unit, period_at},
    number::Bound,
    reader::{Clash, Found, Reader, show},
    text::{Kind, Span},
};

/// Seconds of a month: a twelfth of 365.25 days.
const MONTH: f64 = 2_629_800.0;

struct Candidate {
    found: Found<Budget>,
    score: f64,
    span: Span,
    /// Said of what is paid today.
    present: bool,
    /// Per month or year, or named as the budget: it can contradict another one.
    full: bool,
    /// "At most $5,000 per month", of which no other kind of money is said.
    capped: bool,
    /// Its period is given.
    periodic: bool,
    /// "More than 2,500 is too much."
    refused: bool,
}

/// The budget.
pub fn read(reader: &Reader) -> (Option<Found<Budget>>, Option<Clash>) {
    let mut candidates: Vec<Candidate> =
        reader.measures.iter().filter_map(|measure| candidate(reader, measure)).collect();
    if candidates.is_empty() {
        candidates.extend(share_of_before(reader));
    }
    // What is paid today is no rival of what may be paid.
    if candidates.iter().any(|candidate| !candidate.present) {
        candidates.retain(|candidate| !candidate.present);
    }
    // "Ideally 3k, at most 5k": what is only hoped for gives way to the limit.
    let limit = candidates
        .iter()
        .filter(|candidate| !reader.is_wish(candidate.span.from))
        .map(|candidate| candidate.found.value.usd_per_month)
        .reduce(f64::max);
    candidates.retain(|candidate| {
        let lower = limit.is_some_and(|limit| candidate.found.value.usd_per_month < limit);
        !(lower && reader.is_wish(candidate.span.from))
    });
    // "Labeling cost 40k. Running costs stay below 2k a month": what has no period is paid once.
    if candidates.iter().any(|candidate| candidate.full) {
        candidates.retain(|candidate| candidate.full);
    }
    // "Total project money: 300k. Of that, 5k per month is for running": what has no period and is many times as much is a
    // whole.
    let periodic =
        candidates.iter().filter(|candidate| candidate.periodic).map(|c| c.found.value.usd_per_month).reduce(f64::max);
    candidates.retain(|candidate| {
        let whole = periodic.is_some_and(|periodic| candidate.found.value.usd_per_month > WHOLE * periodic);
        candidate.periodic || !whole
    });
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(best_score) = candidates.first().map(|candidate| candidate.score) else { return (None, None) };
    let rivals: Vec<usize> = (1..candidates.len())
        .filter(|index| {
            let (best, rival) = (&candidates[0], &candidates[*index]);
            let ratio = rival.found.value.usd_per_month / best.found.value.usd_per_month;
            // 12,000 a year beside 1,000 a month is the same budget said twice.
            let apart = reader.document.sentence(rival.span.from) != reader.document.sentence(best.span.from);
            // "2,000 a month, more than 2,500 is out of the question": a limit above what is planned.
            let limit = rival.refused != best.refused && !apart;
            if limit {
                return false;
            }
            (rival.score > 0.55 * best_score || rival.capped && apart) && !(0.95..=1.05).contains(&ratio)
        })
        .collect();
    if rivals.is_empty() {
        return (candidates.into_iter().next().map(|candidate| candidate.found), None);
    }
    let mut concerned = vec![0];
    concerned.extend(rivals);
    let lowest = concerned
        .iter()
        .copied()
        .min_by(|a, b| candidates[*a].found.value.usd_per_month.total_cmp(&candidates[*b].found.value.usd_per_month))
        .unwrap_or(0);
    let amounts: Vec<String> =
        concerned.iter().map(|index| show(candidates[*index].found.value.usd_per_month)).collect();
    let clash = Clash {
        fields: vec![ConstraintField::Budget],
        spans: concerned.iter().map(|index| candidates[*index].span).collect(),
        explanation: format!("Different budgets are given: {} USD per month.", amounts.join(" and ")),
        resolution: format!(
            "The lower one is planned for: {} USD per month.",
            show(candidates[lowest].found.value.usd_per_month)
        ),
    };
    let mut found = candidates.swap_remove(lowest).found;
    found.weigher = found.weigher.penalty("another budget is given", COMPETING);
    (Some(found), Some(clash))
}

fn candidate(reader: &Reader, measure: &Measure) -> Option<Candidate> {
    let at = measure.at();
    if reader.is_aside(measure) || measure.quantity.high <= 0.0 || measure.quantity.vague {
        return None;
    }
    if is_turned_down(reader, measure) || answers_about_today(reader, measure) {
        return None;
    }
    let cue = reader.cue("cue.budget", measure.span);
    let currency = match measure.unit {
        Unit::Money(currency) => currency,
        Unit::Bare => bare_money(reader, measure)?,
        Unit::Time(_) | Unit::Data(_) | Unit::Rate(_) | Unit::Percent => return None,
    };
    let bare = measure.unit == Unit::Bare;
    // "Christmas party, budget 2,000 dollars": a budget of something else.
    let elsewhere = reader.hits.in_sentence(&reader.document, "other_purpose", at).next().is_some()
        && reader.hits.in_sentence(&reader.document, "system_word", at).next().is_none();
    if elsewhere {
        return None;
    }
    // "Another $6,000 once": what is paid one time is nothing of a month.
    let behind = measure.span.to;
    let once = reader.hits.at("one_off", behind).is_some()
        || matches!(reader.document.lower(behind), "once" | "upfront" | "einmalig" | "einmal");
    if once && measure.period.is_none() {
        return None;
    }
    // "40 cents per active user per month" is no budget before the users are counted.
    let each = match money_of_each(reader, measure) {
        Each::No => None,
        Each::Of(many) => Some(many),
        Each::Uncounted => return None,
    };
    // "Scrap costs 40,000 a month": the word about costs speaks of the other thing.
    let of_decoy = cue.is_some_and(|(cue, _)| {
        reader.hits.before("decoy.budget", cue.from).is_some_and(|decoy| decoy.meaning.value != "none")
    });
    if of_decoy && each.is_none() {
        return None;
    }
    let decoy = if each.is_some() { 0.0 } else { reader.closeness(decoy(reader, measure)) };
    let period = period(reader, measure);
    let bounded = measure.quantity.bound == Bound::AtMost
        || reader.bounded_behind(measure.span)
        || reader.is_limit_by_refusal(measure);
    let present = reader.clause_has("present_state", at) && !(bounded && reader.follows_then(at));
    let mut score = reader.closeness(cue) - 1.2 * decoy;
    if let Some(period) = period {
        // Money per hour or per day is a price more often than a budget.
        score += if period.seconds > 100_000.0 { 0.35 } else { -0.2 };
    }
    score += if bounded { 0.15 } else { 0.0 };
    // "xgb, 40 ms, 4k €, weekly": among notes an amount of money can only be what may be spent.
    let among_notes =
        !bare && cue.is_none() && decoy <= 0.0 && reader.is_item(measure.span) && is_among_notes(reader, at);
    score += if among_notes { 0.35 } else { 0.0 };
    score -= if present { 0.35 } else { 0.0 };
    // "We pay 5,000 today and do not want to exceed 3,000": beside what is paid, a bound is what may be paid.
    let beside_present = reader.hits.in_sentence(&reader.document, "present_state", at).next().is_some();
    score += if bounded && !present && beside_present { 0.2 } else { 0.0 };
    if score < 0.3 {
        return None;
    }
    let quantity = &measure.quantity;
    let amount = quantity.high * each.as_ref().map_or(1.0, |each| each.count);
    let months = period.map_or(1.0, |period| period.seconds / MONTH);
    let usd = amount * currency.usd / months;
    if !usd.is_finite() || usd < 1.0 {
        return None;
    }
    let mut steps = Vec::new();
    if quantity.is_range() {
        steps.push(format!("upper end of {} to {}", show(quantity.low), show(quantity.high)));
    }
    if let Some(each) = &each {
        steps.push(format!("{} {} × “{}”", show(quantity.high), currency.code, each.words));
    }
    if let Some(period) = period.filter(|period| (period.seconds - MONTH).abs() > 1.0) {
        let words = reader.document.quote(period.span);
        steps.push(if months > 1.0 {
            format!("{} {} {words} / {} months", show(amount), currency.code, show(months))
        } else {
            format!("{} {} {words} × {} in a month", show(amount), currency.code, show(1.0 / months))
        });
    }
    if bare {
        steps.push("no currency is given; read as US dollars".to_owned());
    }
    if period.is_none() {
        steps.push("no period is given; read as per month".to_owned());
    }
    let rates = knowledge::currency::currencies();
    if currency.code != "USD" {
        steps.push(format!(
            "1 {} = {} USD ({}, {}) -> {} USD per month",
            currency.code,
            currency.usd,
            rates.source,
            rates.date,
            show(usd)
        ));
    }
    let schema_currency = Currency::ALL.into_iter().find(|known| known.code() == currency.code)?;
    let amount = amount / months;
    let weigher = Weigher::default()
        .support(format!("amount of money “{}”", reader.document.quote(measure.quantity.span)), EXPLICIT)
        .support_if(period.is_some(), "period is given", PERIOD)
        .support_if(bounded, "bounded (“at most”)", BOUND);
    let weigher = reader
        .weigh(weigher, cue, at)
        .penalty_if(period.is_none(), "no period: month assumed", ASSUMED)
        .penalty_if(quantity.approximate, "approximate", APPROXIMATE)
        .penalty_if(bare, "no currency: US dollars assumed", ASSUMED)
        .penalty_if(present, "said of what is spent today", ASSUMED)
        .penalty_if(decoy > 0.2, "another kind of money is spoken of close by", COMPETING);
    let mut spans = vec![measure.span];
    spans.extend(cue.map(|(span, _)| span));
    spans.extend(period.map(|period| period.span));
    spans.extend(each.iter().map(|each| each.span));
    Some(Candidate {
        found: Found {
            value: Budget { usd_per_month: usd, amount, currency: schema_currency },
            spans,
            weigher,
            derivation: (!steps.is_empty()).then(|| steps.join("; ")),
        },
        score,
        span: measure.span,
        present,
        periodic: period.is_some(),
        refused: reader.is_limit_by_refusal(measure),
        capped: bounded && !present && decoy <= 0.0 && period.is_some_and(|period| period.seconds > 2_000_000.0),
        full: period.is_some()
            || reader.cue("budget_word", measure.span).is_some_and(|(word, _)| !is_price_verb(reader, word.from)),
    })
}

/// The nearest word about another kind of money. "6,500 a month, and the one-off 40k for sensors": what is nearer to
/// another amount behind it is said of that one.
fn decoy(reader: &Reader, measure: &Measure) -> Option<(Span, usize)> {
    let of_next = |word: Span, distance: usize| {
        word.from >= measure.span.to
            && reader.measures_around(word.from, OF_NEXT).any(|(_, other)| {
                matches!(other.unit, Unit::Money(_))
                    && other.span.from >= word.to
                    && other.span.distance(word) < distance
                    && reader.document.sentence(other.at()) == reader.document.sentence(word.from)
            })
    };
    let clause = reader.document.clause_span(measure.at());
    let words = reader.hits.within("decoy.budget", clause).filter(|hit| hit.meaning.value != "none");
    words
        .map(|hit| (hit.span, hit.span.distance(measure.span)))
        .filter(|(word, distance)| !of_next(*word, *distance))
        .min_by_key(|(_, distance)| *distance)
}

/// Tokens between a word about another kind of money and the amount behind it that it is said of.
const OF_NEXT: usize = 3;
/// Tokens between the verb that turns an amount down and the amount.
const TURNED_DOWN_WITHIN: usize = 6;

/// "The board turned down the 12,000 a month": the verb stands before, and no other amount between.
fn is_turned_down(reader: &Reader, measure: &Measure) -> bool {
    let begin = measure.span.from;
    let sentence = reader.document.sentence(begin);
    let before = Span::new(begin.saturating_sub(TURNED_DOWN_WITHIN), begin);
    let verb = reader.hits.within("turn_down", before).last();
    verb.is_some_and(|verb| {
        verb.negated.is_none()
            && reader.document.sentence(verb.span.from) == sentence
            && (verb.span.to..begin).all(|at| {
                !matches!(reader.document.lower(at), "," | ";" | ":" | "." | "and" | "und" | "et" | "y" | "e" | "en")
            })
            && !reader
                .measures_around(begin, TURNED_DOWN_WITHIN)
                .any(|(_, other)| verb.span.to <= other.span.from && other.span.to <= begin)
    })
}

/// "What does it cost now? About $6,300 a month": the answer to a question about today, and no limit.
fn answers_about_today(reader: &Reader, measure: &Measure) -> bool {
    let Some(question) = reader.question_before(measure.at()) else { return false };
    let now = || {
        (question.from..question.to).any(|at| {
            matches!(
                reader.document.lower(at),
                "now" | "jetzt" | "maintenant" | "ahora" | "adesso" | "agora" | "nu" | "already" | "bereits"
            )
        })
    };
    // "What can we spend?" asks for what may be.
    let may = (question.from..question.to).any(|at| {
        matches!(
            reader.document.lower(at),
            "can"
                | "could"
                | "may"
                | "will"
                | "should"
                | "want"
                | "dürfen"
                | "können"
                | "kann"
                | "darf"
                | "peut"
                | "peuvent"
                | "pouvons"
                | "pouvez"
                | "podemos"
                | "pueden"
                | "puede"
                | "possiamo"
                | "possono"
                | "può"
                | "pode"
                | "podem"
                | "kunnen"
                | "mogen"
                | "mag"
        )
    });
    !may && (now() || reader.hits.within("present_state", question).next().is_some())
        && measure.quantity.bound != Bound::AtMost
        && !reader.bounded_behind(measure.span)
        && reader.hits.within("wanted", question).all(|hit| {
            reader.document.lower(hit.span.from) == "now"
                || matches!(
                    reader.document.lower(hit.span.from),
                    "jetzt" | "maintenant" | "ahora" | "adesso" | "agora" | "nu"
                )
        })
}

/// "A visit costs 180 euros": the verb of a price.
fn is_price_verb(reader: &Reader, at: usize) -> bool {
    matches!(
        reader.document.lower(at),
        "costs" | "cost" | "kostet" | "kosten" | "coûte" | "coûtent" | "cuesta" | "cuestan" | "costa"
    )
}

/// "We want to spend a tenth of what it used to be": a part of the money that was spoken of before.
fn share_of_before(reader: &Reader) -> Option<Candidate> {
    let part = part_of_before(reader)?;
    let Unit::Money(currency) = part.whole.unit else { return None };
    let period = period(reader, part.whole)?;
    let cue = reader.cue("cue.budget", part.span)?;
    let amount = part.part * part.whole.quantity.high * MONTH / period.seconds;
    let usd = amount * currency.usd;
    if !usd.is_finite() || usd < 1.0 {
        return None;
    }
    let document = &reader.document;
    let weigher = Weigher::default()
        .support(format!("part of an amount “{}”", document.quote(part.span)), EXPLICIT)
        .support("the whole is given", PERIOD);
    let weigher =
        reader.weigh(weigher, Some(cue), part.span.from).penalty("the amount is taken from another sentence", ASSUMED);
    let words = document.quote(part.whole.span);
    let derivation = Some(format!("{} × “{words}” = {} {} per month", show(part.part), show(amount), currency.code));
    let currency = Currency::ALL.into_iter().find(|known| known.code() == currency.code)?;
    Some(Candidate {
        found: Found {
            value: Budget { usd_per_month: usd, amount, currency },
            spans: vec![part.span, part.whole.span],
            weigher,
            derivation,
        },
        score: 0.5,
        span: part.span,
        present: false,
        full: true,
        capped: false,
        periodic: true,
        refused: false,
    })
}

/// Tokens around an amount in which a word for money tells its period: "annual expenditure under this form".
const NAMED_WITHIN: usize = 24;
/// Times that an amount without a period is larger than one with it, when it is the whole of a project.
const WHOLE: f64 = 6.0;
/// Fewest items of a list of notes.
const FEWEST_NOTES: usize = 4;

/// True in a sentence that is a list of notes, with measures of other kinds.
fn is_among_notes(reader: &Reader, at: usize) -> bool {
    let sentence = reader.document.sentence_span(at);
    let separators =
        (sentence.from..sentence.to).filter(|at| matches!(reader.document.lower(*at), "," | "/" | ";" | "|"));
    let other = reader
        .measures_around(at, sentence.to - sentence.from)
        .any(|(_, other)| sentence.overlaps(other.span) && matches!(other.unit, Unit::Time(_) | Unit::Rate(_)));
    other && separators.count() + 1 >= FEWEST_NOTES
}

/// "budget 500/mo", "2.5k a month for infra": a number alone is money when a budget is spoken of right beside it.
fn bare_money(reader: &Reader, measure: &Measure) -> Option<&'static CurrencyFact> {
    let (_, distance) = reader.cue("budget_word", measure.span)?;
    let long = period(reader, measure).is_some_and(|period| period.seconds > 100_000.0);
    let named = crate::reader::named_before(&reader.document, &reader.hits, "budget_word", measure.span.from).is_some();
    let grand = (measure.span.from..measure.span.to).any(|at| reader.document.lower(at) == "grand");
    // "We get twenty thousand tax returns a year": something is counted, whatever it is.
    let behind = measure.quantity.span.to;
    let unknown = reader.document.token(behind).is_some_and(|word| {
        word.kind == Kind::Word
            && word.lower.chars().count() > 2
            && reader.document.sentence(behind) == reader.document.sentence(measure.at())
            && ["period", "per", "time", "every", "noun_stop", "cue.budget", "budget_word", "bound_behind", "predicate"]
                .iter()
                .all(|group| reader.hits.at(group, behind).is_none())
            && !matches!(
                word.lower.as_str(),
                "for" | "grand" | "and" | "from" | "all" | "but" | "total" | "every" | "each"
            )
    });
    let counted = measure.noun.is_some() || measure.quantity.high < 10.0 || unknown;
    let money = !counted && (named || grand || long && distance <= 8);
    let facts = &knowledge::currency::currencies().currencies;
    money.then(|| facts.iter().find(|fact| fact.code == "USD"))?
}

/// The period: behind the amount, or "monthly" and "per month" near it in the clause.
fn period(reader: &Reader, measure: &Measure) -> Option<Period> {
    if measure.period.is_some() {
        return measure.period;
    }
    if let Some(term) = crate::measure::term(&reader.document, &reader.hits, measure.span.to) {
        return Some(term);
    }
    let document = &reader.document;
    let clause = document.clause_span(measure.at());
    // "For two years of operation, 120,000 euros".
    let term = (clause.from..measure.span.from).find_map(|at| {
        crate::measure::term(document, &reader.hits, at).filter(|term| term.span.to <= measure.span.from)
    });
    if term.is_some() {
        return term;
    }
    // "12,000 dollars of credits that last for one year".
    let term = (measure.span.to..clause.to.min(measure.span.to + 8))
        .find_map(|at| crate::measure::term(document, &reader.hits, at));
    if term.is_some() {
        return term;
    }
    // "Annual expenditure under this Order Form": right before the word for the money.
    let near = Span::new(
        clause.from.max(measure.span.from.saturating_sub(NAMED_WITHIN)),
        clause.to.min(measure.span.to + NAMED_WITHIN),
    );
    let named = reader.hits.within("cue.budget", near).find_map(|cue| {
        // "Annual fee" is one phrase.
        let word = reader.hits.before("period", cue.span.from).or_else(|| reader.hits.at("period", cue.span.from))?;
        Some(Period { seconds: word.meaning.value.parse().ok()?, span: word.span })
    });
    if named.is_some_and(|named| named.seconds > 2_000_000.0) {
        return named;
    }
    let from = clause.from.max(measure.span.from.saturating_sub(8));
    let to = clause.to.min(measure.span.to + 8);
    (from..to)
        .filter_map(|at| period_at(document, &reader.hits, at))
        .filter(|period| period.seconds > 100_000.0 && !is_of_work(reader, measure, period))
        .min_by_key(|period| period.span.distance(measure.span))
}

/// "4k €, weekly retrain": behind a comma, the rhythm of some work and not that of the money.
fn is_of_work(reader: &Reader, measure: &Measure, period: &Period) -> bool {
    let document = &reader.document;
    let between = measure.span.to.min(period.span.to)..measure.span.from.max(period.span.from);
    let apart = between.clone().any(|at| matches!(document.lower(at), "," | "/" | "|"));
    let beside = Span::new(period.span.from.saturating_sub(2), period.span.to + 2);
    let work = ["retrain_cue", "infer_verb"].iter().any(|group| reader.hits.within(group, beside).next().is_some());
    apart && (work || period.seconds < 2_000_000.0)
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn money_for_other_things_and_money_paid_once_is_no_budget() {
        let budget = |text: &str| {
            let set = extract(text).constraints;
            (set.budget.map(|stated| stated.value.usd_per_month.round()), set.conflicts.len())
        };
        assert_eq!(
            budget("The board approved 48,000 dollars for the year. Christmas party: budget 2,000 dollars."),
            (Some(4000.0), 0)
        );
        assert_eq!(
            budget("Labeling cost $40,000 and the GPU another $6,000 once. Running costs stay below $2,000 a month."),
            (Some(2000.0), 0)
        );
        assert_eq!(budget("We can spend 11k a month (USD)."), (Some(11_000.0), 0));
        assert_eq!(budget("My budget for the trip is 500 dollars."), (None, 0));
        assert_eq!(budget("The CFO insists on a maximum of $5,000 per month for the platform. In the appendix: the monthly budget for the platform is $8,000.").1, 1);
    }
}
