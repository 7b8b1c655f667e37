//! The size of one item, and what it is the size of: "9,000 scans a day, 20 MB each", "each PDF has 12 MB", "images of
//! 4 MB", "file size: 3 MB".

use crate::{
    field::many::{is_number_of, thing_named},
    measure::{Measure, Noun, Unit},
    reader::Reader,
    text::Span,
};

/// Tokens before a size in which "each" speaks of it.
const EACH_BEFORE: usize = 8;
/// Tokens behind a size in which "each" or "per scan" speaks of it.
const EACH_BEHIND: usize = 3;
/// Tokens between a size and a word that says that it is one.
const CUE_NEAR: usize = 5;
/// Tokens around a size in which the items are counted.
const ITEMS_AROUND: usize = 60;
/// Tokens in which another kind of size is named: memory, a limit, a model.
const DECOY_NEAR: usize = 4;
/// Larger things are stocks, and no items.
const LARGEST_GB: f64 = 100.0;
/// The same where nothing but a word such as "weighs" says that it is one thing: a database weighs something too.
const LARGEST_BY_CUE_GB: f64 = 2.0;

/// The size of one item.
pub struct ItemSize<'a> {
    /// Kilobytes.
    pub kilobytes: f64,
    /// The measure that gives it.
    pub measure: &'a Measure,
    /// The words that say that it is the size of one.
    pub said: Span,
    /// Where the items are counted.
    pub items: Option<&'a Measure>,
}

/// The size of one item that a measure gives.
pub fn item_size<'a>(reader: &'a Reader, index: usize) -> Option<ItemSize<'a>> {
    let measure = &reader.measures[index];
    let Unit::Data(unit) = measure.unit else { return None };
    let gigabytes = measure.quantity.high * unit;
    let other = reader.near("decoy.volume", measure.span).is_some_and(|(_, distance)| distance <= DECOY_NEAR);
    // The size of a model is that of no request.
    let model = reader.clause_has("model_word", measure.at());
    if measure.period.is_some() || model || gigabytes <= 0.0 || gigabytes > LARGEST_GB || other {
        return None;
    }
    let counted = counted_before(reader, index);
    let (said, name) = each(reader, measure).or_else(|| Some((counted?.span, None))).or_else(|| {
        let cue = reader.near("item_size", measure.span);
        let cue = cue.filter(|(_, near)| *near <= CUE_NEAR && gigabytes <= LARGEST_BY_CUE_GB)?;
        Some((cue.0, None))
    })?;
    let items = counted.or_else(|| items(reader, index, name.as_deref()));
    Some(ItemSize { kilobytes: gigabytes * 1e6, measure, said, items })
}

/// True when the text tells how many of a thing there are, or how often it comes.
fn is_count(measure: &Measure) -> bool {
    let named = match measure.noun {
        Some((Noun::Request | Noun::Record { .. } | Noun::Other | Noun::Device, _)) => true,
        Some((Noun::Person | Noun::People, _)) => false,
        None => measure.period.is_some(),
    };
    let counts = match measure.unit {
        Unit::Bare => named,
        Unit::Rate(_) => true,
        Unit::Money(_) | Unit::Time(_) | Unit::Data(_) | Unit::Percent => false,
    };
    counts && !measure.quantity.vague
}

/// "9,000 scans of 20 MB": the items right before a small word.
pub fn counted_before(reader: &Reader, index: usize) -> Option<&Measure> {
    let measure = &reader.measures[index];
    let link = measure.quantity.whole.from.min(measure.quantity.span.from).checked_sub(1)?;
    let links = matches!(
        reader.document.lower(link),
        "of" | "with" | "at" | "à" | "von" | "mit" | "zu" | "je" | "de" | "con" | "x" | "×" | "di" | "van" | "@" | "("
    );
    let items = &reader.measures[index.checked_sub(1)?];
    let same = reader.document.sentence(items.at()) == reader.document.sentence(measure.at());
    (links && same && items.span.to == link && is_count(items)).then_some(items)
}

/// "20 MB each", "20 MB per scan", "each PDF has around 12 MB", with the name of the thing.
fn each(reader: &Reader, measure: &Measure) -> Option<(Span, Option<String>)> {
    let document = &reader.document;
    let sentence = document.sentence_span(measure.at());
    let is_each = |span: Span| {
        crate::measure::period_at(document, &reader.hits, span.from).is_none()
            && reader.hits.at("time", span.to).is_none()
            && !measure.span.overlaps(span)
    };
    let behind = Span::new(measure.span.to, sentence.to.min(measure.span.to + EACH_BEHIND));
    let before =
        Span::new(sentence.from.max(measure.span.from.saturating_sub(EACH_BEFORE)), measure.quantity.whole.from);
    let number_between = |from: usize| {
        reader.measures_around(measure.at(), EACH_BEFORE).any(|(_, other)| {
            other.span != measure.span && from <= other.span.from && other.span.to <= measure.span.from
        })
    };
    let hit = reader.hits.within("each", behind).find(|hit| is_each(hit.span)).or_else(|| {
        reader.hits.within("each", before).filter(|hit| is_each(hit.span) && !number_between(hit.span.to)).last()
    })?;
    Some((hit.span, thing_named(reader, hit.span)))
}

/// The items that a size is that of: those of the name, else the nearest that are counted.
fn items<'a>(reader: &'a Reader, index: usize, name: Option<&str>) -> Option<&'a Measure> {
    let document = &reader.document;
    let size = &reader.measures[index];
    let sentence = document.sentence(size.at());
    let counted = || {
        reader
            .measures_around(size.at(), ITEMS_AROUND)
            .filter(|(other, counted)| {
                *other != index && is_count(counted) && document.sentence(counted.at()).abs_diff(sentence) <= 1
            })
            .map(|(_, counted)| counted)
    };
    let named = name.and_then(|name| counted().find(|counted| is_number_of(reader, counted, name)));
    named.or_else(|| {
        // What stands before is spoken of; what follows is only then when nothing does.
        counted().min_by_key(|counted| (counted.span.from > size.span.from, counted.span.distance(size.span)))
    })
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn items_and_their_rate_give_the_daily_volume_and_what_a_request_carries() {
        for (text, daily, kilobytes) in [
            ("9,000 scans a day, 20 MB each.", 180.0, 20_000.0),
            ("Wir bekommen 1.200 Röntgenbilder am Tag, jedes hat etwa 15 MB.", 18.0, 15_000.0),
            ("800 videos al día, cada uno pesa 150 MB.", 120.0, 150_000.0),
            ("Nous recevons 500 images de 4 Mo par jour.", 2.0, 4_000.0),
            ("1,500 samples a week, 7 GB each; the report is there the next morning.", 1500.0, 7_000_000.0),
            (
                "We have 40 microphones. Each microphone sends 2 clips per minute. One clip is 500 kB in size.",
                57.6,
                500.0,
            ),
        ] {
            let stated = extract(text).constraints.data_volume.unwrap_or_else(|| panic!("{text}"));
            let found = stated.value.daily_gb.unwrap_or_default();
            assert!((found / daily - 1.0).abs() < 0.01, "{text}: {found} of {daily}, {:?}", stated.derivation);
            assert_eq!(stated.value.item_kb, Some(kilobytes), "{text}");
            assert!(stated.derivation.is_some_and(|derivation| derivation.contains('×')), "{text}");
        }
    }

    #[test]
    fn what_is_stored_is_not_what_a_request_carries() {
        let volume = extract("The archive has 40,000 documents of 2 MB each. People ask 3 questions per minute.")
            .constraints
            .data_volume
            .unwrap()
            .value;
        assert!((volume.stored_gb - 80.0).abs() < 1e-6, "{volume:?}");
        assert_eq!((volume.daily_gb, volume.item_kb), (None, None));
    }

    #[test]
    fn machines_and_limits_are_no_items() {
        for text in [
            "4 nodes with 64 GB RAM each serve 9,000 scans a day.",
            "500 requests per second; 16 GB of memory per node.",
            "The disk of each laptop has 512 GB.",
            "Model artefacts are 2 GB in size; 500 requests per second.",
        ] {
            let volume = extract(text).constraints.data_volume;
            assert_eq!(volume.and_then(|stated| stated.value.item_kb), None, "{text}");
        }
    }
}
