//! Tables that are written as lines of a key, a semicolon and a value.

/// Fewest such lines in a row that are a table, and no accident.
const FEWEST_LINES: usize = 3;
/// A longer beginning of a line is no key.
const LONGEST_KEY: usize = 40;

/// The text with a colon behind the keys of such tables, so that a value is not read as a statement of its own. It is as
/// long as before, so places stay what they are.
pub fn with_colons(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let keys: Vec<Option<usize>> = lines.iter().map(|line| key_end(line)).collect();
    let mut result = String::with_capacity(text.len());
    for (index, line) in lines.iter().enumerate() {
        let run = |step: &dyn Fn(usize) -> Option<usize>| {
            let mut at = index;
            let mut length = 0;
            while let Some(next) = step(at).filter(|next| keys.get(*next).is_some_and(Option::is_some)) {
                (at, length) = (next, length + 1);
                if length >= FEWEST_LINES {
                    break;
                }
            }
            length
        };
        let row = 1 + run(&|at: usize| at.checked_sub(1)) + run(&|at: usize| Some(at + 1));
        match keys[index].filter(|_| row >= FEWEST_LINES) {
            Some(end) => {
                result.push_str(&line[..end]);
                result.push(':');
                result.push_str(&line[end + 1..]);
            }
            None => result.push_str(line),
        }
    }
    result
}

/// Where the semicolon of `Training; monthly` stands.
fn key_end(line: &str) -> Option<usize> {
    let end = line.find(';')?;
    let (key, rest) = (line[..end].trim(), &line[end + 1..]);
    let words = key.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '/' | '(' | ')' | '.'));
    let short = !key.is_empty() && key.chars().count() <= LONGEST_KEY;
    (short && words && rest.starts_with(' ') && !rest.trim().is_empty()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::with_colons;

    #[test]
    fn keys_of_a_table_get_a_colon_and_single_lines_stay() {
        assert_eq!(with_colons("Team; 6\nTraining; monthly\nRegion; x\n"), "Team: 6\nTraining: monthly\nRegion: x\n");
        assert_eq!(with_colons("Team of six; no GPUs.\nBudget 5k"), "Team of six; no GPUs.\nBudget 5k");
    }
}
