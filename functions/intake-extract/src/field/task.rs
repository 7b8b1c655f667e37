//! The machine-learning task and the application: named, or described by what is to be known of what.

use design::constraint::{MlTask, UseCase};
use knowledge::lexicon::{Frame, frames};

use crate::{
    field::topic::{Topic, add, heaviest, topics},
    lexicon::Hit,
    reader::{Found, Reader},
    text::Span,
};

/// Group of what lies ahead; no words have it, [`future_in`] finds it.
const FUTURE: &str = "task.future";
/// Group of words that take what a sentence names out: "photos are attached, please ignore them".
const ASIDE: &str = "task.aside";
/// Tokens between "next" and its unit of time.
const UNIT_WITHIN: usize = 4;

/// The machine-learning task.
pub fn ml_task(reader: &Reader) -> Option<Found<MlTask>> {
    let material = material(reader);
    let mut found = topics(reader, "ml_task", |hit| {
        let of_pictures = hit.meaning.value == "computer_vision";
        is_meant(reader, hit) && !(of_pictures && material.contains(&reader.document.quote(hit.span).to_lowercase()))
    });
    described(reader, &mut found, |frame| frame.task);
    heaviest(reader, &found)
}

/// The application.
pub fn use_case(reader: &Reader) -> Option<Found<UseCase>> {
    let material = material(reader);
    let mut found = topics(reader, "use_case", |hit| {
        let of_pictures = hit.meaning.value == "computer_vision";
        is_meant(reader, hit) && !(of_pictures && material.contains(&reader.document.quote(hit.span).to_lowercase()))
    });
    described(reader, &mut found, |frame| frame.use_case);
    heaviest(reader, &found)
}

/// "Rain maps for the next 90 minutes, computed from the radar pictures": the pictures that something ahead is worked out
/// from are no task, wherever they are named.
fn material(reader: &Reader) -> Vec<String> {
    let document = &reader.document;
    let pictures = reader.hits.of("ml_task").filter(|hit| hit.meaning.value == "computer_vision");
    let from = pictures.filter(|hit| {
        let sentence = document.sentence_span(hit.span.from);
        let before = hit.span.from.saturating_sub(MATERIAL_WITHIN).max(sentence.from)..hit.span.from;
        let source = |at: usize| {
            matches!(document.lower(at), "from" | "aus" | "depuis" | "dai" | "dalle" | "uit")
                || reader.hits.at("task.given", at).is_some()
        };
        let result = |group: &str| reader.hits.within(group, sentence).any(|word| word.span.to <= hit.span.from);
        before.clone().any(source)
            && future_in(reader, sentence).is_some()
            && (result("task.course") || result("task.predict") || result("task.amount"))
    });
    from.map(|hit| document.quote(hit.span).to_lowercase()).collect()
}

/// Tokens between "from" and the pictures.
const MATERIAL_WITHIN: usize = 3;

/// `docker image` is no picture, and what a sentence leaves aside is no task.
fn is_meant(reader: &Reader, hit: &Hit) -> bool {
    let before = hit.span.from.checked_sub(1).map_or("", |at| reader.document.lower(at));
    !matches!(before, "docker" | "container" | "machine" | "base" | "brand") && !is_left_aside(reader, hit.span)
}

fn is_left_aside(reader: &Reader, span: Span) -> bool {
    reader.hits.in_sentence(&reader.document, ASIDE, span.from).next().is_some()
}

/// Adds what the frames say to what is named; each counts once, in the first sentence that it holds in.
fn described<T: PartialEq>(reader: &Reader, topics: &mut Vec<Topic<T>>, value: impl Fn(&Frame) -> T) {
    for frame in frames() {
        if !frame.text.iter().all(|group| reader.hits.of(group).next().is_some()) {
            continue;
        }
        let Some(first) = frame.sentence.iter().find(|group| *group != FUTURE) else { continue };
        let held = reader.hits.of(first).find_map(|hit| {
            let sentence = reader.document.sentence_span(hit.span.from);
            let said = !reader.is_history(hit.span.from) && !is_left_aside(reader, hit.span);
            let unless = frame.unless.iter().any(|group| in_sentence(reader, group, sentence).is_some());
            let spans: Option<Vec<Span>> =
                frame.sentence.iter().map(|group| in_sentence(reader, group, sentence)).collect();
            spans.filter(|_| said && !unless)
        });
        // The words that are farthest apart would quote the whole sentence: the last named group says most.
        if let Some(span) = held.and_then(|spans| spans.last().copied()) {
            add(topics, value(frame), frame.weight, span);
        }
    }
    topics.sort_by(|a, b| b.weight.total_cmp(&a.weight));
}

fn in_sentence(reader: &Reader, group: &str, sentence: Span) -> Option<Span> {
    if group == FUTURE {
        return future_in(reader, sentence);
    }
    reader.hits.within(group, sentence).next().map(|hit| hit.span)
}

/// "Over the next two weeks", "les six prochaines semaines", "13 weeks ahead".
fn future_in(reader: &Reader, sentence: Span) -> Option<Span> {
    let ahead = reader.hits.within("task.ahead", sentence).map(|hit| hit.span).next();
    ahead.or_else(|| {
        reader.hits.within("task.next", sentence).find_map(|next| {
            let around = Span::new(next.span.from.saturating_sub(2).max(sentence.from), next.span.to + UNIT_WITHIN);
            ["time", "period"]
                .iter()
                .find_map(|group| reader.hits.within(group, around).next())
                .map(|unit| next.span.hull(unit.span))
        })
    })
}

#[cfg(test)]
mod tests {
    use design::constraint::{MlTask, UseCase};

    use crate::extract::extract;

    fn task(text: &str) -> Option<MlTask> {
        extract(text).constraints.ml_task.map(|stated| stated.value)
    }

    #[test]
    fn a_task_is_told_by_what_is_to_be_known_of_what() {
        for (text, expected) in [
            ("We need to know how many seats each cinema will fill over the next ten days.", MlTask::Forecasting),
            ("Il nous faut savoir combien de repas seront servis la semaine prochaine.", MlTask::Forecasting),
            ("Estimate the price of a used tractor from its age and hours.", MlTask::Regression),
            ("Vogliamo stimare il valore di un camper usato.", MlTask::Regression),
            ("For each tenant a yes or no: will they move out?", MlTask::Classification),
            ("Wir wollen vorhersagen, ob ein Gerät zurückgeschickt wird.", MlTask::Classification),
            ("Show each visitor three museums that they might like.", MlTask::Recommendation),
            ("Avisar de los pagos que se salen de lo normal.", MlTask::AnomalyDetection),
            ("Find groups of farms that are alike; nobody has defined them.", MlTask::Clustering),
            ("De treffers moeten beter staan: het meest relevante bovenaan, gemeten met NDCG.", MlTask::Ranking),
        ] {
            assert_eq!(task(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_left_aside_or_only_mentioned_is_no_task() {
        assert_eq!(task("Photos are attached, please ignore them."), None);
        assert_eq!(task("We are a bank in Lisbon with 20 engineers and a budget of 5,000 USD a month."), None);
        assert_eq!(task("Tell the team the price by e-mail."), None);
    }

    #[test]
    fn questions_that_documents_answer_and_tuned_weights_are_applications() {
        let use_case = |text: &str| extract(text).constraints.use_case.map(|stated| stated.value);
        assert_eq!(
            use_case("Nurses ask about dosing and get a reply with the paragraph cited from the guidelines."),
            Some(UseCase::RetrievalAugmentedGeneration)
        );
        assert_eq!(
            use_case("Ein offenes Sprachmodell soll mit unseren Briefen nachtrainiert werden."),
            Some(UseCase::FineTuning)
        );
    }

    #[test]
    fn which_of_them_is_told_apart_and_how_many_is_a_forecast() {
        let use_case = |text: &str| extract(text).constraints.use_case.map(|stated| stated.value);
        let scoring = Some(UseCase::TabularScoring);
        assert_eq!(use_case("Predict which telecom customers will churn next month from their usage table."), scoring);
        assert_eq!(
            use_case("Predict which of our pumps will fail next week, from their maintenance records."),
            scoring
        );
        assert_eq!(use_case("Predict next month's sales for each store."), Some(UseCase::Forecasting));
        assert_eq!(use_case("Predict how many pallets each depot ships next week."), Some(UseCase::Forecasting));
    }
}
