//! One pattern, sized and priced for a workload.

use std::cmp::Reverse;

use design::{
    constraint::{Cloud, ConstraintField, Deployment, UseCase},
    cost::CostLine,
    finding::QuotaUse,
    plan::{Capability, Component},
    words::{cloud, readable},
};
use knowledge::{
    catalogue::Catalogue,
    expression::{self, Scope, explain, fill},
    instance::Instance,
    pattern::{CostTerm, Envelope, Pattern, Sizing, wire_name},
    price::{Price, RegionBasis},
};

use crate::{
    EstimateError,
    queue::{wait_in_flow, wait_in_pool},
    workload::{BATCH_WINDOW_HOURS, Usage, Workload},
};

/// Share of the latency objective that waiting in one part's queue may take.
const WAITING_SHARE: f64 = 0.2;
/// Share of the latency objective that one part may take by itself when a machine type is chosen.
const OWN_SHARE: f64 = 0.8;

/// How many units of what, and what they can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Size {
    /// Units that run at peak.
    pub units: f64,
    /// Units that run on average.
    pub average_units: f64,
    /// Arrivals per second at peak.
    pub arrivals: f64,
    /// Requests or events per second at full load.
    pub capacity: f64,
    /// Servers in all units, where there are servers.
    pub servers: Option<u32>,
    /// Milliseconds of one request on one server.
    pub service_ms: Option<f64>,
}

/// One pattern, sized and priced for a workload.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// The pattern.
    pub pattern: &'a Pattern,
    /// The chosen machine type.
    pub instance: Option<&'a Instance>,
    /// Its size, where it has one.
    pub size: Option<Size>,
    /// Hours of one run, for jobs.
    pub hours: Option<f64>,
    /// True when a request waits for it.
    pub on_path: bool,
    /// True when its outage is one of the design: a request waits for it. In a batch design no request waits, and what
    /// scores is counted; a run whose store does not answer is tried again within its window.
    pub counts_for_availability: bool,
    /// What is broken if it is chosen; empty when it suits.
    pub violations: Vec<String>,
    /// What speaks against it and rests on an accepted default only: nobody asked for it, so that it breaks nothing.
    pub concerns: Vec<String>,
    /// True when the peak needs more units than there are to have.
    pub over_quota: bool,
    /// What it costs.
    pub lines: Vec<CostLine>,
    /// The range of each line, in the order of the lines.
    pub ranges: Vec<Range>,
    /// Low end of the cost, US dollars per month.
    pub low_usd: f64,
    /// Expected cost.
    pub expected_usd: f64,
    /// High end.
    pub high_usd: f64,
    scope: Scope,
}

/// What makes the quantity of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// Requests or events.
    Rate,
    /// Stored and new data.
    Data,
    /// Tokens of a request to a language model.
    Tokens,
    /// Time of a training run.
    Training,
}

impl Driver {
    /// How far the range takes it, and why so far.
    pub fn spread(self, workload: &Workload) -> String {
        let (low, high) = (workload.factors(Usage::Low), workload.factors(Usage::High));
        let known = |field| if workload.is_assumed(field) { "assumed" } else { "stated" };
        let spread = |low: f64, high: f64| format!("×{} to ×{}", readable(low), readable(high));
        match self {
            Self::Rate => {
                format!("requests {} (the rate is {})", spread(low.rate, high.rate), known(ConstraintField::Throughput))
            }
            Self::Data => {
                format!("data {} (the volume is {})", spread(low.data, high.data), known(ConstraintField::DataVolume))
            }
            Self::Tokens => format!("tokens {} (their number is assumed)", spread(low.tokens, high.tokens)),
            Self::Training => format!("training time {} (it is assumed)", spread(low.training, high.training)),
        }
    }
}

/// The range of one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Low end, US dollars per month.
    pub low_usd: f64,
    /// High end.
    pub high_usd: f64,
    /// Quantity at the low end.
    pub low_quantity: f64,
    /// Quantity at the high end.
    pub high_quantity: f64,
    /// Share by which the price itself widens the line.
    pub widening: f64,
    /// What the quantity depends on.
    pub drivers: Vec<Driver>,
}

/// What the words of an expression depend on.
fn drivers(expression: &str) -> Vec<Driver> {
    let mut drivers: Vec<Driver> = expression
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter_map(|word| match word {
            "average_rps" | "peak_rps" | "requests_month" | "log_requests_month" | "records_per_run" | "window_rps"
            | "scored_gb" | "brought_gb" | "units" | "average_units" | "average_load_units" => Some(Driver::Rate),
            "stored_gb" | "daily_gb" | "monthly_gb" | "online_gb" | "index_gb" => Some(Driver::Data),
            "tokens_in" | "tokens_out" => Some(Driver::Tokens),
            "train_vcpu_hours" | "train_gpu_hours" | "hours" => Some(Driver::Training),
            _ => None,
        })
        .collect();
    drivers.sort_unstable();
    drivers.dedup();
    drivers
}

struct Sizer<'a, 'w> {
    pattern: &'a Pattern,
    workload: &'w Workload,
    catalogue: &'a Catalogue,
}

/// How much of a part's cost is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// The sum.
    Sum,
    /// The lines with their words and their ranges.
    All,
}

/// A pattern with one machine type at one end of the range.
struct Fitting {
    scope: Scope,
    size: Option<Size>,
    hours: Option<f64>,
    needed_units: f64,
    maximum: f64,
}

impl Fitting {
    /// True when the peak needs more units than there are to have.
    fn over_quota(&self) -> bool {
        self.needed_units > self.maximum
    }
}

/// A term of the cost in numbers.
struct Amount<'a> {
    term: &'a CostTerm,
    id: &'a str,
    price: &'a Price,
    quantity: f64,
    unit_price: f64,
    total: f64,
    tiered: bool,
    basis: RegionBasis,
    widening: f64,
}

impl<'a> Sizer<'a, '_> {
    fn number(&self, expression: &str, scope: &Scope) -> Result<f64, EstimateError> {
        expression::number(expression, scope)
            .map_err(|source| EstimateError::Expression { pattern: self.pattern.id.clone(), source })
    }

    fn holds(&self, expression: &str, scope: &Scope) -> Result<bool, EstimateError> {
        expression::holds(expression, scope)
            .map_err(|source| EstimateError::Expression { pattern: self.pattern.id.clone(), source })
    }

    fn scope(&self, instance: Option<&Instance>, usage: Usage) -> Scope {
        let mut scope = self.workload.scope(usage);
        if let Some(instance) = instance {
            scope.extend([
                ("vcpu", instance.vcpu),
                ("cpu_speed", instance.speed),
                ("memory_gb_unit", instance.memory_gb),
                ("gpus", instance.gpus),
                ("gpu_speed", instance.gpu_speed),
                ("gpu_memory_gb", instance.gpu_memory_gb),
            ]);
        }
        scope
    }

    fn fit(&self, instance: Option<&Instance>, usage: Usage) -> Result<Fitting, EstimateError> {
        let mut scope = self.scope(instance, usage);
        let Some(sizing) = &self.pattern.sizing else {
            return Ok(Fitting { scope, size: None, hours: None, needed_units: 0.0, maximum: f64::INFINITY });
        };
        let minimum = self.number(&sizing.minimum, &scope)?;
        let maximum = f64::from(sizing.maximum);
        let hours = sizing.hours.as_ref().map(|hours| self.number(hours, &scope)).transpose()?;
        if let Some(hours) = hours {
            scope.extend([("hours", hours), ("units", minimum), ("average_units", minimum)]);
            return Ok(Fitting { scope, size: None, hours: Some(hours), needed_units: minimum, maximum });
        }
        let service_ms = sizing.service_ms.as_ref().map(|service| self.number(service, &scope)).transpose()?;
        let servers_per_unit = sizing.servers.as_ref().map(|servers| self.number(servers, &scope)).transpose()?;
        let per_unit = match (&sizing.capacity_per_unit, service_ms, servers_per_unit) {
            (Some(capacity), _, _) => self.number(capacity, &scope)?,
            (None, Some(service), Some(servers)) => servers * 1000.0 / service,
            (None, _, _) => return Err(EstimateError::Unknown(format!("{}: service_ms and servers", self.pattern.id))),
        };
        let variable = |name: &str| scope.get(name).unwrap_or(0.0);
        let arrivals = if sizing.windowed { variable("window_rps") } else { variable("peak_rps") };
        let average = variable("average_rps");
        let units = self.units(sizing, arrivals, per_unit, service_ms, servers_per_unit, minimum);
        let average_units = if sizing.autoscale {
            (average / (per_unit * sizing.target_utilisation)).clamp(minimum.min(units), units)
        } else {
            units
        };
        let capacity = units.min(maximum) * per_unit;
        scope.extend([
            ("units", units),
            ("average_units", average_units),
            ("average_load_units", average / per_unit),
            ("servers", servers_per_unit.unwrap_or(1.0)),
            ("service_ms_unit", service_ms.unwrap_or(0.0)),
            ("service_s", service_ms.unwrap_or(0.0) / 1000.0),
        ]);
        Ok(Fitting {
            scope,
            size: Some(Size {
                units,
                average_units,
                arrivals,
                capacity,
                servers: servers_per_unit.map(|servers| (servers * units.min(maximum)).max(1.0).floor() as u32),
                service_ms,
            }),
            hours: None,
            needed_units: units,
            maximum,
        })
    }

    /// The fewest units that keep utilisation and waiting within bounds. Both bounds are monotone in the arrivals, so
    /// more traffic never needs fewer units.
    fn units(
        &self,
        sizing: &Sizing,
        arrivals: f64,
        per_unit: f64,
        service_ms: Option<f64>,
        servers: Option<f64>,
        minimum: f64,
    ) -> f64 {
        let by_load = (arrivals / (per_unit * sizing.target_utilisation)).ceil().max(minimum).max(1.0);
        let (Some(target), Some(service), Some(servers)) = (self.workload.latency_target_ms, service_ms, servers)
        else {
            return by_load;
        };
        if sizing.windowed || !sizing.pooled || !self.on_path() || by_load > f64::from(sizing.maximum) {
            return by_load;
        }
        let waits = |units: f64| {
            let pool = (servers * units).max(1.0).floor() as u32;
            wait_in_pool(pool, arrivals, service, self.workload.percentile) > WAITING_SHARE * target
        };
        // Doubling, then halving: the wait falls with every unit.
        let mut low = by_load;
        if !waits(low) {
            return low;
        }
        let mut high = low * 2.0;
        while waits(high) && high < f64::from(sizing.maximum) {
            low = high;
            high *= 2.0;
        }
        while high - low > 1.0 {
            let middle = ((low + high) / 2.0).floor();
            if waits(middle) { low = middle } else { high = middle }
        }
        high
    }

    fn on_path(&self) -> bool {
        self.pattern.on_path.contains(&self.workload.deployment)
            && self.pattern.path_tag.as_ref().is_none_or(|tag| self.workload.requires.contains(tag))
    }

    fn counts_for_availability(&self) -> bool {
        match self.workload.deployment {
            Deployment::Batch => self.pattern.capability == Capability::Serve,
            Deployment::RealTime | Deployment::Streaming | Deployment::Edge => self.on_path(),
        }
    }

    /// The terms of the cost in numbers: words are for what is shown.
    fn amounts(&self, instance: Option<&'a Instance>, scope: &Scope) -> Result<Vec<Amount<'a>>, EstimateError> {
        let (region_factor, _) = self.catalogue.region_factor(&self.workload.region);
        let amount = |term: &'a CostTerm| {
            let id = match (term.price.as_str(), instance) {
                ("{instance}", Some(instance)) => instance
                    .price
                    .as_deref()
                    .ok_or_else(|| EstimateError::Unknown(format!("price of {}", instance.id)))?,
                (id, _) => id,
            };
            let price = self.catalogue.prices.get(id).ok_or_else(|| EstimateError::Unknown(id.to_owned()))?;
            let quantity = self.number(&term.quantity, scope)?.max(0.0);
            let here = price.in_region(&self.workload.region, region_factor);
            let first = here.usd * term.factor;
            // Where more costs less each, the line shows the mean, so that quantity times price stays its sum.
            let total = if price.tiers.is_empty() { quantity * first } else { price.total(quantity, first) };
            let tiered = price.tiers.iter().any(|tier| tier.from < quantity);
            let unit_price = if tiered { total / quantity } else { first };
            let widening = here.certainty.widening();
            Ok(Amount { term, id, price, quantity, unit_price, total, tiered, basis: here.basis, widening })
        };
        self.pattern.cost.iter().map(amount).collect()
    }

    fn line(&self, amount: &Amount<'_>, instance: Option<&Instance>, scope: &Scope) -> CostLine {
        let (term, price) = (amount.term, amount.price);
        CostLine {
            pattern: self.pattern.id.clone(),
            item: term
                .item
                .as_ref()
                .map(|item| item.replace("{instance_id}", instance.map_or("", |instance| &instance.id)))
                .unwrap_or_else(|| price.item.clone()),
            quantity: amount.quantity,
            unit: price.unit.clone(),
            unit_price_usd: amount.unit_price,
            monthly_usd: amount.total,
            formula: formula(term, scope, amount.quantity, price, amount.basis, amount.tiered),
            price_id: amount.id.to_owned(),
            price_source: source_of(price),
            price_date: price.date.clone(),
        }
    }

    fn expected(&self, instance: Option<&'a Instance>, fitting: &Fitting) -> Result<f64, EstimateError> {
        Ok(self.amounts(instance, &fitting.scope)?.iter().map(|amount| amount.total).sum())
    }

    /// The range of each line: the usage at both ends, and what the price itself leaves open.
    fn ranges(&self, instance: Option<&'a Instance>, expected: &[Amount<'_>]) -> Result<Vec<Range>, EstimateError> {
        let low = self.amounts(instance, &self.fit(instance, Usage::Low)?.scope)?;
        let high = self.amounts(instance, &self.fit(instance, Usage::High)?.scope)?;
        let ranges = expected.iter().zip(low.iter().zip(&high)).map(|(own, (low, high))| Range {
            low_usd: (low.total * (1.0 - own.widening)).min(own.total),
            high_usd: (high.total * (1.0 + own.widening)).max(own.total),
            low_quantity: low.quantity,
            high_quantity: high.quantity,
            widening: own.widening,
            drivers: drivers(&own.term.quantity),
        });
        Ok(ranges.collect())
    }

    /// The part's own share of a request's latency without load, at a percentile.
    fn unloaded_ms(&self, service_ms: Option<f64>, percentile: f64) -> f64 {
        self.pattern.latency.at(percentile) + service_ms.map_or(0.0, |service| service_envelope(service).at(percentile))
    }
}

/// Several of a unit: a symbol such as `GB` stays as it is.
pub fn plural(unit: &str) -> String {
    let symbol = unit.ends_with(char::is_uppercase) || unit.ends_with("scanned");
    if symbol || unit.ends_with('s') { unit.to_owned() } else { format!("{unit}s") }
}

/// What a formula says of a unit price that is not listed for the region.
pub(crate) fn of_region(basis: RegionBasis) -> String {
    match basis {
        RegionBasis::Listed => String::new(),
        RegionBasis::Factor(factor) => {
            format!("; unit price × {} for the region (assumption)", readable(factor))
        }
    }
}

/// Where a price is from, as a line says it.
pub(crate) fn source_of(price: &Price) -> String {
    format!("{}, as known {}", price.source, price.date)
}

/// The quantity's formula with its numbers.
fn formula(term: &CostTerm, scope: &Scope, quantity: f64, price: &Price, region: RegionBasis, tiered: bool) -> String {
    let mut text = format!("{} = {} {}", explain(&term.quantity, scope), readable(quantity), plural(&price.unit));
    if term.factor != 1.0 {
        text.push_str(&format!("; unit price × {}: {}", readable(term.factor), term.factor_why));
    }
    text.push_str(&of_region(region));
    if tiered {
        let steps: Vec<String> = price
            .tiers
            .iter()
            .filter(|tier| tier.from < quantity)
            .map(|tier| format!("{} USD from {} on", readable(tier.usd), readable(tier.from)))
            .collect();
        text.push_str(&format!("; mean of {} USD, {}", readable(price.usd), steps.join(", ")));
    }
    text
}

/// A prediction's time around its P95 (assumption: the median is at 75 %, the P99 at 120 % of it).
fn service_envelope(p95: f64) -> Envelope {
    Envelope { p50: p95 * 0.75, p95, p99: p95 * 1.2 }
}

impl<'a> Part<'a> {
    /// Sizes and prices a pattern. Whatever is broken if it is chosen stands in `violations`.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn new(pattern: &'a Pattern, workload: &Workload, catalogue: &'a Catalogue) -> Result<Self, EstimateError> {
        Self::build(pattern, workload, catalogue, None, Detail::All)
    }

    /// Sizes and prices a pattern without the lines of its cost and their ranges, which take most of the time: for
    /// choosing among many. Its low and high cost are the expected one.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn sketch(pattern: &'a Pattern, workload: &Workload, catalogue: &'a Catalogue) -> Result<Self, EstimateError> {
        Self::build(pattern, workload, catalogue, None, Detail::Sum)
    }

    /// Sizes and prices a pattern on a machine type that is given.
    ///
    /// # Errors
    /// When the machine type is unknown or the catalogue's data is broken.
    pub fn with_instance(
        pattern: &'a Pattern,
        workload: &Workload,
        catalogue: &'a Catalogue,
        instance: &str,
    ) -> Result<Self, EstimateError> {
        Self::build(pattern, workload, catalogue, Some(instance), Detail::All)
    }

    fn build(
        pattern: &'a Pattern,
        workload: &Workload,
        catalogue: &'a Catalogue,
        wanted: Option<&str>,
        detail: Detail,
    ) -> Result<Self, EstimateError> {
        let sizer = Sizer { pattern, workload, catalogue };
        let mut violations = unsuitable(pattern, workload);
        let instance = choose(&sizer, wanted, &mut violations)?;
        let fitting = sizer.fit(instance, Usage::Expected)?;
        let mut concerns = Vec::new();
        for condition in &pattern.preconditions {
            if sizer.holds(&condition.check, &fitting.scope)? {
                continue;
            }
            let soft = [
                ("latency_target_ms", ConstraintField::Latency),
                ("_rps", ConstraintField::Throughput),
                ("expertise", ConstraintField::Team),
                ("team_size", ConstraintField::Team),
            ]
            .iter()
            .any(|(name, field)| condition.check.contains(name) && !workload.binds(*field));
            let text = format!("{}: {}", pattern.name, fill(&condition.text, &fitting.scope));
            if soft { concerns.push(text) } else { violations.push(text) }
        }
        let over_quota = fitting.over_quota();
        if over_quota {
            let unit = pattern.sizing.as_ref().map_or("unit", |sizing| sizing.unit.as_str());
            let text = format!(
                "{}: your peak of {}/s needs {} of the unit `{unit}`; the quota is {}",
                pattern.name,
                readable(fitting.size.as_ref().map_or(0.0, |size| size.arrivals)),
                readable(fitting.needed_units),
                readable(fitting.maximum)
            );
            if workload.binds(ConstraintField::Throughput) { violations.push(text) } else { concerns.push(text) }
        }
        let amounts = sizer.amounts(instance, &fitting.scope)?;
        let expected_usd = amounts.iter().map(|amount| amount.total).sum();
        let (lines, ranges): (Vec<CostLine>, Vec<Range>) = match detail {
            Detail::Sum => (Vec::new(), Vec::new()),
            Detail::All => (
                amounts.iter().map(|amount| sizer.line(amount, instance, &fitting.scope)).collect(),
                sizer.ranges(instance, &amounts)?,
            ),
        };
        let end = |of: fn(&Range) -> f64| match detail {
            Detail::Sum => expected_usd,
            Detail::All => ranges.iter().map(of).sum(),
        };
        Ok(Self {
            pattern,
            instance,
            on_path: sizer.on_path(),
            counts_for_availability: sizer.counts_for_availability(),
            violations,
            concerns,
            over_quota,
            low_usd: end(|range| range.low_usd),
            high_usd: end(|range| range.high_usd),
            expected_usd,
            lines,
            ranges,
            size: fitting.size,
            hours: fitting.hours,
            scope: fitting.scope,
        })
    }

    /// The part's quotas with what the design takes of each at peak. The load at which a quota is reached goes in a
    /// straight line through the demand at the peak and at twice the peak: units are whole, so it is about right.
    ///
    /// # Errors
    /// When the catalogue's data is broken.
    pub fn quotas(&self, workload: &Workload, catalogue: &Catalogue) -> Result<Vec<QuotaUse>, EstimateError> {
        if self.pattern.quotas.is_empty() {
            return Ok(Vec::new());
        }
        let doubled = workload.scaled(2.0);
        let now = Sizer { pattern: self.pattern, workload, catalogue };
        let then =
            Sizer { pattern: self.pattern, workload: &doubled, catalogue }.fit(self.instance, Usage::Expected)?;
        let peak = workload.peak_per_second();
        self.pattern
            .quotas
            .iter()
            .map(|quota| {
                let demands = match &quota.demand {
                    Some(demand) => Some((now.number(demand, &self.scope)?, now.number(demand, &then.scope)?)),
                    None => None,
                };
                let demand = demands.map(|(demand, _)| demand);
                Ok(QuotaUse {
                    pattern: self.pattern.id.clone(),
                    name: quota.name.clone(),
                    limit: quota.value,
                    unit: quota.unit.clone(),
                    demand,
                    share: demand.filter(|_| quota.value > 0.0).map(|demand| demand / quota.value),
                    reached_at_per_second: demands
                        .filter(|(now, then)| then > now)
                        .map(|(now, then)| (peak * (1.0 + (quota.value - now) / (then - now))).max(0.0)),
                    adjustable: quota.adjustable,
                    source: quota.source.clone(),
                    formula: match (&quota.demand, demand) {
                        (Some(expression), Some(demand)) => format!(
                            "{} = {} of {} {}",
                            explain(expression, &self.scope),
                            readable(demand),
                            readable(quota.value),
                            quota.unit
                        ),
                        (Some(_) | None, _) => format!("{} {}", readable(quota.value), quota.unit),
                    },
                })
            })
            .collect()
    }

    /// True when it is a redundant part: two or more units, or nothing of its own to size.
    pub fn is_redundant(&self) -> bool {
        match (&self.size, &self.pattern.sizing) {
            (Some(size), Some(sizing)) => !sizing.pooled || size.units >= 2.0,
            (Some(_) | None, _) => true,
        }
    }

    /// Availability in percent at this size.
    pub fn availability_percent(&self) -> f64 {
        let fact = &self.pattern.availability;
        let pooled = self.pattern.sizing.as_ref().is_none_or(|sizing| sizing.pooled);
        if self.is_redundant() && pooled { fact.multi } else { fact.single }
    }

    /// Arrivals per second at one server pool: a unit with callers of its own gets its share.
    fn pool(&self) -> Option<(u32, f64)> {
        let size = self.size.as_ref()?;
        let servers = size.servers?;
        let pooled = self.pattern.sizing.as_ref().is_none_or(|sizing| sizing.pooled);
        Some(if pooled { (servers, size.arrivals) } else { (1, size.arrivals / size.units.max(1.0)) })
    }

    /// Milliseconds that a request waits in this part's queue at peak.
    pub fn wait_ms(&self, percentile: f64) -> f64 {
        let Some(size) = &self.size else { return 0.0 };
        match (size.service_ms, self.pool()) {
            (Some(service), Some((servers, arrivals))) => wait_in_pool(servers, arrivals, service, percentile),
            (Some(_) | None, _) => wait_in_flow(size.capacity, size.arrivals, percentile),
        }
    }

    /// This part's share of a request's latency without load; 0 when it is not on the path.
    pub fn unloaded_ms(&self, percentile: f64) -> f64 {
        if !self.on_path {
            return 0.0;
        }
        let service = self.size.as_ref().and_then(|size| size.service_ms);
        self.pattern.latency.at(percentile) + service.map_or(0.0, |service| service_envelope(service).at(percentile))
    }

    /// This part's share of a request's latency at peak; 0 when it is not on the path.
    pub fn loaded_ms(&self, percentile: f64) -> f64 {
        if self.on_path { self.unloaded_ms(percentile) + self.wait_ms(percentile) } else { 0.0 }
    }

    /// Arrivals over capacity, where there is a capacity.
    pub fn utilisation(&self) -> Option<f64> {
        self.size.as_ref().map(|size| size.arrivals / size.capacity)
    }

    /// The arithmetic of the queue with its numbers.
    pub fn queue_formula(&self, percentile: f64) -> String {
        let Some(size) = &self.size else {
            return "managed, nothing to size".to_owned();
        };
        let utilisation = readable(size.arrivals / size.capacity * 100.0);
        match (size.service_ms, self.pool()) {
            (Some(service), Some((servers, arrivals))) => format!(
                "M/M/c with c = {servers}, λ = {}/s, 1/μ = {} ms: ρ = {utilisation} %, P{} wait = {} ms; own {} ms + service {} ms + wait",
                readable(arrivals),
                readable(service),
                readable(percentile),
                readable(self.wait_ms(percentile)),
                readable(self.pattern.latency.at(percentile)),
                readable(service_envelope(service).at(percentile)),
            ),
            (Some(_) | None, _) => format!(
                "M/D/1 with λ = {}/s, μ = {}/s: ρ = {utilisation} %, P{} wait = {} ms; own {} ms + wait",
                readable(size.arrivals),
                readable(size.capacity),
                readable(percentile),
                readable(self.wait_ms(percentile)),
                readable(self.pattern.latency.at(percentile)),
            ),
        }
    }

    /// The part as a component of a plan, without reasons.
    pub fn component(&self) -> Component {
        let mut sizing = std::collections::BTreeMap::new();
        if let Some(instance) = self.instance {
            sizing.insert("instance_type".to_owned(), instance.id.clone());
        }
        if let Some(own) = &self.pattern.sizing {
            sizing.insert("unit".to_owned(), own.unit.clone());
            sizing.insert("maximum".to_owned(), own.maximum.to_string());
            if let Some(size) = &self.size {
                sizing.insert("instance_count".to_owned(), format!("{:.0}", size.units));
                if own.autoscale {
                    sizing.insert("average_count".to_owned(), format!("{:.1}", size.average_units));
                }
                if own.windowed {
                    sizing.insert("window_hours".to_owned(), readable(BATCH_WINDOW_HOURS));
                }
            }
            if let Some(hours) = self.hours {
                sizing.insert("instance_count".to_owned(), "1".to_owned());
                sizing.insert("hours_per_run".to_owned(), format!("{hours:.2}"));
            }
        }
        Component {
            capability: self.pattern.capability,
            pattern: self.pattern.id.clone(),
            name: self.pattern.name.clone(),
            services: self.pattern.services.clone(),
            sizing,
            max_per_second: self.size.as_ref().map(|size| size.capacity),
            latency_ms: self.loaded_or_unloaded_p95(),
            availability_percent: self.availability_percent(),
            rationale: String::new(),
            traces: Vec::new(),
        }
    }

    /// An overloaded part waits for ever, which JSON cannot say: then the latency without load stands.
    fn loaded_or_unloaded_p95(&self) -> f64 {
        let loaded = self.loaded_ms(95.0);
        if loaded.is_finite() { loaded } else { self.unloaded_ms(95.0) }
    }

    /// True when its capacity bounds the flow of requests or events.
    pub fn bounds_the_flow(&self, deployment: Deployment) -> bool {
        let per_event = self.pattern.sizing.as_ref().is_some_and(|sizing| sizing.per_event);
        self.size.is_some()
            && (self.on_path
                || self.pattern.capability == Capability::Serve
                || (per_event && deployment != Deployment::Batch))
    }
}

/// What is broken before any sizing: cloud, deployment, use case.
fn unsuitable(pattern: &Pattern, workload: &Workload) -> Vec<String> {
    let mut violations = Vec::new();
    if pattern.cloud != workload.patterns_of {
        let (its, wanted) = (cloud(pattern.cloud), cloud(workload.patterns_of));
        violations.push(format!("{} is of {its}, and this is a design for {wanted}", pattern.name));
    } else if workload.cloud == Cloud::OnPremises && !pattern.has("on-device") {
        violations.push(format!(
            "your own data centre is wanted, and the catalogue has no patterns for it: {} is a service of {}",
            pattern.name,
            cloud(pattern.cloud)
        ));
    }
    if pattern.deployment_fit(workload.deployment) <= 0.0 {
        violations.push(format!(
            "{} is not made for {} results",
            pattern.name,
            wire_name(workload.deployment).replace('_', " ")
        ));
    }
    if pattern.use_case_fit(workload.use_case) <= 0.0 {
        violations.push(format!("{} is not made for {}", pattern.name, use_case_name(workload.use_case)));
    }
    violations
}

fn use_case_name(use_case: Option<UseCase>) -> String {
    use_case.map_or_else(|| "a general service".to_owned(), |use_case| wire_name(use_case).replace('_', " "))
}

/// How well a machine type suits; the least is the best.
#[derive(PartialEq, PartialOrd)]
struct Rank {
    /// Not fast enough by itself, whatever the load.
    too_slow: bool,
    /// The peak needs more units than there are to have.
    over_quota: bool,
    /// Beyond the quota, the requests or events per second of all the units there are to have.
    capacity: Option<Reverse<f64>>,
    /// US dollars per month.
    usd: f64,
}

/// The cheapest machine type that holds the model, is fast enough by itself, and stays within the quota. Where none
/// stays within it, the one that can do most within it.
///
/// A heavier load never makes a cheaper choice: within the quota there is less and less to choose from, and beyond it
/// the choice no longer depends on the load, nor on the cost: a machine type that was passed over for the quota would
/// come back as soon as no other is within it.
fn choose<'a>(
    sizer: &Sizer<'a, '_>,
    wanted: Option<&str>,
    violations: &mut Vec<String>,
) -> Result<Option<&'a Instance>, EstimateError> {
    let Some(sizing) = sizer.pattern.sizing.as_ref().filter(|sizing| !sizing.instances.is_empty()) else {
        return Ok(None);
    };
    let named = |id: &str| sizer.catalogue.instances.get(id).ok_or_else(|| EstimateError::Unknown(id.to_owned()));
    if let Some(wanted) = wanted {
        return named(wanted).map(Some);
    }
    let mut best: Option<(Rank, &Instance)> = None;
    // Where none is large enough, the largest says least too little of what it would cost.
    let mut largest: Option<&Instance> = None;
    for id in &sizing.instances {
        let instance = named(id)?;
        largest = largest.filter(|other| other.memory_gb >= instance.memory_gb).or(Some(instance));
        let usable = match &sizing.usable {
            Some(usable) => sizer.holds(usable, &sizer.scope(Some(instance), Usage::Expected))?,
            None => true,
        };
        if !usable {
            continue;
        }
        let fitting = sizer.fit(Some(instance), Usage::Expected)?;
        let too_slow = match (sizer.workload.latency_target_ms, &fitting.size) {
            (Some(target), Some(size)) if sizer.on_path() => {
                sizer.unloaded_ms(size.service_ms, sizer.workload.percentile) > OWN_SHARE * target
            }
            (Some(_) | None, _) => false,
        };
        // A run of more than twelve hours would not fit between two nights.
        let too_slow = too_slow || fitting.hours.is_some_and(|hours| hours > 12.0);
        let over_quota = fitting.over_quota();
        let rank = Rank {
            too_slow,
            over_quota,
            capacity: fitting.size.as_ref().filter(|_| over_quota).map(|size| Reverse(size.capacity)),
            usd: sizer.expected(Some(instance), &fitting)?,
        };
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((rank, instance));
        }
    }
    match best {
        Some((_, instance)) => Ok(Some(instance)),
        None => {
            violations.push(format!(
                "{}: no machine type of it holds this model ({} GB of memory{})",
                sizer.pattern.name,
                readable(sizer.workload.variable("memory_gb")),
                if sizer.workload.variable("needs_gpu") > 0.0 { ", on a GPU" } else { "" }
            ));
            Ok(largest)
        }
    }
}
