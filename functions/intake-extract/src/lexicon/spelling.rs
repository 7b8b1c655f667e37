//! Words as they are spelt: slips of known words, and words of a text that was written without any accents.

use std::collections::{HashMap, HashSet};

use super::{CITY, Lexicon, PLACE, Pattern, Phrase, TOOL};
use crate::{
    language::Languages,
    text::{Document, Kind},
};

/// Groups whose single words are put right when they are misspelt: units, names, and the words that values are known by.
pub(super) const CORRECTED: [&str; 24] = [
    "time",
    "period",
    "percent",
    "scale",
    "number",
    TOOL,
    CITY,
    PLACE,
    "compliance",
    "cue.latency_strong",
    "cue.availability",
    "cue.budget",
    "cue.throughput",
    "platform",
    "workload",
    "model_type",
    "retrain_cue",
    "deployment",
    "bound",
    "noun",
    "cue.team",
    "data_class",
    "currency",
    "cloud",
];
/// Shorter words have too many neighbours.
const SHORTEST_CORRECTED: usize = 6;
/// One letter shorter, a word is put right when a letter was added or two changed places ("mounth"), and not when one is
/// another ("mouth").
const SHORTEST_ADDED: usize = 5;
/// From this length on, two slips are put right.
const TWO_SLIPS: usize = 11;
/// Letters of a beginning by which a word without accents is known.
const SHORTEST_BEGINNING: usize = 4;

/// A word with its language.
type Word = (String, Option<&'static str>);

/// The words that are known, and what others are put right to.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    /// Every word of every phrase.
    words: HashSet<String>,
    /// Words of each language that have no accents.
    plain: HashSet<(&'static str, String)>,
    /// Words with accents, by their language and the same word without.
    accented: HashMap<(&'static str, String), String>,
    /// Beginnings of words with accents, by language, each with the same without.
    beginnings: HashMap<&'static str, Vec<(String, String)>>,
    /// Words that slips are put right to, by first letter, last letter.
    correct: HashMap<(char, char), Vec<Word>>,
}

impl Spelling {
    /// A word that is right as it stands.
    pub(super) fn know(&mut self, word: &str, language: Option<&'static str>) {
        if let Some(language) = language {
            match without_accents(word, language) {
                Some(plain) => {
                    self.accented.entry((language, plain)).or_insert_with(|| word.to_owned());
                }
                None => {
                    self.plain.insert((language, word.to_owned()));
                }
            }
        }
        self.words.insert(word.to_owned());
    }

    /// The beginning of words that are right.
    pub(super) fn know_beginning(&mut self, beginning: &str, language: Option<&'static str>) {
        let Some(language) = language else { return };
        if let Some(plain) = without_accents(beginning, language).filter(|plain| plain.len() >= SHORTEST_BEGINNING) {
            self.beginnings.entry(language).or_default().push((plain, beginning.to_owned()));
        }
    }

    /// A word that slips are put right to.
    pub(super) fn put_right_to(&mut self, word: &str, language: Option<&'static str>) {
        if word.chars().count() >= SHORTEST_ADDED
            && word.chars().all(char::is_alphabetic)
            && let (Some(begin), Some(end)) = (word.chars().next(), word.chars().next_back())
        {
            self.correct.entry((begin, end)).or_default().push((word.to_owned(), language));
        }
    }

    /// "Milhao", "fuer", "retreine": the word that this one is without its accents.
    fn with_accents(&self, lower: &str, language: &'static str) -> Option<String> {
        let key = (language, lower.to_owned());
        if !lower.bytes().all(|byte| byte.is_ascii_lowercase()) || self.plain.contains(&key) {
            return None;
        }
        self.accented.get(&key).cloned().or_else(|| {
            let known = self.beginnings.get(language)?.iter().find(|(plain, _)| lower.starts_with(plain.as_str()));
            known.map(|(plain, beginning)| format!("{beginning}{}", &lower[plain.len()..]))
        })
    }
}

/// The word as it is written where a keyboard has no accents; none for a word that has none.
fn without_accents(word: &str, language: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let german = language == "de";
    let mut plain = String::with_capacity(word.len() + 2);
    for letter in word.chars() {
        match letter {
            'ä' if german => plain.push_str("ae"),
            'ö' if german => plain.push_str("oe"),
            'ü' if german => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'œ' => plain.push_str("oe"),
            'à' | 'á' | 'â' | 'ã' | 'ä' => plain.push('a'),
            'è' | 'é' | 'ê' | 'ë' => plain.push('e'),
            'ì' | 'í' | 'î' | 'ï' => plain.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => plain.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => plain.push('u'),
            'ç' => plain.push('c'),
            'ñ' => plain.push('n'),
            other => plain.push(other),
        }
    }
    plain.is_ascii().then_some(plain)
}

/// Puts the words of a document right.
pub(super) fn put_right(document: &mut Document, lexicon: &Lexicon, languages: &Languages) {
    // Who writes one accent writes them all: "esta" beside "está" is another word.
    let main = languages.main().filter(|language| *language != "en");
    let letters = |c: char| c.is_alphabetic() && !c.is_ascii();
    let bare = main.filter(|_| !document.tokens.iter().any(|token| token.text.contains(letters)));
    for at in 0..document.tokens.len() {
        let token = &document.tokens[at];
        if token.kind != Kind::Word {
            continue;
        }
        let accented = bare.and_then(|language| lexicon.spelling.with_accents(&token.lower, language));
        if let Some(word) = accented.or_else(|| lexicon.correction(&token.text, &token.lower, languages)) {
            document.tokens[at].text.clone_from(&word);
            document.tokens[at].lower = word;
        }
    }
}

impl Lexicon {
    /// The word that this one is a slip of: one letter too many, too few, or wrong, or two in the wrong order (in long
    /// words two such slips), with the first and the last letter right. A word of the lexicon is never put right, and
    /// neither is one that lies between two.
    fn correction(&self, text: &str, lower: &str, languages: &Languages) -> Option<String> {
        let length = lower.chars().count();
        let known = self.spelling.words.contains(lower);
        if length < SHORTEST_ADDED || !lower.chars().all(char::is_alphabetic) || known {
            return None;
        }
        let key = (lower.chars().next()?, lower.chars().next_back()?);
        let near = self.spelling.correct.get(&key)?.iter().filter_map(|(word, language)| {
            let long = word.chars().count(); // The text's own language and English; a word of a third one is no slip of theirs.
            let own = language.is_none_or(|language| language == "en" || languages.main() == Some(language));
            if !own || long.abs_diff(length) > 2 || long < SHORTEST_CORRECTED && !is_added_or_swapped(word, lower) {
                return None;
            }
            let slips = strsim::osa_distance(word, lower);
            (slips <= if long >= TWO_SLIPS { 2 } else { 1 }).then_some((slips, word))
        });
        let near: Vec<(usize, &String)> = near.collect();
        let least = near.iter().map(|(slips, _)| *slips).min()?;
        // Letters are left out more often than added: of equals the longest is meant.
        let longest = near.iter().filter(|(slips, _)| *slips == least).map(|(_, word)| word.chars().count()).max()?;
        let mut best = near
            .iter()
            .filter(|(slips, word)| *slips == least && word.chars().count() == longest)
            .map(|(_, word)| *word);
        let word = best.next()?;
        let alone = best.all(|other| other == word);
        // What a pattern of any ending finds is known as well; one of any beginning finds slips too ("*kunden").
        let known = |phrase: &Phrase| phrase.words.len() == 1 && !matches!(phrase.words[0], Pattern::Suffix(_));
        (alone && !self.candidates(text, lower).any(known)).then(|| word.clone())
    }
}

/// True where a slip has one letter more than the word, or the same letters in another order.
fn is_added_or_swapped(word: &str, slip: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let (word, slip) = (sorted(word), sorted(slip));
    slip.len() == word.len() + 1 || slip == word
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn texts_without_accents_are_read_as_with_them() {
        let set = extract("O orcamento e de 3 mil dolares por mes no maximo. Sao dez milhoes de transacoes por dia.");
        let (budget, load) = (set.constraints.budget, set.constraints.throughput);
        assert!(budget.is_some_and(|budget| (budget.value.usd_per_month - 3000.0).abs() < 1e-6));
        assert!(load.is_some_and(|load| (load.value.average_per_second - 115.7).abs() < 0.1));
        let set = extract("Das Modell wird woechentlich neu trainiert, die Antwort muss hoechstens 300 ms dauern.")
            .constraints;
        assert!(set.retraining.is_some());
        assert!(set.latency.is_some_and(|latency| (latency.value.milliseconds - 300.0).abs() < 1e-6));
    }

    #[test]
    fn added_letters_of_short_words_are_slips_and_others_are_words() {
        let budget = |text: &str| extract(text).constraints.budget.map(|stated| stated.value.usd_per_month.round());
        assert_eq!(budget("We can spend 240 dollars a mounth at most."), Some(240.0));
        assert_eq!(
            budget("We can spend 2,400 dollars a mouth at most."),
            budget("We can spend 2,400 dollars at most.")
        );
    }
}
