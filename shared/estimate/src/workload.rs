//! What is asked of a system, in numbers; what was not said is taken from the use case's profile and stated.

use std::collections::{BTreeMap, BTreeSet};

use design::{
    constraint::{
        Cloud, ConstraintField, ConstraintSet, DataClass, Deployment, Expertise, Framework, Source, Stated, UseCase,
    },
    cost::SECONDS_PER_MONTH,
    plan::Assumption,
    words::{self, readable},
};
use knowledge::{
    catalogue::Catalogue,
    expression::Scope,
    kept,
    pattern::wire_name,
    profile::{Profile, WorkFact},
    region::nearest,
    request_log,
};

/// Days of a month.
pub const DAYS_PER_MONTH: f64 = 30.4;
/// Hours in which a scheduled scoring run should be done.
pub const BATCH_WINDOW_HOURS: f64 = 4.0;
/// The latency that stands for "none was asked".
const NO_LATENCY_TARGET_MS: f64 = 1e9;

/// Which end of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Less is used than thought.
    Low,
    /// As thought.
    Expected,
    /// More is used than thought.
    High,
}

/// What is asked, in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// How results are wanted.
    pub deployment: Deployment,
    /// The application, where it is known.
    pub use_case: Option<UseCase>,
    /// The cloud that is wanted: the stated one, else that of the stated region, else AWS.
    pub cloud: Cloud,
    /// Whose patterns the design is made of: those of the wanted cloud; of AWS for an own data centre, for which the
    /// catalogue has none.
    pub patterns_of: Cloud,
    /// Code of the region.
    pub region: String,
    /// Percentile of the latency objective.
    pub percentile: f64,
    /// The latency objective, where there is one.
    pub latency_target_ms: Option<f64>,
    /// The availability objective, where there is one.
    pub availability_target: Option<f64>,
    /// US dollars per month, where there is a budget.
    pub budget_usd: Option<f64>,
    /// Practice of the team.
    pub expertise: Expertise,
    /// Tags that the architecture must provide.
    pub requires: Vec<String>,
    /// Sensitivity of the data, where it is known.
    pub data_class: Option<DataClass>,
    /// Compliance frameworks.
    pub frameworks: Vec<Framework>,
    /// What was taken for granted.
    pub assumptions: Vec<Assumption>,
    /// What is usual for the use case and for the models that are named.
    pub profile: Profile,
    /// What the numbers of the profile are usual for, in words.
    pub usual: String,
    /// What the model's own numbers are usual for, in words.
    pub usual_model: String,
    /// What the kinds of work that are named ask of the parts.
    pub work: Vec<WorkFact>,
    stated_payload: bool,
    assumed: BTreeSet<ConstraintField>,
    origins: BTreeMap<ConstraintField, Origin>,
    average: f64,
    peak: f64,
    stored_gb: f64,
    /// What does not depend on the end of the range.
    base: Scope,
    /// All variables as expected: every part starts from them.
    expected: Scope,
}

/// Where a constraint's value came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    /// The source.
    pub(crate) source: Source,
    /// How it was derived from the words.
    pub(crate) derivation: Option<String>,
    /// The words.
    pub(crate) quote: Option<String>,
}

/// Factors on the usage at one end of the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Factors {
    /// Requests or events.
    pub(crate) rate: f64,
    /// Stored and new data.
    pub(crate) data: f64,
    /// Tokens of a request to a language model.
    pub(crate) tokens: f64,
    /// Time of a training run.
    pub(crate) training: f64,
}

/// Where each known value came from.
fn origins(constraints: &ConstraintSet) -> BTreeMap<ConstraintField, Origin> {
    ConstraintField::ALL
        .into_iter()
        .filter_map(|field| {
            let provenance = constraints.provenance(field)?;
            let origin = Origin {
                source: provenance.source,
                derivation: provenance.derivation.map(str::to_owned),
                quote: provenance.evidence.first().map(|words| words.quote.clone()),
            };
            Some((field, origin))
        })
        .collect()
}

fn stated<T: Clone>(value: &Option<Stated<T>>) -> Option<T> {
    value.as_ref().map(|stated| stated.value.clone())
}

/// A positive number that arithmetic can go on with.
fn sane(value: f64) -> Option<f64> {
    (value.is_finite() && value > 0.0).then_some(value.min(1e12))
}

impl Workload {
    /// Turns constraints into numbers.
    pub fn of(constraints: &ConstraintSet, catalogue: &Catalogue) -> Self {
        let mut assumptions = Vec::new();
        let mut assumed = BTreeSet::new();
        let mut assume = |field: ConstraintField, text: String| {
            assumed.insert(field);
            assumptions.push(Assumption { field: Some(field), text });
        };

        let use_case = stated(&constraints.use_case);
        let families = stated(&constraints.model_types).unwrap_or_default();
        let (profile, models) = catalogue.profiles.with_models(use_case, &families);
        let kinds = stated(&constraints.workloads).unwrap_or_default();
        let work = catalogue.profiles.asked_by(&kinds).cloned().collect();
        let usual = match use_case {
            Some(use_case) => format!("usual for {}", wire_name(use_case).replace('_', " ")),
            None => {
                assume(ConstraintField::UseCase, "A general machine-learning service; no use case was named.".into());
                "usual for a general service".to_owned()
            }
        };
        let usual_model =
            models.map_or_else(|| usual.clone(), |row| format!("usual for {}, which are named", row.name));
        let deployment = stated(&constraints.deployment).unwrap_or_else(|| {
            let name = wire_name(profile.deployment).replace('_', " ");
            assume(ConstraintField::Deployment, format!("Results are wanted {name}, {usual}."));
            profile.deployment
        });
        let regions = stated(&constraints.regions).unwrap_or_default();
        let cloud = stated(&constraints.cloud).unwrap_or_else(|| match regions.first() {
            Some(region) => {
                assume(
                    ConstraintField::Cloud,
                    format!("{}, to which {} belongs; no provider was named.", words::cloud(region.cloud), region.code),
                );
                region.cloud
            }
            None => {
                assume(ConstraintField::Cloud, "Amazon Web Services; no provider was named.".into());
                Cloud::Aws
            }
        });
        let patterns_of = match cloud {
            Cloud::Aws | Cloud::Gcp | Cloud::Azure => cloud,
            Cloud::OnPremises => {
                assume(
                    ConstraintField::Cloud,
                    "The catalogue has no patterns for an own data centre: this is an AWS design. Its parts on devices and \
                     gateways run on your own machines, whose purchase and power are not priced; for the other parts the \
                     design shows what must be replaced."
                        .into(),
                );
                Cloud::Aws
            }
        };
        let reference = || catalogue.price_levels_of(patterns_of).map(|levels| levels.reference_region.clone());
        let region = match regions.iter().find(|region| region.cloud == patterns_of) {
            Some(region) => region.code.clone(),
            // A region of another cloud, or a place on premises: the nearest in law.
            None => match regions
                .first()
                .and_then(|other| Some((other, nearest(patterns_of, None, None, &other.jurisdiction)?)))
            {
                Some((other, own)) => {
                    assume(
                        ConstraintField::Regions,
                        format!("Region {}; {} is no region of {}.", own.code, other.code, words::cloud(patterns_of)),
                    );
                    own.code
                }
                None => {
                    // "Not in the US" names a place too.
                    let excluded =
                        |place: &str| constraints.excluded_regions.iter().any(|region| region.jurisdiction == place);
                    let near = match constraints.places.as_slice() {
                        [place] if !excluded(place) => {
                            nearest(patterns_of, None, None, place).map(|own| (own.code, place))
                        }
                        _ => None,
                    };
                    let (region, but) = match near {
                        Some((region, place)) => (region, format!(", but people or places of {place} are")),
                        None => (reference().unwrap_or_default(), String::new()),
                    };
                    assume(ConstraintField::Regions, format!("Region {region}; none was named{but}."));
                    region
                }
            },
        };

        // The rate: stated, or counted records scored daily, or the profile's.
        let volume = stated(&constraints.data_volume);
        let item_kb = volume.as_ref().and_then(|volume| volume.item_kb).and_then(sane);
        let payload_kb = item_kb.unwrap_or(profile.payload_kb);
        let factor = catalogue.profiles.peak_factor(deployment);
        let stated_rate = stated(&constraints.throughput)
            .map(|rate| (sane(rate.average_per_second), sane(rate.peak_per_second)))
            .filter(|rate| rate.0.is_some() || rate.1.is_some());
        let counted = volume.as_ref().and_then(|volume| volume.records).and_then(sane);
        let (average, peak) = match (stated_rate, counted) {
            (Some((Some(average), Some(peak))), _) => (average, peak.max(average)),
            (Some((Some(average), None)), _) => {
                assume(
                    ConstraintField::Throughput,
                    format!("The peak is {} times the average of {}/s.", readable(factor), readable(average)),
                );
                (average, average * factor)
            }
            (Some((None, Some(peak))), _) => {
                assume(
                    ConstraintField::Throughput,
                    format!("The average is the peak of {}/s divided by {}.", readable(peak), readable(factor)),
                );
                (peak / factor, peak)
            }
            (_, Some(records)) if deployment == Deployment::Batch => {
                assume(
                    ConstraintField::Throughput,
                    format!("All {} records are scored once a day.", readable(records)),
                );
                (records / 86_400.0, records / 86_400.0)
            }
            (Some((None, None)) | None, _) => {
                let average = profile.average_per_second;
                assume(
                    ConstraintField::Throughput,
                    format!(
                        "{} requests/s on average and {}/s at peak (×{}), {usual}.",
                        readable(average),
                        readable(average * factor),
                        readable(factor)
                    ),
                );
                (average, average * factor)
            }
        };

        let stored_gb = volume.as_ref().and_then(|volume| sane(volume.stored_gb)).unwrap_or_else(|| match counted {
            Some(records) => {
                let gigabytes = records * payload_kb / 1e6;
                assume(
                    ConstraintField::DataVolume,
                    format!(
                        "{} records of {} kB: {} GB.",
                        readable(records),
                        readable(payload_kb),
                        readable(gigabytes)
                    ),
                );
                gigabytes
            }
            None => {
                assume(ConstraintField::DataVolume, format!("{} GB of data, {usual}.", readable(profile.stored_gb)));
                profile.stored_gb
            }
        });
        let daily_gb = volume.as_ref().and_then(|volume| volume.daily_gb).and_then(sane).unwrap_or_else(|| {
            let daily = stored_gb * profile.daily_gb_share;
            assume(
                ConstraintField::DataVolume,
                format!("{} GB of new data a day (0.5 % of what is stored).", readable(daily)),
            );
            daily
        });
        let retraining = stated(&constraints.retraining).unwrap_or_else(|| {
            let name = wire_name(profile.retraining).replace('_', " ");
            assume(ConstraintField::Retraining, format!("Training {name}, {usual}."));
            profile.retraining
        });
        let team = stated(&constraints.team);
        let team_size = team.as_ref().and_then(|team| team.size).map(f64::from).unwrap_or_else(|| {
            assume(ConstraintField::Team, "Three people run the system beside other work.".into());
            3.0
        });
        let expertise = team.and_then(|team| team.expertise).unwrap_or_else(|| {
            assume(ConstraintField::Team, "The team has run some systems of this kind (intermediate).".into());
            Expertise::Intermediate
        });
        let latency = stated(&constraints.latency).filter(|latency| sane(latency.milliseconds).is_some());
        if latency.is_none() && deployment != Deployment::Batch {
            assume(ConstraintField::Latency, "No latency objective: latency is compared, not limited.".into());
        }
        let availability_target = stated(&constraints.availability).map(|availability| availability.percent);
        if availability_target.is_none() {
            let parts = if deployment == Deployment::Batch || deployment == Deployment::Edge {
                "one unit"
            } else {
                "two units in two zones"
            };
            assume(ConstraintField::Availability, format!("No availability objective: {parts} of what serves."));
        }
        let budget_usd = stated(&constraints.budget).and_then(|budget| sane(budget.usd_per_month));
        if budget_usd.is_none() {
            assume(ConstraintField::Budget, "No budget: cost is compared, not limited.".into());
        }
        let data_class = stated(&constraints.data_class);
        if data_class.is_none() {
            assume(ConstraintField::DataClass, "The data is internal, without personal data.".into());
        }
        let frameworks = stated(&constraints.compliance).unwrap_or_default();

        let sensitive = data_class.is_some_and(|class| class >= DataClass::Confidential)
            || frameworks
                .iter()
                .any(|framework| matches!(framework, Framework::Hipaa | Framework::PciDss | Framework::FedRamp));
        let redundancy = match availability_target {
            Some(percent) if percent > 99.5 => 2.0,
            Some(_) => 1.0,
            None if matches!(deployment, Deployment::RealTime | Deployment::Streaming) => 2.0,
            None => 1.0,
        };
        let requires: Vec<String> = profile.requires.clone();
        let index_gb =
            if requires.iter().any(|tag| tag == "vector-search") { stored_gb * INDEX_GB_PER_GB } else { 0.0 };
        if index_gb > 0.0 {
            assumptions.push(Assumption {
                field: Some(ConstraintField::DataVolume),
                text: format!(
                    "One GB of documents holds about 5 million tokens of text: 10,000 passages, 0.06 GB of index; {} GB in all.",
                    readable(index_gb)
                ),
            });
        }
        let train_gb = stored_gb.min(profile.train_gb_max);
        let flag = |deployments: &[Deployment]| if deployments.contains(&deployment) { 1.0 } else { 0.0 };

        let base = Scope::from([
            ("payload_kb", payload_kb),
            ("model_ms", profile.model_ms),
            ("model_gpu_ms", profile.model_gpu_ms),
            ("needs_gpu", profile.needs_gpu),
            ("gpu_slots", profile.gpu_slots),
            ("model_gb", profile.model_gb),
            ("memory_gb", profile.memory_gb),
            ("tokens_in", profile.tokens_in),
            ("tokens_out", profile.tokens_out),
            ("daily_gb", daily_gb),
            ("monthly_gb", daily_gb * DAYS_PER_MONTH),
            ("online_gb", (stored_gb * 0.02).max(0.1)),
            ("index_gb", index_gb),
            ("train_vcpu_hours", profile.train_vcpu_hours + profile.train_vcpu_hours_per_gb * train_gb),
            ("train_gpu_hours", profile.train_gpu_hours + profile.train_gpu_hours_per_gb * train_gb),
            ("needs_gpu_train", profile.needs_gpu_train),
            ("runs_month", catalogue.profiles.runs_per_month(retraining)),
            ("batch_runs_month", DAYS_PER_MONTH),
            ("latency_target_ms", latency.as_ref().map_or(NO_LATENCY_TARGET_MS, |latency| latency.milliseconds)),
            ("batch", flag(&[Deployment::Batch])),
            ("streaming", flag(&[Deployment::Streaming])),
            ("real_time", flag(&[Deployment::RealTime])),
            ("edge", flag(&[Deployment::Edge])),
            ("redundancy", redundancy),
            ("devices", if deployment == Deployment::Edge { profile.devices.max(20.0) } else { 0.0 }),
            ("team_size", team_size),
            (
                "expertise",
                match expertise {
                    Expertise::Beginner => 0.0,
                    Expertise::Intermediate => 1.0,
                    Expertise::Expert => 2.0,
                },
            ),
            ("sensitive", if sensitive { 1.0 } else { 0.0 }),
        ]);
        if deployment == Deployment::Edge {
            assumptions.push(Assumption {
                field: Some(ConstraintField::Deployment),
                text: format!("{} devices.", readable(profile.devices.max(20.0))),
            });
        }
        assumptions.push(Assumption {
            field: Some(if models.is_some() { ConstraintField::ModelTypes } else { ConstraintField::UseCase }),
            text: format!(
                "One prediction takes {} ms on one vCPU or {} ms on a T4 GPU; the model needs {} GB of memory{}{}.",
                readable(profile.model_ms),
                readable(profile.model_gpu_ms),
                readable(profile.memory_gb),
                models.map_or_else(String::new, |_| format!(", {usual_model}")),
                match item_kb {
                    Some(_) => String::new(),
                    None => format!("; a request has {} kB", readable(payload_kb)),
                }
            ),
        });
        Self {
            deployment,
            use_case,
            cloud,
            patterns_of,
            region,
            percentile: latency.as_ref().map_or(95.0, |latency| latency.percentile.clamp(50.0, 99.99)),
            latency_target_ms: latency.filter(|_| deployment != Deployment::Batch).map(|latency| latency.milliseconds),
            availability_target,
            budget_usd,
            expertise,
            requires,
            data_class,
            frameworks,
            assumptions,
            profile,
            usual,
            usual_model,
            work,
            stated_payload: item_kb.is_some(),
            assumed,
            origins: origins(constraints),
            average,
            peak,
            stored_gb,
            base,
            expected: Scope::default(),
        }
        .settled()
    }

    /// The variables follow from what was changed.
    fn settled(mut self) -> Self {
        self.expected = self.at(Usage::Expected);
        self
    }

    /// Average requests or events per second.
    pub fn average_per_second(&self) -> f64 {
        self.average
    }

    /// Peak requests or events per second.
    pub fn peak_per_second(&self) -> f64 {
        self.peak
    }

    /// Gigabytes stored.
    pub fn stored_gb(&self) -> f64 {
        self.stored_gb
    }

    /// True when the requirement says what one request carries.
    pub fn has_stated_payload(&self) -> bool {
        self.stated_payload
    }

    /// True when the field's value was taken for granted.
    pub fn is_assumed(&self, field: ConstraintField) -> bool {
        self.assumed.contains(&field)
    }

    /// True when a person stated the field's value, so that it must be kept. A default that was accepted because nothing
    /// was said is soft: it steers the choice and is never broken by it.
    pub fn binds(&self, field: ConstraintField) -> bool {
        self.origins.get(&field).is_some_and(|origin| origin.source != Source::Default)
    }

    /// Where the field's value came from; `None` when nothing is known of it.
    pub(crate) fn origin(&self, field: ConstraintField) -> Option<&Origin> {
        self.origins.get(&field)
    }

    /// The same workload at a multiple of its load: requests and new data grow, what is stored and the training stay.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        scaled.average *= factor;
        scaled.peak *= factor;
        for name in ["daily_gb", "monthly_gb"] {
            if let Some(value) = scaled.base.get_mut(name) {
                *value *= factor;
            }
        }
        scaled.settled()
    }

    /// The same workload with another value of a variable that comes from the use case's profile, such as
    /// `payload_kb`; `None` when there is no such variable.
    #[must_use]
    pub fn with_variable(&self, name: &str, value: f64) -> Option<Self> {
        let mut changed = self.clone();
        *changed.base.get_mut(name)? = value;
        Some(changed.settled())
    }

    /// True when everything must stay inside a private network: the data or a framework demands it.
    pub fn is_private(&self) -> bool {
        self.variable("sensitive") > 0.0
    }

    /// Zones that what is shared is in: as many as there are units of what serves at least.
    pub fn zones(&self) -> u32 {
        if self.variable("redundancy") > 1.0 { 2 } else { 1 }
    }

    /// A variable of the workload, named as in [`knowledge::expression::VARIABLES`].
    pub fn variable(&self, name: &str) -> f64 {
        self.expected.get(name).unwrap_or(0.0)
    }

    /// The variables that patterns' expressions know, at one end of the range.
    pub fn scope(&self, usage: Usage) -> Scope {
        match usage {
            Usage::Expected => self.expected.clone(),
            Usage::Low | Usage::High => self.at(usage),
        }
    }

    fn at(&self, usage: Usage) -> Scope {
        let Factors { rate, data: stored, tokens, training } = self.factors(usage);
        let mut scope = self.base.clone();
        let average = self.average * rate;
        scope.insert("average_rps", average);
        // What is sized is sized for the peak, at each end of the range.
        scope.insert("peak_rps", self.peak.max(average));
        let requests = average * SECONDS_PER_MONTH;
        scope.insert("requests_month", requests);
        // Batch runs log per run.
        let logged = if self.deployment == Deployment::Batch { 0.0 } else { request_log::logged(requests) };
        scope.insert("log_requests_month", logged);
        // Devices keep what they score to themselves, except where the pattern has them bring it.
        let payload_kb = scope.get("payload_kb").unwrap_or(0.0);
        let kept = kept::gigabytes(requests, payload_kb, self.use_case);
        let is_edge = self.deployment == Deployment::Edge;
        scope.insert("scored_gb", if is_edge { 0.0 } else { kept });
        scope.insert("brought_gb", if is_edge { kept } else { 0.0 });
        scope.insert("records_per_run", requests / DAYS_PER_MONTH);
        scope.insert("window_rps", requests / DAYS_PER_MONTH / (BATCH_WINDOW_HOURS * 3600.0));
        scope.insert("stored_gb", self.stored_gb * stored);
        for (name, factor) in [
            ("daily_gb", stored),
            ("monthly_gb", stored),
            ("online_gb", stored),
            ("index_gb", stored),
            ("tokens_in", tokens),
            ("tokens_out", tokens),
            ("train_vcpu_hours", training),
            ("train_gpu_hours", training),
        ] {
            if let Some(value) = scope.get_mut(name) {
                *value *= factor;
            }
        }
        scope
    }

    /// Factors on rate, stored data, tokens and training at one end of the range.
    pub(crate) fn factors(&self, usage: Usage) -> Factors {
        let rate_is_known = !self.is_assumed(ConstraintField::Throughput);
        let volume_is_known = !self.is_assumed(ConstraintField::DataVolume);
        match usage {
            Usage::Expected => Factors { rate: 1.0, data: 1.0, tokens: 1.0, training: 1.0 },
            Usage::Low => Factors {
                rate: if rate_is_known { 0.8 } else { 0.5 },
                data: if volume_is_known { 1.0 } else { 0.5 },
                tokens: 0.7,
                training: 0.5,
            },
            Usage::High => Factors {
                rate: if rate_is_known {
                    (self.peak / self.average).clamp(1.2, 2.0)
                } else {
                    (self.peak / self.average).max(1.5)
                },
                data: if volume_is_known { 1.2 } else { 2.0 },
                tokens: 1.5,
                training: 2.0,
            },
        }
    }

    /// What the low and the high end assume, one line each.
    pub fn range_assumptions(&self) -> Vec<String> {
        [("Low", Usage::Low), ("High", Usage::High)]
            .into_iter()
            .map(|(name, usage)| {
                let Factors { rate, data: stored, tokens, training } = self.factors(usage);
                format!(
                    "{name} end: {} requests/s on average (×{}), data ×{}, tokens ×{}, training time ×{}; prices that are not confirmed ±20 %.",
                    readable(self.average * rate),
                    readable(rate),
                    readable(stored),
                    readable(tokens),
                    readable(training)
                )
            })
            .collect()
    }
}

/// Gigabytes of vector index per gigabyte of documents: 10,000 passages of 1,024 dimensions × 4 bytes and their text.
const INDEX_GB_PER_GB: f64 = 0.06;
