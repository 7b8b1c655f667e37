//! How far a forecast looks ahead, in which steps, and how much of the past it is made from.

use std::{collections::BTreeMap, sync::OnceLock};

use knowledge::lexicon;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use crate::RenderError;

const DAY: f64 = 86_400.0;
const WEEK: f64 = 7.0 * DAY;
/// A twelfth of 365.25 days.
const MONTH: f64 = 2_629_800.0;
/// Longest forecast in steps; for a longer one the next coarser step is taken.
const MOST_STEPS: u32 = 2_000;
/// Steps that people still look at one by one, where they name the horizon only.
const MOST_LOOKED_AT: f64 = 50.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    step: Vec<Step>,
    span: Vec<Span>,
    horizon: Horizon,
    values: Values,
}

/// The time between two values of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// In words, such as `half hours`.
    many: String,
    /// Of values in these steps, such as `hourly`.
    adjective: String,
    seconds: f64,
    /// Steps after which a series is alike again.
    season: u32,
    /// Seasons that the history holds.
    seasons: u32,
    /// The season's length in words.
    season_words: String,
    /// Steps that are forecast where nobody says how many.
    #[serde(skip_serializing)]
    usual: u32,
    #[serde(skip_serializing)]
    rhythm: Vec<String>,
    #[serde(skip_serializing)]
    unit: Vec<String>,
}

/// A length of time that is no step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    unit: Vec<String>,
    seconds: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Horizon {
    ends: String,
    speaks: String,
    next: String,
    ahead: String,
    of: String,
    within: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    of: String,
    each: String,
    per: String,
}

/// The series of a repository.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    step: Step,
    /// Steps of the past that a forecast is made from: whole seasons.
    history: u32,
    /// Steps that are forecast.
    horizon: u32,
    /// For the README: where step and horizon come from.
    #[serde(skip)]
    pub words: String,
}

/// The data, with its expressions compiled.
struct Reader {
    data: Data,
    ends: Regex,
    speaks: Regex,
    horizons: [Regex; 3],
    within: Regex,
    values: Regex,
    each: [Regex; 2],
    /// Words of units, with their seconds.
    units: Vec<(Regex, f64)>,
    /// Words of the steps' rhythms, in the steps' order.
    rhythms: Vec<Regex>,
    numbers: BTreeMap<String, f64>,
}

/// How far people look ahead: so many of a unit.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    count: f64,
    /// Seconds of the unit.
    unit: f64,
    /// "Day-ahead" speaks of the day's hours, "the next day" of the day as a whole.
    is_within: bool,
}

impl Series {
    /// What the requirement says of its series, and what is usual for the rest.
    ///
    /// # Errors
    /// When `data/series.toml` is broken.
    pub fn of(requirement: &str) -> Result<Self, RenderError> {
        let reader = Reader::get()?;
        let lower = requirement.to_lowercase();
        let (mut ahead, mut said) = (None, None);
        for sentence in reader.ends.split(&lower).filter(|sentence| reader.speaks.is_match(sentence)) {
            ahead = ahead.or_else(|| reader.ahead(sentence));
            said = said.or_else(|| reader.step(sentence));
        }
        let values = |step: &Step, horizon: u32| {
            format!("Each forecast is {horizon} {} value{}", step.adjective, if horizon == 1 { "" } else { "s" })
        };
        let (step, horizon, words) = match (said, ahead) {
            (Some(said), Some(ahead)) => {
                let (step, horizon) = reader.fitting(said, ahead);
                let why = if step == said {
                    ", as the requirement says"
                } else {
                    "; the step that the requirement names does not fit its horizon"
                };
                (step, horizon, format!("{}{why}.", values(step, horizon)))
            }
            (None, Some(ahead)) => {
                let (step, horizon) = reader.fitting(reader.step_of(ahead), ahead);
                let assumed = "the requirement says how far ahead, and the step is assumed";
                (step, horizon, format!("{}: {assumed}.", values(step, horizon)))
            }
            (Some(step), None) => {
                let unsaid = "the requirement names no horizon, so that this one stands for yours";
                (step, step.usual, format!("{}: {unsaid}.", values(step, step.usual)))
            }
            (None, None) => {
                let step = reader.longest_of(DAY);
                let unsaid = "the requirement names neither step nor horizon, so that these stand for yours";
                (step, step.usual, format!("{}: {unsaid}.", values(step, step.usual)))
            }
        };
        // At least as much as is forecast, in whole seasons.
        let history = step.season * step.seasons.max(horizon.div_ceil(step.season));
        Ok(Self { step: step.clone(), history, horizon, words })
    }

    /// Days that a forecast looks ahead, the last one whole.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2,000 months")]
    pub(crate) fn horizon_days(&self) -> u32 {
        (f64::from(self.horizon) * self.step.seconds / DAY).ceil() as u32
    }
}

impl Reader {
    fn get() -> Result<&'static Self, RenderError> {
        static READER: OnceLock<Result<Reader, String>> = OnceLock::new();
        let reader = READER.get_or_init(|| Self::new().map_err(|error| format!("data/series.toml: {error}")));
        reader.as_ref().map_err(|error| RenderError(error.clone()))
    }

    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let data: Data = toml::from_str(include_str!("../data/series.toml"))?;
        let numbers: Vec<(String, f64)> = lexicon::concepts()
            .iter()
            .filter(|concept| concept.group == "number")
            .filter_map(|concept| Some((concept.value.parse().ok()?, concept)))
            .flat_map(|(value, concept)| {
                concept.phrases.values().flatten().map(move |word| (word.to_lowercase(), value))
            })
            .collect();
        let steps = data.step.iter().map(|step| (&step.unit, step.seconds));
        let spans = data.span.iter().map(|span| (&span.unit, span.seconds));
        let units: Vec<(String, f64)> = steps.chain(spans).map(|(unit, seconds)| (unit.join("|"), seconds)).collect();
        let words: Vec<String> = numbers.iter().map(|(word, _)| regex::escape(word)).collect();
        let every = |parts: Vec<&str>| format!("(?:{})", parts.join("|"));
        let number = format!(r"(?:\d+|{})", words.join("|"));
        let unit = every(units.iter().map(|(unit, _)| unit.as_str()).collect());
        let rhythm = every(data.step.iter().flat_map(|step| &step.rhythm).map(String::as_str).collect());
        let cue =
            |cue: &str| Regex::new(&cue.replace("NUMBER", &number).replace("UNIT", &unit).replace("RHYTHM", &rhythm));
        let whole = |words: &str| Regex::new(&format!("^(?:{words})$"));
        Ok(Self {
            ends: Regex::new(&data.horizon.ends)?,
            speaks: Regex::new(&data.horizon.speaks)?,
            horizons: [cue(&data.horizon.next)?, cue(&data.horizon.ahead)?, cue(&data.horizon.of)?],
            within: cue(&data.horizon.within)?,
            values: cue(&data.values.of)?,
            each: [cue(&data.values.each)?, cue(&data.values.per)?],
            units: units
                .iter()
                .map(|(unit, seconds)| Ok((whole(unit)?, *seconds)))
                .collect::<Result<_, regex::Error>>()?,
            rhythms: data.step.iter().map(|step| whole(&step.rhythm.join("|"))).collect::<Result<_, _>>()?,
            numbers: numbers.into_iter().collect(),
            data,
        })
    }

    /// How far a sentence looks ahead.
    fn ahead(&self, sentence: &str) -> Option<Ahead> {
        let found = self.horizons.iter().find_map(|cue| cue.captures(sentence)).map(|found| (found, false));
        let (found, is_within) = found.or_else(|| Some((self.within.captures(sentence)?, true)))?;
        let count = found.name("number").map_or(Some(1.0), |number| {
            number.as_str().parse().ok().or_else(|| self.numbers.get(number.as_str()).copied())
        })?;
        Some(Ahead { count, unit: self.seconds(&found)?, is_within }).filter(|ahead| ahead.count > 0.0)
    }

    /// The step of the values that a sentence speaks of.
    fn step(&self, sentence: &str) -> Option<&Step> {
        let named = self.values.captures(sentence).and_then(|found| {
            let at = self.rhythms.iter().position(|rhythm| rhythm.is_match(&found["step"]))?;
            self.data.step.get(at)
        });
        named.or_else(|| {
            let seconds = self.each.iter().find_map(|cue| self.seconds(&cue.captures(sentence)?))?;
            self.data.step.iter().find(|step| step.seconds >= seconds)
        })
    }

    /// The seconds of the unit that was found.
    fn seconds(&self, found: &Captures<'_>) -> Option<f64> {
        let unit = found.name("unit")?.as_str();
        self.units.iter().find_map(|(words, seconds)| words.is_match(unit).then_some(*seconds))
    }

    /// The step that is usual where only the horizon is said.
    fn step_of(&self, ahead: Ahead) -> &Step {
        let horizon = ahead.count * ahead.unit;
        if ahead.is_within {
            return self.longest_of(ahead.unit - 1.0);
        }
        let looked_at = [DAY, WEEK, MONTH].into_iter().find(|step| horizon / step <= MOST_LOOKED_AT);
        self.longest_of(ahead.unit.min(looked_at.unwrap_or(MONTH)))
    }

    /// The longest step that is no longer than this.
    fn longest_of(&self, seconds: f64) -> &Step {
        let steps = &self.data.step;
        steps.iter().rev().find(|step| step.seconds <= seconds).unwrap_or(&steps[0])
    }

    /// A step and its number up to the horizon: a finer step than the horizon, and one that does not make it endless.
    fn fitting<'a>(&'a self, step: &'a Step, ahead: Ahead) -> (&'a Step, u32) {
        let horizon = ahead.count * ahead.unit;
        let shorter = if step.seconds > horizon { self.longest_of(horizon) } else { step };
        let fits = |step: &&Step| horizon / step.seconds <= f64::from(MOST_STEPS);
        let step = self.data.step.iter().filter(|step| step.seconds >= shorter.seconds).find(fits).unwrap_or(shorter);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the most steps")]
        let steps = (horizon / step.seconds).round().clamp(1.0, f64::from(MOST_STEPS)) as u32;
        (step, steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_horizons_are_read_from_the_words() {
        for (text, adjective, horizon) in [
            ("We need to know how many rolls each shop will sell per day over the next two weeks.", "daily", 14),
            ("A forecast of hourly museum entries for the next 14 days, updated weekly.", "hourly", 336),
            ("The expected number of calls for every half hour of the next four weeks.", "half-hourly", 1344),
            ("Lastprognose: viertelstündlicher Stromverbrauch für die kommenden 72 Stunden", "quarter-hourly", 288),
            ("Er prognostiziert den Verbrauch je Netzgebiet für die nächsten 72 Stunden", "hourly", 72),
            ("Forecast weekly demand for spare parts for the next quarter.", "weekly", 13),
            ("Forecast revenue 12 months ahead.", "monthly", 12),
            ("Sales forecast with a horizon of 6 weeks.", "daily", 42),
            ("Demand forecast for the coming year", "monthly", 12),
            ("Day-ahead price forecast", "hourly", 24),
            ("Predict the sales of the next day", "daily", 1),
            ("Predict quarter-hourly load for the next year", "daily", 365),
            (
                "Für die Stadtwerke brauchen wir eine Lastprognose: viertelstündlicher Stromverbrauch für die kommenden 72 Stunden, inklusive Wetter",
                "quarter-hourly",
                288,
            ),
        ] {
            let series = Series::of(text).unwrap();
            assert_eq!((series.step.adjective.as_str(), series.horizon), (adjective, horizon), "{text}");
            assert_eq!(series.history % series.step.season, 0, "{text}");
            assert!(series.history >= 2 * series.step.season, "{text}");
        }
    }

    #[test]
    fn a_horizon_has_its_days() {
        for (text, days) in [
            ("Forecast hourly demand of the next 36 hours.", 2),
            ("Forecast daily sales for the next 14 days.", 14),
            ("Forecast revenue 12 months ahead.", 366),
        ] {
            assert_eq!(Series::of(text).unwrap().horizon_days(), days, "{text}");
        }
    }

    #[test]
    fn what_a_requirement_does_not_say_is_assumed_and_said() {
        let usual = Series::of("Demand forecasting for 900 stores at $400 a month. We go live next quarter.").unwrap();
        assert_eq!((usual.step.adjective.as_str(), usual.horizon), ("daily", 14));
        assert!(usual.words.contains("neither"), "{}", usual.words);
        let step = Series::of("Forecast hourly demand of our taxis.").unwrap();
        assert_eq!((step.step.adjective.as_str(), step.horizon), ("hourly", 24));
        assert!(step.words.contains("no horizon"), "{}", step.words);
    }
}
