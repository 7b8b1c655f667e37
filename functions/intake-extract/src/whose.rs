//! Whose the values are that a text names: those of competitors, vendors and neighbours, and what nobody asks for, are none
//! of ours.

use crate::{
    lexicon::Hit,
    reader::{OPENING, Reader},
    text::{Kind, Span},
};

/// Sentences before "they" in which the others are named.
const THEY_WITHIN: usize = 2;
/// Tokens at the beginning of a sentence in which it says that what was said before is not ours; a speaker may stand first.
const SAID_FIRST: usize = 3;

impl Reader {
    /// "Our payment provider guarantees 99.99 % and answers in 350 ms": who opens the sentence is spoken of until it turns
    /// to us.
    pub(crate) fn is_of_others(&self, at: usize) -> bool {
        let sentence = self.document.sentence_span(at);
        let opening = Span::new(sentence.from, sentence.to.min(sentence.from + OPENING));
        let other =
            self.hits.within("other_party", opening).find(|hit| hit.meaning.value != "none" && hit.span.to <= at);
        other.is_some_and(|other| {
            let between = other.span.to..at;
            !between.clone().any(|at| self.is_us(at) || self.document.lower(at) == ";")
                && !self
                    .hits
                    .within("clause_break", Span::new(between.start, between.end))
                    .any(|turn| turn.meaning.value == "word")
                && self.hits.within("wanted", Span::new(between.start, between.end)).next().is_none()
        })
    }

    /// True for a word that speaks of whoever writes.
    fn is_us(&self, at: usize) -> bool {
        let possessive = matches!(
            self.document.lower(at),
            "our"
                | "ours"
                | "us"
                | "my"
                | "uns"
                | "unser"
                | "unsere"
                | "notre"
                | "nuestro"
                | "nuestra"
                | "nostro"
                | "nostra"
                | "ons"
        );
        // "Nos" is such a word in these languages alone.
        let nos = self.document.lower(at) == "nos" && matches!(self.hits.languages.main(), Some("fr" | "es" | "pt"));
        possessive || nos || self.is_we(at)
    }

    /// True for "we" and "I".
    fn is_we(&self, at: usize) -> bool {
        match self.document.lower(at) {
            "we" | "i" | "wir" | "ich" | "nous" | "nosotros" | "nosotras" | "noi" | "nós" | "wij" => true,
            "on" => self.hits.languages.main() == Some("fr"),
            _ => false,
        }
    }

    /// "Our competitor answers in 90 ms. They run on Kubernetes": what is said of the others goes on with "they".
    pub(crate) fn is_of_them(&self, clause: Span) -> bool {
        let they = matches!(
            self.document.lower(clause.from),
            "they" | "their" | "they're" | "they've" | "ils" | "elles" | "ellos" | "ellas" | "loro"
        ) || self.document.lower(clause.from) == "the"
            && matches!(self.document.lower(clause.from + 1), "provider" | "vendor" | "supplier" | "rival" | "other");
        they && (1..=THEY_WITHIN)
            .scan(self.document.sentence_span(clause.from).from, |begin, _| {
                let sentence = self.document.sentence_span(begin.checked_sub(1)?);
                *begin = sentence.from;
                Some(sentence)
            })
            .any(|sentence| self.hits.within("other_party", sentence).any(|hit| hit.meaning.value != "none"))
    }

    /// "The Opéra has Kafka and Spark. We don't.", "the parent uses Azure in Oslo; nosotros no", "the brochure says 99.999 %.
    /// Nobody asked for that.": what is said right before, of others, is not asked for.
    pub(crate) fn is_not_asked(&self, at: usize) -> bool {
        let sentence = self.document.sentence_span(at);
        let next = self.document.sentence_span(sentence.to);
        let here = self
            .hits
            .within("not_asked", Span::new(at, sentence.to))
            .filter(|hit| self.begins_statement(hit.span.from));
        let behind = || {
            let begins = Span::new(next.from, next.to.min(next.from + SAID_FIRST));
            let first =
                move |hit: &&Hit| next.from == sentence.to && next.from < next.to && self.opens(next, hit.span.from);
            self.hits.within("not_asked", begins).filter(first)
        };
        let of_this = |hit: &Hit| {
            // What the words stand behind: from the last semicolon on, without the separator before them.
            let end = hit.span.from.min(sentence.to);
            let mut last = end;
            while last > at && matches!(self.document.lower(last - 1), ";" | "," | "." | "–" | "—" | "-" | ":") {
                last -= 1;
            }
            let begin = (sentence.from..last)
                .rev()
                .find(|at| self.document.lower(*at) == ";")
                .map_or(sentence.from, |at| at + 1);
            (begin..last).contains(&at) && !(begin..last).any(|at| self.is_we(at)) && self.ends_or_turns(hit.span.to)
        };
        here.chain(behind()).any(of_this)
    }

    /// True where a statement begins: behind a comma and such, or a word that turns.
    fn begins_statement(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            let sign = matches!(self.document.lower(before), ";" | "," | ":" | "–" | "—" | "-" | "(");
            let word = self.hits.before("clause_break", at).is_some_and(|turn| turn.meaning.value == "word");
            sign || word || matches!(self.document.lower(before), "and" | "und" | "et" | "y" | "e" | "en")
        })
    }

    /// True for the first words of a sentence, behind a speaker or a word that turns.
    fn opens(&self, sentence: Span, at: usize) -> bool {
        (sentence.from..at).all(|before| {
            let word = self.document.tokens[before].kind == Kind::Word;
            let speaker = word && self.document.lower(before + 1) == ":";
            !word || speaker || self.hits.at("clause_break", before).is_some_and(|turn| turn.meaning.value == "word")
        })
    }

    /// True where a statement ends, or turns to something else.
    fn ends_or_turns(&self, at: usize) -> bool {
        self.document.token(at).is_none()
            || self.document.begins_sentence(at)
            || matches!(self.document.lower(at), "." | "," | ";" | ":" | "!" | ")" | "–" | "—" | "-")
            || self.hits.at("clause_break", at).is_some_and(|turn| turn.meaning.value == "word")
            || matches!(self.document.lower(at), "and" | "und" | "et" | "y" | "e" | "en")
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::extract;

    #[test]
    fn what_others_have_and_nobody_asks_for_is_left_out() {
        for text in [
            "The hospital next door has Kafka and answers in 90 ms. We don't.",
            "La matriz usa Kafka en Oslo y contesta en 90 ms; nosotros no.",
            "L'Opéra d'à côté utilise Kafka et répond en 90 ms. Nous, non.",
            "Das Stadttheater hat Kafka und antwortet in 90 ms. Wir nicht.",
            "The glossy brochure promises Kafka and answers in 90 ms. We are not asking for that.",
            "Der Prospekt verspricht Kafka und Antworten in 90 ms. Das verlangt niemand.",
            "O pessoal do financeiro usa Kafka e responde em 90 ms, mas nós não temos acesso a isso.",
        ] {
            let set = extract(text).constraints;
            assert!(set.latency.is_none(), "{text}: {:?}", set.latency);
            assert!(set.tooling.is_none(), "{text}: {:?}", set.tooling);
        }
        let set = extract("We use Kafka and need answers within 90 ms. Nobody asked for more.").constraints;
        assert!(set.latency.is_some() && set.tooling.is_some());
    }
}
