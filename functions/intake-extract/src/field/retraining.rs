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
    let mut offers: Vec<Offer> = Vec::new();
    let mut offer = |score: f64, found: Found<Retraining>, kind: Kind| offers.push(Offer { score, found, kind });
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
            offer(found.weigher.value(), found, Kind::Said);
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
                Kind::Said,
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
            // "… unless the drift monitor fires. Then retrain.": the condition is the sentence before.
            let then = matches!(
                document.lower(question.from),
                "then" | "dann" | "alors" | "là" | "entonces" | "allora" | "então" | "dan"
            ) && document.sentence(mode.span.from) + 1 == sentence;
            let answered = answered || then;
            if !answered && document.sentence(mode.span.from) != sentence || distance > reach {
                continue;
            }
            let value = if mode.meaning.value == "manual" { Retraining::Manual } else { Retraining::OnDrift };
            let weigher = Weigher::default().support(format!("“{}”", document.quote(mode.span)), EXPLICIT);
            let weigher = reader.weigh(weigher, Some((cue.span, distance)), mode.span.from);
            let found = Found { value, spans: vec![mode.span, cue.span], weigher, derivation: None };
            offer(found.weigher.value(), found, Kind::Said);
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
            // "Every night at two, the model is retrained": what opens a sentence is said of the whole of it.
            let opens = at < question.from + OPENING
                && cue.span.from > at
                && strong
                && reader.hits.within("infer_verb", Span::new(at, cue.span.from)).next().is_none();
            let other_clause = other_clause && !opens;
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
            // "Trained again each quarter, before it was each week."
            if seconds < 600.0 || reader.is_history(span.from) {
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
            let kind = if strong { Kind::Rhythm } else { Kind::Said };
            offer(weigher.value(), Found { value, spans: vec![span, cue.span], weigher, derivation }, kind);
        }
    }
    for (score, found) in
        when_it_drifts(reader).chain(enough(reader)).chain(below_heading(reader)).chain(grouped_again(reader))
    {
        offer(score, found, Kind::Said);
    }
    for hit in reader.hits.of("train_never").filter(|hit| !reader.is_history(hit.span.from)) {
        let weigher = Weigher::default().support(format!("“{}”", document.quote(hit.span)), CUE);
        let derivation = Some("never by itself, so by hand when wanted".to_owned());
        let found = Found { value: Retraining::Manual, spans: vec![hit.span], weigher, derivation };
        offer(found.weigher.value(), found, Kind::Never);
    }
    // The first of equals stands, as it would for a reader.
    let Some((_, best)) = offers.iter().enumerate().max_by(|(i, a), (j, b)| a.score.total_cmp(&b.score).then(j.cmp(i)))
    else {
        return (None, None);
    };
    let (score, mut found) = (best.score, best.found.clone());
    let apart = |a: &Found<Retraining>, b: &Found<Retraining>| {
        document.sentence(a.spans[0].from) != document.sentence(b.spans[0].from)
    };
    let by_itself = |offer: &Offer| !matches!(offer.found.value, Retraining::OnDrift | Retraining::Manual);
    let close = |offer: &Offer| {
        let alike = offer.kind == Kind::Rhythm && best.kind == Kind::Rhythm && offer.score > RIVAL * score;
        alike || offer.score > 0.85 * score
    };
    let other = offers
        .iter()
        .find(|rival| {
            rival.found.value != found.value
                && apart(&rival.found, &found)
                && close(rival)
                && by_itself(rival)
                && by_itself(best)
        })
        .map(|rival| (found.spans[0], rival.found.spans[0]))
        // "The weights are frozen for good. … retrained every night": one of the two is wrong.
        .or_else(|| {
            let never = offers.iter().find(|offer| offer.kind == Kind::Never)?;
            let rhythm = offers
                .iter()
                .find(|offer| offer.kind == Kind::Rhythm && by_itself(offer) && apart(&offer.found, &never.found))?;
            Some((never.found.spans[0], rhythm.found.spans[0]))
        });
    let clash = other.map(|(one, other)| Clash {
        fields: vec![ConstraintField::Retraining],
        spans: vec![one, other],
        explanation: "Different rhythms of training are given.".to_owned(),
        resolution: format!("“{}” is planned for.", document.quote(found.spans[0])),
    });
    found.weigher = found.weigher.penalty_if(clash.is_some(), "another rhythm is given", COMPETING);
    (Some(found), clash)
}

/// Share of the best score from which a rhythm that is said of retraining as well contradicts it.
const RIVAL: f64 = 0.6;
/// Tokens at the beginning of a sentence in which a period is said of the whole of it.
const OPENING: usize = 4;
/// Sentences before "kick it off when the drift monitor fires" in which the training is spoken of.
const TRAINING_BEFORE: usize = 2;

/// What speaks for a rhythm.
struct Offer {
    score: f64,
    found: Found<Retraining>,
    kind: Kind,
}

/// How a rhythm is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A period, beyond doubt that of retraining.
    Rhythm,
    /// "The weights are frozen for good."
    Never,
    /// Anything else.
    Said,
}

/// "Please don't retrain on a calendar. … Kick it off when the drift monitor fires": the training was spoken of before.
fn when_it_drifts(reader: &Reader) -> impl Iterator<Item = (f64, Found<Retraining>)> {
    let document = &reader.document;
    reader.said("retrain_mode").filter(|mode| mode.meaning.value == "on_drift").filter_map(move |mode| {
        let start = reader.hits.in_clause(document, "start_it", mode.span.from).find(|it| it.negated.is_none())?;
        let here = document.sentence(mode.span.from);
        let training = reader.hits.of("retrain_strong").filter(|cue| cue.span.to <= mode.span.from).last()?;
        if here.abs_diff(document.sentence(training.span.from)) > TRAINING_BEFORE {
            return None;
        }
        let words = document.quote(mode.span);
        let weigher = Weigher::default()
            .support(format!("“{words}”"), EXPLICIT)
            .penalty("the training is spoken of before", APPROXIMATE);
        let spans = vec![mode.span.hull(start.span), training.span];
        Some((weigher.value(), Found { value: Retraining::OnDrift, spans, weigher, derivation: None }))
    })
}

/// Tokens between a rhythm and the words that it is enough.
const ENOUGH_BEHIND: usize = 3;

/// "Next door they retrain hourly; once a week is plenty for us": the rhythm that ends before the words that it is enough,
/// where training was spoken of, with the word that spoke of it.
pub fn is_enough(reader: &Reader, rhythm: Span) -> Option<Span> {
    let document = &reader.document;
    let behind = Span::new(rhythm.to, rhythm.to + ENOUGH_BEHIND);
    let enough = reader.hits.within("accepted", behind).find(|hit| hit.negated.is_none())?;
    let here = document.sentence_span(rhythm.from);
    let before = here.from.checked_sub(1).map_or(here.from, |end| document.sentence_span(end).from);
    let results = reader.hits.in_clause(document, "infer_verb", rhythm.from).next().is_some();
    let training = reader.hits.within("retrain_cue", Span::new(before, rhythm.from)).last()?;
    (!results && document.clause(enough.span.from) == document.clause(rhythm.from)).then_some(training.span)
}

fn enough(reader: &Reader) -> impl Iterator<Item = (f64, Found<Retraining>)> {
    reader.hits.of("accepted").filter_map(move |hit| {
        let from = hit.span.from.saturating_sub(ENOUGH_BEHIND + 2);
        let period = (from..hit.span.from).find_map(|at| period_at(&reader.document, &reader.hits, at))?;
        let training = is_enough(reader, period.span).filter(|_| !reader.is_history(period.span.from))?;
        said(reader, period.seconds, period.span, training)
    })
}

/// A rhythm with the word that tells that it is that of training.
fn said(reader: &Reader, seconds: f64, rhythm: Span, training: Span) -> Option<(f64, Found<Retraining>)> {
    if seconds < 600.0 {
        return None;
    }
    let (value, exact) = nearest(seconds);
    let words = reader.document.quote(rhythm);
    let weigher = Weigher::default()
        .support(format!("rhythm “{words}”"), EXPLICIT)
        .penalty("the training is spoken of before", APPROXIMATE)
        .penalty_if(!exact, "nearest rhythm of the schema", ASSUMED);
    let derivation = (!exact).then(|| format!("“{words}” is nearest to this"));
    Some((weigher.value(), Found { value, spans: vec![rhythm, training], weigher, derivation }))
}

/// Most tokens of a heading.
const LONGEST_HEADING: usize = 3;

/// "Retraining. She asked: why not daily? We settled on monthly.": what a paragraph says of the word that heads it.
fn below_heading(reader: &Reader) -> impl Iterator<Item = (f64, Found<Retraining>)> {
    let document = &reader.document;
    reader.hits.of("retrain_cue").filter_map(move |cue| {
        let heading = document.sentence_span(cue.span.from);
        let alone = heading.from == cue.span.from && heading.to - heading.from <= LONGEST_HEADING;
        if !alone || !document.begins_line(heading.from) {
            return None;
        }
        let end =
            (heading.to..document.tokens.len()).find(|at| document.begins_line(*at)).unwrap_or(document.tokens.len());
        let mut at = heading.to;
        let mut last = None;
        while at < end {
            let sentence = document.sentence_span(at);
            let asks = document.lower(sentence.to - 1) == "?";
            let period =
                (sentence.from..sentence.to).find_map(|at| period_at(document, &reader.hits, at)).filter(|period| {
                    let owned = reader
                        .measures_around(period.span.from, 20)
                        .any(|(_, measure)| measure.period.is_some_and(|own| own.span.overlaps(period.span)));
                    !asks && !owned && !reader.is_history(period.span.from)
                });
            last = period.or(last);
            at = sentence.to;
        }
        let period = last?;
        said(reader, period.seconds, period.span, cue.span)
    })
}

/// "Sort the members into natural groups, and redo this each month": groups that are made anew are learnt anew.
fn grouped_again(reader: &Reader) -> impl Iterator<Item = (f64, Found<Retraining>)> {
    let document = &reader.document;
    reader.said("redo").filter_map(move |redo| {
        let sentence = document.sentence_span(redo.span.from);
        let before = sentence.from.checked_sub(1).map_or(sentence.from, |end| document.sentence_span(end).from);
        let around = Span::new(before, sentence.to);
        let grouped =
            ["task.groups", "task.alike"].iter().any(|group| reader.hits.within(group, around).next().is_some())
                || reader.hits.within("ml_task", around).any(|hit| hit.meaning.value == "clustering");
        let period = (redo.span.to..sentence.to.min(redo.span.to + REDO_WITHIN))
            .chain(redo.span.from.saturating_sub(REDO_WITHIN).max(sentence.from)..redo.span.from)
            .find_map(|at| period_at(document, &reader.hits, at))?;
        grouped.then(|| said(reader, period.seconds, period.span, redo.span))?
    })
}

/// Tokens between "redo this" and its rhythm.
const REDO_WITHIN: usize = 6;

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

    #[test]
    fn training_has_many_names() {
        let rhythm = |text: &str| extract(text).constraints.retraining.map(|stated| stated.value);
        for (text, expected) in [
            ("New weights once a month, after the quality meeting.", Retraining::Monthly),
            ("Das Modell wird jedes Quartal neu kalibriert.", Retraining::Quarterly),
            ("Prévisions chaque nuit, modèle recalé le dimanche.", Retraining::Weekly),
            ("Se actualiza el modelo cada día.", Retraining::Daily),
            ("Il modello viene aggiornato una volta al mese.", Retraining::Monthly),
            ("O modelo é atualizado toda semana.", Retraining::Weekly),
            ("Elke maandag wordt het model bijgetraind.", Retraining::Weekly),
            ("On relance l'apprentissage dès qu'une dérive est constatée.", Retraining::OnDrift),
            ("§5 Betrieb in Irland.\n§6 Das Modell wird monatlich neu trainiert.", Retraining::Monthly),
            ("Se vuelve a entrenar cada trimestre, antes era cada semana.", Retraining::Quarterly),
            ("Retrained every month, before that it was every day.", Retraining::Monthly),
            ("Please don't retrain on a calendar. Kick it off when the drift monitor fires.", Retraining::OnDrift),
        ] {
            assert_eq!(rhythm(text), Some(expected), "{text}");
        }
        assert_eq!(
            rhythm("The model is trained on two years of data. An alert is raised when drift is detected."),
            None
        );
    }

    #[test]
    fn rhythms_contradict_each_other_and_what_is_frozen() {
        let clashes = |text: &str| extract(text).constraints.conflicts.len();
        for text in [
            "The weights are frozen for good. Every night the model is retrained on new files.",
            "Das Modell ist eingefroren. Das Modell wird jede Woche neu trainiert.",
            "Réentraînement : une seule fois par an. Chaque matin, le modèle doit être réentraîné.",
            "El modelo queda congelado. El modelo se reentrena cada noche.",
        ] {
            assert_eq!(clashes(text), 1, "{text}");
        }
        for text in [
            "The model is retrained every week. Scores are written every night.",
            "The weights are frozen for good. Scores are written every night.",
            "Il modello è riaddestrato ogni mese. Le previsioni sono calcolate ogni notte.",
        ] {
            assert_eq!(clashes(text), 0, "{text}");
        }
    }
}
