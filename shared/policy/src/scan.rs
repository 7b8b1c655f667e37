//! Looks over a pack's text before it is evaluated: what it calls, which facts it names, which rules it states.
//!
//! Rego is forgiving: a fact that is not there is undefined, and a rule that rests on it says nothing. What is misspelt
//! must not pass in silence, so it is found here, with its line. This is for the author's sake; what keeps a pack from
//! doing harm is [`crate::sandbox`] and what `regorus` is compiled without.

use std::collections::BTreeSet;

use crate::{Fault, FaultKind, schema};

/// Functions of the language that are there.
const FUNCTIONS: &[&str] = &[
    "abs",
    "array.concat",
    "array.reverse",
    "array.slice",
    "bits.and",
    "bits.lsh",
    "bits.negate",
    "bits.or",
    "bits.rsh",
    "bits.xor",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "indexof",
    "indexof_n",
    "intersection",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.filter",
    "json.is_valid",
    "json.marshal",
    "json.remove",
    "json.unmarshal",
    "lower",
    "max",
    "min",
    "numbers.range",
    "numbers.range_step",
    "object.filter",
    "object.get",
    "object.keys",
    "object.remove",
    "object.subset",
    "object.union",
    "object.union_n",
    "product",
    "replace",
    "round",
    "set",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "strings.any_prefix_match",
    "strings.any_suffix_match",
    "strings.count",
    "strings.replace_n",
    "strings.reverse",
    "substring",
    "sum",
    "to_number",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "type_name",
    "union",
    "units.parse",
    "units.parse_bytes",
    "upper",
    "walk",
];

/// Families of functions that other Rego engines have and packs do not get.
const WITHHELD: &[&str] =
    &["crypto", "graphql", "http", "io", "net", "opa", "print", "providers", "rand", "rego", "time", "trace", "uuid"];

/// Words before a parenthesis that are no functions.
const KEYWORDS: &[&str] =
    &["as", "contains", "default", "else", "every", "if", "import", "in", "not", "package", "some", "with"];

/// What a pack may import besides the language's own keywords.
const LIBRARY: &[&str] = &["data.library.words", "data.library.parts"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Text,
    Mark,
}

/// A piece of the text. `joined` is true when nothing is between it and the one before.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    line: u32,
    joined: bool,
    first_of_line: bool,
}

/// Takes a text apart. What is not closed ends with the text; the parser says what is wrong with it.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let (mut tokens, mut at, mut line, mut line_start) = (Vec::new(), 0, 1, 0);
    let mut last_end = usize::MAX;
    while at < bytes.len() {
        let start = at;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let begun_on = line;
        let begun_at = line_start;
        let kind = match bytes[at] {
            b'\n' => {
                at += 1;
                line += 1;
                line_start = at;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..].iter().take_while(|byte| **byte != b'\n').count();
                continue;
            }
            quote @ (b'"' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    if bytes[at] == b'\\' && quote == b'"' {
                        at += 1;
                    } else if bytes[at] == b'\n' {
                        line += 1;
                        line_start = at + 1;
                    }
                    at += 1;
                }
                at = (at + 1).min(bytes.len());
                Kind::Text
            }
            byte if is_word(byte) => {
                at += bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                Kind::Word
            }
            _ => {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
                Kind::Mark
            }
        };
        let whole = text.get(start..at).unwrap_or_default();
        let inner = if kind == Kind::Text { whole.get(1..whole.len().max(2) - 1).unwrap_or_default() } else { whole };
        tokens.push(Token {
            kind,
            text: inner,
            line: begun_on,
            joined: last_end == start,
            first_of_line: begun_at == start,
        });
        last_end = at;
    }
    tokens
}

/// One step of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// A field by its name.
    Field(&'a str),
    /// An element of a list, or a field whose name is computed.
    Any,
}

/// A reference, such as `input.plan.parts[_].id`.
#[derive(Debug)]
struct Reference<'a> {
    steps: Vec<Step<'a>>,
    line: u32,
    called: bool,
    first_of_line: bool,
    /// Index of the token behind it.
    end: usize,
}

impl Reference<'_> {
    fn name(&self) -> String {
        let names = self.steps.iter().map(|step| match step {
            Step::Field(name) => name,
            Step::Any => "_",
        });
        names.collect::<Vec<_>>().join(".")
    }
}

fn reference<'a>(tokens: &[Token<'a>], at: usize) -> Option<Reference<'a>> {
    let first = tokens.get(at).filter(|token| token.kind == Kind::Word)?;
    let is_inner =
        first.joined && at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|token| token.text == ".");
    let is_number = first.text.starts_with(|c: char| c.is_ascii_digit());
    if is_inner || is_number || (first.kind == Kind::Word && KEYWORDS.contains(&first.text) && !called(tokens, at + 1))
    {
        return None;
    }
    let mut steps = vec![Step::Field(first.text)];
    let mut end = at + 1;
    while let Some(mark) = tokens.get(end).filter(|token| token.kind == Kind::Mark && token.joined) {
        let next = tokens.get(end + 1);
        match (mark.text, next) {
            (".", Some(next)) if next.kind == Kind::Word && next.joined => {
                steps.push(Step::Field(next.text));
                end += 2;
            }
            ("[", Some(next)) => {
                let closes = tokens.get(end + 2).is_some_and(|token| token.kind == Kind::Mark && token.text == "]");
                if next.kind == Kind::Text && closes {
                    steps.push(Step::Field(next.text));
                } else {
                    steps.push(Step::Any);
                }
                let mut depth = 0_usize;
                while let Some(token) = tokens.get(end) {
                    end += 1;
                    match (token.kind, token.text) {
                        (Kind::Mark, "[") => depth += 1,
                        (Kind::Mark, "]") => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => break,
        }
    }
    Some(Reference { steps, line: first.line, called: called(tokens, end), first_of_line: first.first_of_line, end })
}

fn called(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.joined && token.kind == Kind::Mark && token.text == "(")
}

/// Which rules a text speaks of in the heads of `applies`, `holds` and `offenders`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Heads {
    named: BTreeSet<(String, String)>,
    /// Heads whose id is computed, so that they may speak of any rule.
    any: BTreeSet<String>,
}

impl Heads {
    /// True when a head of this name speaks of this rule, or may.
    pub(crate) fn has(&self, head: &str, id: &str) -> bool {
        self.any.contains(head) || self.named.contains(&(head.to_owned(), id.to_owned()))
    }

    fn note(&mut self, head: &str, id: Option<&str>) {
        match id {
            Some(id) => {
                self.named.insert((head.to_owned(), id.to_owned()));
            }
            None => {
                self.any.insert(head.to_owned());
            }
        }
    }
}

fn heads(tokens: &[Token<'_>]) -> Heads {
    let mut heads = Heads::default();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Word || !token.first_of_line || !["applies", "holds", "offenders"].contains(&token.text)
        {
            continue;
        }
        // `applies contains "id"`, `offenders["id"] := …`; anything else may speak of any rule.
        let id = match (tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(mark), Some(id))
                if (mark.text == "contains" || (mark.kind == Kind::Mark && mark.text == "["))
                    && id.kind == Kind::Text =>
            {
                Some(id.text)
            }
            _ => None,
        };
        heads.note(token.text, id);
    }
    heads
}

/// What is imported as what: (path, alias).
fn imports<'a>(tokens: &[Token<'a>]) -> Vec<(Reference<'a>, &'a str)> {
    let words = tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word && token.text == "import");
    words
        .filter(|(_, token)| token.first_of_line)
        .filter_map(|(at, _)| {
            let path = reference(tokens, at + 1)?;
            let alias = match (tokens.get(path.end), tokens.get(path.end + 1)) {
                (Some(word), Some(alias)) if word.text == "as" && word.kind == Kind::Word => alias.text,
                _ => match path.steps.last() {
                    Some(Step::Field(name)) => name,
                    Some(Step::Any) | None => return None,
                },
            };
            Some((path, alias))
        })
        .collect()
}

/// Looks over a pack.
///
/// # Errors
/// When it calls or names what is not there.
pub(crate) fn look_over(text: &str) -> Result<Heads, Fault> {
    let tokens = tokens(text);
    let fault = |line: u32, message: String| Err(Fault::at(FaultKind::Reference, line, message));
    let imports = imports(&tokens);
    for (path, _) in &imports {
        let name = path.name();
        let is_keyword = name == "rego.v1" || name.starts_with("future.keywords");
        if !is_keyword && !LIBRARY.contains(&name.as_str()) && !name.starts_with("input") {
            let there = LIBRARY.join(", ");
            return fault(path.line, format!("there is no `{name}` to import; there are {there}"));
        }
    }
    let references: Vec<Reference<'_>> = (0..tokens.len()).filter_map(|at| reference(&tokens, at)).collect();
    let package = package(&tokens);
    let defined: BTreeSet<String> = references
        .iter()
        .filter(|reference| reference.called && reference.first_of_line)
        .map(Reference::name)
        .collect();
    for reference in &references {
        let name = reference.name();
        let Some(Step::Field(first)) = reference.steps.first() else { continue };
        if reference.called {
            if WITHHELD.contains(first) && !defined.contains(&name) {
                return fault(
                    reference.line,
                    format!(
                        "`{name}` is not available: a pack reads `input` and nothing else, without network, clock and \
                         randomness, so that the same design gets the same verdict; take it out"
                    ),
                );
            }
            let is_imported = imports.iter().any(|(_, alias)| alias == first);
            let is_known = FUNCTIONS.contains(&name.as_str())
                || defined.contains(&name)
                || KEYWORDS.contains(&name.as_str())
                || is_imported
                || *first == "data";
            if !is_known {
                return fault(
                    reference.line,
                    format!("there is no function `{name}`; define it in the pack, or use one of the language's own"),
                );
            }
        }
        match *first {
            "data" => {
                let is_own = package
                    .as_deref()
                    .is_some_and(|package| format!("{name}.").starts_with(&format!("data.{package}.")));
                let is_library = LIBRARY.iter().any(|library| format!("{name}.").starts_with(&format!("{library}.")));
                if !is_own && !is_library {
                    return fault(
                        reference.line,
                        format!("there is no `{name}`: a pack reads `input`, itself and {}", LIBRARY.join(", ")),
                    );
                }
            }
            "input" => {
                let steps = reference.steps.get(1..).unwrap_or_default();
                if let Err(problem) = schema::check(steps) {
                    return fault(reference.line, format!("`{name}` {problem}"));
                }
            }
            _ => {}
        }
    }
    Ok(heads(&tokens))
}

/// The package that a text says it is.
fn package(tokens: &[Token<'_>]) -> Option<String> {
    let at = tokens.iter().position(|token| token.kind == Kind::Word && token.text == "package")?;
    reference(tokens, at + 1).map(|reference| reference.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        look_over(&format!("package acme\n\n{text}")).unwrap_err().to_string()
    }

    #[track_caller]
    fn fine(text: &str) -> Heads {
        look_over(&format!("package acme\n\n{text}")).unwrap()
    }

    #[test]
    fn what_is_misspelt_is_named_with_its_line() {
        let said = problem("x if input.plan.prats[_].id == \"a\"");
        assert!(said.starts_with("line 3: `input.plan.prats._.id`") && said.contains("parts"), "{said}");
        assert!(problem("\n\nx if input.plan.parts[_].trait").starts_with("line 5:"));
        assert!(problem("x if input[\"plan\"][\"regoin\"] == 1").contains("region"));
        assert!(problem("x if input.plan.region.code == 1").contains("`input.plan.region.code`"));
        assert!(problem("x if input.plan.parts.id == 1").contains("list"));
        assert!(problem("x if conut(input.plan.parts) > 1").contains("no function `conut`"));
        assert!(problem("x if data.gdpr.holds").contains("no `data.gdpr.holds`"));
        assert!(problem("import data.secrets").contains("to import"));
    }

    #[test]
    fn what_packs_do_not_get_is_named() {
        for call in [
            "http.send({})",
            "time.now_ns()",
            "rand.intn(\"a\", 5)",
            "net.lookup_ip_addr(\"a\")",
            "opa.runtime()",
            "print(1)",
        ] {
            let said = problem(&format!("x := {call}"));
            assert!(said.contains("not available") && said.starts_with("line 3"), "{call}: {said}");
        }
    }

    #[test]
    fn comments_texts_and_own_names_are_left_alone() {
        fine(
            "# input.plan.prats and http.send(1)\nx := \"input.nothing http.send(\\\" ) input.x\"\ny := `http.send( \"`",
        );
        fine("f(x) := x + 1\n\ny := f(count(input.plan.parts))");
        fine("import data.library.words as w\n\ny := w.said(input.constraints.cloud)");
        fine("y if { some part in input.plan.parts; not \"x\" in part.anything; (part.x) }");
        fine("y := [p.id | some p in input.plan.parts; (p.availability > 1)]");
        fine("y := input.plan.parts[count(input.plan.parts) - 1].sizing.instance_count");
        fine("y := data.acme.x");
        fine("rand := 5\n\ny := rand + 1");
    }

    #[test]
    fn heads_tell_which_rules_are_stated() {
        let heads = fine(
            "applies contains \"acme.a\" if true\n\noffenders[\"acme.a\"] := {1}\n\nholds contains id if some id in {\"acme.b\"}",
        );
        assert!(heads.has("applies", "acme.a") && !heads.has("applies", "acme.b"));
        assert!(heads.has("offenders", "acme.a") && !heads.has("offenders", "acme.b"));
        assert!(heads.has("holds", "acme.b") && heads.has("holds", "acme.z"), "a computed id may be any");
    }

    #[test]
    fn any_bytes_are_taken_apart() {
        for text in [
            "", "\"", "`", "\"\\", "a[", "a.[", "package", "é\"é", "import", "a[\"b", "]]]]", "a]b[", "\u{0}",
            "input.", "input[", "data",
        ] {
            let _ = look_over(text);
        }
    }
}
