//! What a model's words may hold before they are shown.

use std::collections::BTreeSet;

use crate::line;

/// A model's words as one plain line, where they lead nowhere.
///
/// # Errors
/// Why they are not shown at all.
pub fn plain(text: &str, most: usize) -> Result<String, &'static str> {
    if has_address(text) {
        return Err("there is an address in it");
    }
    if text.contains("](") || has_tag(text) {
        return Err("there is markup in it");
    }
    let plain = line(text, most);
    if !plain.chars().any(char::is_alphabetic) {
        return Err("there are no words in it");
    }
    Ok(plain)
}

/// True for what a reader does not see: controls, marks of width nought or of direction, tags.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// True where a text leads somewhere: `https://…`, `www.…`, `name@place`, `place.tld/path`.
pub fn has_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let spelled =
        ["://", "www.", "mailto:", "javascript:", "data:text", "hxxp"].iter().any(|mark| lower.contains(mark));
    let path = |word: &str| {
        let place = word.split_once('/').map_or("", |(place, _)| place);
        let end = place.rsplit_once('.').map_or("", |(_, end)| end);
        end.len() >= 2 && end.chars().all(char::is_alphabetic)
    };
    let mail = |word: &str| word.split_once('@').is_some_and(|(name, place)| !name.is_empty() && place.contains('.'));
    spelled || lower.split_whitespace().any(|word| path(word) || mail(word))
}

/// True where a page could take something for a tag.
fn has_tag(text: &str) -> bool {
    text.char_indices().any(|(at, letter)| {
        letter == '<'
            && text[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
    })
}

/// The figures of a text without what groups their digits: `3,000` is `3000`. Letters right before a figure belong to it, and
/// so do money and percent: `P95`, `$95` (or `95 USD`), `95 %` and `95` are four.
pub fn figures(text: &str) -> BTreeSet<String> {
    let mut figures = BTreeSet::new();
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_numeric() {
            at += 1;
            continue;
        }
        let begin = letters[..at].iter().rposition(|letter| !letter.is_alphabetic()).map_or(0, |before| before + 1);
        let name: String = letters[begin..at].iter().flat_map(|letter| letter.to_lowercase()).collect();
        let mut figure = String::new();
        while let Some(letter) = letters.get(at) {
            let next = letters.get(at + 1).is_some_and(|next| next.is_numeric());
            let three = letters.get(at + 1..at + 4).is_some_and(|group| group.iter().all(|one| one.is_numeric()))
                && letters.get(at + 4).is_none_or(|behind| !behind.is_numeric());
            match letter {
                digit if digit.is_numeric() => figure.push(*digit),
                ',' if next && three => {}
                '.' | ',' if next => figure.push('.'),
                _ => break,
            }
            at += 1;
        }
        // 12.50 is 12.5, and 007 is 7.
        let figure = if figure.contains('.') { figure.trim_end_matches('0').trim_end_matches('.') } else { &figure };
        let short = figure.trim_start_matches('0');
        let nought = if short.is_empty() || short.starts_with('.') { "0" } else { "" };
        let behind: String = letters[at..].iter().skip_while(|letter| letter.is_whitespace()).take(7).collect();
        let behind = behind.to_lowercase();
        let is_money = letters[..begin].last().is_some_and(|before| matches!(before, '$' | '€' | '£'))
            && name.is_empty()
            || behind.starts_with("usd")
            || behind.starts_with("dollar");
        let is_percent = behind.starts_with('%') || behind.starts_with("percent");
        let (money, percent) = (if is_money { "$" } else { "" }, if is_percent { "%" } else { "" });
        figures.insert(format!("{money}{name}{nought}{short}{percent}"));
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_lead_somewhere_are_not_shown() {
        for text in [
            "see https://evil.example",
            "see HTTP://EVIL.EXAMPLE",
            "www.evil.example has more",
            "evil.com/collect?d=1",
            "write to boss@evil.example",
            "[here](evil)",
            "![x](evil)",
            "<img src=x>",
            "<!-- x -->",
            "</requirement>",
            "javascript:alert(1)",
            "…",
            "",
        ] {
            assert!(plain(text, 200).is_err(), "{text}");
        }
        for text in
            ["serve.sagemaker-real-time queues at 80 % of 20/s", "a < b and b > c", "CI/CD with I/O", "p95 @ peak"]
        {
            assert!(plain(text, 200).is_ok(), "{text}");
        }
        assert_eq!(plain("**Two** zones\n`a`", 200).unwrap(), "Two zones a");
    }

    #[test]
    fn figures_are_the_same_however_they_are_grouped() {
        let figures = |text| figures(text).into_iter().collect::<Vec<_>>();
        assert_eq!(
            figures("$3,000.50 of 12.50, P95 in 007 s, 1,5 and 0.50"),
            ["$3000.5", "0.5", "1.5", "12.5", "7", "p95"]
        );
        assert_eq!(figures("no figure, none at all."), Vec::<String>::new());
        assert_eq!(figures("2024, 99.9 % and 5 percent"), ["2024", "5%", "99.9%"]);
        assert_eq!(figures("3,000 USD is $3000"), ["$3000"]);
        assert_eq!(figures("1,000,000"), ["1000000"]);
        assert_eq!(figures("0 in S3"), ["0", "s3"]);
    }
}
