//! Server-sent events: WHATWG HTML, section "Interpreting an event stream" (read 2026-11).

/// Takes bytes as they come and gives whole events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    rest: Vec<u8>,
    event: Option<String>,
    data: Vec<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its type; `message` where none is given.
    pub(crate) event: String,
    /// Its data.
    pub(crate) data: String,
}

impl Events {
    /// The events that these bytes complete. What is not UTF-8 is replaced, as the standard says.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.rest.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut from = 0;
        while let Some((end, next)) = line_end(&self.rest, from) {
            let line = String::from_utf8_lossy(&self.rest[from..end]).into_owned();
            from = next;
            if let Some(event) = self.line(&line) {
                events.push(event);
            }
        }
        self.rest.drain(..from);
        events
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = self.event.take();
            let data = std::mem::take(&mut self.data);
            return (!data.is_empty())
                .then(|| Event { event: event.unwrap_or_else(|| "message".to_owned()), data: data.join("\n") });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => self.data.push(value.to_owned()),
            "event" => self.event = Some(value.to_owned()),
            // A comment, an id, a time to come back: a reply is not taken up again.
            _ => {}
        }
        None
    }
}

/// Where the line ends and where the next one begins. A last `\r` is left until it is known what follows.
fn line_end(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let end = from + bytes.get(from..)?.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
    match (bytes[end], bytes.get(end + 1)) {
        (b'\n', _) => Some((end, end + 1)),
        (_, Some(b'\n')) => Some((end, end + 2)),
        (_, Some(_)) => Some((end, end + 1)),
        (_, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event: &str, data: &str) -> Event {
        Event { event: event.into(), data: data.into() }
    }

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let text =
            ": hello\nevent: a\ndata: {\"é\":\ndata:1}\n\r\nid: 7\r\ndata:  two\r\n\r\nevent: lost\n\ndata: tail\n";
        let whole = [event("a", "{\"é\":\n1}"), event("message", " two")];
        for size in 1..=text.len() {
            let mut events = Events::default();
            let got: Vec<Event> = text.as_bytes().chunks(size).flat_map(|chunk| events.feed(chunk)).collect();
            assert_eq!(got, whole, "in pieces of {size}");
        }
    }
}
