//! Checks of texts, and titles made from them.

use unicode_segmentation::UnicodeSegmentation;

use crate::problem::FieldError;

/// Longest title, in characters.
pub const TITLE_MAX_CHARACTERS: usize = 120;
/// A made title is short enough for a list.
const MADE_TITLE_GRAPHEMES: usize = 80;

fn error(field: &str, detail: String) -> Option<FieldError> {
    Some(FieldError { field: field.to_owned(), detail })
}

/// A text may be empty, but not longer than `maximum` characters (Unicode scalar values).
pub fn check_length(field: &str, text: &str, maximum: usize) -> Option<FieldError> {
    let length = text.chars().count();
    if length <= maximum {
        return None;
    }
    error(field, format!("has {length} characters; at most {maximum} are accepted"))
}

/// A text with something to read in it, of at most `maximum` characters.
pub fn check_present(field: &str, text: &str, maximum: usize) -> Option<FieldError> {
    if text.trim().is_empty() {
        return error(field, format!("is empty; 1 to {maximum} characters are accepted"));
    }
    check_length(field, text, maximum)
}

/// A text on one line.
pub fn check_line(field: &str, text: &str, maximum: usize) -> Option<FieldError> {
    if text.trim().chars().any(char::is_control) {
        return error(field, "has a line break or another control character; one line of text is accepted".to_owned());
    }
    check_present(field, text.trim(), maximum)
}

/// A title from the beginning of a text: its first line with something on it, cut between words where it is too long.
pub fn title(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let graphemes: Vec<&str> = line.graphemes(true).collect();
    // A grapheme can be many characters long (stacked accents), so the characters are bounded as well.
    if graphemes.len() <= MADE_TITLE_GRAPHEMES && line.chars().count() <= TITLE_MAX_CHARACTERS {
        return line;
    }
    let mut kept = String::new();
    for grapheme in graphemes.iter().take(MADE_TITLE_GRAPHEMES - 1) {
        if kept.chars().count() + grapheme.chars().count() >= TITLE_MAX_CHARACTERS {
            break;
        }
        kept.push_str(grapheme);
    }
    // Scripts without spaces, and single long words, are cut where they are.
    let end = kept.rfind(' ').filter(|end| *end > kept.len() / 2).unwrap_or(kept.len());
    format!("{}…", kept[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_cut_between_words_and_graphemes() {
        assert_eq!(title("\n  Score churn\tnightly. \nMore."), "Score churn nightly.");
        let long = title(&"word ".repeat(60));
        assert!(long.ends_with("word…"), "{long}");
        let family = "👩‍👩‍👧‍👦".repeat(200);
        let cut = title(&family);
        assert!(cut.chars().count() <= TITLE_MAX_CHARACTERS && cut.ends_with('…'), "{cut}");
        assert_eq!(cut.trim_end_matches('…').chars().count() % 7, 0, "a family is not torn apart");
        assert!(title(&format!("e{}", "\u{301}".repeat(5000))).chars().count() <= TITLE_MAX_CHARACTERS);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(check_present("requirement", &"ß".repeat(20), 20), None);
        assert!(check_present("requirement", &"ß".repeat(21), 20).is_some());
        assert!(check_present("requirement", " \u{2003}\n", 20).is_some());
        assert!(check_line("name", "two\nlines", 20).is_some());
    }
}
