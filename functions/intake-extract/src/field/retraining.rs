//! The rhythm of retraining: how often the model is trained again, and what makes it so.

use design::constraint::{ConstraintField, Retraining};

use crate::{
    confidence::{APPROXIMATE, ASSUMED, COMPETING, CUE, EXPLICIT, Weigher},
    field::many::is_times,
    measure::{Unit, period_at},
    reader::{Clash, Found, Reader},
    text::Span,
};

/// Tokens before "refreshed" in which the model stands.
const MODEL_BEFORE: usize = 6;

/// How often the model is trained again.
pub fn read(reader: &Reader) -> (Option<Found<Retraining>>, Option<Clash>) {
    let document = &reader.document;
    let mut offers: Vec<(f64, Found<Retraining>)> = Vec::new();
    let mut offer = |score: f64, found: Found<Retraining>| offers.push((score, found));
    // "Two-tower model, refreshed hourly": a model that is made new is trained.
    let renewed = reader.hits.of("renew_verb").filter(|verb| {
        let before = Span::new(verb.span.from.saturating_sub(MODEL_BEFORE), verb.span.from);
        ["model_word", "model_type"].iter().any(|group| {
            reader
                .hits
                .within(group, before)
                .any(|model| document.sentence(model.span.from) == document.sentence(verb.span.from))
        })
    });
    // "Train once, then switch it off": never again by itself.
    for hit in reader.said("train_once") {
        let at = hit.span.to;
        let rhythm = period_at(document, &reader.hits, at.saturating_sub(1)).or(period_at(document, &reader.hits, at));
        if rhythm.is_none() {
            let weigher = Weigher::default().support(format!("“{}”", document.quote(hit.span)), CUE);
            let derivation = Some("trained once, and again by hand when wanted".to_owned());
            let found = Found { value: Retraining::Manual, spans: vec![hit.span], weigher, derivation };
            offer(found.weigher.value(), found);
        }
    }
    for cue in reader.hits.of("retrain_cue").chain(renewed) {
        if reader.is_history(cue.span.from) {
            continue;
        }
        // "Is trained" is strong from its first word on.
        let strong = reader
            .hits
            .within("retrain_strong", Span::new(cue.span.from.saturating_sub(2), cue.span.to))
            .any(|hit| hit.span.overlaps(cue.span));
        let sentence = document.sentence(cue.span.from);
        let never = cue.negated.filter(|span| document.lower(span.from) == "never");
        if let Some(span) = never.filter(|_| strong) {
            let weigher = Weigher::default().support("said never to be trained again", CUE);
            let spans = vec![span, cue.span];
            offer(
                weigher.value(),
                Found {
                    value: Retraining::Manual,
                    spans,
                    weigher,
                    derivation: Some("never by itself, so by hand when wanted".into()),
                },
            );
        }
        // "Retrain twice a month? No, once a month": the answer still tells the rhythm.
        let asks = document.lower(document.sentence_span(cue.span.from).to - 1) == "?";
        if cue.negated.is_some() && !asks {
            continue;
        }
        // "Training takes 4 hours every day on …" is no rhythm of retraining unless it is close and strong.
        let reach = if strong { 14 } else { 4 };
        for mode in reader.said("retrain_mode") {
            let distance = mode.span.distance(cue.span);
            // "And retrain? – Whenever precision drops": the answer is the next sentence.
            let question = document.sentence_span(cue.span.from);
            let answered = document.lower(question.to - 1) == "?" && document.sentence(mode.span.from) == sentence + 1;
            if !answered && document.sentence(mode.span.from) != sentence || distance > reach {
                continue;
            }
            let value = if mode.meaning.value == "manual" { Retraining::Manual } else { Retraining::OnDrift };
            let weigher = Weigher::default().support(format!("“{}”", document.quote(mode.span)), EXPLICIT);
            let weigher = reader.weigh(weigher, Some((cue.span, distance)), mode.span.from);
            offer(weigher.value(), Found { value, spans: vec![mode.span, cue.span], weigher, derivation: None });
        }
        let from = cue.span.from.saturating_sub(reach);
        let to = cue.span.to + reach + document.bracket_behind(cue.span.to, reach);
        let question = document.sentence_span(cue.span.from);
        let asked = document.lower(question.to - 1) == "?";
        for at in from..to.min(document.tokens.len()) {
            // "Refreshed daily (retrain)": brackets belong to what stands before them.
            let own = document.clause_span(cue.span.from);
            let bracket = document.lower(own.from) == "(" && at + 5 >= own.from && at < own.from;
            // "Training: SageMaker, every day at 02:00": a key speaks of its whole line.
            let keyed = cue.span.from <= question.from + 1
                && (document.lower(cue.span.to) == ":" || document.lower(cue.span.to - 1) == ":");
            // "The training job (weekly)."
            let behind = cue.span.to..=cue.span.to + 2;
            let own_bracket = behind.clone().any(|open| document.lower(open) == "(" && open < at && at <= open + 3);
            let other_clause = !document.same_statement(at, cue.span.from) && !bracket && !keyed && !own_bracket;
            let answer = asked && document.sentence(at) == sentence + 1;
            if !answer && (document.sentence(at) != sentence || other_clause || cue.negated.is_some()) {
                continue;
            }
            // A period that a count owns ("2M transactions per day") is not the rhythm.
            if reader
                .measures_around(at, 20)
                .filter(|(_, measure)| !measure.noun.is_some_and(|(_, words)| is_times(reader, words)))
                .filter(|(_, measure)| !(strong && reader.is_material_of_training(measure)))
                .any(|(_, measure)| measure.period.is_some_and(|period| period.span.overlaps(Span::new(at, at + 1))))
            {
                continue;
            }
            let every = reader.measures_around(at, 20).map(|(_, measure)| measure).find(|measure| {
                matches!(measure.unit, Unit::Time(_))
                    && measure.span.from == at + 1
                    && reader.hits.before("every", at + 1).is_some()
            });
            let (seconds, span) = match (period_at(document, &reader.hits, at), every) {
                (_, Some(measure)) => match measure.unit {
                    Unit::Time(unit) => (measure.quantity.high * unit, Span::new(at, measure.span.to)),
                    Unit::Money(_) | Unit::Data(_) | Unit::Rate(_) | Unit::Percent | Unit::Bare => continue,
                },
                (Some(period), None) => {
                    // "twice a week" halves the period.
                    let times = match at.checked_sub(1).map_or("", |before| document.lower(before)) {
                        "twice" => 2.0,
                        _ => 1.0,
                    };
                    (period.seconds / times, period.span)
                }
                (None, None) => continue,
            };
            if seconds < 600.0 {
                continue;
            }
            let (value, exact) = nearest(seconds);
            let distance = span.distance(cue.span);
            let weigher = Weigher::default().support(format!("rhythm “{}”", document.quote(span)), EXPLICIT);
            let weigher = reader
                .weigh(weigher, Some((cue.span, distance)), cue.span.from)
                .penalty_if(!exact, "nearest rhythm of the schema", ASSUMED)
                .penalty_if(!strong, "training is spoken of, not retraining", APPROXIMATE);
            let derivation = (!exact).then(|| format!("“{}” is nearest to this", document.quote(span)));
            offer(weigher.value(), Found { value, spans: vec![span, cue.span], weigher, derivation });
        }
    }
    // The first of equals stands, as it would for a reader.
    let Some(best) = offers.iter().enumerate().max_by(|(i, a), (j, b)| a.0.total_cmp(&b.0).then(j.cmp(i))) else {
        return (None, None);
    };
    let (score, mut found) = (best.1.0, best.1.1.clone());
    let sentence = document.sentence(found.spans[0].from);
    let other = offers.iter().find(|(other, rival)| {
        rival.value != found.value
            && *other > 0.85 * score
            && document.sentence(rival.spans[0].from) != sentence
            && !matches!(rival.value, Retraining::OnDrift | Retraining::Manual)
            && !matches!(found.value, Retraining::OnDrift | Retraining::Manual)
    });
    let clash = other.map(|(_, rival)| Clash {
        fields: vec![ConstraintField::Retraining],
        spans: vec![found.spans[0], rival.spans[0]],
        explanation: "Different rhythms of training are given.".to_owned(),
        resolution: format!("“{}” is planned for.", document.quote(found.spans[0])),
    });
    found.weigher = found.weigher.penalty_if(clash.is_some(), "another rhythm is given", COMPETING);
    (Some(found), clash)
}

/// The rhythm nearest to a period, by ratio; true when it is that rhythm.
fn nearest(seconds: f64) -> (Retraining, bool) {
    const RHYTHMS: [(f64, Retraining); 5] = [
        (3600.0, Retraining::Hourly),
        (86_400.0, Retraining::Daily),
        (604_800.0, Retraining::Weekly),
        (2_629_800.0, Retraining::Monthly),
        (7_889_400.0, Retraining::Quarterly),
    ];
    let distance = |length: f64| (seconds / length).ln().abs();
    let best = RHYTHMS.into_iter().min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)));
    best.map_or((Retraining::Manual, false), |(length, rhythm)| (rhythm, distance(length) < 0.05))
}

#[cfg(test)]
mod tests {
    use super::Retraining;
    use crate::extract::extract;

    #[test]
    fn a_key_speaks_of_its_line_and_once_is_by_hand() {
        let rhythm = |text: &str| extract(text).constraints.retraining.map(|stated| stated.value);
        assert_eq!(rhythm("- Training: SageMaker, every day at 02:00"), Some(Retraining::Daily));
        assert_eq!(rhythm("We train once and tag everything."), Some(Retraining::Manual));
        assert_eq!(rhythm("The model is trained once a month."), Some(Retraining::Monthly));
    }
}
