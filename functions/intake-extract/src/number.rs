//! Reading numbers: digits with separators, suffixes, words, vague counts, ranges and bounds.

use crate::{
    lexicon::Hits,
    text::{Document, Kind, Span},
};

mod words;

use words::words_at;

/// What stands before a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Nothing.
    Exact,
    /// "at most", "under", "up to".
    AtMost,
    /// "at least", "more than".
    AtLeast,
}

/// A number of the text.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Its value, or the lower end of a range.
    pub low: f64,
    /// Its value, or the upper end of a range.
    pub high: f64,
    /// Where the number itself is.
    pub span: Span,
    /// Where it is with the words before it that bound it.
    pub whole: Span,
    /// What bounds it.
    pub bound: Bound,
    /// True for "around", "roughly".
    pub approximate: bool,
    /// True when the number is an assumption for a vague word ("several thousand").
    pub vague: bool,
}

impl Quantity {
    /// True for a range.
    pub fn is_range(&self) -> bool {
        self.high > self.low
    }
}

/// A number without what stands around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plain {
    /// Its value.
    pub value: f64,
    /// The value without multipliers, for ranges such as `5-10k`.
    pub raw: f64,
    /// What it was multiplied with.
    pub scale: f64,
    /// One past its last token.
    pub to: usize,
    /// True when it stands for a vague word.
    pub vague: bool,
    /// True when it is written in digits.
    pub digits: bool,
}

/// How numbers are written where the text's language is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custom {
    /// 1,000.5
    Point,
    /// 1.000,5
    Comma,
}

/// The custom of the text's language.
pub fn custom(hits: &Hits) -> Custom {
    match hits.languages.main() {
        Some("de" | "fr" | "es" | "it" | "pt" | "nl") => Custom::Comma,
        Some(_) | None => Custom::Point,
    }
}

/// The value of a number in digits.
pub fn parse_digits(text: &str, custom: Custom) -> Option<f64> {
    let text = text.trim_matches(|c: char| !c.is_ascii_digit());
    let clean: String = text.chars().filter(|c| !matches!(c, '\'' | '_' | '’' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    if let Some((mantissa, exponent)) = clean.split_once('e')
        && exponent.len() <= 2
    {
        let exponent: i32 = exponent.parse().ok()?;
        return Some(mantissa.parse::<f64>().ok()? * 10_f64.powi(exponent)).filter(|value| value.is_finite());
    }
    let points = clean.matches('.').count();
    let commas = clean.matches(',').count();
    let grouped = |separator: char| {
        let mut parts = clean.split(separator);
        let head = parts.next().unwrap_or("");
        !head.is_empty() && head.len() <= 3 && head != "0" && parts.all(|part| part.len() == 3)
    };
    let plain = match (points, commas) {
        (0, 0) => clean.clone(),
        // Both: the last one is the decimal separator.
        (_, _) if points > 0 && commas > 0 => {
            if clean.rfind('.') > clean.rfind(',') {
                clean.replace(',', "")
            } else {
                clean.replace('.', "").replace(',', ".")
            }
        }
        (1, 0) if custom == Custom::Comma && grouped('.') => clean.replace('.', ""),
        (1, 0) => clean.clone(),
        (_, 0) => grouped('.').then(|| clean.replace('.', ""))?,
        (0, 1) if !grouped(',') || (custom == Custom::Comma && clean.ends_with("000") && clean.len() < 4) => {
            clean.replace(',', ".")
        }
        // `1,234,567`, or the Indian `12,34,567`.
        _ => clean.replace(',', ""),
    };
    plain.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// A number that begins at a token.
pub fn plain_at(document: &Document, hits: &Hits, at: usize, custom: Custom) -> Option<Plain> {
    let token = document.token(at)?;
    let mut plain = if let Some((part, to)) = fraction_in_digits(document, hits, at) {
        Plain { value: part, raw: part, scale: 1.0, to, vague: false, digits: true }
    } else if token.kind == Kind::Number {
        let (mut value, to) = digits_at(document, at, custom)?;
        // Nobody names money with three decimals: `1.200 EUR` is a thousand in any language.
        let money = hits.at("currency", to).is_some() || hits.before("currency", at).is_some();
        if money && custom == Custom::Point && to == at + 1 && has_three_decimals(&token.text) {
            value *= 1000.0;
        }
        Plain { value, raw: value, scale: 1.0, to, vague: false, digits: true }
    } else {
        words_at(document, hits, at)?
    };
    // Scales may follow each other: `2 hundred thousand`.
    while let Some((scale, to)) = scale_at(document, hits, plain.to) {
        plain.value *= scale;
        plain.scale *= scale;
        plain.to = to;
        // `one and a half million` is handled by the words; `1.5 million and 200` is two numbers.
    }
    // "Un million et demi", "dos y media": half of what was said last.
    if let Some(half) = hits.at("and_half", plain.to) {
        let last = hits.before("scale", plain.to).and_then(|hit| hit.meaning.value.parse::<f64>().ok());
        plain.value += 0.5 * last.unwrap_or(1.0);
        plain.to = half.span.to;
        while let Some((scale, to)) = scale_at(document, hits, plain.to) {
            plain.value *= scale;
            plain.scale *= scale;
            plain.to = to;
        }
    }
    plain.to = behind_echo(document, hits, &plain, custom);
    plain.value.is_finite().then_some(plain)
}

/// "Eight hundred (800) milliseconds": contracts say a number twice. One past its second form.
fn behind_echo(document: &Document, hits: &Hits, plain: &Plain, custom: Custom) -> usize {
    if document.lower(plain.to) != "(" || document.sentence(plain.to) != document.sentence(plain.to - 1) {
        return plain.to;
    }
    let echo = if plain.digits {
        words_at(document, hits, plain.to + 1).map(|echo| (echo.value, echo.to))
    } else {
        digits_at(document, plain.to + 1, custom)
    };
    match echo {
        Some((value, to)) if (value - plain.value).abs() < 1e-9 && document.lower(to) == ")" => to + 1,
        Some(_) | None => plain.to,
    }
}

/// `1/4` of a unit of time or of a scale.
fn fraction_in_digits(document: &Document, hits: &Hits, at: usize) -> Option<(f64, usize)> {
    let small = |at: usize| {
        let token = document.token(at).filter(|token| token.kind == Kind::Number && token.text.len() == 1)?;
        token.text.parse::<f64>().ok().filter(|value| *value > 0.0)
    };
    let (part, whole) = (small(at)?, small(at + 2)?);
    let slash = document.lower(at + 1) == "/" && document.glued(at) && document.glued(at + 1);
    let mut next = at + 3;
    while next < at + 5 && hits.at("fraction_link", next).is_some() {
        next += 1;
    }
    let followed = hits.at("time", next).is_some() || hits.at("scale", next).is_some();
    (slash && part < whole && followed).then_some((part / whole, next))
}

/// `1.200`, read as one and two tenths.
fn has_three_decimals(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    matches!(parts.as_slice(), [head, tail] if !head.is_empty() && *head != "0" && head.len() <= 3 && tail.len() == 3)
        && parse_digits(text, Custom::Point).is_some_and(|value| value < 1000.0)
}

/// Digits, with groups of three behind spaces: `10 000 000`.
fn digits_at(document: &Document, at: usize, custom: Custom) -> Option<(f64, usize)> {
    let first = document.token(at)?;
    let mut text = first.text.clone();
    let mut to = at + 1;
    if first.text.len() <= 3 && first.text.chars().all(|c| c.is_ascii_digit()) {
        while let Some(next) = document.token(to) {
            let gap = next.start - document.tokens[to - 1].end;
            let three =
                next.kind == Kind::Number && next.text.len() == 3 && next.text.chars().all(|c| c.is_ascii_digit());
            if gap == 1 && three && next.sentence == first.sentence {
                text.push_str(&next.text);
                to += 1;
            } else {
                break;
            }
        }
    }
    Some((parse_digits(&text, custom)?, to))
}

/// A multiplier: `k`, `M`, `million`, `hundred`. A lone `m` or `b` in lower case is left to the units unless money or
/// a counted thing makes it clear.
fn scale_at(document: &Document, hits: &Hits, at: usize) -> Option<(f64, usize)> {
    let at = if document.joining_hyphen(at) { at + 1 } else { at };
    let hit = hits.at("scale", at);
    let glued = at > 0 && document.glued(at - 1);
    let Some(hit) = hit else {
        let lower = document.lower(at);
        let money = at >= 2 && hits.before("currency", at - 1).is_some() || hits.at("currency", at + 1).is_some();
        let counted = (at + 1..at + 4).any(|next| hits.at("noun", next).is_some())
            && hits.at("time", at + 1).is_none()
            && hits.at("per", at + 1).is_none();
        let value = match lower {
            "m" | "mm" => 1e6,
            "b" => 1e9,
            _ => return None,
        };
        return (glued && (money || counted)).then_some((value, at + 1));
    };
    let value: f64 = hit.meaning.value.parse().ok()?;
    // A single letter that stands alone is only a scale before money or a thing that is counted.
    let letter = document.tokens[at].text.chars().count() == 1;
    if letter && !glued {
        let next = hit.span.to;
        let clear = hits.at("currency", next).is_some() || hits.at("noun", next).is_some();
        if !clear {
            return None;
        }
    }
    // `2 Mio. Kunden`: the full stop belongs to the abbreviation.
    let abbreviated = matches!(document.lower(at), "mio" | "mrd" | "tsd" | "mln" | "mn" | "bn")
        && document.lower(hit.span.to) == "."
        && document.sentence(hit.span.to) == document.sentence(hit.span.to + 1);
    Some((value, hit.span.to + usize::from(abbreviated)))
}

/// All numbers of a document with ranges and bounds, in order.
pub fn quantities(document: &Document, hits: &Hits) -> Vec<Quantity> {
    let custom = custom(hits);
    let mut found = Vec::new();
    let mut at = 0;
    while at < document.tokens.len() {
        let number = plain_at(document, hits, at, custom).filter(|_| !is_section(document, hits, at));
        let Some(first) = number else {
            at += 1;
            continue;
        };
        let (quantity, to) = with_range(document, hits, at, first, custom);
        found.push(with_bound(document, hits, quantity));
        at = to.max(at + 1);
    }
    found
}

/// "4.6 Training shall take place monthly": the number of a section, and nothing that is counted.
fn is_section(document: &Document, hits: &Hits, at: usize) -> bool {
    let token = &document.tokens[at];
    let title = document.token(at + 1).is_some_and(|next| {
        next.kind == Kind::Word && next.sentence == token.sentence && next.text.starts_with(char::is_uppercase)
    });
    let numbered = token.kind == Kind::Number && token.text.contains('.') && document.sentence_span(at).from == at;
    let unit = ["scale", "noun", "currency", "time", "data_unit", "rate_unit", "percent"];
    // "§6 Das Modell wird …", "Section 4: …".
    let mark = at.checked_sub(1).map_or("", |before| document.lower(before));
    // "Art. 10: …", "Abs. 3 …".
    let short =
        mark == "." && at >= 2 && matches!(document.lower(at - 2), "art" | "abs" | "sec" | "ziff" | "cl" | "par");
    let colon = document.sentence_span(at).from == at
        && document.lower(at + 1) == ":"
        && !document.token(at + 2).is_some_and(|next| next.kind == Kind::Number);
    let marked = mark == "§"
        || short
        || colon
        || document.sentence_span(at).from + 1 == at
            && matches!(
                mark,
                "section"
                    | "clause"
                    | "article"
                    | "artikel"
                    | "abschnitt"
                    | "absatz"
                    | "ziffer"
                    | "artículo"
                    | "articolo"
                    | "artigo"
                    | "paragraph"
                    | "item"
                    | "req"
                    | "r"
                    | "punkt"
                    | "point"
                    | "punto"
            );
    token.kind == Kind::Number && marked && unit.iter().all(|group| hits.at(group, at + 1).is_none())
        || numbered && title && unit.iter().all(|group| hits.at(group, at + 1).is_none())
}

/// Joins `100-200 ms`, `between 5 and 10`, `$5k to $8k`, `100ms - 200ms`.
fn with_range(document: &Document, hits: &Hits, at: usize, first: Plain, custom: Custom) -> (Quantity, usize) {
    let single = |value: Plain| Quantity {
        low: value.value,
        high: value.value,
        span: Span::new(at, value.to),
        whole: Span::new(at, value.to),
        bound: Bound::Exact,
        approximate: false,
        vague: value.vague,
    };
    let skip_unit = |token: usize| {
        for group in ["currency", "time", "data_unit", "percent"] {
            if let Some(hit) = hits.at(group, token) {
                return hit.span.to;
            }
        }
        token
    };
    let unit_end = skip_unit(first.to);
    let connector = document.lower(unit_end);
    // "Between $1,000 and $1,800": a sign of currency may stand before the number.
    let begin = hits.before("currency", at).map_or(at, |hit| hit.span.from);
    let opened = |what: &str| hits.before("range_open", begin).is_some_and(|hit| hit.meaning.value == what);
    let (between, from) = (opened("between"), opened("from"));
    let joins = matches!(connector, "-" | "–" | "—")
        || hits.at("range_join", unit_end).is_some_and(|hit| match hit.meaning.value.as_str() {
            "between" => between,
            "from" => from,
            _ => true,
        });
    let grows = from && hits.in_clause(document, "growth_verb", at).next().is_some();
    if !joins || grows || first.vague {
        return (single(first), first.to);
    }
    let mut second_at = hits.at("range_join", unit_end).map_or(unit_end + 1, |hit| hit.span.to);
    // "1,000 to at most $1,800".
    for group in ["bound", "currency"] {
        if let Some(hit) = hits.at(group, second_at) {
            second_at = hit.span.to;
        }
    }
    // A date or a version is no range: `2026-11-21`.
    let Some(second) = plain_at(document, hits, second_at, custom).filter(|second| {
        second.digits == first.digits
            && !(document.lower(second.to) == "-"
                && document.token(second.to + 1).is_some_and(|t| t.kind == Kind::Number))
            && document.sentence(second_at) == document.sentence(at)
    }) else {
        return (single(first), first.to);
    };
    let mut low = first.value;
    if first.scale == 1.0 && second.scale > 1.0 && first.raw < second.raw && unit_end == first.to {
        low *= second.scale;
    }
    if low >= second.value {
        return (single(first), first.to);
    }
    // `100ms - 2 s` would need both units; a range of unlike units is read as two numbers.
    if unit_end > first.to {
        let unit = |from: usize, to: usize| (from..to).map(|at| document.lower(at).to_owned()).collect::<Vec<_>>();
        let second_unit = skip_unit(second.to);
        if second_unit > second.to && unit(first.to, unit_end) != unit(second.to, second_unit) {
            return (single(first), first.to);
        }
    }
    let quantity = Quantity {
        low,
        high: second.value,
        span: Span::new(at, second.to),
        whole: Span::new(at, second.to),
        bound: Bound::Exact,
        approximate: false,
        vague: second.vague,
    };
    (quantity, second.to)
}

/// Tokens between a negation and the "more than" that it denies.
const DENIED_WITHIN: usize = 4;

/// True for "more than" behind a negation of the same clause.
pub fn is_denied(document: &Document, hits: &Hits, more: Span) -> bool {
    let beyond = |at: usize| {
        matches!(
            document.lower(at),
            "more"
                | "longer"
                | "slower"
                | "over"
                | "above"
                | "mehr"
                | "länger"
                | "plus"
                | "más"
                | "più"
                | "mais"
                | "meer"
                | "langer"
        )
    };
    let before = Span::new(more.from.saturating_sub(DENIED_WITHIN), more.from);
    (more.from..more.to).any(beyond)
        && hits.within("negation", before).any(|no| {
            no.meaning.value == "forward"
                && no.span.to <= more.from
                && document.clause(no.span.from) == document.clause(more.from)
                && !(no.span.to..more.from).any(|at| document.lower(at) == ",")
        })
}

/// Reads the words before a number: currency signs are passed over, bounds may follow each other.
fn with_bound(document: &Document, hits: &Hits, mut quantity: Quantity) -> Quantity {
    let mut at = quantity.span.from;
    if let Some(hit) = hits.before("currency", at) {
        at = hit.span.from;
    }
    for _ in 0..4 {
        let before = hits
            .within("bound", Span::new(at.saturating_sub(12), at))
            .filter(|hit| {
                hit.span.to == at
                    || (hit.span.to + 1 == at
                        && (document.joining_hyphen(hit.span.to)
                            || matches!(
                                document.lower(hit.span.to),
                                "of" | "a" | "the" | "an" | "by" | "at" | "von" | "los" | "las" | "les" | "i" | "os"
                            )))
            })
            .min_by_key(|hit| hit.span.from);
        let Some(hit) = before else { break };
        match hit.meaning.value.as_str() {
            "at_most" => quantity.bound = Bound::AtMost,
            // "No customer waits longer than 2 s", "not cost more than 5k": what is denied above is a limit.
            "at_least" if is_denied(document, hits, hit.span) => quantity.bound = Bound::AtMost,
            "at_least" if quantity.bound == Bound::Exact => quantity.bound = Bound::AtLeast,
            "around" => quantity.approximate = true,
            _ => {}
        }
        at = hit.span.from;
    }
    // `5k+`, `200 ms max`
    if document.lower(quantity.span.to) == "+" && document.glued(quantity.span.to.saturating_sub(1)) {
        quantity.bound = Bound::AtLeast;
        quantity.span.to += 1;
    }
    quantity.whole = Span::new(at, quantity.span.to);
    quantity
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(f64, f64)> {
        let mut document = Document::new(text);
        let hits = Hits::find(&mut document);
        quantities(&document, &hits).iter().map(|quantity| (quantity.low, quantity.high)).collect()
    }

    fn one(text: &str) -> f64 {
        let found = read(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!((found[0].0 - found[0].1).abs() < 1e-9, "{text}: {found:?}");
        found[0].0
    }

    #[test]
    fn digits_with_separators_and_suffixes() {
        for (text, value) in [
            ("1,000,000 rows", 1e6),
            ("1.5k users", 1500.0),
            ("2M requests", 2e6),
            ("2 million", 2e6),
            ("$1.2m per year", 1.2e6),
            ("10 000 events", 10_000.0),
            ("1'000'000", 1e6),
            ("1.000.000", 1e6),
            ("0.125", 0.125),
            ("99.999 %", 99.999),
            ("12,34,567", 1_234_567.0),
            ("3,5 Sekunden", 3.5),
            ("1e6 rows", 1e6),
            ("Wir haben für das Budget 1.000 Euro", 1000.0),
        ] {
            assert!((one(text) - value).abs() < 1e-6 * value, "{text}");
        }
    }

    #[test]
    fn numbers_in_words() {
        for (text, value) in [
            ("two hundred requests", 200.0),
            ("half a million rows", 5e5),
            ("a million rows", 1e6),
            ("twenty-five thousand", 25_000.0),
            ("one hundred and fifty ms", 150.0),
            ("one and a half million", 1.5e6),
            ("two million three hundred thousand rows", 2.3e6),
            ("three", 3.0),
            ("a quarter of a second", 0.25),
            ("eine halbe Sekunde ist für uns die Grenze", 0.5),
            ("pas plus d'un quart de seconde pour la réponse", 0.25),
            ("three quarters of an hour", 0.75),
            ("Réponse en une demi-seconde pour les clients", 0.5),
            ("half a dozen", 6.0),
            ("two dozen engineers", 24.0),
        ] {
            assert!((one(text) - value).abs() < 1e-6, "{text}");
        }
    }

    #[test]
    fn scales_begin_numbers_and_contracts_say_them_twice() {
        for (text, value) in [
            ("nous avons mille cinq cents euros par mois pour le projet", 1500.0),
            ("tenemos dos mil quinientos clientes en el banco", 2500.0),
            ("a hundred and fifty requests", 150.0),
            ("eight hundred (800) milliseconds", 800.0),
            ("ninety-nine point nine percent", 99.9),
            ("within 1/4 second", 0.25),
        ] {
            assert!((one(text) - value).abs() < 1e-6, "{text}");
        }
        assert_eq!(read("800 (or 900) milliseconds").len(), 2);
    }

    #[test]
    fn ranges() {
        assert_eq!(read("100-200 ms"), [(100.0, 200.0)]);
        assert_eq!(read("5-10k requests"), [(5000.0, 10_000.0)]);
        assert_eq!(read("$5k to $8k"), [(5000.0, 8000.0)]);
        assert_eq!(read("between 5 and 10 GB"), [(5.0, 10.0)]);
        assert_eq!(read("100ms - 200ms"), [(100.0, 200.0)]);
        assert_eq!(read("5 and 10 GB"), [(5.0, 5.0), (10.0, 10.0)]);
        assert_eq!(read("between $1,000 and $1,800"), [(1000.0, 1800.0)]);
        assert_eq!(read("das Budget liegt zwischen € 1.000 und € 1.800 im Monat"), [(1000.0, 1800.0)]);
        assert_eq!(read("il budget è tra 1.000 e 1.800 euro al mese"), [(1000.0, 1800.0)]);
    }

    proptest::proptest! {
        #[test]
        fn written_numbers_are_read_back(value in 1_u32..2_000_000_000) {
            let plain = value.to_string();
            let mut grouped = String::new();
            for (index, digit) in plain.chars().enumerate() {
                if index > 0 && (plain.len() - index) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            for text in [format!("{plain} rows"), format!("{grouped} rows"), format!("about {grouped} requests per day")] {
                proptest::prop_assert_eq!(read(&text), vec![(f64::from(value), f64::from(value))], "{}", text);
            }
            let spaced = grouped.replace(',', " ");
            proptest::prop_assert_eq!(read(&format!("{spaced} rows")), vec![(f64::from(value), f64::from(value))]);
        }
    }

    #[test]
    fn halves_behind_and_compounds() {
        for (text, value) in [
            ("un million et demi de clients pour le modèle", 1_500_000.0),
            ("cuarenta y ocho mil dólares para el proyecto", 48_000.0),
            ("wir haben achtundvierzigtausend Kunden", 48_000.0),
        ] {
            let found = read(text);
            assert!(found.iter().any(|(low, _)| (low - value).abs() < 1e-6), "{text}: {found:?}");
        }
    }
}
