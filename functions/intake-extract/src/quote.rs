//! Where the words stand that somebody quotes from the requirement.

use design::constraint::Evidence;

/// Places that are looked at; more of the same words nobody needs.
const MOST_PLACES: usize = 8;

/// Characters from which on the letters are of scripts that put no spaces between words.
pub const NO_SPACES_FROM: char = '\u{0e00}';

/// The places of a quote in a text: the same words, with white space and case folded. Part of a word or of a number is
/// no quote of it.
pub fn places(text: &str, quote: &str) -> Vec<Evidence> {
    let characters: Vec<char> = text.chars().collect();
    let folded = fold(&characters);
    let wanted: Vec<char> =
        fold(&quote.trim().chars().collect::<Vec<_>>()).into_iter().map(|(letter, _)| letter).collect();
    if wanted.is_empty() || wanted.len() > folded.len() {
        return Vec::new();
    }
    let mut places: Vec<Evidence> = Vec::new();
    for window in folded.windows(wanted.len()) {
        if places.len() == MOST_PLACES {
            break;
        }
        if !window.iter().map(|(letter, _)| letter).eq(wanted.iter()) {
            continue;
        }
        let (Some((_, start)), Some((_, last))) = (window.first(), window.last()) else { continue };
        let end = last + 1;
        if is_whole(&characters, *start, end) {
            let (Ok(from), Ok(to)) = (u32::try_from(*start), u32::try_from(end)) else { continue };
            places.push(Evidence { quote: characters[*start..end].iter().collect(), start: from, end: to });
        }
    }
    places
}

/// Small letters with single spaces, each with its place in the text.
fn fold(characters: &[char]) -> Vec<(char, usize)> {
    let mut folded: Vec<(char, usize)> = Vec::with_capacity(characters.len());
    for (at, letter) in characters.iter().enumerate() {
        if letter.is_whitespace() {
            if folded.last().is_some_and(|(last, _)| *last != ' ') {
                folded.push((' ', at));
            }
            continue;
        }
        match letter {
            '’' | '‘' => folded.push(('\'', at)),
            '“' | '”' | '„' => folded.push(('"', at)),
            other => folded.extend(other.to_lowercase().map(|small| (small, at))),
        }
    }
    folded
}

/// True when neither end lies within a word or a number.
fn is_whole(characters: &[char], start: usize, end: usize) -> bool {
    let at = |index: Option<usize>| index.and_then(|index| characters.get(index)).copied();
    let digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    let letter = |one: Option<char>| one.is_some_and(|one| one.is_alphabetic() && one < NO_SPACES_FROM);
    let within = |left: usize| {
        let (one, next) = (at(Some(left)), at(Some(left + 1)));
        let separator = |one: Option<char>| matches!(one, Some('.' | ',' | '\'' | '’' | '_'));
        digit(one) && digit(next)
            || letter(one) && letter(next)
            // "3" is no part of "3,000", and neither is "000".
            || digit(one) && separator(next) && digit(at(Some(left + 2)))
            || separator(one) && digit(next) && digit(at(left.checked_sub(1)))
    };
    !start.checked_sub(1).is_some_and(within) && !end.checked_sub(1).is_some_and(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, quote: &str) -> Vec<(String, u32, u32)> {
        places(text, quote).into_iter().map(|words| (words.quote, words.start, words.end)).collect()
    }

    #[test]
    fn white_space_and_case_are_folded_and_the_place_is_that_of_the_text() {
        let text = "Größe:  Budget is\n $3,000 per   month.";
        assert_eq!(found(text, "budget IS $3,000 per month"), [("Budget is\n $3,000 per   month".to_owned(), 8, 37)]);
        assert_eq!(found(text, "größe")[0].1, 0);
        assert_eq!(found("it’s 5k", "it's 5k").len(), 1);
        assert_eq!(found("予算は月500ドルです", "月500ドル"), [("月500ドル".to_owned(), 3, 9)]);
    }

    #[test]
    fn other_words_and_parts_of_words_are_no_quotes() {
        for (text, quote) in [
            ("Budget $3,000", "Budget $4,000"),
            ("Budget $3,000", "$3"),
            ("Budget $3,000", "000"),
            ("Budget $3,000", "udget"),
            ("latency 1200 ms", "200 ms"),
            ("hipaa", "hipaa compliance"),
            ("anything", ""),
            ("anything", "   "),
            ("", "x"),
        ] {
            assert_eq!(found(text, quote), [], "{quote:?} in {text:?}");
        }
    }

    #[test]
    fn every_place_is_found() {
        let places = found("No HIPAA. HIPAA applies.", "hipaa");
        assert_eq!(places.iter().map(|place| place.1).collect::<Vec<_>>(), [3, 10]);
    }
}
