//! The suite `cost`: does the engine price a given system as a person does who reads the providers' price pages?
//!
//! # Cases
//! `{name, description?, constraints, patterns, variables?, machines?, lines, total_usd?}`.
//!
//! | key | meaning |
//! |---|---|
//! | `constraints` | what is asked, as the API takes it: `cloud`, `regions`, `deployment`, `use_case`, `throughput`, `data_volume`, `retraining`, … |
//! | `patterns` | ids of the catalogue's patterns that the system is made of |
//! | `variables` | what the use case's profile would assume otherwise, by the variable's name: `payload_kb`, `model_ms`, `tokens_in`, … |
//! | `machines` | machine type by pattern, where the system has one of its own |
//! | `lines` | the hand calculation: `{item, working, quantity, unit, unit_price_usd, usd, source, date, price?}`; `price` is the id of the price in the catalogue that pays for the same thing, absent where the catalogue has none |
//! | `total_usd` | sum of the lines; alone where there are none |
//!
//! A hand calculation whose product or sum is wrong is refused. Other keys are listed and skipped.
//!
//! # Figures
//! *Deviation*: the engine's expected cost over the hand calculation, less one; *within*: at most 5 % either way. *In the
//! range*: the hand calculation lies between the engine's low and high end. Lines are compared by price; a gap counts in
//! percent of the system's whole cost.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use design::{
    constraint::{Availability, Budget, Cloud, ConstraintSet, Currency, Region, Source, Stated, StructuredConstraints},
    words::usd,
};
use estimate::{assessment::cost, part::Part, workload::Workload};
use knowledge::{catalogue::Catalogue, region::by_code};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cases::{self, BadCases},
    report::{Outcome, ratio, share},
};

/// Largest deviation of a good price.
const GOAL: f64 = 0.05;
/// Gaps of lines below this share of the system's cost are not listed for people.
const WORTH_LISTING: f64 = 0.005;

/// A reference system with its hand calculation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Case {
    /// Short name.
    pub name: String,
    /// What it is, in words that the working refers to.
    #[serde(default)]
    pub description: String,
    /// What is asked.
    pub constraints: StructuredConstraints,
    /// What it is made of.
    pub patterns: Vec<String>,
    /// Variables of the workload that are known.
    #[serde(default)]
    pub variables: BTreeMap<String, f64>,
    /// Machine types by pattern.
    #[serde(default)]
    pub machines: BTreeMap<String, String>,
    /// The hand calculation.
    #[serde(default)]
    pub lines: Vec<HandLine>,
    /// Its sum.
    #[serde(default)]
    pub total_usd: Option<f64>,
    /// What else stands in the case.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A line of a hand calculation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct HandLine {
    /// What is paid for.
    pub item: String,
    /// How the quantity was computed.
    #[serde(default)]
    pub working: String,
    /// How much of it in a month.
    pub quantity: f64,
    /// The unit.
    #[serde(default)]
    pub unit: String,
    /// US dollars for a unit.
    pub unit_price_usd: f64,
    /// Their product.
    pub usd: f64,
    /// Where the unit price is from.
    #[serde(default)]
    pub source: String,
    /// Its date.
    #[serde(default)]
    pub date: String,
    /// The price of the catalogue that pays for the same thing.
    #[serde(default)]
    pub price: Option<String>,
}

/// The hand calculation and the engine side by side, in US dollars a month, by what is paid for.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sides {
    hand: f64,
    engine: f64,
}

/// A measured case.
#[derive(Debug, Clone, PartialEq)]
struct Measured {
    name: String,
    file: String,
    hand: f64,
    engine: f64,
    low: f64,
    high: f64,
    /// By the price's id, or by the item where the catalogue has no price.
    lines: BTreeMap<String, Sides>,
}

impl Measured {
    fn deviation(&self) -> f64 {
        self.engine / self.hand - 1.0
    }

    fn within(&self) -> bool {
        self.deviation().abs() <= GOAL
    }

    fn in_range(&self) -> bool {
        (self.low..=self.high).contains(&self.hand)
    }

    /// Gaps in shares of the system's cost, the largest first.
    fn gaps(&self) -> Vec<(&str, &Sides, f64)> {
        let gap = |sides: &Sides| (sides.engine - sides.hand) / self.hand;
        let mut gaps: Vec<_> = self.lines.iter().map(|(name, sides)| (name.as_str(), sides, gap(sides))).collect();
        gaps.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()).then(a.0.cmp(b.0)));
        gaps
    }
}

/// Judges the cases of some files.
///
/// # Errors
/// When a file cannot be used; the message names the case and the field.
pub fn run(files: &[PathBuf]) -> Result<Outcome, BadCases> {
    let catalogue = Catalogue::embedded()
        .map_err(|error| BadCases::Malformed { path: error.file.to_owned(), problem: error.problem })?;
    let mut measured = Vec::new();
    let mut skipped: BTreeSet<String> = BTreeSet::new();
    for path in files {
        for case in cases::read::<Case>(path)? {
            skipped.extend(case.other.keys().cloned());
            measured.push(measure(path, &case, catalogue)?);
        }
    }
    Ok(outcome(&measured, &skipped))
}

/// Prices one system both ways.
fn measure(path: &Path, case: &Case, catalogue: &'static Catalogue) -> Result<Measured, BadCases> {
    let bad = |field: &str, problem: String| BadCases::field(path, &case.name, field, problem);
    let hand = by_hand(case).map_err(|(field, problem)| bad(&field, problem))?;
    let mut workload = Workload::of(&constraints(case).map_err(|problem| bad("constraints", problem))?, catalogue);
    for (name, value) in &case.variables {
        workload = workload
            .with_variable(name, *value)
            .ok_or_else(|| bad("variables", format!("there is no variable `{name}`")))?;
    }
    let mut measured = Measured {
        name: case.name.clone(),
        file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        hand,
        engine: 0.0,
        low: 0.0,
        high: 0.0,
        lines: BTreeMap::new(),
    };
    if let Some(stranger) = case.machines.keys().find(|id| !case.patterns.contains(id)) {
        return Err(bad("machines", format!("`{stranger}` is not one of the patterns")));
    }
    let mut parts = Vec::new();
    for id in &case.patterns {
        let pattern = catalogue.pattern(id).ok_or_else(|| bad("patterns", format!("the catalogue has no `{id}`")))?;
        let part = match case.machines.get(id) {
            Some(machine) => Part::with_instance(pattern, &workload, catalogue, machine),
            None => Part::new(pattern, &workload, catalogue),
        }
        .map_err(|error| bad("patterns", error.to_string()))?;
        parts.push(part);
    }
    let estimate = cost(&parts.iter().collect::<Vec<_>>(), &workload, catalogue);
    (measured.engine, measured.low, measured.high) = (estimate.expected_usd, estimate.low_usd, estimate.high_usd);
    for line in &estimate.lines {
        measured.lines.entry(line.price_id.clone()).or_default().engine += line.monthly_usd;
    }
    for line in &case.lines {
        let name = line.price.clone().unwrap_or_else(|| format!("{} (not in the catalogue)", line.item));
        measured.lines.entry(name).or_default().hand += line.usd;
    }
    Ok(measured)
}

/// The sum of the hand calculation, whose own arithmetic must be right.
fn by_hand(case: &Case) -> Result<f64, (String, String)> {
    for (index, line) in case.lines.iter().enumerate() {
        let product = line.quantity * line.unit_price_usd;
        if !product.is_finite() || (product - line.usd).abs() > 0.005 + 0.001 * product.abs() {
            return Err((
                format!("lines[{index}].usd"),
                format!("{} × {} is {product}, not {}", line.quantity, line.unit_price_usd, line.usd),
            ));
        }
    }
    let sum: f64 = case.lines.iter().map(|line| line.usd).sum();
    let total = match case.total_usd {
        Some(total) if !case.lines.is_empty() && (total - sum).abs() > 0.01 + 0.001 * sum => {
            return Err(("total_usd".to_owned(), format!("the lines sum to {sum:.2}, not {total}")));
        }
        Some(total) => total,
        None => sum,
    };
    if total > 0.0 { Ok(total) } else { Err(("total_usd".to_owned(), "a cost above 0 is expected".to_owned())) }
}

fn said<T>(value: T) -> Stated<T> {
    Stated { value, confidence: 1.0, source: Source::Structured, evidence: Vec::new(), derivation: None }
}

/// The constraints of a case as the engine takes them.
fn constraints(case: &Case) -> Result<ConstraintSet, String> {
    let given = case.constraints.clone();
    let regions = given
        .regions
        .map(|codes| {
            codes
                .iter()
                .map(|code| by_code(code).map(|fact| fact.region()).ok_or_else(|| format!("`{code}` is no region")))
                .collect::<Result<Vec<Region>, String>>()
        })
        .transpose()?;
    let cloud: Option<Cloud> = given.cloud;
    Ok(ConstraintSet {
        cloud: cloud.map(said),
        budget: given
            .budget_usd_per_month
            .map(|usd| said(Budget { usd_per_month: usd, amount: usd, currency: Currency::Usd })),
        regions: regions.map(said),
        data_class: given.data_class.map(said),
        latency: given.latency.map(said),
        throughput: given.throughput.map(said),
        data_volume: given.data_volume.map(said),
        ml_task: given.ml_task.map(said),
        use_case: given.use_case.map(said),
        deployment: given.deployment.map(said),
        tooling: given.tooling.map(said),
        compliance: given.compliance.map(said),
        team: given.team.map(said),
        availability: given.availability_percent.map(|percent| said(Availability { percent })),
        retraining: given.retraining.map(said),
        ..ConstraintSet::default()
    })
}

fn percent(value: f64) -> String {
    format!("{:+.1} %", value * 100.0)
}

fn outcome(measured: &[Measured], skipped: &BTreeSet<String>) -> Outcome {
    let mut outcome = Outcome::default();
    let count = |holds: fn(&Measured) -> bool| measured.iter().filter(|one| holds(one)).count() as u32;
    let (all, within, in_range) = (measured.len() as u32, count(Measured::within), count(Measured::in_range));
    let deviations: Vec<f64> = measured.iter().map(|one| one.deviation().abs()).collect();
    let mean = deviations.iter().sum::<f64>() / deviations.len().max(1) as f64;
    let most = deviations.iter().copied().fold(0.0, f64::max);

    let rows: Vec<Vec<String>> = measured
        .iter()
        .map(|one| {
            let largest =
                one.gaps().first().map_or(String::new(), |(name, _, gap)| format!("{name} {}", percent(*gap)));
            vec![
                one.name.clone(),
                usd(one.hand),
                usd(one.engine),
                percent(one.deviation()),
                if one.within() { "yes" } else { "NO" }.to_owned(),
                format!("{} to {}", usd(one.low), usd(one.high)),
                largest,
            ]
        })
        .collect();
    outcome.table(
        "A month of each system, by hand and by the engine",
        &["system", "by hand", "engine", "deviation", "within 5 %", "engine's range", "largest gap of a line"],
        &rows,
    );
    let gaps: Vec<Vec<String>> = measured
        .iter()
        .flat_map(|one| {
            one.gaps().into_iter().filter(|(_, _, gap)| gap.abs() >= WORTH_LISTING).map(|(name, sides, gap)| {
                vec![one.name.clone(), name.to_owned(), usd(sides.hand), usd(sides.engine), percent(gap)]
            })
        })
        .collect();
    if !gaps.is_empty() {
        outcome.table(
            "Lines that differ by half a percent of their system's cost or more",
            &["system", "price", "by hand", "engine", "of the whole"],
            &gaps,
        );
    }
    if !skipped.is_empty() {
        let names: Vec<&str> = skipped.iter().map(String::as_str).collect();
        outcome.say(format!("Not known and skipped: {}.", names.join(", ")));
    }
    outcome.say(format!(
        "{all} systems; within 5 %: {within} ({}); mean deviation {:.1} %, largest {:.1} %; by hand inside the engine's range: {in_range}.",
        share(within, all),
        mean * 100.0,
        most * 100.0
    ));
    outcome.put("suite", "cost");
    outcome.put("systems", all);
    outcome.put("within_5_percent", within);
    outcome.put("share_within_5_percent", ratio(within, all));
    outcome.put("mean_deviation", mean);
    outcome.put("max_deviation", most);
    outcome.put("hand_in_range", in_range);
    outcome.put("skipped", json!(skipped));
    outcome.put(
        "cases",
        measured
            .iter()
            .map(|one| {
                let lines: BTreeMap<&str, Value> = one
                    .gaps()
                    .into_iter()
                    .map(|(name, sides, gap)| {
                        (name, json!({"hand_usd": sides.hand, "engine_usd": sides.engine, "gap_of_total": gap}))
                    })
                    .collect();
                json!({
                    "file": one.file, "name": one.name, "hand_usd": one.hand, "engine_usd": one.engine,
                    "deviation": one.deviation(), "within_5_percent": one.within(),
                    "low_usd": one.low, "high_usd": one.high, "hand_in_range": one.in_range(), "lines": lines,
                })
            })
            .collect::<Vec<Value>>(),
    );
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(value: Value) -> Case {
        serde_json::from_value(value).unwrap()
    }

    fn measured(case: &Case) -> Result<Measured, BadCases> {
        measure(Path::new("own.json"), case, Catalogue::embedded().unwrap())
    }

    fn system() -> Value {
        json!({
            "name": "objects", "constraints": {"cloud": "aws", "deployment": "edge", "regions": ["us-east-1"], "data_volume": {"stored_gb": 1000.0, "daily_gb": 1.0, "records": null}},
            "patterns": ["store.s3-iceberg"],
            "lines": [{"item": "S3", "quantity": 2364.8, "unit_price_usd": 0.023, "usd": 54.3904, "price": "s3.standard.storage"}],
            "total_usd": 54.39,
        })
    }

    #[test]
    fn a_deviation_is_found_where_it_is() {
        let close = measured(&case(system())).unwrap();
        assert!(close.within() && close.deviation() > 0.0, "requests are not in the hand calculation: {close:?}");
        let mut dear = system();
        dear["lines"][0]["unit_price_usd"] = json!(0.046);
        dear["lines"][0]["usd"] = json!(108.7808);
        dear["total_usd"] = json!(108.78);
        let far = measured(&case(dear)).unwrap();
        assert!(!far.within() && far.deviation() < -0.4, "{far:?}");
        assert_eq!(far.gaps()[0].0, "s3.standard.storage");
    }

    #[test]
    fn wrong_arithmetic_by_hand_is_refused_with_its_place() {
        for (pointer, value, field) in [
            ("/lines/0/usd", json!(30.0), "lines[0].usd"),
            ("/total_usd", json!(1.0), "total_usd"),
            ("/patterns/0", json!("store.nothing"), "patterns"),
            ("/constraints/regions/0", json!("atlantis-1"), "constraints"),
            ("/machines", json!({"serve.eks": "c6i.xlarge"}), "machines"),
            ("/variables", json!({"colour": 1.0}), "variables"),
        ] {
            let mut wrong = system();
            wrong["machines"] = json!({});
            wrong["variables"] = json!({});
            *wrong.pointer_mut(pointer).unwrap() = value;
            let error = measured(&case(wrong)).unwrap_err();
            assert!(matches!(&error, BadCases::Field { field: own, .. } if own == field), "{error}");
        }
    }

    #[test]
    fn every_hand_calculation_says_where_each_price_is_from() {
        let files = crate::Suite::Cost.files().unwrap();
        let all: Vec<Case> = files.iter().flat_map(|path| cases::read::<Case>(path).unwrap()).collect();
        assert!(all.len() >= 15, "{}", all.len());
        for case in &all {
            for line in &case.lines {
                assert!(
                    !line.working.is_empty()
                        && !line.source.is_empty()
                        && !line.date.is_empty()
                        && !line.unit.is_empty(),
                    "{}: {}",
                    case.name,
                    line.item
                );
            }
        }
    }
}
