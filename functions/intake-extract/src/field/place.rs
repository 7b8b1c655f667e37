//! The cloud, the regions, and what is excluded.

use design::{
    constraint::{Cloud, ConstraintField, Region},
    words,
};
use knowledge::region::{by_code, nearest, of_jurisdiction, places, regions as all_regions};

use crate::{
    confidence::{BOUND, COMPETING, EXPLICIT, IMPLIED, Weigher},
    lexicon::{CITY, Hit, PLACE, REGION, TOOL, is_turn},
    measure::Unit,
    reader::{Clash, Found, Reader},
    text::{Kind, Span},
};

/// The provider that regions are chosen from when the text names none: the one that designs are made for.
pub const ASSUMED_CLOUD: Cloud = Cloud::Aws;

/// Most places of a list that lend each other what is said of the first.
const LONGEST_CHAIN: usize = 3;
/// A word about hosting that is farther from a place speaks of something else.
const FARTHEST_CUE: usize = 12;
/// Tokens around a place in which "otherwise" speaks of it.
const CONDITION_WITHIN: usize = 24;
/// A sentence of so few words is a note, in which a place stands for itself.
const SHORT_SENTENCE: usize = 5;
/// An item of a list with so few words is a note as well.
const SHORT_ITEM: usize = 3;

fn parse(value: &str) -> Option<Cloud> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}

/// The cloud provider.
pub fn cloud(reader: &Reader) -> (Option<Found<Cloud>>, Option<Clash>) {
    struct Sum {
        cloud: Cloud,
        weigher: Weigher,
        spans: Vec<Span>,
        named: bool,
    }
    let mut sums: Vec<Sum> = Vec::new();
    let denied: Vec<Cloud> = reader
        .hits
        .of("cloud")
        .filter(|hit| hit.negated.is_some())
        .filter_map(|hit| parse(&hit.meaning.value))
        .collect();
    let mut add = |cloud: Cloud, what: String, support: f64, span: Span, named: bool| {
        if denied.contains(&cloud) {
            return;
        }
        match sums.iter_mut().find(|sum| sum.cloud == cloud) {
            Some(sum) if sum.spans.len() < 4 => {
                sum.weigher = std::mem::take(&mut sum.weigher).support(what, support);
                sum.spans.push(span);
                sum.named |= named;
            }
            Some(sum) => sum.named |= named,
            None => {
                sums.push(Sum { cloud, weigher: Weigher::default().support(what, support), spans: vec![span], named })
            }
        }
    };
    for hit in reader.said("cloud") {
        if let Some(cloud) = parse(&hit.meaning.value) {
            add(cloud, format!("named “{}”", reader.document.quote(hit.span)), 0.9, hit.span, true);
        }
    }
    for hit in reader.said(REGION) {
        if let Some(region) = by_code(&hit.meaning.value) {
            add(region.cloud, format!("region of it “{}”", reader.document.quote(hit.span)), 0.75, hit.span, false);
        }
    }
    for hit in reader.said(TOOL) {
        if let Some(cloud) = hit.meaning.cloud {
            add(cloud, format!("tool of it “{}”", reader.document.quote(hit.span)), 0.55, hit.span, false);
        }
    }
    // What is named wins over what is only suggested by a tool.
    let any_named = sums.iter().any(|sum| sum.named);
    let mut named: Vec<Sum> = sums.into_iter().filter(|sum| sum.named == any_named).collect();
    let values: Vec<f64> = named.iter().map(|sum| sum.weigher.value()).collect();
    let Some(best) = values.iter().copied().reduce(f64::max) else { return (None, None) };
    // The first that is named counts on a tie: people name the preferred one first.
    let index = values.iter().position(|value| (*value - best).abs() < 0.05).unwrap_or(0);
    let clash = (any_named && named.len() > 1).then(|| Clash {
        fields: vec![ConstraintField::Cloud],
        spans: named.iter().map(|sum| sum.spans[0]).collect(),
        explanation: format!(
            "Several clouds are named: {}.",
            named.iter().map(|sum| words::cloud(sum.cloud)).collect::<Vec<_>>().join(" and ")
        ),
        resolution: format!("{} is planned for.", words::cloud(named[index].cloud)),
    });
    let several = named.len() > 1;
    let chosen = named.swap_remove(index);
    let hedge_at = chosen.spans.first().map_or(0, |span| span.from);
    let weigher = reader
        .weigh(chosen.weigher, None, hedge_at)
        .penalty_if(several, "another cloud is named", COMPETING)
        .penalty_if(!chosen.named, "suggested by what is used, not named", IMPLIED);
    let derivation = (!chosen.named)
        .then(|| format!("“{}” belongs to {}", reader.document.quote(chosen.spans[0]), words::cloud(chosen.cloud)));
    (Some(Found { value: chosen.cloud, spans: chosen.spans, weigher, derivation }), clash)
}

/// A place that the text names, as regions of the cloud.
struct Mention {
    jurisdiction: String,
    regions: Vec<Region>,
    /// A jurisdiction as a whole, not one place in it.
    whole: bool,
    /// A provider's code.
    code: bool,
    /// "only", "must stay in".
    only: bool,
    /// Said of customers or of the company: it only tells which region of a jurisdiction is near.
    implied: bool,
    excluded: bool,
    span: Span,
    weigher: Weigher,
}

/// What the text says of places.
pub struct Regions {
    /// Where data and services may be.
    pub found: Option<Found<Vec<Region>>>,
    /// Where they may not be.
    pub excluded: Vec<Region>,
    /// Contradictions.
    pub clashes: Vec<Clash>,
}

/// The regions, given the cloud when it is known.
pub fn regions(reader: &Reader, cloud: Option<Cloud>) -> Regions {
    let mut mentions: Vec<Mention> = Vec::new();
    for group in [REGION, CITY, PLACE] {
        for hit in reader.hits.of(group) {
            let Some(found) = mention(reader, hit, cloud.unwrap_or(ASSUMED_CLOUD), LONGEST_CHAIN) else { continue };
            // Said again in the same way, a place says nothing more.
            let again = mentions.iter().any(|other| {
                other.regions == found.regions
                    && (other.only, other.implied, other.excluded, other.code)
                        == (found.only, found.implied, found.excluded, found.code)
            });
            if !again {
                mentions.push(found);
            }
        }
    }
    mentions.sort_by_key(|mention| mention.span.from);
    // "US East (Ohio)": the bracket says which one of them.
    let finer: Vec<Span> = mentions
        .windows(2)
        .filter(|pair| {
            let (name, place) = (pair[0].span, pair[1].span);
            place.from == name.to + 1
                && reader.document.lower(name.to) == "("
                && reader.document.lower(place.to) == ")"
                && pair[0].jurisdiction == pair[1].jurisdiction
                && !pair[1].excluded
        })
        .map(|pair| pair[0].span)
        .collect();
    mentions.retain(|mention| !finer.contains(&mention.span));
    let mut clashes = Vec::new();
    let mut excluded: Vec<Region> = Vec::new();
    for mention in mentions.iter().filter(|mention| mention.excluded) {
        for region in &mention.regions {
            if !excluded.contains(region) {
                excluded.push(region.clone());
            }
        }
    }
    let wanted: Vec<&Mention> = mentions.iter().filter(|mention| !mention.excluded).collect();
    // Where people are narrows a jurisdiction that is said, and says nothing alone.
    let whole_law: Vec<&str> = wanted
        .iter()
        .filter(|mention| mention.whole && !mention.implied)
        .map(|mention| mention.jurisdiction.as_str())
        .collect();
    let wanted: Vec<&Mention> = wanted
        .iter()
        .copied()
        .filter(|mention| !mention.implied || (!mention.whole && whole_law.contains(&mention.jurisdiction.as_str())))
        .collect();
    let strict: Vec<&&Mention> = wanted.iter().filter(|mention| mention.only).collect();
    let law = strict.first().map(|mention| mention.jurisdiction.clone());
    let mut kept: Vec<&Mention> = wanted.clone();
    if let Some(law) = &law {
        let outside: Vec<&&Mention> = wanted.iter().filter(|mention| mention.jurisdiction != *law).collect();
        if let Some(other) = outside.first() {
            let first = strict[0];
            clashes.push(Clash {
                fields: vec![ConstraintField::Regions],
                spans: vec![first.span, other.span],
                explanation: format!(
                    "“{}” restricts data to {law}, but “{}” is in {}.",
                    reader.document.quote(first.span),
                    reader.document.quote(other.span),
                    other.jurisdiction
                ),
                resolution: format!("The restriction holds: only regions in {law} are used."),
            });
        }
        kept.retain(|mention| mention.jurisdiction == *law);
        clashes.extend(only_and_only(reader, &strict).filter(|_| clashes.is_empty()));
    }
    let mut list: Vec<Region> = Vec::new();
    for mention in &kept {
        // A jurisdiction as a whole adds nothing where a place in it is named.
        let place_named =
            mention.whole && kept.iter().any(|other| !other.whole && other.jurisdiction == mention.jurisdiction);
        if !place_named {
            for region in &mention.regions {
                if !list.contains(region) {
                    list.push(region.clone());
                }
            }
        }
    }
    let before = list.len();
    list.retain(|region| !excluded.contains(region));
    if before > 0 && list.is_empty() {
        let denied = mentions.iter().find(|mention| mention.excluded);
        clashes.push(Clash {
            fields: vec![ConstraintField::Regions],
            spans: kept
                .first()
                .map(|mention| mention.span)
                .into_iter()
                .chain(denied.map(|mention| mention.span))
                .collect(),
            explanation: "Every region that is asked for is also excluded.".to_owned(),
            resolution: "The exclusion holds; the regions are left open.".to_owned(),
        });
        return Regions { found: None, excluded, clashes };
    }
    if let (Some(cloud), Some(other)) = (
        cloud,
        kept.iter()
            .find(|mention| mention.code && mention.regions.first().is_some_and(|region| Some(region.cloud) != cloud)),
    ) {
        let named = other.regions.first().map_or(cloud, |region| region.cloud);
        clashes.push(Clash {
            fields: vec![ConstraintField::Regions, ConstraintField::Cloud],
            spans: vec![other.span],
            explanation: format!(
                "“{}” is a region of {}, but the cloud is {}.",
                reader.document.quote(other.span),
                words::cloud(named),
                words::cloud(cloud)
            ),
            resolution: format!("The place stands: the region of {} nearest to it is used.", words::cloud(cloud)),
        });
        list = list.into_iter().filter_map(|region| translate(&region, cloud)).collect();
    }
    if list.is_empty() {
        return Regions { found: None, excluded, clashes };
    }
    let mut weigher = Weigher::default();
    for mention in kept.iter().take(3) {
        for (index, line) in mention.weigher.lines().into_iter().enumerate() {
            // The witnesses of each mention are carried over as one, by its own value.
            if index == 0 {
                let label = line.rsplit_once(" (").map_or(line.clone(), |(label, _)| label.to_owned());
                weigher = weigher.support(label, mention.weigher.value());
            }
        }
    }
    let code = kept.iter().any(|mention| mention.code);
    let conflict = !clashes.is_empty();
    let weigher = weigher
        .penalty_if(cloud.is_none() && !code, "no cloud is named: AWS regions assumed", 0.92)
        .penalty_if(conflict, "contradicted elsewhere in the text", COMPETING);
    let steps: Vec<String> = kept
        .iter()
        .filter(|mention| !mention.code)
        .map(|mention| {
            let codes: Vec<&str> = mention.regions.iter().map(|region| region.code.as_str()).collect();
            format!("“{}” -> {}", reader.document.quote(mention.span), codes.join(", "))
        })
        .collect();
    let spans = kept.iter().map(|mention| mention.span).collect();
    let derivation = (!steps.is_empty()).then(|| {
        let assumed = if cloud.is_none() && !code { "; regions of AWS assumed" } else { "" };
        format!("{}{assumed}", steps.join("; "))
    });
    Regions { found: Some(Found { value: list, spans, weigher, derivation }), excluded, clashes }
}

/// "In eu-central-1 and in no other region. … To eu-west-3 exclusively.": two sentences, each of which allows nothing but
/// its own places.
fn only_and_only(reader: &Reader, strict: &[&&Mention]) -> Option<Clash> {
    let document = &reader.document;
    let sentence = |mention: &Mention| document.sentence(mention.span.from);
    let places: Vec<&&&Mention> = strict.iter().filter(|mention| !mention.whole && !mention.implied).collect();
    let of = |number: usize| -> Vec<&Region> {
        places.iter().filter(|mention| sentence(mention) == number).flat_map(|mention| &mention.regions).collect()
    };
    let apart = |a: &Mention, b: &Mention| {
        let (one, other) = (of(sentence(a)), of(sentence(b)));
        sentence(a) != sentence(b) && !one.iter().any(|region| other.contains(region))
    };
    // Copies may well be elsewhere.
    let spare = |mention: &Mention| reader.hits.in_sentence(document, "spare_copy", mention.span.from).next().is_some();
    let first = places.first().filter(|first| !spare(first))?;
    let other = places.iter().find(|other| apart(first, other) && !spare(other))?;
    Some(Clash {
        fields: vec![ConstraintField::Regions],
        spans: vec![first.span, other.span],
        explanation: format!(
            "“{}” and “{}” are each said to be the only place.",
            document.quote(first.span),
            document.quote(other.span)
        ),
        resolution: "Both are kept in the list, and neither is certain.".to_owned(),
    })
}

/// The region of another provider at the same place.
pub fn translate(region: &Region, cloud: Cloud) -> Option<Region> {
    if region.cloud == cloud {
        return Some(region.clone());
    }
    let fact = by_code(&region.code)?;
    nearest(cloud, Some(&fact.city), Some(&fact.country), &fact.jurisdiction)
}

fn mention(reader: &Reader, hit: &Hit, cloud: Cloud, depth: usize) -> Option<Mention> {
    let document = &reader.document;
    let span = hit.span;
    if reader.is_history(span.from) {
        return None;
    }
    let code = hit.meaning.group == REGION;
    if hit.meaning.group == PLACE && names_currency(reader, span) {
        return None;
    }
    // The EU of the "EU AI Act" is no place of data.
    let named = Span::new(span.from.saturating_sub(3), span.to + 4);
    if !code && reader.hits.within("compliance", named).any(|law| law.span.overlaps(span)) {
        return None;
    }
    let (jurisdiction, regions, whole) = if code {
        let fact = by_code(&hit.meaning.value)?;
        (fact.jurisdiction.clone(), vec![fact.region()], false)
    } else if hit.meaning.group == CITY {
        let fact = all_regions().iter().find(|region| region.city == hit.meaning.value)?;
        let region = nearest(cloud, Some(&fact.city), Some(&fact.country), &fact.jurisdiction)?;
        (fact.jurisdiction.clone(), vec![region], false)
    } else {
        let place = places().get(hit.meaning.value.parse::<usize>().ok()?)?;
        let whole = place.country.is_none() || (place.city.is_none() && place.country.as_deref() == Some("US"));
        let regions = if whole {
            of_jurisdiction(cloud, &place.jurisdiction)
        } else {
            let place_region = nearest(cloud, place.city.as_deref(), place.country.as_deref(), &place.jurisdiction);
            place_region.into_iter().collect()
        };
        (place.jurisdiction.clone(), regions, whole)
    };
    if regions.is_empty() {
        return None;
    }
    let preposition = reader.hits.before("place_preposition", span.from);
    // "Customers live in Brazil", "unsere Kunden sitzen in Österreich": where people are hosts nothing.
    let of_people = |found: Span| {
        let lives = matches!(
            document.lower(found.from),
            "live" | "lives" | "sit" | "sits" | "located" | "sitzen" | "sitzt" | "leben" | "lebt" | "wohnen"
        );
        let before = Span::new(found.from.saturating_sub(4), found.from);
        lives && reader.hits.within("cue.audience", before).any(|who| who.meaning.value != "none")
    };
    let at_home = (span.from.saturating_sub(4)..span.from).any(|at| of_people(Span::new(at, at + 1)));
    let cue = reader.cue("cue.region", span).filter(|(found, _)| !of_people(*found));
    // "If legal agrees we go there, otherwise it stays here": what may be is no restriction.
    let sentence = document.sentence_span(span.from);
    let conditional = (sentence.from.max(span.from.saturating_sub(CONDITION_WITHIN))
        ..sentence.to.min(span.to + CONDITION_WITHIN))
        .any(|at| matches!(document.lower(at), "otherwise" | "andernfalls" | "sonst" | "sinon"));
    let only_cue = reader
        .hits
        .in_clause(document, "only", span.from)
        .map(|hit| hit.span)
        .find(|found| !conditional && found.distance(span) <= 8);
    // "Berlin-based", "US-only vendors": said of somebody.
    let described = document.joining_hyphen(span.to)
        && matches!(
            document.lower(span.to + 1),
            "based" | "owned" | "listed" | "born" | "style" | "headquartered" | "wide" | "only"
        );
    let of_data =
        reader.cue("cue.region", span).is_some_and(|(found, _)| found.from > span.to && found.from <= span.to + 3);
    if !code && described && !of_data {
        return None;
    }
    let behind = document.lower(span.to);
    let instead = is_said_instead(reader, span);
    // "…, probably Frankfurt, …": an item with a hedge before it.
    let hedged = reader.hits.before("hedge", span.from).is_some_and(|hedge| {
        let begin = hedge.span.from;
        let opens =
            begin == document.sentence_span(begin).from || matches!(document.lower(begin - 1), "," | ";" | "and");
        opens
            && (matches!(document.lower(span.to), "," | "." | ";" | ")") || span.to == document.sentence_span(begin).to)
    });
    let wanted = hedged || reader.hits.before("wanted", span.from).is_some();
    let first = if code { None } else { first_of_two(reader, span, cloud, depth) };
    let second = first.as_ref().is_some_and(|first| !first.excluded && !first.implied);
    let fits = code
        || second
        || instead
        || preposition.is_some()
        || only_cue.is_some()
        || wanted
        || matches!(behind, "only" | "region" | "regions" | "based" | "data" | "hosted" | "residency" | "cloud")
        || cue.is_some_and(|(_, distance)| distance <= 2)
        || span.from == 0
        || reader.hits.before("cloud", span.from).is_some()
        || document.lower(span.from.wrapping_sub(1)) == ":"
        || matches!(
            document.lower(span.from.wrapping_sub(1)),
            "," | ";" | "-" | "–" | "(" | "no" | "not" | "/" | "non"
        )
        || document.sentence_span(span.from).from == span.from;
    if !fits {
        return None;
    }
    // "outside": with another negation or "must not leave" it restricts, alone it excludes.
    let outside =
        preposition.is_some_and(|found| (found.span.from..found.span.to).any(|at| is_outside(document.lower(at))));
    let other_negation = reader.hits.in_clause(document, "negation", span.from).any(|found| {
        found.span.to <= span.from
            && found.meaning.value == "forward"
            && !(found.span.from..found.span.to).any(|at| is_outside(document.lower(at)))
    });
    let (excluded, only) = if outside {
        let restricts = other_negation || only_cue.is_some();
        (!restricts, restricts)
    } else {
        // "Frankfurt, no: Paris only": what a no behind it denies is no only place.
        let refused = hit.negated.is_some_and(|no| no.from >= span.to && reader.hits.at("no_alone", no.from).is_some());
        (refused || hit.negated.is_some() && only_cue.is_none(), !refused && only_cue.is_some())
    };
    // Where a company sits and where its customers live says nothing of where the system may be.
    let clause = document.clause_span(span.from);
    let around = Span::new(clause.from.max(span.from.saturating_sub(12)), clause.to.min(span.to + 8));
    let audience = reader
        .hits
        .within("cue.audience", around)
        .filter(|hit| hit.meaning.value != "none" && !hit.span.overlaps(span) && !is_of_data(reader, hit))
        .map(|hit| (hit.span, hit.span.distance(span)))
        .filter(|(_, distance)| *distance <= 6)
        .min_by_key(|(_, distance)| *distance);
    let nearer = |(_, distance): (Span, usize)| cue.is_none_or(|(_, other)| distance < other);
    // "Lives in AWS Ireland" is said of no people.
    let of_cloud = reader.hits.before("cloud", span.from).is_some();
    let implied = !code && !only && !of_cloud && (at_home || audience.is_some_and(nearer));
    // "No customers in the US" excludes nothing.
    if excluded && implied {
        return None;
    }
    let beside = Span::new(span.from.saturating_sub(3), span.to + 3);
    let cloud_beside = reader.hits.within("cloud", beside).any(|hit| hit.negated.is_none());
    // "… auf Kubernetes in Irland": what runs there is named right before.
    let on_platform = preposition.is_some_and(|found| {
        ["platform", TOOL].iter().any(|group| reader.hits.before(group, found.span.from).is_some())
    }) || second;
    let spoken_of = implied
        || instead
        || only
        || excluded
        || cloud_beside
        || on_platform
        || wanted
        || cue.is_some_and(|(_, distance)| distance <= FARTHEST_CUE)
        || is_note(reader, span)
        || matches!(document.lower(span.from.wrapping_sub(1)), ":" | ";" | "|" | "=");
    if !code && !spoken_of {
        return None;
    }
    let words = document.quote(span);
    let weigher = Weigher::default()
        .support(
            if code { format!("region code “{words}”") } else { format!("place “{words}”") },
            if code { 0.85 } else { EXPLICIT },
        )
        .support_if(only, "said to be the only place", EXPLICIT)
        .support_if(preposition.is_some(), "said as a place", BOUND);
    let weigher = reader.weigh(weigher, cue, span.from);
    Some(Mention { jurisdiction, regions, whole, code, only, implied, excluded, span, weigher })
}

/// "… auf Kubernetes in Irland und Frankfurt", "AWS, Tokyo and Seoul at launch": the second of two places, said as the first
/// is.
fn first_of_two(reader: &Reader, span: Span, cloud: Cloud, depth: usize) -> Option<Mention> {
    let and = span.from.checked_sub(1)?;
    let listed = matches!(reader.document.lower(and), "and" | "und" | "et" | "y" | "e" | "en" | "&" | ",");
    let hits = [REGION, CITY, PLACE].iter().filter_map(|group| reader.hits.before(group, and));
    let first = hits.filter(|hit| listed && hit.span.to == and).max_by_key(|hit| hit.span.to - hit.span.from)?;
    mention(reader, first, cloud, depth.checked_sub(1)?)
}

/// True for the word of "outside the EU".
fn is_outside(word: &str) -> bool {
    matches!(word, "outside" | "außerhalb" | "fuera" | "hors" | "dehors" | "fuori" | "fora" | "buiten")
}

/// "The data lives in Canada": it is no person who lives there.
fn is_of_data(reader: &Reader, hit: &Hit) -> bool {
    let lives = matches!(reader.document.lower(hit.span.from), "live" | "lives");
    lives && ["class_subject", "cue.region"].iter().any(|group| reader.hits.before(group, hit.span.from).is_some())
}

/// Most symbols between an amount of money and the country of its currency.
const CURRENCY_REACH: usize = 3;

/// "Fifteen grand a month. US.", "40 cents (US)": the country tells the currency, and no region.
fn names_currency(reader: &Reader, span: Span) -> bool {
    let document = &reader.document;
    // Behind a comma it is an item of a list.
    let symbols = |from: usize, to: usize| (from..to).all(|at| matches!(document.lower(at), "." | "(" | ")"));
    let sign = |of: Span| (of.from..of.to).any(|at| matches!(document.lower(at), "$" | "€" | "£" | "usd"));
    // "US dollars" is a currency whatever stands before it.
    if reader.hits.at("currency", span.to).is_some()
        || reader.hits.within("currency", Span::new(span.from, span.to + 1)).any(|hit| hit.span.overlaps(span))
    {
        return true;
    }
    let ends = !document
        .token(span.to)
        .is_some_and(|next| next.kind == Kind::Word && next.sentence == document.sentence(span.from));
    ends && reader.measures_around(span.from, 12).any(|(_, measure)| {
        let end = measure.span.to.max(measure.quantity.span.to);
        let month = measure.period.is_some_and(|period| period.seconds > 100_000.0);
        let money =
            matches!(measure.unit, Unit::Money(_)) || measure.unit == Unit::Bare && measure.noun.is_none() && month;
        let cents = matches!(measure.unit, Unit::Money(_)) && measure.span.overlaps(span);
        let beside = end <= span.from && span.from - end <= CURRENCY_REACH && symbols(end, span.from);
        money && !sign(measure.span) && (beside || cents)
    })
}

/// "It's Singapore, not Sydney": a place beside one that it is said to stand instead of.
fn is_said_instead(reader: &Reader, span: Span) -> bool {
    let other = Span::new(span.to, span.to + 4);
    let denied = |group: &str| {
        reader.hits.within(group, other).any(|hit| {
            hit.negated.is_some_and(|cue| cue.from > span.to)
                && reader.document.sentence(hit.span.from) == reader.document.sentence(span.from)
        })
    };
    // "Statt Dublin nehmen wir Frankfurt".
    let replaced = |group: &str| {
        reader.hits.within(group, Span::new(span.from.saturating_sub(4), span.from)).any(|hit| {
            reader.document.sentence(hit.span.from) == reader.document.sentence(span.from)
                && hit.negated.is_some_and(|cue| {
                    matches!(
                        reader.document.lower(cue.from),
                        "instead" | "statt" | "anstatt" | "anstelle" | "au" | "plutôt" | "en" | "invece" | "em" | "in"
                    ) && cue.to == hit.span.from
                })
        })
    };
    let groups = [CITY, PLACE, REGION];
    // "Not Stockholm but Ireland", "nicht Irland, sondern Frankfurt": right behind the turn, and a denied place before it.
    let turned = |group: &str| {
        reader.hits.within(group, Span::new(span.from.saturating_sub(TURN_REACH), span.from)).any(|hit| {
            let same = reader.document.sentence(hit.span.from) == reader.document.sentence(span.from);
            let turn = (hit.span.to..span.from).find(|at| is_turn(reader.document.lower(*at)));
            same && hit.negated.is_some() && turn.is_some_and(|turn| span.from - turn <= 3)
        })
    };
    // "We had planned Frankfurt. It will be Zurich.": the copula, where a place was spoken of before.
    let copula = span.from.checked_sub(1).is_some_and(|at| {
        matches!(reader.document.lower(at), "be" | "is" | "wird" | "ist" | "sera" | "será" | "es" | "est" | "becomes")
    });
    let before = Span::new(span.from.saturating_sub(SPOKEN_OF), span.from.saturating_sub(1));
    let renamed = copula && groups.iter().any(|group| reader.hits.within(group, before).next().is_some());
    renamed
        || groups.iter().any(|group| turned(group))
        || reader.document.lower(span.to) == "," && groups.iter().any(|group| denied(group))
        || groups.iter().any(|group| replaced(group))
}

/// Most tokens between a denied place and the one that it is said to be instead.
const TURN_REACH: usize = 6;
/// Tokens before "it will be Zurich" in which another place was spoken of.
const SPOKEN_OF: usize = 30;

/// True for a place that is a note of its own: in a sentence of few words, or between two commas.
fn is_note(reader: &Reader, span: Span) -> bool {
    let document = &reader.document;
    let sentence = document.sentence_span(span.from);
    let words = |from: usize, to: usize| (from..to).filter(|at| document.tokens[*at].kind != Kind::Symbol).count();
    let comma = |at: &usize| document.lower(*at) == ",";
    let from = (sentence.from..span.from).rev().find(comma).map(|at| at + 1);
    let to = (span.to..sentence.to).find(comma);
    let segment = from.is_some() || to.is_some();
    let item = words(from.unwrap_or(sentence.from), to.unwrap_or(sentence.to));
    words(sentence.from, sentence.to) <= SHORT_SENTENCE || segment && item <= SHORT_ITEM
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    fn regions(text: &str) -> Vec<String> {
        let set = extract(text).constraints;
        set.regions.iter().flat_map(|found| &found.value).map(|region| region.code.clone()).collect()
    }

    #[test]
    fn the_country_of_a_currency_is_no_region() {
        assert!(regions("They gave us fifteen grand a month. US.").is_empty());
        assert!(regions("The limit is a thousand a month. (US dollars.)").is_empty());
        assert!(!regions("Budget $5k a month, hosted in the US.").is_empty());
    }

    #[test]
    fn data_lives_somewhere_and_places_replace_others() {
        assert_eq!(regions("All of our stuff lives in AWS Ireland."), ["eu-west-1"]);
        assert_eq!(regions("The data lives in Canada, on AWS."), ["ca-central-1"]);
        for text in [
            "Hosting: not Stockholm but Dublin.",
            "Region: nicht Frankfurt, sondern Irland.",
            "Hébergement : pas Francfort mais Dublin.",
            "Región: no Fráncfort sino Irlanda.",
            "We had planned Frankfurt. Legal ruled that out: it will be Ireland.",
        ] {
            assert_eq!(regions(text), ["eu-west-1"], "{text}");
        }
        assert_eq!(regions("Hosting on AWS: statt Dublin nehmen wir Frankfurt, wie besprochen."), ["eu-central-1"]);
    }
}
