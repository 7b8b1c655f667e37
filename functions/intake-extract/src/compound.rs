//! Numbers in one word, in the languages that join them: "achtundvierzig", "dreihundertfünfzigtausend", "vierenhalfduizend",
//! "duemilacinquecento".

/// How a language joins the words of a number.
struct Tongue {
    /// ISO 639-1.
    language: &'static str,
    /// Words below a hundred; alone they are phrases of the lexicon.
    parts: &'static [(&'static str, f64)],
    /// Words that multiply what stands before them, the largest first.
    scales: &'static [(&'static str, f64)],
    /// What joins units to the tens behind them: "achtUNDvierzig". Where there is none, tens stand before units.
    links: &'static [&'static str],
    /// What adds a half: "fünfEINHALB".
    half: &'static [&'static str],
}

const TONGUES: [Tongue; 3] = [
    Tongue {
        language: "de",
        parts: &[
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
        ],
        scales: &[("tausend", 1000.0), ("hundert", 100.0)],
        links: &["und"],
        half: &["einhalb"],
    },
    Tongue {
        language: "nl",
        parts: &[
            ("een", 1.0),
            ("één", 1.0),
            ("twee", 2.0),
            ("drie", 3.0),
            ("vier", 4.0),
            ("vijf", 5.0),
            ("zes", 6.0),
            ("zeven", 7.0),
            ("acht", 8.0),
            ("negen", 9.0),
            ("tien", 10.0),
            ("elf", 11.0),
            ("twaalf", 12.0),
            ("dertien", 13.0),
            ("veertien", 14.0),
            ("vijftien", 15.0),
            ("zestien", 16.0),
            ("zeventien", 17.0),
            ("achttien", 18.0),
            ("negentien", 19.0),
            ("twintig", 20.0),
            ("dertig", 30.0),
            ("veertig", 40.0),
            ("vijftig", 50.0),
            ("zestig", 60.0),
            ("zeventig", 70.0),
            ("tachtig", 80.0),
            ("negentig", 90.0),
            ("anderhalf", 1.5),
        ],
        scales: &[("duizend", 1000.0), ("honderd", 100.0)],
        links: &["en", "ën"],
        half: &["enhalf", "ënhalf"],
    },
    Tongue {
        language: "it",
        parts: &[
            ("uno", 1.0),
            ("due", 2.0),
            ("tre", 3.0),
            ("tré", 3.0),
            ("quattro", 4.0),
            ("cinque", 5.0),
            ("sei", 6.0),
            ("sette", 7.0),
            ("otto", 8.0),
            ("nove", 9.0),
            ("dieci", 10.0),
            ("undici", 11.0),
            ("dodici", 12.0),
            ("tredici", 13.0),
            ("quattordici", 14.0),
            ("quindici", 15.0),
            ("sedici", 16.0),
            ("diciassette", 17.0),
            ("diciotto", 18.0),
            ("diciannove", 19.0),
            ("venti", 20.0),
            ("trenta", 30.0),
            ("quaranta", 40.0),
            ("cinquanta", 50.0),
            ("sessanta", 60.0),
            ("settanta", 70.0),
            ("ottanta", 80.0),
            ("novanta", 90.0),
        ],
        scales: &[("mila", 1000.0), ("mille", 1000.0), ("cento", 100.0)],
        links: &[],
        half: &[],
    },
];

/// The value of a compound in a language; none for any other word, and for the single words that compounds are made of.
pub fn value_in(language: &str, word: &str) -> Option<f64> {
    let tongue = TONGUES.iter().find(|tongue| tongue.language == language)?;
    let single = |(part, _): &(&str, f64)| *part == word;
    if tongue.scales.iter().any(single) || tongue.parts.iter().any(single) { None } else { tongue.value(word) }
}

/// The value of a compound in one of the languages that a text is read in.
pub fn value(word: &str, reads: impl Fn(&str) -> bool) -> Option<f64> {
    TONGUES.iter().filter(|tongue| reads(tongue.language)).find_map(|tongue| value_in(tongue.language, word))
}

impl Tongue {
    fn value(&self, word: &str) -> Option<f64> {
        if let Some((_, value)) = self.parts.iter().find(|(part, _)| *part == word) {
            return Some(*value);
        }
        if let Some(whole) = self.half.iter().find_map(|half| word.strip_suffix(half)) {
            return Some(self.value(whole)? + 0.5).filter(|value| *value < 100.0);
        }
        for (name, scale) in self.scales {
            if let Some((times, rest)) = word.split_once(name) {
                let times = if times.is_empty() { 1.0 } else { self.value(times)? };
                let rest = if rest.is_empty() { 0.0 } else { self.value(rest)? };
                return (rest < *scale).then_some(times * scale + rest);
            }
        }
        self.units_and_tens(word)
    }

    fn units_and_tens(&self, word: &str) -> Option<f64> {
        let tens = |value: f64| (20.0..100.0).contains(&value) && value % 10.0 == 0.0;
        if self.links.is_empty() {
            // "Ventuno", "trentotto": the tens lose their vowel before another one.
            return self.parts.iter().filter(|(_, value)| tens(*value)).find_map(|(part, value)| {
                let rest = word.strip_prefix(part).or_else(|| word.strip_prefix(&part[..part.len() - 1]))?;
                let (_, unit) = self.parts.iter().find(|(name, unit)| *name == rest && *unit < 10.0)?;
                Some(value + unit)
            });
        }
        self.parts.iter().filter(|(_, unit)| *unit < 10.0).find_map(|(part, unit)| {
            let rest = word.strip_prefix(part)?;
            let name = self.links.iter().find_map(|link| rest.strip_prefix(link))?;
            let (_, value) = self.parts.iter().find(|(part, value)| *part == name && tens(*value))?;
            Some(unit + value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::value_in;

    #[test]
    fn compounds_are_numbers_and_other_words_are_not() {
        for (language, word, expected) in [
            ("de", "achtundvierzig", Some(48.0)),
            ("de", "zwölftausend", Some(12_000.0)),
            ("de", "dreihundertfünfzigtausend", Some(350_000.0)),
            ("de", "tausendzweihundert", Some(1200.0)),
            ("de", "fünfeinhalb", Some(5.5)),
            ("de", "sechseinhalbtausend", Some(6500.0)),
            ("de", "stunde", None),
            ("de", "hundert", None),
            ("de", "hunderte", None),
            ("de", "undicht", None),
            ("nl", "vierenhalfduizend", Some(4500.0)),
            ("nl", "drieënhalfduizend", Some(3500.0)),
            ("nl", "zevenentwintig", Some(27.0)),
            ("nl", "tweeëndertig", Some(32.0)),
            ("nl", "vijfhonderdvijftig", Some(550.0)),
            ("nl", "duizenden", None),
            ("nl", "achten", None),
            ("it", "duemilacinquecento", Some(2500.0)),
            ("it", "milleottocento", Some(1800.0)),
            ("it", "ventuno", Some(21.0)),
            ("it", "quarantotto", Some(48.0)),
            ("it", "trecentomila", Some(300_000.0)),
            ("it", "centrale", None),
            ("it", "mille", None),
        ] {
            assert_eq!(value_in(language, word), expected, "{word}");
        }
    }
}
