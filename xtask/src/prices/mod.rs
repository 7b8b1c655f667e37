//! `cargo xtask prices`: the numbers of `shared/knowledge/data/prices` anew from the providers' public price lists.
//!
//! Which entry of a provider's list a price is stands beside it, as data (`sku`). Everything is read before anything is
//! written: without network, nothing changes. The files are edited in place, so that comments and order stay.

mod aws;
mod azure;
mod file;
mod gcp;

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use console::style;
use knowledge::price::{Price, PriceList};

use crate::workspace::Workspace;

/// How long a provider may be silent.
const PATIENCE: Duration = Duration::from_secs(60);
/// A price that is so many times the old one, or the old one so many times it, is no new price but another unit.
const TOO_FAR: f64 = 5.0;

/// What to refresh.
#[derive(Debug, Args)]
pub struct PricesArguments {
    /// Only this provider's prices.
    #[arg(long, value_enum)]
    cloud: Option<Provider>,
    /// Only say what would change; fails when something would.
    #[arg(long)]
    check: bool,
}

/// A provider with a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud; asks for an API key in `GOOGLE_CLOUD_API_KEY`.
    Gcp,
    /// Microsoft Azure.
    Azure,
}

impl Provider {
    const ALL: [Self; 3] = [Self::Aws, Self::Gcp, Self::Azure];

    fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
        }
    }
}

/// A price in a region that is to be looked up.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    id: String,
    region: String,
    /// What the file has.
    usd: f64,
    sku: knowledge::price::Sku,
    same_everywhere: bool,
}

/// What the provider's list says of a price.
#[derive(Debug, Clone, PartialEq)]
enum Answer {
    /// US dollars per unit of ours.
    Usd(f64),
    /// No entry matches.
    Nothing,
    /// Entries match that cost differently.
    Ambiguous(Vec<f64>),
}

/// Entries that match a price: from what quantity on they hold, and what they cost.
#[derive(Debug, Clone, Default, PartialEq)]
struct Matches(Vec<(f64, f64)>);

impl Matches {
    fn add(&mut self, from: f64, usd: f64) {
        self.0.push((from, usd));
    }

    /// The price of the first quantity that costs something: what is free at first is a free tier, which we leave out.
    fn answer(&self, scale: f64) -> Answer {
        let paid = || self.0.iter().filter(|(_, usd)| *usd > 0.0);
        let first = paid().map(|(from, _)| *from).fold(f64::INFINITY, f64::min);
        let mut usd: Vec<f64> = paid().filter(|(from, _)| *from == first).map(|(_, usd)| usd * scale).collect();
        usd.sort_by(f64::total_cmp);
        usd.dedup_by(|a, b| (*a - *b).abs() <= 1e-9 * b.abs());
        match usd.as_slice() {
            [] => Answer::Nothing,
            [usd] => Answer::Usd(*usd),
            [..] => Answer::Ambiguous(usd),
        }
    }
}

/// True when a value is what is wanted: `*` at an end stands for anything, `!` at the beginning for "not".
fn is_wanted(value: &str, wanted: &str) -> bool {
    if let Some(unwanted) = wanted.strip_prefix('!') {
        return !is_wanted(value, unwanted);
    }
    match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(_), Some(_)) => value.contains(wanted.trim_matches('*')),
        (Some(end), None) => value.ends_with(end),
        (None, Some(start)) => value.starts_with(start),
        (None, None) => value == wanted,
    }
}

/// A client that says in its errors what it asked for.
struct Web(ureq::Agent);

impl Web {
    fn new() -> Self {
        let config =
            ureq::Agent::config_builder().timeout_connect(Some(PATIENCE)).timeout_recv_response(Some(PATIENCE)).build();
        Self(config.into())
    }

    /// The body at an address; `None` when there is nothing there.
    fn get(&self, url: &str, shown: &str) -> Result<Option<impl Read + use<>>> {
        match self.0.get(url).call() {
            Ok(response) => Ok(Some(response.into_body().into_reader())),
            Err(ureq::Error::StatusCode(404)) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{shown} could not be read; no price was changed")),
        }
    }

    /// JSON at an address.
    fn json<T: serde::de::DeserializeOwned>(&self, url: &str, shown: &str) -> Result<T> {
        let body =
            self.get(url, shown)?.with_context(|| format!("there is nothing at {shown}; no price was changed"))?;
        serde_json::from_reader(body).with_context(|| format!("{shown} has another form than expected"))
    }
}

/// What happened to the price of a region.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    /// The provider says what the file says.
    Same,
    /// The provider says something else.
    New(f64),
    /// Something is wrong with it; the file's number stays.
    Kept(String),
}

fn outcome(wanted: &Wanted, answer: &Answer) -> Outcome {
    match answer {
        Answer::Nothing => Outcome::Kept("the provider's list has no such entry".to_owned()),
        Answer::Ambiguous(usd) => {
            let all: Vec<String> = usd.iter().map(|usd| file::decimal(*usd)).collect();
            Outcome::Kept(format!("several entries match: {}", all.join(", ")))
        }
        Answer::Usd(usd) if (usd - wanted.usd).abs() <= 1e-6 * wanted.usd => Outcome::Same,
        Answer::Usd(usd) if usd / wanted.usd > TOO_FAR || wanted.usd / usd > TOO_FAR => Outcome::Kept(format!(
            "{} is {:.3} times as much: another unit? see the `scale` of its `sku`",
            file::decimal(*usd),
            usd / wanted.usd
        )),
        Answer::Usd(usd) => Outcome::New(*usd),
    }
}

/// One provider's prices, looked up.
struct Refreshed {
    path: PathBuf,
    provider: Provider,
    outcomes: Vec<(Wanted, Outcome)>,
    text: String,
}

fn wanted(prices: &[(String, Price)], reference_region: &str) -> Vec<Wanted> {
    prices
        .iter()
        .filter_map(|(id, price)| Some((id, price, price.sku.clone()?)))
        .flat_map(|(id, price, sku)| {
            let of = |region: &str, usd: f64| Wanted {
                id: id.clone(),
                region: region.to_owned(),
                usd,
                sku: sku.clone(),
                same_everywhere: price.same_everywhere,
            };
            let others = price.regions.iter().filter(|(region, _)| !region.ends_with('*'));
            std::iter::once(of(reference_region, price.usd))
                .chain(others.map(|(region, usd)| of(region, *usd)))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn look_up(provider: Provider, path: &Path, key: Option<&str>, web: &Web, today: &str) -> Result<Refreshed> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let broken = |problem: String| anyhow::anyhow!("{}: {problem}", path.display());
    let list = PriceList::read(&text).map_err(broken)?;
    let wanted = wanted(&list.prices().map_err(broken)?, &list.reference_region);
    let answers = match provider {
        Provider::Aws => aws::answers(&list.api.url, &wanted, web)?,
        Provider::Azure => azure::answers(&list.api.url, &wanted, &list.reference_region, web)?,
        Provider::Gcp => {
            let variable = list.api.key_variable.as_deref().unwrap_or("an API key");
            let key = key.with_context(|| {
                format!("{} asks for an API key: set {variable}; no price was changed", list.api.name)
            })?;
            gcp::answers(&list.api.url, key, &wanted, web)?
        }
    };
    let outcomes: Vec<(Wanted, Outcome)> = wanted
        .into_iter()
        .zip(answers)
        .map(|(wanted, answer)| {
            let outcome = outcome(&wanted, &answer);
            (wanted, outcome)
        })
        .collect();
    let text = file::edited(&text, &outcomes, &list.reference_region, &list.api.name, today)
        .with_context(|| format!("{} cannot be edited", path.display()))?;
    PriceList::read(&text)
        .and_then(|list| list.prices().map(|_| ()))
        .map_err(|problem| anyhow::anyhow!("{} would be broken by the edit: {problem}", path.display()))?;
    Ok(Refreshed { path: path.to_owned(), provider, outcomes, text })
}

impl Refreshed {
    fn changes(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::New(_))).count()
    }

    /// Old, new and per cent of what changed, and what could not be looked up.
    fn table(&self) -> String {
        let mut table = String::new();
        let same = self.outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Same).count();
        let _ = writeln!(
            table,
            "{}: {} prices looked up, {same} unchanged, {} changed, {} kept",
            style(self.provider.name()).bold(),
            self.outcomes.len(),
            self.changes(),
            self.outcomes.len() - same - self.changes()
        );
        for (wanted, outcome) in &self.outcomes {
            let _ = match outcome {
                Outcome::Same => Ok(()),
                Outcome::New(usd) => writeln!(
                    table,
                    "  {:<42} {:<16} {:>16} -> {:<16} {:+.1} %",
                    wanted.id,
                    wanted.region,
                    file::decimal(wanted.usd),
                    file::decimal(*usd),
                    (usd / wanted.usd - 1.0) * 100.0
                ),
                Outcome::Kept(why) => writeln!(table, "  {:<42} {:<16} kept: {why}", wanted.id, wanted.region),
            };
        }
        table
    }
}

/// Refreshes the price files; answers whether they are as the providers' lists.
pub async fn run(workspace: &Workspace, arguments: &PricesArguments) -> Result<bool> {
    let folder = workspace.path("shared/knowledge/data/prices");
    let (one, check) = (arguments.cloud, arguments.check);
    let key = std::env::var("GOOGLE_CLOUD_API_KEY").ok();
    let today = jiff::Zoned::now().date().to_string();
    tokio::task::spawn_blocking(move || refresh(&folder, one, check, key.as_deref(), &today)).await?
}

fn refresh(folder: &Path, one: Option<Provider>, check: bool, key: Option<&str>, today: &str) -> Result<bool> {
    let web = Web::new();
    let mut refreshed = Vec::new();
    for provider in Provider::ALL.into_iter().filter(|provider| one.is_none_or(|one| one == *provider)) {
        let path = folder.join(format!("{}.toml", provider.name()));
        if provider == Provider::Gcp && one.is_none() && key.is_none() {
            eprintln!("{}: left out, it asks for an API key: set GOOGLE_CLOUD_API_KEY", style("gcp").bold());
            continue;
        }
        refreshed.push(look_up(provider, &path, key, &web, today)?);
    }
    let mut changes = 0;
    for one in &refreshed {
        print!("{}", one.table());
        changes += one.changes();
        if one.outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Kept(_))) && !one.outcomes.is_empty() {
            bail!("{} answered nothing that could be used; no price was changed", one.provider.name());
        }
    }
    if check {
        return Ok(changes == 0);
    }
    for one in &refreshed {
        std::fs::write(&one.path, &one.text).with_context(|| format!("{} cannot be written", one.path.display()))?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
