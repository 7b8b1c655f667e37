//! The requirement as tokens, sentences and clauses, each with its place in the text.

use unicode_segmentation::UnicodeSegmentation;

use design::constraint::Evidence;

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters, possibly with digits behind them (`p95`, `s3`).
    Word,
    /// A number in digits, with its separators.
    Number,
    /// Anything else that is not white space, one character each.
    Symbol,
}

/// A token with its place.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is made of.
    pub kind: Kind,
    /// The text as it stands, with curly apostrophes made straight and a possessive `'s` taken off.
    pub text: String,
    /// The same in lower case.
    pub lower: String,
    /// First character in the requirement (Unicode scalar values).
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// Number of the sentence that it is in.
    pub sentence: usize,
    /// Number of the clause that it is in, counted through the text.
    pub clause: usize,
}

/// A half-open range of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First token.
    pub from: usize,
    /// One past the last token.
    pub to: usize,
}

impl Span {
    /// The tokens from `from` up to, not including, `to`.
    pub fn new(from: usize, to: usize) -> Self {
        Self { from, to }
    }

    /// Number of tokens between the two spans; 0 when they touch or overlap.
    pub fn distance(self, other: Self) -> usize {
        // At most one of the two differences is above 0.
        other.from.saturating_sub(self.to) + self.from.saturating_sub(other.to)
    }

    /// True when the spans share a token.
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The smallest span that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.from.min(other.from), self.to.max(other.to))
    }
}

/// A requirement that has been read.
#[derive(Debug)]
pub struct Document {
    characters: Vec<char>,
    /// The tokens in order.
    pub tokens: Vec<Token>,
}

/// Abbreviations behind whose full stop a sentence goes on.
const ABBREVIATIONS: [&str; 33] = [
    "e.g.", "i.e.", "approx.", "max.", "min.", "vs.", "ca.", "incl.", "etc.", "z.b.", "mio.", "mrd.", "tsd.", "u.s.",
    "e.u.", "bzw.", "no.", "nr.", "avg.", "est.", "req.", "sec.", "p.a.", "env.", "fr.", "hr.", "dr.", "mr.", "mrs.",
    "prof.", "sr.", "sra.", "mme.",
];

impl Document {
    /// Splits a text. Every text is accepted.
    pub fn new(text: &str) -> Self {
        let mut tokens = Vec::new();
        let mut position = 0_u32;
        let mut byte = 0;
        let wanted = crate::table::without_as_is_columns(text);
        let beside = crate::mail::beside_the_matter(&wanted);
        let keyed = crate::table::with_colons(&crate::table::with_braces(&wanted));
        for (number, sentence) in sentences(&keyed).into_iter().enumerate() {
            for word in sentence.split_word_bounds() {
                let length = characters(word);
                let said = !beside.iter().any(|range| range.contains(&byte));
                if said && !word.trim().is_empty() {
                    split_word(word, position, number, &mut tokens);
                }
                position += length;
                byte += word.len();
            }
        }
        Self { characters: text.chars().collect(), tokens }
    }

    /// The tokens whose number, which never falls along the text, is the one of the token at an index.
    fn around(&self, index: usize, number: impl Fn(&Token) -> usize) -> Span {
        let Some(own) = self.tokens.get(index).map(&number) else { return Span::new(index, index) };
        let from = self.tokens.partition_point(|token| number(token) < own);
        let to = self.tokens.partition_point(|token| number(token) <= own);
        Span::new(from, to)
    }

    /// The tokens of the sentence that a token is in.
    pub fn sentence_span(&self, index: usize) -> Span {
        self.around(index, |token| token.sentence)
    }

    /// The token at an index.
    pub fn token(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
    }

    /// The lower-case text of a token, empty beyond the end.
    pub fn lower(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.lower.as_str())
    }

    /// True when nothing stands between a token and the next one.
    pub fn glued(&self, index: usize) -> bool {
        match (self.tokens.get(index), self.tokens.get(index + 1)) {
            (Some(this), Some(next)) => this.end == next.start,
            _ => false,
        }
    }

    /// True when the token is a hyphen that joins its neighbours.
    pub fn joining_hyphen(&self, index: usize) -> bool {
        index > 0 && matches!(self.lower(index), "-" | "‐" | "‑") && self.glued(index - 1) && self.glued(index)
    }

    /// The words of a span as evidence.
    pub fn evidence(&self, span: Span) -> Option<Evidence> {
        let first = self.tokens.get(span.from)?;
        let last = self.tokens.get(span.to.checked_sub(1)?)?;
        if last.end <= first.start {
            return None;
        }
        let quote = self.characters.get(first.start as usize..last.end as usize)?.iter().collect();
        Some(Evidence { quote, start: first.start, end: last.end })
    }

    /// The words of a span, empty when it is outside the text.
    pub fn quote(&self, span: Span) -> String {
        self.evidence(span).map(|evidence| evidence.quote).unwrap_or_default()
    }

    /// The sentence of a token.
    pub fn sentence(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(usize::MAX, |token| token.sentence)
    }

    /// The clause of a token.
    pub fn clause(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(usize::MAX, |token| token.clause)
    }

    /// True when two tokens are in one clause, or in two with nothing but a bracket between them.
    pub fn same_statement(&self, a: usize, b: usize) -> bool {
        let (first, last) = (a.min(b), a.max(b));
        let open = (first..last).find(|at| self.lower(*at) == "(");
        let bracket = || {
            open.is_some_and(|open| {
                let close = (open..last).find(|at| self.lower(*at) == ")");
                let before = self.clause(open.saturating_sub(1));
                close.is_some_and(|close| before == self.clause(first) && self.clause(close + 1) == self.clause(last))
            })
        };
        self.clause(first) == self.clause(last) || self.sentence(first) == self.sentence(last) && bracket()
    }

    /// Number of tokens of a bracket that begins within a reach behind a token.
    pub fn bracket_behind(&self, from: usize, reach: usize) -> usize {
        let open = (from..from + reach).find(|at| self.lower(*at) == "(");
        open.and_then(|open| Some((open..open + reach).find(|at| self.lower(*at) == ")")? + 1 - open)).unwrap_or(0)
    }

    /// What stands between a token and the one before it.
    fn gap(&self, index: usize) -> &[char] {
        let begin =
            index.checked_sub(1).map_or(0, |before| self.tokens.get(before).map_or(0, |token| token.end as usize));
        let end = self.tokens.get(index).map_or(self.characters.len(), |token| token.start as usize);
        self.characters.get(begin..end).unwrap_or_default()
    }

    /// True for the first token of a line, and behind the last one.
    pub fn begins_line(&self, index: usize) -> bool {
        index == 0 || index >= self.tokens.len() || self.gap(index).contains(&'\n')
    }

    /// True for the first token of a sentence.
    pub fn begins_sentence(&self, index: usize) -> bool {
        self.sentence_span(index).from == index
    }

    /// True when a blank line stands before a token.
    pub fn begins_part(&self, index: usize) -> bool {
        self.gap(index).iter().filter(|letter| **letter == '\n').count() > 1
    }

    /// True for the first token of an item of a list.
    pub fn begins_item(&self, index: usize) -> bool {
        self.begins_line(index)
            && (matches!(self.lower(index), "-" | "•" | "–" | "·" | "+") || self.gap(index).contains(&'*'))
    }

    /// True for the first token of a Markdown heading.
    pub fn is_heading(&self, index: usize) -> bool {
        self.begins_line(index) && self.gap(index).contains(&'#')
    }

    /// The tokens of the clause that a token is in.
    pub fn clause_span(&self, index: usize) -> Span {
        self.around(index, |token| token.clause)
    }
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Sentences by UAX 29, mended where a line is wrapped in the middle of a sentence and behind abbreviations.
fn sentences(text: &str) -> Vec<&str> {
    let mut ends: Vec<usize> = Vec::new();
    for (start, sentence) in text.split_sentence_bound_indices() {
        let end = start + sentence.len();
        let begins = ends.iter().rev().nth(1).copied().unwrap_or(0);
        let joined = ends.last().is_some_and(|last| {
            let before = &text[begins.min(*last)..*last];
            let trimmed = before.trim_end();
            let next = sentence.trim_start().chars().next();
            let lines = before[trimmed.len()..].matches('\n').count();
            let wrapped = lines == 1
                && !trimmed.ends_with(['.', '!', '?', ':', ';', '|'])
                && !is_keyed(sentence)
                && next.is_some_and(|c| c.is_lowercase() || c.is_numeric() && !looks_like_item(sentence));
            let last_word = trimmed.rsplit(char::is_whitespace).next().unwrap_or("").to_lowercase();
            let numbered = !matches!(last_word.as_str(), "no." | "nr.") || next.is_some_and(char::is_numeric);
            // A JSON object inside another one says one thing in many lines.
            let nested = text[..*last].matches('{').count() > text[..*last].matches('}').count() + 1;
            wrapped || nested || (lines == 0 && numbered && ABBREVIATIONS.contains(&last_word.as_str()))
        });
        if joined {
            ends.pop();
        }
        // UAX 29 goes on where the next sentence begins with a digit or a small letter; hasty writers begin so.
        for (at, _) in sentence.match_indices(". ") {
            let before = sentence[..at].rsplit(char::is_whitespace).next().unwrap_or("").to_lowercase();
            let next = sentence[at + 2..].trim_start().chars().next();
            // "Quarterly... actually monthly" goes on behind its pause.
            // "10. item", but "250. vendor says …".
            let item = before.chars().all(|c| c.is_ascii_digit()) && before.len() < LEAST_DIGITS;
            let ends_here = before.chars().count() > 1
                && !before.ends_with('.')
                && !ABBREVIATIONS.contains(&format!("{before}.").as_str())
                && !item
                && next.is_some_and(|c| {
                    c.is_lowercase() || c.is_numeric() || matches!(c, '~' | '≈' | '<' | '$' | '€' | '£')
                });
            if ends_here {
                ends.push(start + at + 1);
            }
        }
        // "400 ms, yes? - nope, 250": for UAX 29 a sentence goes on behind a dash, for a dialogue it does not.
        for mark in ["? - ", "? – ", "? — ", "! - ", "! – ", "! — "] {
            ends.extend(sentence.match_indices(mark).map(|(at, _)| start + at + 1));
        }
        ends.sort_unstable();
        // A block in braces that was made of lines (`table::with_braces`) ends its line.
        for (at, _) in sentence.match_indices('}') {
            if sentence[at + 1..].starts_with(char::is_alphabetic) {
                ends.push(start + at + 1);
            }
        }
        ends.push(end);
    }
    let mut start = 0;
    ends.into_iter()
        .map(|end| {
            let sentence = &text[start..end];
            start = end;
            sentence
        })
        .collect()
}

/// Digits from which a number before a full stop is the number of no item in a list.
const LEAST_DIGITS: usize = 3;

/// True for a line that begins with a key: `budget: 5k`, `region;eu-central-1`, `- latency = 80 ms`.
fn is_keyed(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '*' | '•' | '|'));
    let key = line.find([':', ';', '=', '|', '\t']).map(|at| &line[..at]);
    key.is_some_and(|key| {
        let words = key.split_whitespace().count();
        (1..=4).contains(&words)
            && key.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '/' | '*' | '(' | ')'))
    })
}

/// True for the beginning of a numbered list item, such as `1. ` or `2) `.
fn looks_like_item(sentence: &str) -> bool {
    let rest = sentence.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    rest.starts_with(". ") || rest.starts_with(") ")
}

/// Splits a word of UAX 29 where this reader sees two: `200ms`, `month.We`, `budget:5k`, symbols one by one.
fn split_word(word: &str, start: u32, sentence: usize, tokens: &mut Vec<Token>) {
    let letters: Vec<char> = word.chars().collect();
    let mut cuts = vec![0_usize];
    for at in 1..letters.len() {
        let (before, here) = (letters[at - 1], letters[at]);
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        // `latency_p95_ms` is three words.
        let symbol = |c: char| !c.is_alphanumeric() && !matches!(c, '.' | ',' | '\'' | '’' | '·');
        let digit_to_letter = before.is_ascii_digit()
            && here.is_alphabetic()
            && letters[*cuts.last().unwrap_or(&0)].is_ascii_digit()
            && !ordinal(&letters[at..])
            && !(here == 'e' && next.is_ascii_digit());
        let sentence_end = here == '.' && before.is_lowercase() && next.is_uppercase();
        let elided = matches!(before, '\'' | '’') && is_elision(&letters[*cuts.last().unwrap_or(&0)..at - 1]);
        // `5 kEUR`, `20 TCHF`.
        let thousands = at == 1 && matches!(before, 'k' | 'K' | 'T' | 'M') && is_currency(&letters[1..]);
        if digit_to_letter
            || thousands
            || sentence_end
            || elided
            || symbol(here)
            || symbol(before)
            || (before == '.' && cuts.last() == Some(&(at - 1)))
        {
            cuts.push(at);
        }
    }
    cuts.push(letters.len());
    for pair in cuts.windows(2) {
        let part: String = letters[pair[0]..pair[1]].iter().collect();
        // Marks of emphasis and quotation say nothing.
        let mark =
            |c: char| c.is_whitespace() || matches!(c, '*' | '`' | '_' | '"' | '“' | '”' | '„' | '«' | '»' | '#');
        if part.chars().all(mark) {
            continue;
        }
        let first = letters[pair[0]];
        let kind = if first.is_ascii_digit() && !part.chars().any(|c| c.is_alphabetic() && c != 'e') {
            Kind::Number
        } else if part.chars().any(char::is_alphanumeric) {
            Kind::Word
        } else {
            Kind::Symbol
        };
        let straight = part.replace(['’', 'ʼ'], "'");
        let text = straight.strip_suffix("'s").map(str::to_owned).unwrap_or(straight);
        tokens.push(Token {
            kind,
            lower: text.to_lowercase(),
            text,
            start: start + u32::try_from(pair[0]).unwrap_or(0),
            end: start + u32::try_from(pair[1]).unwrap_or(0),
            sentence,
            clause: 0,
        });
    }
}

/// True for the articles and small words that French and Italian join to the next word: `l'équipe`, `dell'Unione`.
fn is_elision(letters: &[char]) -> bool {
    let word: String = letters.iter().collect::<String>().to_lowercase();
    matches!(
        word.as_str(),
        "l" | "d" | "n" | "s" | "j" | "m" | "c" | "qu" | "jusqu" | "lorsqu" | "dell" | "all" | "nell" | "sull" | "un"
    )
}

/// True for codes of currencies that are written with a `k` before them.
fn is_currency(letters: &[char]) -> bool {
    let word: String = letters.iter().collect();
    matches!(word.as_str(), "EUR" | "USD" | "CHF" | "GBP")
}

fn ordinal(rest: &[char]) -> bool {
    let rest: String = rest.iter().collect::<String>().to_lowercase();
    matches!(rest.as_str(), "st" | "nd" | "rd" | "th")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Document::new(text).tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn numbers_and_units_that_stick_together_are_two_tokens() {
        assert_eq!(
            words("200ms p95 1.5k 1,000.50 99.9% $5k"),
            ["200", "ms", "p95", "1.5", "k", "1,000.50", "99.9", "%", "$", "5", "k"]
        );
        assert_eq!(words("the 95th percentile"), ["the", "95th", "percentile"]);
        assert_eq!(words("per month.We use k8s"), ["per", "month", ".", "We", "use", "k8s"]);
    }

    #[test]
    fn a_wrapped_line_is_one_sentence_and_a_list_is_many() {
        let sentences = |text: &str| Document::new(text).tokens.last().unwrap().sentence + 1;
        assert_eq!(sentences("We need a latency\nof 200 ms."), 1);
        assert_eq!(sentences("- latency 200 ms\n- budget 5k\n- no Kubernetes"), 3);
        assert_eq!(sentences("One. Two! Three?"), 3);
        assert_eq!(sentences("Some cloud, e.g. AWS, is fine."), 1);
    }

    #[test]
    fn quotes_count_characters_not_bytes() {
        let document = Document::new("Wir möchten 🚀 schnell sein");
        let evidence = document.evidence(Span::new(3, 4)).unwrap();
        assert_eq!((evidence.quote.as_str(), evidence.start, evidence.end), ("schnell", 14, 21));
    }
}
