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

/// Keys of an indented block that belong to one amount.
const PARTS: [&str; 7] = ["amount", "value", "currency", "unit", "period", "per", "limit"];

/// The text with the indented parts of an amount in braces, as JSON has them: `budget:⏎  amount: 2800⏎  currency: USD`. It
/// is as long as before.
pub fn with_braces(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let key = |line: &str| line.trim().split_once(':').map(|(key, rest)| (key.to_lowercase(), rest.trim().is_empty()));
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let opens = key(line).is_some_and(|(_, empty)| empty) && line.ends_with('\n');
        let children = lines[at + 1..]
            .iter()
            .take_while(|child| indent(child) > indent(line) && key(child).is_some_and(|(_, empty)| !empty))
            .count();
        let parts = lines[at + 1..at + 1 + children].iter().filter_map(|child| key(child));
        let amount = parts.filter(|(key, _)| PARTS.contains(&key.as_str())).count() >= 2;
        if !(opens && amount) {
            result.push_str(line);
            at += 1;
            continue;
        }
        for (index, part) in lines[at..=at + children].iter().enumerate() {
            let mark = if index == 0 {
                '{'
            } else if index == children {
                '}'
            } else {
                ','
            };
            match part.strip_suffix('\n') {
                Some(words) => {
                    result.push_str(words);
                    result.push(mark);
                }
                None => result.push_str(part),
            }
        }
        at += 1 + children;
    }
    result
}

/// Where the semicolon of `Training; monthly` or the comma of `team,4` stands.
fn key_end(line: &str) -> Option<usize> {
    // `team,4`: a comma without a blank behind it ends a word, and is no decimal one.
    let comma = line.find(',').filter(|comma| {
        let rest = &line[comma + 1..];
        !line[..*comma].ends_with(|c: char| c.is_ascii_digit()) && !rest.starts_with(char::is_whitespace)
    });
    let end = line.find(';').or(comma)?;
    let (key, rest) = (line[..end].trim(), &line[end + 1..]);
    let words = key.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '/' | '(' | ')' | '.'));
    let short = !key.is_empty() && key.chars().count() <= LONGEST_KEY;
    let apart = rest.starts_with(' ') || line[end..].starts_with(',');
    (short && words && apart && !rest.trim().is_empty()).then_some(end)
}

/// Words of a column's head that tell of how things are: what stands below is not what is wanted.
const AS_IS: [&str; 27] = [
    "today",
    "now",
    "current",
    "currently",
    "existing",
    "as-is",
    "legacy",
    "old",
    "before",
    "heute",
    "aktuell",
    "derzeit",
    "bisher",
    "ist",
    "ist-zustand",
    "bestand",
    "aujourd'hui",
    "actuel",
    "actuellement",
    "existant",
    "hoy",
    "actual",
    "actualmente",
    "antes",
    "ahora",
    "maintenant",
    "jetzt",
];

/// The text without the columns of tables whose heads say that they tell of today, where another column has what is
/// wanted. What is left out becomes spaces, so that places stay what they are.
pub fn without_as_is_columns(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    // The columns that are left out, of the table that a line is in.
    let mut out: Option<Vec<usize>> = None;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with('|') {
            out = None;
            result.push_str(line);
            continue;
        }
        match &out {
            None => {
                out = Some(as_is_columns(line));
                result.push_str(line);
            }
            Some(columns) => {
                let mut cell = 0;
                for letter in line.chars() {
                    cell += usize::from(letter == '|');
                    let blank = columns.contains(&cell) && !matches!(letter, '|' | '\n' | '\r');
                    // As many characters as before: spans count characters.
                    result.push(if blank { ' ' } else { letter });
                }
            }
        }
    }
    result
}

/// The numbers of a head's cells, from 1, that tell of how things are; none where no other column has values.
fn as_is_columns(head: &str) -> Vec<usize> {
    let row = head.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let cells: Vec<&str> = row.strip_suffix('|').unwrap_or(row).split('|').map(str::trim).collect();
    let as_is = |cell: &str| {
        let lower = cell.to_lowercase();
        lower.split_whitespace().any(|word| AS_IS.contains(&word.trim_matches(|c: char| matches!(c, ':' | '(' | ')'))))
    };
    let columns: Vec<usize> = (1..=cells.len()).filter(|cell| *cell > 1 && as_is(cells[cell - 1])).collect();
    // The first column names the rows.
    if columns.len() + 1 < cells.len() { columns } else { Vec::new() }
}

/// Heads of columns that tell what is, or was, beside what is wanted.
const HEADS_OF_TODAY: [&str; 40] = [
    "today",
    "current",
    "currently",
    "now",
    "as is",
    "as-is",
    "actual",
    "present",
    "existing",
    "before",
    "old",
    "previous",
    "last year",
    "baseline",
    "status quo",
    "measured",
    "legacy",
    "current state",
    "current value",
    "today's value",
    "heute",
    "ist",
    "ist-wert",
    "aktuell",
    "derzeit",
    "bisher",
    "bestand",
    "vorjahr",
    "aujourd'hui",
    "actuel",
    "actuelle",
    "actuellement",
    "avant",
    "hoy",
    "actual",
    "actualmente",
    "antes",
    "competitor",
    "wettbewerb",
    "concurrent",
];

/// Heads of columns with what would be nice, and those with what must be, beside which they say nothing.
const HEADS_OF_WISHES: [&str; 16] = [
    "nice to have",
    "nice-to-have",
    "wish",
    "ideal",
    "ideally",
    "stretch",
    "stretch goal",
    "optional",
    "could",
    "should",
    "wunsch",
    "optimal",
    "idéal",
    "souhaité",
    "deseable",
    "ideale",
];

/// Heads of columns with what must be.
const HEADS_OF_MUST: [&str; 14] = [
    "must",
    "must have",
    "must-have",
    "required",
    "mandatory",
    "minimum",
    "limit",
    "hard limit",
    "muss",
    "pflicht",
    "obligatoire",
    "exigé",
    "obligatorio",
    "obbligatorio",
];

/// The cells of tables whose column tells what is there today: lines with the same separators below such a head.
pub fn columns_of_today(lines: &[(usize, &str)]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    for separator in ['|', '\t', ';'] {
        let mut index = 0;
        while index < lines.len() {
            let cells = |line: &str| line.trim().trim_matches(separator).split(separator).count();
            let width = cells(lines[index].1);
            if width < 3 {
                index += 1;
                continue;
            }
            let end = lines[index..].iter().take_while(|(_, line)| cells(line) == width).count() + index;
            if end - index >= 2 {
                let (_, head) = lines[index];
                let name = |cell: &str| {
                    let cell = cell.trim().trim_matches('*').to_lowercase();
                    cell.split(['(', '[']).next().unwrap_or("").trim().to_owned()
                };
                let must = head.split(separator).any(|cell| HEADS_OF_MUST.contains(&name(cell).as_str()));
                let today: Vec<usize> = head
                    .trim()
                    .trim_matches(separator)
                    .split(separator)
                    .enumerate()
                    .filter(|(column, cell)| {
                        let cell = name(cell);
                        let wish = must && HEADS_OF_WISHES.contains(&cell.as_str());
                        *column > 0 && (wish || HEADS_OF_TODAY.contains(&cell.as_str()))
                    })
                    .map(|(column, _)| column)
                    .collect();
                for (start, line) in &lines[index + 1..end] {
                    // The offset of a column: behind as many separators, not counting one at the line's edge.
                    let edge = usize::from(line.trim_start().starts_with(separator));
                    let mut at = 0;
                    for (column, cell) in line.split(separator).enumerate() {
                        if column >= edge && today.contains(&(column - edge)) {
                            ranges.push(start + at..start + at + cell.len());
                        }
                        at += cell.len() + separator.len_utf8();
                    }
                }
            }
            index = end.max(index + 1);
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{with_braces, with_colons, without_as_is_columns};

    #[test]
    fn the_parts_of_an_amount_are_one_object() {
        let block = "budget:\n  amount: 2800\n  currency: USD\nteam: 3\n";
        assert_eq!(with_braces(block), "budget:{  amount: 2800,  currency: USD}team: 3\n");
        let other = "slo:\n  latency_ms: 150\n  availability: 99.9\n";
        assert_eq!(with_braces(other), other);
    }

    #[test]
    fn a_column_about_today_is_left_out_where_another_says_what_is_wanted() {
        let table = "| Topic | Wanted | Today |\n|---|---|---|\n| Latency | 250 ms | 1.8 s |\n";
        let read = without_as_is_columns(table);
        assert!(read.contains("250 ms") && !read.contains("1.8 s"), "{read}");
        assert_eq!(read.chars().count(), table.chars().count());
        let nameless = "| | Ahora | Objetivo |\n|---|---|---|\n| p95 | 2 s | 400 ms |\n";
        assert!(!without_as_is_columns(nameless).contains("2 s"));
        let one = "| Topic | Current |\n|---|---|\n| Latency | 1.8 s |\n";
        assert_eq!(without_as_is_columns(one), one);
    }

    #[test]
    fn keys_of_a_table_get_a_colon_and_single_lines_stay() {
        assert_eq!(with_colons("Team; 6\nTraining; monthly\nRegion; x\n"), "Team: 6\nTraining: monthly\nRegion: x\n");
        assert_eq!(with_colons("Team of six; no GPUs.\nBudget 5k"), "Team of six; no GPUs.\nBudget 5k");
    }
}
