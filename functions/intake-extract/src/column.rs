//! Heads of the columns of a table: what the number in a cell is of, where its row does not say it.

use crate::text::{Document, Span};

/// Fewest columns of a table whose first row names them; with two, the first cell of each row names the other.
const FEWEST_COLUMNS: usize = 3;

/// Longest row that is looked at, in tokens, and most rows: it bounds the work on texts without lines.
const LONGEST_ROW: usize = 80;
/// Most rows above a cell.
const MOST_ROWS: usize = 40;

/// The head of the column that a token's cell is in.
pub fn head(document: &Document, at: usize) -> Option<Span> {
    let row = line(document, at);
    let (mut first, width) = (row, separators(document, row));
    if width == 0 {
        return None;
    }
    for _ in 0..MOST_ROWS {
        let Some(before) = first.from.checked_sub(1) else { break };
        let above = line(document, before);
        if separators(document, above) != width {
            break;
        }
        first = above;
    }
    let edge = usize::from(document.lower(row.from) == "|");
    let columns = width + 1 - 2 * edge.min(width / 2);
    if first.from == row.from || columns < FEWEST_COLUMNS {
        return None;
    }
    let column = (row.from..at).filter(|token| document.lower(*token) == "|").count();
    let cells: Vec<usize> = (first.from..first.to).filter(|token| document.lower(*token) == "|").collect();
    let from = if column == 0 { first.from } else { cells.get(column - 1)? + 1 };
    let to = cells.get(column).copied().unwrap_or(first.to);
    (from < to).then(|| Span::new(from, to))
}

/// The tokens of the line that a token is in.
fn line(document: &Document, at: usize) -> Span {
    let farthest = document.tokens.len().min(at + LONGEST_ROW);
    let from = (at.saturating_sub(LONGEST_ROW)..=at).rev().find(|token| document.begins_line(*token)).unwrap_or(at);
    let to = (at + 1..farthest).find(|token| document.begins_line(*token));
    Span::new(from, to.unwrap_or(farthest))
}

fn separators(document: &Document, line: Span) -> usize {
    (line.from..line.to).filter(|token| document.lower(*token) == "|").count()
}

#[cfg(test)]
mod tests {
    use super::head;
    use crate::text::Document;

    #[test]
    fn a_cell_has_the_head_of_its_column() {
        let of = |text: &str, number: &str| {
            let document = Document::new(text);
            let at = document.tokens.iter().position(|token| token.text == number).unwrap();
            head(&document, at).map(|span| document.quote(span))
        };
        let table = "Service | Req/s | Region\n--- | --- | ---\nranker | 220 | here\n";
        assert_eq!(of(table, "220").as_deref(), Some("Req/s"));
        let edged = "| Service | Req/s | p95 (ms) |\n|---|---|---|\n| ranker | 220 | 65 |\n";
        assert_eq!(of(edged, "65").as_deref(), Some("p95 (ms)"));
        assert_eq!(of("| Item | Value |\n|---|---|\n| Load | 220 |\n", "220"), None);
        assert_eq!(of("A line with 220 of them.", "220"), None);
    }
}
