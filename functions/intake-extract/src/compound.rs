//! German numbers in one word: "achtundvierzig", "zwölftausend", "dreihundertfünfzigtausend".

/// The words that compounds are made of; alone they are phrases of the lexicon.
const PARTS: [(&str, f64); 30] = [
    ("ein", 1.0),
    ("eins", 1.0),
    ("zwei", 2.0),
    ("drei", 3.0),
    ("vier", 4.0),
    ("fünf", 5.0),
    ("sechs", 6.0),
    ("sieben", 7.0),
    ("acht", 8.0),
    ("neun", 9.0),
    ("zehn", 10.0),
    ("elf", 11.0),
    ("zwölf", 12.0),
    ("dreizehn", 13.0),
    ("vierzehn", 14.0),
    ("fünfzehn", 15.0),
    ("sechzehn", 16.0),
    ("siebzehn", 17.0),
    ("achtzehn", 18.0),
    ("neunzehn", 19.0),
    ("zwanzig", 20.0),
    ("dreißig", 30.0),
    ("dreissig", 30.0),
    ("vierzig", 40.0),
    ("fünfzig", 50.0),
    ("sechzig", 60.0),
    ("siebzig", 70.0),
    ("achtzig", 80.0),
    ("neunzig", 90.0),
    ("zwo", 2.0),
];

/// The value of a compound; none for any other word, and for the single words that compounds are made of.
pub fn german(word: &str) -> Option<f64> {
    let single = matches!(word, "hundert" | "tausend") || PARTS.iter().any(|(part, _)| *part == word);
    if single { None } else { value(word) }
}

fn value(word: &str) -> Option<f64> {
    if let Some((_, value)) = PARTS.iter().find(|(part, _)| *part == word) {
        return Some(*value);
    }
    for (name, scale) in [("tausend", 1000.0), ("hundert", 100.0)] {
        if let Some((times, rest)) = word.split_once(name) {
            let times = if times.is_empty() { 1.0 } else { value(times)? };
            let rest = if rest.is_empty() { 0.0 } else { value(rest)? };
            return Some(times * scale + rest);
        }
    }
    let (units, tens) = word.split_once("und")?;
    let (units, tens) = (value(units)?, value(tens)?);
    (units < 10.0 && (20.0..100.0).contains(&tens)).then_some(units + tens)
}

#[cfg(test)]
mod tests {
    use super::german;

    #[test]
    fn compounds_are_numbers_and_other_words_are_not() {
        for (word, expected) in [
            ("achtundvierzig", Some(48.0)),
            ("zwölftausend", Some(12_000.0)),
            ("dreihundertfünfzigtausend", Some(350_000.0)),
            ("tausendzweihundert", Some(1200.0)),
            ("stunde", None),
            ("hundert", None),
            ("hunderte", None),
            ("undicht", None),
        ] {
            assert_eq!(german(word), expected, "{word}");
        }
    }
}
