//! Which jurisdictions a text speaks of, wherever the data is to be: a hospital in Lyon, Irish readers.

use std::collections::BTreeSet;

use crate::{
    question_bank::question_bank,
    region::{places, regions},
};

/// The jurisdictions of the peoples and places that a text names, sorted.
pub fn named_in(text: &str) -> Vec<String> {
    // Once for all names, of which there are hundreds.
    let lower = text.to_lowercase();
    let is_named = |name: &str| is_named(text, &lower, name);
    let peoples = question_bank().people.iter().filter(|people| people.is_told_by(text)).map(|people| &people.name);
    let cities = regions().iter().filter(|fact| is_named(&fact.city)).map(|fact| &fact.jurisdiction);
    let places =
        places().iter().filter(|place| place.words.iter().any(|word| is_named(word))).map(|place| &place.jurisdiction);
    peoples.chain(cities).chain(places).collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

/// True when a text, which is given in small letters too, has this name as whole words; a name with a capital letter is matched with its case (`US`, not `us`),
/// and one that ends in `*` stands for any ending.
fn is_named(text: &str, lower: &str, name: &str) -> bool {
    let (name, stem) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
    let exact = name.chars().any(char::is_uppercase) && name.chars().count() <= 4;
    let (text, name) = if exact { (text, name.to_owned()) } else { (lower, name.to_lowercase()) };
    text.match_indices(&name).any(|(at, found)| {
        let before = text[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
        let after = text[at + found.len()..].chars().next().is_none_or(|letter| !letter.is_alphanumeric());
        before && (stem || after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peoples_and_places_are_named_by_whole_words() {
        assert_eq!(named_in("Bikes in Lyon, and how many each station needs"), ["EU"]);
        assert_eq!(named_in("An Irish hospital and the NHS"), ["EU", "UK"]);
        assert_eq!(named_in("Our US team"), ["US"]);
        assert!(named_in("Score loans for us, usually in the comparison; a polished Usual").is_empty());
    }
}
