//! Finding the lexicon's phrases in a document, and what denies them.
//!
//! Only the phrases of the languages that the text is written in are looked for, English ones always: technical texts
//! of any language are full of them. A word that the lexicon does not know is read as the word that it is a slip of.

use std::{collections::HashMap, sync::OnceLock};

use design::constraint::Cloud;

use crate::{
    language::Languages,
    text::{Document, Kind, Span},
};

mod negation;
mod spelling;

pub use negation::is_turn;

use spelling::Spelling;

/// One word of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// The word without regard to case.
    Lower(String),
    /// The word with exactly this case.
    Exact(String),
    /// A word of this form; `*` stood at one end or the other.
    Prefix(String),
    /// A word that ends so.
    Suffix(String),
    /// A word with something in its middle (`personali*ed`).
    Around(String, String),
}

impl Pattern {
    fn new(word: &str) -> Self {
        match word.split_once('*') {
            Some(("", suffix)) => Self::Suffix(suffix.to_lowercase()),
            Some((prefix, "")) => Self::Prefix(prefix.to_lowercase()),
            Some((prefix, suffix)) => Self::Around(prefix.to_lowercase(), suffix.to_lowercase()),
            None if word.chars().any(char::is_uppercase) => Self::Exact(word.to_owned()),
            None => Self::Lower(word.to_owned()),
        }
    }

    fn matches(&self, text: &str, lower: &str) -> bool {
        match self {
            Self::Lower(word) => lower == word,
            Self::Exact(word) => text == word,
            Self::Prefix(prefix) => lower.starts_with(prefix.as_str()),
            Self::Suffix(suffix) => lower.ends_with(suffix.as_str()),
            Self::Around(prefix, suffix) => {
                lower.len() >= prefix.len() + suffix.len()
                    && lower.starts_with(prefix.as_str())
                    && lower.ends_with(suffix.as_str())
            }
        }
    }

    /// The key under which the phrase is found quickly, when its first word has one.
    fn key(&self) -> Key {
        match self {
            Self::Lower(word) => Key::Word(word.clone()),
            Self::Exact(word) => Key::Word(word.to_lowercase()),
            Self::Prefix(prefix) | Self::Around(prefix, _) => beginning(prefix).map_or(Key::None, Key::Beginning),
            Self::Suffix(_) => Key::None,
        }
    }
}

/// How a phrase is found by its first word.
enum Key {
    /// By the whole word.
    Word(String),
    /// By the word's first letters.
    Beginning([char; BEGINNING]),
    /// Only by trying.
    None,
}

/// Letters by which words of any ending are found.
const BEGINNING: usize = 3;

fn beginning(word: &str) -> Option<[char; BEGINNING]> {
    let mut letters = word.chars();
    Some([letters.next()?, letters.next()?, letters.next()?])
}

#[derive(Debug)]
struct Phrase {
    words: Vec<Pattern>,
    meaning: usize,
    /// The language it belongs to; names belong to none.
    language: Option<&'static str>,
}

/// What a phrase means.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    /// Which reader it is for.
    pub group: String,
    /// What it says to that reader.
    pub value: String,
    /// How strongly.
    pub weight: f64,
    /// The provider that it suggests, for tools.
    pub cloud: Option<Cloud>,
}

/// A compiled lexicon.
#[derive(Debug)]
struct Lexicon {
    meanings: Vec<Meaning>,
    by_first_word: HashMap<String, Vec<Phrase>>,
    by_beginning: HashMap<[char; BEGINNING], Vec<Phrase>>,
    others: Vec<Phrase>,
    spelling: Spelling,
}

/// Group of words that are right as they stand, near as they may be to a known one.
const REAL_WORD: &str = "real_word";
/// Group of words that occur in phrases, and that slips are put right to.
const SPELLING: &str = "spelling";
/// Group of the tools' names.
pub const TOOL: &str = "tool";
/// Group of the currencies' words; symbols too.
pub const CURRENCY: &str = "currency";
/// Group of region codes and names; the value is the code.
pub const REGION: &str = "region";
/// Group of cities that have regions; the value is the city.
pub const CITY: &str = "city";
/// Group of places; the value is the index in the places' file.
pub const PLACE: &str = "place";

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let mut lexicon = Lexicon {
            meanings: Vec::new(),
            by_first_word: HashMap::new(),
            by_beginning: HashMap::new(),
            others: Vec::new(),
            spelling: Spelling::default(),
        };
        for concept in knowledge::lexicon::concepts() {
            let plain = matches!(concept.group.as_str(), crate::language::GROUP | REAL_WORD | SPELLING);
            if plain {
                for (language, words) in &concept.phrases {
                    for word in words {
                        lexicon.spelling.know(word, Some(language.as_str()));
                        if concept.group == SPELLING {
                            lexicon.spelling.put_right_to(word, Some(language.as_str()));
                        }
                    }
                }
                continue;
            }
            let meaning = Meaning {
                group: concept.group.clone(),
                value: concept.value.clone(),
                weight: concept.weight,
                cloud: None,
            };
            let phrases = concept.phrases.iter().flat_map(|(language, phrases)| {
                phrases.iter().map(move |phrase| (phrase.as_str(), Some(language.as_str())))
            });
            lexicon.add(meaning, phrases);
        }
        for tool in knowledge::lexicon::tools() {
            let meaning = Meaning { group: TOOL.to_owned(), value: tool.name.clone(), weight: 1.0, cloud: tool.cloud };
            lexicon.add(meaning, tool.words.iter().map(|word| (word.as_str(), None)));
        }
        for currency in &knowledge::currency::currencies().currencies {
            let words = currency.words.iter().chain(&currency.symbols).map(|word| (word.as_str(), None));
            lexicon.add(plain(CURRENCY, &currency.code), words);
        }
        let mut cities: Vec<&str> = Vec::new();
        for region in knowledge::region::regions() {
            lexicon.add(plain(REGION, &region.code), region.names.iter().map(|name| (name.as_str(), None)));
            // "uk south": hasty writers know no capitals; "us" alone is a word of its own.
            let lower: Vec<String> = region.names.iter().map(|name| name.to_lowercase()).collect();
            let clear = lower.iter().filter(|name| name.contains(' ') && !name.split(' ').any(|word| word == "us"));
            lexicon.add(plain(REGION, &region.code), clear.map(|name| (name.as_str(), None)));
            // A city in lower case finds every spelling of its case; `*` keeps "Spain" and the like to the places.
            let is_place = knowledge::region::places()
                .iter()
                .any(|place| place.words.iter().any(|word| word.eq_ignore_ascii_case(&region.city)));
            if !is_place && !cities.contains(&region.city.as_str()) {
                cities.push(&region.city);
                lexicon.add(plain(CITY, &region.city), std::iter::once((region.city.to_lowercase().as_str(), None)));
            }
        }
        for (index, place) in knowledge::region::places().iter().enumerate() {
            lexicon.add(plain(PLACE, &index.to_string()), place.words.iter().map(|word| (word.as_str(), None)));
        }
        lexicon
    })
}

fn plain(group: &str, value: &str) -> Meaning {
    Meaning { group: group.to_owned(), value: value.to_owned(), weight: 1.0, cloud: None }
}

impl Lexicon {
    fn add<'a>(&mut self, meaning: Meaning, phrases: impl Iterator<Item = (&'a str, Option<&'static str>)>) {
        let index = self.meanings.len();
        let corrected = spelling::CORRECTED.contains(&meaning.group.as_str());
        self.meanings.push(meaning);
        for (phrase, language) in phrases {
            // A star is not part of a word for the tokenizer: it is carried through as a letter that no text has.
            let marked = phrase.replace('*', "\u{a771}");
            // An elision is a word of its own only before another: `moins d'` is read as `moins d'x`, without the x.
            let elided = marked.ends_with('\'');
            let document = Document::new(&if elided { format!("{marked}x") } else { marked });
            let words: Vec<Pattern> = (0..document.tokens.len() - usize::from(elided))
                .filter(|at| !document.joining_hyphen(*at))
                .map(|at| Pattern::new(&document.tokens[at].text.replace('\u{a771}', "*")))
                .collect();
            for word in &words {
                match word {
                    Pattern::Lower(word) | Pattern::Exact(word) => self.spelling.know(&word.to_lowercase(), language),
                    Pattern::Prefix(beginning) => self.spelling.know_beginning(beginning, language),
                    Pattern::Suffix(_) | Pattern::Around(_, _) => {}
                }
            }
            let Some(first) = words.first() else { continue };
            if corrected
                && words.len() == 1
                && let Pattern::Lower(word) = first
            {
                self.spelling.put_right_to(word, language);
            }
            let key = first.key();
            let phrase = Phrase { words, meaning: index, language };
            match key {
                Key::Word(key) => self.by_first_word.entry(key).or_default().push(phrase),
                Key::Beginning(key) => self.by_beginning.entry(key).or_default().push(phrase),
                Key::None => self.others.push(phrase),
            }
        }
    }

    /// Phrases that may begin with a word.
    fn candidates<'a>(&'a self, text: &'a str, lower: &'a str) -> impl Iterator<Item = &'a Phrase> {
        let whole = self.by_first_word.get(lower).into_iter().flatten();
        let beginning = beginning(lower).and_then(|letters| self.by_beginning.get(&letters)).into_iter().flatten();
        let tried = beginning.chain(&self.others).filter(move |phrase| phrase.words[0].matches(text, lower));
        whole.chain(tried)
    }
}

/// No phrase has more tokens.
const LONGEST_PHRASE: usize = 12;

/// A phrase that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What it means.
    pub meaning: &'static Meaning,
    /// Where it is.
    pub span: Span,
    /// The negation that reaches it, when there is one.
    pub negated: Option<Span>,
}

/// All phrases of a document.
#[derive(Debug)]
pub struct Hits {
    hits: Vec<Hit>,
    /// The languages of the text.
    pub languages: Languages,
    /// Indices of the hits of each group, in the order of the text: long texts have thousands of hits.
    groups: HashMap<&'static str, Vec<usize>>,
}

impl Hits {
    /// Finds everything that the lexicon knows, marks clauses in the document, and finds what is denied.
    pub fn find(document: &mut Document) -> Self {
        let lexicon = lexicon();
        let mut languages = Languages::of(document);
        spelling::put_right(document, lexicon, &languages);
        let mut hits = Vec::new();
        for at in 0..document.tokens.len() {
            let token = &document.tokens[at];
            for phrase in lexicon.candidates(&token.text, &token.lower) {
                if languages.reads(phrase.language)
                    && !is_of_main_language(&lexicon.meanings[phrase.meaning], phrase, &token.lower, &languages)
                    && let Some(to) = phrase_at(document, &phrase.words, at)
                {
                    languages.heard(phrase.language);
                    let meaning = &lexicon.meanings[phrase.meaning];
                    hits.push(Hit { meaning, span: Span::new(at, to), negated: None });
                }
            }
        }
        region_codes(document, lexicon, &mut hits);
        let hits = longest(hits);
        let mut groups: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (index, hit) in hits.iter().enumerate() {
            groups.entry(hit.meaning.group.as_str()).or_default().push(index);
        }
        let mut found = Self { hits, languages, groups };
        found.mark_clauses(document);
        found.mark_negated(document);
        found
    }

    /// All hits, denied or not.
    pub fn all(&self) -> impl Iterator<Item = &Hit> {
        self.hits.iter()
    }

    /// The hits of a group, denied or not, in the order of the text.
    pub fn of<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Hit> {
        self.groups.get(group).into_iter().flatten().map(|index| &self.hits[*index])
    }

    /// Takes out the hits of these groups at these places.
    pub fn forget(&mut self, gone: &[(&'static str, Span)]) {
        for (group, span) in gone {
            if let Some(indices) = self.groups.get_mut(group) {
                indices.retain(|index| self.hits[*index].span != *span);
            }
        }
    }

    /// The hit of a group that begins at a token; the longest, when there are several.
    pub fn at<'a>(&'a self, group: &'a str, token: usize) -> Option<&'a Hit> {
        let indices = self.groups.get(group)?;
        let first = indices.partition_point(|index| self.hits[*index].span.from < token);
        let hits = indices[first..].iter().map(|index| &self.hits[*index]);
        hits.take_while(|hit| hit.span.from == token).max_by_key(|hit| hit.span.to)
    }

    /// The hit of a group that ends before a token; the longest, when there are several.
    pub fn before<'a>(&'a self, group: &'a str, token: usize) -> Option<&'a Hit> {
        let indices = self.groups.get(group)?;
        let first = indices.partition_point(|index| self.hits[*index].span.from + LONGEST_PHRASE < token);
        let hits = indices[first..].iter().map(|index| &self.hits[*index]);
        hits.take_while(|hit| hit.span.from < token).find(|hit| hit.span.to == token)
    }

    /// The hits of a group that begin in a span.
    pub fn within<'a>(&'a self, group: &'a str, span: Span) -> impl Iterator<Item = &'a Hit> {
        let indices = self.groups.get(group).map_or(&[][..], Vec::as_slice);
        let first = indices.partition_point(|index| self.hits[*index].span.from < span.from);
        let hits = indices[first..].iter().map(|index| &self.hits[*index]);
        hits.take_while(move |hit| hit.span.from < span.to)
    }

    /// The hits of a group in the clause of a token.
    pub fn in_clause<'a>(
        &'a self,
        document: &'a Document,
        group: &'a str,
        token: usize,
    ) -> impl Iterator<Item = &'a Hit> {
        self.within(group, document.clause_span(token))
    }

    /// The hits of a group in the sentence of a token.
    pub fn in_sentence<'a>(
        &'a self,
        document: &'a Document,
        group: &'a str,
        token: usize,
    ) -> impl Iterator<Item = &'a Hit> {
        self.within(group, document.sentence_span(token))
    }

    fn mark_clauses(&self, document: &mut Document) {
        let mut begins = vec![false; document.tokens.len()];
        for hit in self.of("clause_break") {
            let at = hit.span.from;
            // "anything but Azure" is one statement; ", no Spark" is a new one.
            let inside = |other: &Hit| other.span.overlaps(hit.span) && other.span.from < hit.span.from;
            if self.within("negation", Span::new(at.saturating_sub(LONGEST_PHRASE), at + 1)).any(inside) {
                continue;
            }
            // "In, I dunno, a second" goes on behind its filler.
            if self
                .within("filler", Span::new(at.saturating_sub(LONGEST_PHRASE), at + 1))
                .any(|other| other.span.overlaps(hit.span))
            {
                continue;
            }
            match hit.meaning.value.as_str() {
                "word" => begins[at] = true,
                _ => {
                    let behind_comma = at >= 1 && document.lower(at - 1) == ",";
                    let behind_and = at >= 1 && matches!(document.lower(at - 1), "and" | "und" | "et" | "y");
                    if behind_comma || behind_and {
                        begins[at] = true;
                    }
                }
            }
        }
        for (at, begin) in begins.iter_mut().enumerate().skip(1) {
            let before = document.lower(at - 1);
            let dash = matches!(before, "—" | "–") && !document.glued(at - 1);
            let bracket = matches!(before, ")") || document.lower(at) == "(";
            // `budget;5,000` is a line of a table.
            let cell = before == ";" && at >= 2 && document.glued(at - 2) && document.glued(at - 1);
            let semicolon = matches!(before, ";" | "•") && !cell;
            if dash || bracket || semicolon || document.sentence(at) != document.sentence(at - 1) {
                *begin = true;
            }
        }
        // "Traffic was 80 rps then and is 150 now": the tense turns.
        for (at, begin) in begins.iter_mut().enumerate().skip(2) {
            let is = matches!(
                document.lower(at),
                "is" | "are"
                    | "ist"
                    | "sind"
                    | "est"
                    | "sont"
                    | "es"
                    | "son"
                    | "è"
                    | "will"
                    | "shall"
                    | "must"
                    | "werden"
                    | "wird"
                    | "muss"
                    | "müssen"
                    | "doit"
                    | "debe"
                    | "deve"
            );
            let and = matches!(document.lower(at - 1), "and" | "und" | "et" | "y" | "e");
            if is && and {
                let before = Span::new(document.sentence_span(at).from, at);
                *begin |= self.within("past_weak", before).next().is_some();
            }
        }
        let mut clause = 0;
        for (at, token) in document.tokens.iter_mut().enumerate() {
            if begins[at] && at > 0 {
                clause += 1;
            }
            token.clause = clause;
        }
    }
}

/// True for a word of denial that is another word in the text's own language: "no BigQuery" is "in BigQuery" in Portuguese.
fn is_of_main_language(meaning: &Meaning, phrase: &Phrase, word: &str, languages: &Languages) -> bool {
    phrase.language != Some("pt")
        && phrase.words.len() == 1
        && matches!(meaning.group.as_str(), "negation" | "no_alone")
        && languages.main() == Some("pt")
        && word == "no"
}

/// Where the phrase ends, when it begins at `at`. Hyphens between its words are passed over.
fn phrase_at(document: &Document, words: &[Pattern], at: usize) -> Option<usize> {
    let mut next = at;
    for (index, word) in words.iter().enumerate() {
        if index > 0 && document.joining_hyphen(next) {
            next += 1;
        }
        let token = document.token(next)?;
        if !word.matches(&token.text, &token.lower) {
            return None;
        }
        if index > 0 && token.sentence != document.sentence(at) {
            return None;
        }
        next += 1;
    }
    Some(next)
}

/// Region codes are joined by hyphens exactly as providers write them.
fn region_codes(document: &Document, lexicon: &'static Lexicon, hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < document.tokens.len() {
        if document.tokens[at].kind != Kind::Word {
            at += 1;
            continue;
        }
        let mut to = at + 1;
        while document.joining_hyphen(to) && to + 1 < document.tokens.len() {
            to += 2;
        }
        let code: String = document.tokens[at..to].iter().map(|token| token.lower.as_str()).collect();
        // The letter of an availability zone (`us-east-1a`) is a token of its own, so a zone names its region.
        if let Some(region) = knowledge::region::by_code(&code)
            && let Some(meaning) =
                lexicon.meanings.iter().find(|meaning| meaning.group == REGION && meaning.value == region.code)
        {
            hits.push(Hit { meaning, span: Span::new(at, to), negated: None });
        }
        at = to;
    }
}

/// Within a group the longest phrase wins over those inside it; a tool's name wins over a cloud's inside it.
fn longest(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.span.from, std::cmp::Reverse(hit.span.to)));
    let inside = |outer: &Hit, inner: &Hit| {
        outer.span != inner.span && outer.span.from <= inner.span.from && inner.span.to <= outer.span.to
    };
    let covers = |outer: &Hit, inner: &Hit| {
        let same = outer.meaning.group == inner.meaning.group
            || (outer.meaning.group == TOOL && inner.meaning.group == "cloud")
            || (outer.meaning.group == REGION && (inner.meaning.group == PLACE || inner.meaning.group == CITY));
        same && inside(outer, inner)
    };
    // Phrases are short, so only close neighbours can cover each other.
    (0..hits.len())
        .filter(|index| {
            let hit = &hits[*index];
            let near = hits[..*index].iter().rev().take_while(|other| hit.span.from - other.span.from <= 8);
            let after = hits[*index + 1..].iter().take_while(|other| other.span.from == hit.span.from);
            !near.chain(after).any(|other| covers(other, hit))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|index| hits[index].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(text: &str) -> (Vec<String>, Vec<String>) {
        let mut document = Document::new(text);
        let hits = Hits::find(&mut document);
        let names = |negated: bool| {
            hits.of(TOOL)
                .filter(|hit| hit.negated.is_some() == negated && hit.meaning.value != "none")
                .map(|hit| hit.meaning.value.clone())
                .collect()
        };
        (names(false), names(true))
    }

    #[test]
    fn a_negation_reaches_through_a_list_and_stops_at_a_statement() {
        assert_eq!(
            tools("No Kubernetes, Airflow or Spark."),
            (vec![], vec!["kubernetes".into(), "airflow".into(), "spark".into()])
        );
        assert_eq!(tools("no Kubernetes, use Terraform"), (vec!["terraform".into()], vec!["kubernetes".into()]));
        assert_eq!(tools("without Airflow but with Spark"), (vec!["spark".into()], vec!["airflow".into()]));
        assert_eq!(
            tools("Kubernetes is not an option; Docker is fine"),
            (vec!["docker".into()], vec!["kubernetes".into()])
        );
        assert_eq!(tools("Not only Kafka but Flink too"), (vec!["kafka".into(), "flink".into()], vec![]));
    }

    #[test]
    fn headings_keys_and_pronouns_deny() {
        let airflow_and_spark = vec!["airflow".to_owned(), "spark".to_owned()];
        assert_eq!(
            tools("## Out of scope\nAirflow, Spark\n\n## Stack\nTerraform"),
            (vec!["terraform".into()], airflow_and_spark.clone())
        );
        assert_eq!(tools("| Forbidden | Airflow, Spark |\n| Stack | Terraform |").1, airflow_and_spark);
        assert_eq!(tools("What we don't want\n- Airflow\n- Spark\nTerraform is fine.").1, airflow_and_spark);
        assert_eq!(tools("Nobody here knows Spark, so we avoid it.").1, ["spark"]);
        assert_eq!(tools("Any tools we must not use?\nAirflow and Spark.").1, airflow_and_spark);
        assert_eq!(tools("Airflow is out of scope for nobody here.\nSpark is fine.").0, ["spark"]);
    }

    #[test]
    fn real_words_are_no_slips_of_names() {
        for text in [
            "It drafts clauses, and each clause has a source.",
            "Das Modell ordnet jede Klausel zu.",
            "Le modèle relit chaque clause du bail.",
            "El modelo revisa cada clausula, y cada clause.",
        ] {
            assert!(tools(text).0.is_empty(), "{text}: {:?}", tools(text).0);
        }
        assert_eq!(tools("We run kuberntes.").0, ["kubernetes"]);
    }

    #[test]
    fn case_matters_only_for_words_with_capitals() {
        assert_eq!(tools("Terraform, TERRAFORM").0.len(), 2);
        assert!(tools("a ray of hope").0.is_empty());
    }

    #[test]
    fn codes_of_regions_are_found_with_their_zone() {
        let mut document = Document::new("in us-east-1, europe-west4 and westeurope");
        let hits = Hits::find(&mut document);
        let codes: Vec<_> = hits.of(REGION).map(|hit| hit.meaning.value.as_str()).collect();
        assert_eq!(codes, ["us-east-1", "europe-west4", "westeurope"]);
    }

    #[test]
    fn all_but_behind_a_negation_and_answers_to_what_is_banned() {
        assert_eq!(tools("They won't discuss anything but Kubernetes.").0, ["kubernetes"]);
        assert_eq!(tools("Anything but Spark.").1, ["spark"]);
        assert_eq!(tools("Anything off limits?\nSpark.").1, ["spark"]);
        assert_eq!(tools("Statt Spark nehmen wir Flink.").0, ["flink"]);
    }
}
