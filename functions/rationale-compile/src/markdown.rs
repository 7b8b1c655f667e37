//! Text from people, tools and agents as Markdown that means just that text.
//!
//! Everything that a template prints goes through [`text`], unless the template names another form. What comes out
//! stays in its line, so it cannot end a table cell, a heading or a list item; and no character of it is markup.

/// True for characters that change how the text around them is shown, or that no reader can see.
fn is_hidden(c: char) -> bool {
    // Bidirectional overrides let a text look like another one.
    c.is_control() && !c.is_whitespace() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text in one line: white space of any kind becomes one space, what is hidden goes.
pub fn one_line(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text in one line, with every character that could be markup escaped.
pub fn text(text: &str) -> String {
    let line: Vec<char> = one_line(text).chars().collect();
    let mut escaped = String::with_capacity(line.len() + 8);
    let digits = line.iter().take_while(|c| c.is_ascii_digit()).count();
    for (index, &c) in line.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| line[before]);
        let after = line.get(index + 1).copied();
        let is_markup = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '$' => true,
            // Within a word it is no emphasis, and `data_class` stays readable.
            '_' => !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)),
            // The beginning of an entity.
            '&' => after.is_some_and(|after| after.is_ascii_alphanumeric() || after == '#'),
            // At the beginning of a line: a list, a rule, or the underline of a heading.
            '-' | '+' | '=' => index == 0 && !after.is_some_and(char::is_alphanumeric),
            // An ordered list begins with a number.
            '.' | ')' => digits > 0 && index == digits && after.is_none_or(char::is_whitespace),
            _ => false,
        };
        if is_markup {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// An identifier, a path or a version as code; what has characters that end a code span or a cell stays text.
pub fn code(identifier: &str) -> String {
    let line = one_line(identifier);
    if line.is_empty() || line.chars().any(|c| matches!(c, '`' | '|' | '\\')) {
        text(&line)
    } else {
        format!("`{line}`")
    }
}

/// A text of several lines as a block quote; its lines stay lines.
pub fn quote(words: &str) -> String {
    let lines: Vec<String> = words.lines().map(text).collect();
    let mut quoted = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let is_followed = lines.get(index + 1).is_some_and(|next| !next.is_empty());
        quoted.push(match (line.is_empty(), is_followed) {
            (true, _) => ">".to_owned(),
            // A backslash at the end of a line is a line break.
            (false, true) => format!("> {line}\\"),
            (false, false) => format!("> {line}"),
        });
    }
    quoted.join("\n")
}

/// A label of a Mermaid diagram: everything but letters, digits and harmless signs as a character reference.
pub fn mermaid_label(label: &str) -> String {
    one_line(label)
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | '-' | '/' | '+') {
                c.to_string()
            } else {
                format!("#{};", c as u32)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;

    /// Texts that are made to break out, besides arbitrary ones.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("|".to_owned()),
            Just("\n".to_owned()),
            Just("\r\n\r\n".to_owned()),
            Just("\u{2028}".to_owned()),
            Just("\\".to_owned()),
            Just("`".to_owned()),
            Just("```\n".to_owned()),
            Just("# ".to_owned()),
            Just("## x ##".to_owned()),
            Just("---".to_owned()),
            Just("===".to_owned()),
            Just("> ".to_owned()),
            Just("- ".to_owned()),
            Just("1. ".to_owned()),
            Just("2) ".to_owned()),
            Just("<script>alert(1)</script>".to_owned()),
            Just("<!--".to_owned()),
            Just("&lt;&#60;".to_owned()),
            Just("![x](y)".to_owned()),
            Just("[a]: b".to_owned()),
            Just("[^1]".to_owned()),
            Just("**b**_i_~~s~~".to_owned()),
            Just("$x$ $$y$$".to_owned()),
            Just("{{ x }}{% y %}".to_owned()),
            Just("    ".to_owned()),
            Just("https://example.test/a_b_|c".to_owned()),
            "\\PC{0,6}",
            any::<String>(),
        ];
        proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
    }

    fn options() -> Options {
        Options::all()
            - Options::ENABLE_SMART_PUNCTUATION
            - Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
            - Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
            // Extensions that neither CommonMark nor GitHub know.
            - Options::ENABLE_HEADING_ATTRIBUTES
            - Options::ENABLE_SUPERSCRIPT
            - Options::ENABLE_SUBSCRIPT
            - Options::ENABLE_DEFINITION_LIST
            - Options::ENABLE_WIKILINKS
    }

    /// What a reader sees between a begin and its end, and how many of them there are; panics at any other markup.
    fn shown(markdown: &str, is_begin: impl Fn(&Tag<'_>) -> bool, end: TagEnd) -> Vec<String> {
        let mut found = Vec::new();
        let mut open: Option<String> = None;
        for event in Parser::new_ext(markdown, options()) {
            match event {
                Event::Start(tag) if open.is_none() && is_begin(&tag) => open = Some(String::new()),
                Event::End(tag) if tag == end => found.extend(open.take()),
                Event::Text(words) => {
                    if let Some(open) = open.as_mut() {
                        open.push_str(&words);
                    }
                }
                other => assert!(open.is_none(), "{other:?} in {markdown:?}"),
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn a_text_stays_in_its_cell(words in hostile(), other in hostile()) {
            let table = format!("| a | b |\n|---|---|\n| {} | {} |\n| {} | end |\n", text(&words), text(&other), text(&words));
            let cells = shown(&table, |tag| matches!(tag, Tag::TableCell), TagEnd::TableCell);
            let expected: Vec<String> =
                ["a", "b"].map(str::to_owned).into_iter().chain([one_line(&words), one_line(&other), one_line(&words), "end".into()]).collect();
            prop_assert_eq!(cells, expected);
        }

        #[test]
        fn a_text_stays_in_its_heading(words in hostile()) {
            let document = format!("### {}\n\nAfter.\n", text(&words));
            let headings = shown(&document, |tag| matches!(tag, Tag::Heading { .. }), TagEnd::Heading(pulldown_cmark::HeadingLevel::H3));
            prop_assert_eq!(headings, vec![one_line(&words)]);
            let paragraphs = shown(&document, |tag| matches!(tag, Tag::Paragraph), TagEnd::Paragraph);
            prop_assert_eq!(paragraphs, vec!["After.".to_owned()]);
        }

        #[test]
        fn a_text_that_begins_a_paragraph_is_one(words in hostile()) {
            prop_assume!(!one_line(&words).is_empty());
            let paragraphs = shown(&format!("{}\n", text(&words)), |tag| matches!(tag, Tag::Paragraph), TagEnd::Paragraph);
            prop_assert_eq!(paragraphs, vec![one_line(&words)]);
        }

        #[test]
        fn code_stays_in_its_cell(words in hostile()) {
            let table = format!("| a | b |\n|---|---|\n| {} | end |\n", code(&words));
            let mut cells = Vec::new();
            for event in Parser::new_ext(&table, options()) {
                match event {
                    Event::Start(Tag::TableCell) => cells.push(String::new()),
                    Event::Text(words) | Event::Code(words) => cells.last_mut().unwrap().push_str(&words),
                    Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow) | Event::End(_) => {}
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            prop_assert_eq!(cells, vec!["a".to_owned(), "b".to_owned(), one_line(&words), "end".to_owned()]);
        }

        #[test]
        fn a_quote_holds_all_words_and_nothing_else(words in hostile()) {
            let document = format!("Before.\n\n{}\n\nAfter.\n", quote(&words));
            let mut depth = 0;
            let mut quoted = String::new();
            let mut outside = String::new();
            for event in Parser::new_ext(&document, options()) {
                match event {
                    Event::Start(Tag::BlockQuote(_)) => depth += 1,
                    Event::End(TagEnd::BlockQuote(_)) => depth -= 1,
                    Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => quoted.push(' '),
                    Event::HardBreak => quoted.push(' '),
                    Event::Text(words) => if depth == 1 { quoted.push_str(&words) } else { outside.push_str(&words) },
                    other => prop_assert!(false, "{:?} in {:?}", other, document),
                }
            }
            prop_assert_eq!(one_line(&quoted), one_line(&words));
            prop_assert_eq!(outside, "Before.After.");
        }

        #[test]
        fn a_label_cannot_end_its_string(words in hostile()) {
            let label = mermaid_label(&words);
            let ends = label.contains(['"', '\n', '`', '[', ']', '<', '>', '{', '}', '|']);
            prop_assert!(!ends, "{}", label);
        }
    }

    #[test]
    fn plain_words_stay_readable() {
        assert_eq!(text("data_class is PII, 99.9 % & more"), "data_class is PII, 99.9 % & more");
        assert_eq!(text("a | b\n# c"), "a \\| b \\# c");
        assert_eq!(code("serve.sagemaker-real-time"), "`serve.sagemaker-real-time`");
    }
}
