//! In which languages a text is written, by the small words that every text of a language has.
//!
//! Models of letter sequences fail on requirements: most of their words are technical English in any language. The small
//! words do not lie, and they are data (`group = "language"` in the lexicon).

use std::{collections::HashMap, sync::OnceLock};

use crate::text::{Document, Kind};

/// Group of the small words in the lexicon; its value is the language (ISO 639-1).
pub const GROUP: &str = "language";
/// Share of the main language's weight from which another language is read as well.
const SECOND_SHARE: f64 = 0.15;
/// Weight from which another language is read: one word that two languages share is a half.
const SECOND_LEAST: f64 = 1.0;
/// Weight that a letter of one language alone has.
const LETTER: f64 = 0.5;

/// The languages of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Languages {
    /// Weight of the small words, the heaviest first; equal ones by name.
    weights: Vec<(&'static str, f64)>,
    /// How often phrases of a language were found, which tells the language of a text without small words.
    phrases: Vec<(&'static str, u32)>,
}

fn small_words() -> &'static HashMap<&'static str, Vec<&'static str>> {
    static WORDS: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words: HashMap<&str, Vec<&str>> = HashMap::new();
        for concept in knowledge::lexicon::concepts().iter().filter(|concept| concept.group == GROUP) {
            for word in concept.phrases.values().flatten() {
                let languages = words.entry(word).or_default();
                if !languages.contains(&concept.value.as_str()) {
                    languages.push(&concept.value);
                }
            }
        }
        words
    })
}

/// Languages that write a letter which the others here do not.
fn of_letter(letter: char) -> Option<&'static str> {
    match letter {
        'ß' | 'ü' | 'ö' | 'ä' => Some("de"),
        'ñ' | '¿' | '¡' => Some("es"),
        'ã' | 'õ' => Some("pt"),
        'œ' | 'ê' | 'è' => Some("fr"),
        _ => None,
    }
}

impl Languages {
    /// Weighs a text's small words; a word that several languages share counts for each of them in part.
    pub fn of(document: &Document) -> Self {
        let mut weights: Vec<(&'static str, f64)> = Vec::new();
        let mut add = |language: &'static str, weight: f64| match weights.iter_mut().find(|(name, _)| *name == language)
        {
            Some((_, sum)) => *sum += weight,
            None => weights.push((language, weight)),
        };
        for token in document.tokens.iter().filter(|token| token.kind == Kind::Word) {
            if let Some(languages) = small_words().get(token.lower.as_str()) {
                for language in languages {
                    add(language, 1.0 / languages.len() as f64);
                }
            }
            if let Some(language) = token.lower.chars().find_map(of_letter) {
                add(language, LETTER);
            }
        }
        // English wins a tie, because the other languages borrow from it.
        weights.sort_by(|a, b| b.1.total_cmp(&a.1).then((b.0 == "en").cmp(&(a.0 == "en"))).then(a.0.cmp(b.0)));
        Self { weights, phrases: Vec::new() }
    }

    /// True when phrases of a language are read in this text. Without any small word, all are.
    pub fn reads(&self, language: Option<&str>) -> bool {
        let Some(language) = language.filter(|language| *language != "en") else { return true };
        let Some((_, most)) = self.weights.first() else { return true };
        self.weights.iter().any(|(name, weight)| {
            *name == language && (*weight >= SECOND_LEAST && *weight >= SECOND_SHARE * most || weight == most)
        })
    }

    /// Notes that a phrase of a language was found.
    pub fn heard(&mut self, language: Option<&'static str>) {
        if let Some(language) = language {
            match self.phrases.iter_mut().find(|(name, _)| *name == language) {
                Some((_, times)) => *times += 1,
                None => self.phrases.push((language, 1)),
            }
        }
    }

    /// The language of the text, when it can be told: that of most small words, else that of most phrases.
    pub fn main(&self) -> Option<&'static str> {
        let by_words = self.weights.first().filter(|(_, weight)| *weight > 0.0).map(|(name, _)| *name);
        by_words.or_else(|| {
            self.phrases
                .iter()
                .max_by_key(|(name, times)| (*times, *name == "en", std::cmp::Reverse(*name)))
                .map(|(name, _)| *name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Hits;

    fn language(text: &str) -> Option<&'static str> {
        let mut document = Document::new(text);
        Hits::find(&mut document).languages.main()
    }

    #[test]
    fn languages_are_told_by_small_words_and_without_them_by_phrases() {
        for (text, expected) in [
            ("We need a model that scores the leads", Some("en")),
            ("Wir brauchen ein Real-Time Scoring mit p99 < 50 ms", Some("de")),
            ("Le modèle est réentraîné chaque mois", Some("fr")),
            ("El modelo se reentrena cada mes", Some("es")),
            ("I dati devono restare a Milano", Some("it")),
            ("Os dados não podem sair do Brasil", Some("pt")),
            ("De data moet in Nederland blijven", Some("nl")),
            ("budget 500/mo tops, team of 2", Some("en")),
            ("Budget: 2.000 Euro, Latenz 200 Millisekunden", Some("de")),
            ("42 17 2026", None),
            ("", None),
        ] {
            assert_eq!(language(text), expected, "{text}");
        }
    }
}
