//! Mails: the lines with sender and date, and the signature, which say nothing of the matter.

/// Names before the text of a mail.
const MAIL_HEADERS: [&str; 14] = [
    "from:",
    "to:",
    "cc:",
    "bcc:",
    "date:",
    "sent:",
    "reply-to:",
    "von:",
    "an:",
    "datum:",
    "gesendet:",
    "de:",
    "à:",
    "para:",
];

/// Lines that end a mail: what follows are names, titles and addresses.
const CLOSINGS: [&str; 48] = [
    "regards",
    "best regards",
    "kind regards",
    "warm regards",
    "many thanks and regards",
    "best",
    "all the best",
    "cheers",
    "thanks",
    "thank you",
    "many thanks",
    "thanks in advance",
    "thanks and regards",
    "thanks a lot",
    "thx",
    "sincerely",
    "yours sincerely",
    "yours faithfully",
    "best wishes",
    "br",
    "kr",
    "vg",
    "lg",
    "mfg",
    "mit freundlichen grüßen",
    "mit freundlichen grüssen",
    "freundliche grüße",
    "viele grüße",
    "beste grüße",
    "liebe grüße",
    "grüße",
    "danke",
    "vielen dank",
    "cordialement",
    "bien cordialement",
    "bien à vous",
    "salutations",
    "merci",
    "merci d'avance",
    "saludos",
    "un saludo",
    "saludos cordiales",
    "atentamente",
    "gracias",
    "muchas gracias",
    "cordiali saluti",
    "atenciosamente",
    "met vriendelijke groet",
];

/// A longer rest is a text of its own, and no signature.
const LONGEST_SIGNATURE: usize = 12;

/// The parts of a mail that say nothing of the matter: the lines with sender and date, and the signature.
pub fn beside_the_matter(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut lines: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    let lower = |line: &str| line.trim().trim_start_matches(['>', '*', ' ']).to_lowercase();
    let mut beside = Vec::new();
    let header = |line: &str| MAIL_HEADERS.iter().any(|name| line.starts_with(name));
    // One such line alone may be a field of the requirement; a mail has several.
    if lines.iter().filter(|(_, line)| header(&lower(line))).count() >= 2 {
        beside.extend(lines.iter().filter(|(_, line)| header(&lower(line))).map(|(at, line)| *at..*at + line.len()));
    }
    beside.extend(crate::table::columns_of_today(&lines));
    let closing = lines.iter().enumerate().skip(1).find(|(index, (_, line))| {
        let line = lower(line);
        let words = line.trim_end_matches([',', '.', '!', '-', '–', ' ']);
        let named = CLOSINGS.contains(&words)
            || CLOSINGS.iter().any(|closing| {
                words.strip_prefix(closing).is_some_and(|rest| rest.starts_with(',') && rest.split(' ').count() <= 4)
            });
        let rest = &lines[index + 1..];
        let postscript = |line: &str| lower(line).starts_with("ps") || lower(line).starts_with("p.s");
        let short = rest.iter().take_while(|(_, line)| !postscript(line)).all(|(_, line)| line.chars().count() <= 90);
        (named || matches!(line.as_str(), "--" | "—" | "___")) && rest.len() <= LONGEST_SIGNATURE && short
    });
    if let Some((index, (from, _))) = closing {
        let end = lines[index..]
            .iter()
            .find(|(_, line)| lower(line).starts_with("ps") || lower(line).starts_with("p.s"))
            .map_or(text.len(), |(at, _)| *at);
        beside.push(*from..end);
    }
    beside
}
