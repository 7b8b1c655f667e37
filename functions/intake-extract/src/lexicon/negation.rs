//! What a negation denies: how far it reaches forward, what it denies that stands before it, and what only looks like one.

use super::{CITY, Hits, LONGEST_PHRASE, PLACE, REGION, TOOL};
use crate::text::{Document, Kind, Span};

/// Tokens that a negation reaches over at most.
const FARTHEST_DENIED: usize = 60;
/// Most tokens between a negation and "anything but".
const ALL_BUT: usize = 5;
/// Most tokens of a heading.
const LONGEST_HEADING: usize = 7;
/// Most words of a key before and behind the one that excludes: "Tools not allowed here:".
const KEY_BEFORE: usize = 2;
/// The same behind it, with the separator.
const KEY_BEHIND: usize = 3;
/// Most tokens between "which" and the denial of a relative clause.
const RELATIVE_WITHIN: usize = 3;
/// Most tokens of a statement that only names what the word behind its comma denies.
const LONGEST_NAMED: usize = 5;
/// Most tokens of a speaker with the colon behind it.
const SPEAKER: usize = 3;
/// Most tokens of an exclamation with its comma: "um Gottes willen,".
const EXCLAIMED: usize = 4;
/// A longer question asks more than whether one thing is wanted.
const LONGEST_QUESTION: usize = 9;

impl Hits {
    /// Marks the hits that are denied.
    pub(super) fn mark_negated(&mut self, document: &Document) {
        // In the order of the text, and none longer than `FARTHEST_DENIED`.
        let mut reaches: Vec<(Span, Span)> = Vec::new();
        for hit in self.of("negation") {
            let around = Span::new(hit.span.from.saturating_sub(LONGEST_PHRASE), hit.span.to);
            let harmless = || {
                self.within("negation", around)
                    .any(|other| other.meaning.value == "none" && other.span.overlaps(hit.span))
            };
            if hit.meaning.value == "none" || harmless() {
                continue;
            }
            // "Won't discuss anything but Kubernetes" wants Kubernetes, and denies nothing.
            if self.is_all_but(document, hit.span) || self.is_before_all_but(document, hit.span) {
                continue;
            }
            let clause = document.clause_span(hit.span.from);
            // "No hace falta tiempo real", "Out of scope: Kubernetes": first in its clause, it denies what follows.
            let symbols = (clause.from..hit.span.from).all(|at| document.tokens[at].kind == Kind::Symbol);
            let leads = hit.meaning.value == "backward" && symbols;
            if leads && clause.from > 0 && document.lower(clause.from - 1) == "(" {
                // "Kubernetes (not an option)".
                let before = document.clause_span(clause.from - 1);
                reaches.push((hit.span, before));
                continue;
            }
            // German denies behind the object: "Kubernetes wollen wir nicht".
            let behind = document.lower(hit.span.from) == "nicht"
                && hit.span.to == hit.span.from + 1
                && [TOOL, "platform", "compliance", "cloud", "data_class", REGION, CITY, PLACE]
                    .iter()
                    .all(|group| self.within(group, Span::new(hit.span.to, clause.to)).next().is_none());
            // "Preferred over eu-central-1, which is banned": the last name before the comma.
            if hit.meaning.value == "backward"
                && let Some(comma) = relative_comma(document, hit.span)
                && let Some(last) = self.last_named(Span::new(document.sentence_span(comma).from, comma))
            {
                reaches.push((hit.span, last));
            } else if hit.meaning.value == "backward" && !leads || behind {
                reaches.push((hit.span, Self::subject_before(document, hit.span, clause)));
            } else if !(self.at("no_alone", hit.span.from).is_some() && self.denies_alone(document, hit.span, clause)) {
                reaches.push((hit.span, Span::new(hit.span.to, self.end_of_negation(document, hit.span, clause))));
            }
        }
        for no in self.of("no_alone").filter(|no| ends_behind(document, no.span)) {
            let clause = document.clause_span(no.span.from);
            if self.denies_alone(document, no.span, clause) {
                reaches.push((no.span, Self::subject_before(document, no.span, clause)));
            }
            // "Marketing runs Airflow, which we don't touch."
            let relative = relative_comma(document, no.span)
                .and_then(|comma| self.last_named(Span::new(document.sentence_span(comma).from, comma)));
            let named = relative.or_else(|| self.named_before_comma(document, no.span));
            reaches.extend(named.map(|named| (no.span, named)));
            reaches.extend(Self::question_denied(document, no.span).map(|question| (no.span, question)));
        }
        // "Anything banned? – Azure.": what the answer names is excluded.
        for asked in self.of("asks_excluded") {
            let question = document.sentence_span(asked.span.from);
            let short = question.to - question.from <= LONGEST_QUESTION;
            if short && document.lower(question.to - 1) == "?" && question.to < document.tokens.len() {
                reaches.push((asked.span, document.sentence_span(question.to)));
            }
        }
        // "Nobody here knows Kubernetes, so we avoid it": the last name before the pronoun.
        for it in self.of("denies_it") {
            let sentence = document.sentence_span(it.span.from);
            let before = Span::new(sentence.from, it.span.from);
            // "They swear by Databricks. We don't have it and we don't want it": else the last name of the sentence before.
            let earlier = || self.last_named(document.sentence_span(sentence.from.checked_sub(1)?));
            if let Some(last) = self.last_named(before).or_else(earlier) {
                reaches.push((it.span, last));
            }
        }
        // "Forbidden | Kafka, Databricks", "Non-goals: mobile app, Kubernetes": all that stands behind the key.
        for key in self.of("asks_excluded") {
            let sentence = document.sentence_span(key.span.from);
            let words =
                |from: usize, to: usize| (from..to).filter(|at| document.tokens[*at].kind != Kind::Symbol).count();
            let separator = (key.span.to..sentence.to.min(key.span.to + KEY_BEHIND))
                .find(|at| matches!(document.lower(*at), ":" | "|" | "=" | "\t"));
            let Some(separator) = separator.filter(|_| words(sentence.from, key.span.from) <= KEY_BEFORE) else {
                continue;
            };
            let end = (separator + 1..sentence.to.min(separator + FARTHEST_DENIED))
                .find(|at| document.lower(*at) == "|" && *at > separator + 1)
                .unwrap_or(sentence.to.min(separator + FARTHEST_DENIED));
            reaches.push((key.span, Span::new(separator + 1, end)));
        }
        reaches.extend(self.headings_denied(document));
        // "Any tools we must not use? – Airflow and Spark."
        for no in self.of("negation").filter(|hit| hit.meaning.value == "forward") {
            let question = document.sentence_span(no.span.from);
            let ended = document.lower(question.to - 1) == "?" && question.to < document.tokens.len();
            if !ended || question.to - question.from > LONGEST_QUESTION {
                continue;
            }
            let asks = (question.from..no.span.from).any(|at| {
                matches!(document.lower(at), "tools" | "tool" | "technologies" | "products" | "vendors" | "anything")
            });
            let names = [TOOL, "platform", "cloud"].iter().all(|group| self.within(group, question).next().is_none());
            if asks && names {
                reaches.push((no.span, document.sentence_span(question.to)));
            }
        }
        reaches.sort_by_key(|(cue, _)| cue.from);
        for hit in &mut self.hits {
            // A negation does not deny itself, nor a phrase that holds it ("no downtime").
            let first = reaches.partition_point(|(cue, _)| cue.to + FARTHEST_DENIED < hit.span.from);
            hit.negated = reaches[first..]
                .iter()
                .take_while(|(cue, _)| cue.from <= hit.span.to + FARTHEST_DENIED)
                .find(|(cue, reach)| !cue.overlaps(hit.span) && reach.from <= hit.span.from && hit.span.to <= reach.to)
                .map(|(cue, _)| *cue);
        }
    }

    /// The last name in a span.
    fn last_named(&self, span: Span) -> Option<Span> {
        let groups = [TOOL, "platform", "cloud", "compliance", REGION, CITY, PLACE];
        let named = groups.iter().filter_map(|group| self.within(group, span).last());
        named.max_by_key(|hit| hit.span.from).map(|hit| hit.span)
    }

    /// "## Out of scope", "Not wanted:" on a line of its own: what the lines below it name is denied, up to a blank line
    /// or the next heading.
    fn headings_denied(&self, document: &Document) -> Vec<(Span, Span)> {
        let heading = |group: &'static str| {
            self.of(group).filter(move |hit| {
                let line = document.sentence_span(hit.span.from);
                let words = |at: usize| document.tokens[at].kind != Kind::Symbol;
                hit.meaning.value != "none"
                    && (line.from..line.to).all(|at| !words(at) || hit.span.from <= at && at < hit.span.to)
                    && document.begins_line(line.from)
                    && document.begins_line(line.to)
            })
        };
        // "What we don't want" above a list.
        let above_list = self.of("negation").filter(|hit| {
            let line = document.sentence_span(hit.span.from);
            let names = [TOOL, "platform", "cloud", "compliance", REGION, CITY, PLACE];
            hit.meaning.value == "forward"
                && line.to - line.from <= LONGEST_HEADING
                && document.begins_line(line.from)
                && document.begins_item(line.to)
                && !document.begins_item(line.from)
                && names.iter().all(|group| self.within(group, line).next().is_none())
        });
        let mut denied = Vec::new();
        for hit in heading("negation").chain(heading("asks_excluded")).chain(above_list) {
            let line = document.sentence_span(hit.span.from);
            let mut end = line.to;
            while end < document.tokens.len() && end - line.to < FARTHEST_DENIED {
                // A list ends where a line is no item of it.
                let list = document.begins_item(line.to);
                let over = document.begins_line(end) && list && !document.begins_item(end);
                if end > line.to && document.begins_part(end) || document.is_heading(end) || over {
                    break;
                }
                end = document.sentence_span(end).to;
            }
            if end > line.to {
                denied.push((hit.span, Span::new(line.to, end)));
            }
        }
        denied
    }

    /// "Anything but" behind another negation.
    fn is_all_but(&self, document: &Document, hit: Span) -> bool {
        let but = hit.to - hit.from == 2
            && document.lower(hit.from) == "anything"
            && matches!(document.lower(hit.from + 1), "but" | "except");
        let before = Span::new(hit.from.saturating_sub(ALL_BUT), hit.from);
        but && self.within("negation", before).any(|other| {
            other.meaning.value == "forward" && document.sentence(other.span.from) == document.sentence(hit.from)
        })
    }

    /// A negation before "anything but".
    fn is_before_all_but(&self, document: &Document, hit: Span) -> bool {
        self.within("negation", Span::new(hit.to, hit.to + ALL_BUT)).any(|other| self.is_all_but(document, other.span))
    }

    /// "Kubernetes no.", "HIPAA doesn't, …": a word of denial that ends a statement denies what stands before it.
    fn denies_alone(&self, document: &Document, no: Span, clause: Span) -> bool {
        no.from > clause.from
            && document.lower(no.from - 1).chars().all(char::is_alphanumeric)
            && ends_behind(document, no)
            && self.at("no_alone", no.from).is_some_and(|word| word.span == no)
    }

    /// What a negation that stands behind denies: the subject, from the last comma on.
    fn subject_before(document: &Document, no: Span, clause: Span) -> Span {
        let from = (clause.from.max(no.from.saturating_sub(FARTHEST_DENIED))..no.from)
            .rev()
            .take_while(|at| document.lower(*at) != "," && document.sentence(*at) == document.sentence(no.from))
            .last()
            .unwrap_or(no.from);
        Span::new(from, no.from)
    }

    /// "Airflow, no; we've tried it", "Airflow we tried, never again": a short statement that only names something, with a no
    /// behind its comma. "We use Airflow, no?" asks for consent.
    fn named_before_comma(&self, document: &Document, no: Span) -> Option<Span> {
        let comma = no.from.checked_sub(1).filter(|at| document.lower(*at) == ",")?;
        let sentence = document.sentence_span(comma);
        let begin = (sentence.from..comma)
            .rev()
            .find(|at| matches!(document.lower(*at), "," | ";" | ":"))
            .map_or(sentence.from, |at| at + 1);
        let asks = document.lower(no.to) == "?";
        let short = comma - begin <= LONGEST_NAMED;
        // "And Frankfurt, no."
        let and = usize::from(matches!(document.lower(begin), "and" | "und" | "et" | "y" | "e" | "en"));
        let first = [TOOL, "platform", "cloud", "compliance", REGION, CITY, PLACE]
            .iter()
            .any(|group| self.at(group, begin + and).is_some());
        (short && first && !asks).then_some(Span::new(begin, comma))
    }

    /// "Kubernetes? – No, plain containers": the short question that a "no" at the beginning of an answer denies.
    fn question_denied(document: &Document, no: Span) -> Option<Span> {
        let answer = document.sentence_span(no.from);
        // A speaker may stand before the answer, and an exclamation: "Luis: God, no."
        let speaker = (answer.from..no.from.min(answer.from + SPEAKER)).find(|at| document.lower(*at) == ":");
        let begin = speaker.map_or(answer.from, |colon| colon + 1);
        let exclaimed = no.from > begin + 1 && no.from <= begin + EXCLAIMED && document.lower(no.from - 1) == ",";
        let first = no.from == begin
            || exclaimed
            || no.from <= answer.from + SPEAKER && matches!(document.lower(no.from - 1), "—" | "–" | "-");
        let end = answer.from.checked_sub(1)?;
        let question = document.sentence_span(end);
        let short = question.to - question.from <= LONGEST_QUESTION;
        (first && short && document.lower(end) == "?").then_some(question)
    }

    /// A forward negation reaches through a list, but not into a statement of its own behind a comma or `and`.
    fn end_of_negation(&self, document: &Document, cue: Span, clause: Span) -> usize {
        let short = matches!(
            document.lower(cue.from),
            "instead"
                | "rather"
                | "unlike"
                | "replace"
                | "replacing"
                | "replaces"
                | "statt"
                | "anstatt"
                | "except"
                | "migrate"
                | "migrating"
                | "move"
                | "moving"
        );
        let is_predicate = |at: usize| self.at("predicate", at).is_some();
        // "No Spark, Kafka or Flink" denies all; "no Spark, Kafka" denies the first, unless a colon opens the list.
        let listed = matches!(
            document.lower(cue.to.saturating_sub(1)),
            ":" | "neither" | "weder" | "ni" | "né" | "nem" | "noch"
        ) || matches!(document.lower(cue.to), ":" | "[" | "(")
            || (cue.to..clause.to.min(cue.to + FARTHEST_DENIED))
                .take_while(|at| document.sentence(*at) == document.sentence(cue.from))
                .any(|at| {
                    matches!(
                        document.lower(at),
                        "or" | "nor"
                            | "and"
                            | "oder"
                            | "und"
                            | "noch"
                            | "ou"
                            | "et"
                            | "ni"
                            | "o"
                            | "y"
                            | "e"
                            | "né"
                            | "of"
                            | "en"
                            | "nem"
                            | "&"
                            | "/"
                    )
                });
        // A longer list than this is another statement; it also bounds the work on a text that only denies.
        let clause = Span::new(clause.from, clause.to.min(cue.to + FARTHEST_DENIED));
        let mut at = cue.to;
        // "GovCloud? No - us-east-1": the dash ends the answer.
        let dash = matches!(document.lower(at), "-" | "–" | "—") && !document.joining_hyphen(at);
        if dash && self.at("no_alone", cue.from).is_some() {
            return at;
        }
        while at < clause.to {
            let comma = document.lower(at) == ",";
            let and = matches!(document.lower(at), "and" | "und" | "et" | "y" | "with");
            // "Nicht Irland, sondern Frankfurt": what turns to the right one ends what is denied.
            if at > cue.to && is_turn(document.lower(at)) {
                return at;
            }
            // "No GPUs of our own: managed services" opens what is wanted instead.
            // "Nada de Virginia: Oregón".
            if document.lower(at) == ":" && at > cue.to && document.lower(cue.to.saturating_sub(1)) != ":" {
                return at;
            }
            // "Statt Spark nehmen wir Flink", "instead of Dublin we take Frankfurt".
            let turn = short
                && at > cue.to
                && matches!(
                    document.lower(at),
                    "to" | "by"
                        | "with"
                        | "we"
                        | "we'd"
                        | "we'll"
                        | "i'd"
                        | "i"
                        | "i'll"
                        | "let's"
                        | "wir"
                        | "nehmen"
                        | "nutzen"
                        | "verwenden"
                        | "setzen"
                );
            if turn || (comma && short) {
                return at;
            }
            if comma || and {
                // "No real time, a run each night will do": an article begins a statement, not an item of a list.
                if comma && (!listed || self.at("article", at + 1).is_some()) {
                    return at;
                }
                let end = (at + 1..clause.to).find(|next| document.lower(*next) == ",").unwrap_or(clause.to);
                let window = if and { end.min(at + 3) } else { end };
                if (at + 1..window).any(is_predicate) {
                    return at;
                }
            }
            at += 1;
        }
        clause.to
    }
}

/// ", which is banned": the comma before a relative clause that says nothing but what a phrase of denial says.
fn relative_comma(document: &Document, no: Span) -> Option<usize> {
    let word = no.from.checked_sub(1)?;
    let relative = |at: usize| {
        matches!(
            document.lower(at),
            "which"
                | "that"
                | "who"
                | "die"
                | "der"
                | "das"
                | "welches"
                | "welche"
                | "was"
                | "qui"
                | "que"
                | "che"
                | "wat"
        )
    };
    // "Which we've banned", "das bei uns verboten ist": a few small words may stand between.
    let pronoun = (word.saturating_sub(RELATIVE_WITHIN)..=word).rev().find(|at| relative(*at))?;
    let comma = pronoun.checked_sub(1)?;
    let unbroken = (pronoun..no.from).all(|at| document.lower(at) != ",");
    (document.lower(comma) == "," && unbroken && document.sentence(comma) == document.sentence(no.from))
        .then_some(comma)
}

/// True for the word between what is denied and what is right: "not this but that".
pub fn is_turn(word: &str) -> bool {
    matches!(word, "but" | "sondern" | "sino" | "mais" | "bensì" | "mas" | "maar")
}

/// True when a statement ends behind a span.
fn ends_behind(document: &Document, span: Span) -> bool {
    document.sentence(span.to) != document.sentence(span.from)
        || matches!(document.lower(span.to), "." | "," | ";" | ":" | "!" | ")" | "(" | "–" | "—")
        || document.lower(span.to) == "-" && !document.glued(span.to) && !document.glued(span.to - 1)
}
