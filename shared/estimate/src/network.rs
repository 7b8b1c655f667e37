//! What the private network of an architecture costs: its interface endpoints, shared by all who run in it.

use design::{
    cost::{CostLine, HOURS_PER_MONTH},
    plan::{Capability, Network},
    words::readable,
};
use knowledge::{catalogue::Catalogue, network, price::RegionPrice};

use crate::{
    part::{Part, Range, of_region, plural, source_of},
    workload::Workload,
};

/// The network of an architecture with its price.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedNetwork {
    /// Who is in it and what is called from it.
    pub network: Network,
    /// What its endpoints cost, on the part because of which they are there; `None` where the provider does not charge
    /// by the network.
    pub line: Option<(CostLine, Range)>,
}

/// The network of parts; `None` when nothing runs in one.
pub fn of(parts: &[&Part<'_>], workload: &Workload, catalogue: &Catalogue) -> Option<PricedNetwork> {
    let patterns = parts.iter().map(|part| part.pattern);
    let network = network::of(patterns, workload.patterns_of, workload.is_private(), workload.zones(), catalogue)?;
    let line = line(&network, parts, workload, catalogue);
    Some(PricedNetwork { network, line })
}

/// US dollars of one endpoint for a month in all its zones; nothing where the provider does not charge by the network.
pub fn endpoint_usd(workload: &Workload, catalogue: &Catalogue) -> f64 {
    price(workload, catalogue).map_or(0.0, |(_, price)| price.usd * f64::from(workload.zones()) * HOURS_PER_MONTH)
}

fn price<'a>(workload: &Workload, catalogue: &'a Catalogue) -> Option<(&'a str, RegionPrice)> {
    let id = catalogue.networks.get(&workload.patterns_of)?.price.as_str();
    Some((id, catalogue.price_in(id, &workload.region)?))
}

fn line(
    network: &Network,
    parts: &[&Part<'_>],
    workload: &Workload,
    catalogue: &Catalogue,
) -> Option<(CostLine, Range)> {
    if network.endpoints.is_empty() {
        return None;
    }
    let (id, here) = price(workload, catalogue)?;
    let listed = catalogue.prices.get(id)?;
    // Where the data demands the network, it is part of the governance; otherwise of the first part that needs it.
    let causes = |part: &&&Part<'_>| {
        if network.private {
            part.pattern.capability == Capability::Govern
        } else {
            part.pattern.calls_through_endpoints(network.private)
        }
    };
    let cause = parts.iter().find(causes).or_else(|| parts.first())?;
    let services = network.endpoints.len() as f64;
    let quantity = services * f64::from(network.zones) * HOURS_PER_MONTH;
    let monthly_usd = quantity * here.usd;
    let zones = if network.zones == 1 { "1 zone".to_owned() } else { format!("{} zones", network.zones) };
    let line = CostLine {
        pattern: cause.pattern.id.clone(),
        item: format!("Interface endpoints of the private network: {}", network.endpoints.join(", ")),
        quantity,
        unit: listed.unit.clone(),
        unit_price_usd: here.usd,
        monthly_usd,
        formula: format!(
            "{} services × {zones} × {} h = {} {}{}",
            readable(services),
            readable(HOURS_PER_MONTH),
            readable(quantity),
            plural(&listed.unit),
            of_region(here.basis)
        ),
        price_id: id.to_owned(),
        price_source: source_of(listed),
        price_date: listed.date.clone(),
    };
    let widening = here.certainty.widening();
    let range = Range {
        low_usd: monthly_usd * (1.0 - widening),
        high_usd: monthly_usd * (1.0 + widening),
        low_quantity: quantity,
        high_quantity: quantity,
        widening,
        drivers: Vec::new(),
    };
    Some((line, range))
}
