//! The AWS provider's schema, as `data/extract_schema.py` wrote it: unpacked once, and a type parsed when it is asked for.

use std::{collections::BTreeMap, io::Read, sync::OnceLock};

use flate2::read::GzDecoder;
use serde::Deserialize;

/// The packed schema.
const PACKED: &[u8] = include_bytes!("../../data/aws-provider-6.25.0.jsonl.gz");

/// What a line of the schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `resource`.
    Resource,
    /// `data`.
    Data,
    /// The provider's own configuration.
    Provider,
}

impl Kind {
    /// The keyword of the block.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Data => "data",
            Self::Provider => "provider",
        }
    }
}

/// Names and types of what a type or a block has.
pub type Members = BTreeMap<&'static str, Member>;

/// An argument, a block or something exported: a code, and what is inside. `data/extract_schema.py` says what the codes
/// mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Member {
    /// A plain value.
    Plain(&'static str),
    /// An object or a block.
    Nested(&'static str, Members),
}

/// Whether something may or must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It must be given.
    Required,
    /// It may be given.
    Optional,
    /// It is only exported.
    Exported,
}

impl Member {
    fn code(&self) -> &'static str {
        match self {
            Self::Plain(code) | Self::Nested(code, _) => code,
        }
    }

    /// Whether it may or must be given.
    pub fn usage(&self) -> Use {
        match self.code().as_bytes().first() {
            Some(b'!') => Use::Required,
            Some(b'=') => Use::Exported,
            _ => Use::Optional,
        }
    }

    /// True when it is written `name { }` and not `name = `.
    pub fn is_block(&self) -> bool {
        self.code().ends_with(['B', 'L'])
    }

    /// True when it may be written only once.
    pub fn is_single(&self) -> bool {
        self.code().ends_with('B')
    }

    /// The type of its value.
    pub fn value(&self) -> Type<'_> {
        match self {
            Self::Plain(code) => Type::of(code.get(1..).unwrap_or_default()),
            Self::Nested(code, members) => match code.as_bytes().last() {
                Some(b'l' | b'L') => Type::List(Box::new(Type::Object(members))),
                Some(b'm') => Type::Map(Box::new(Type::Object(members))),
                // An older block that may be there once is a list of one where it is referred to, a newer one an object.
                Some(b'B') => Type::ObjectOrList(members),
                _ => Type::Object(members),
            },
        }
    }
}

/// The type of a value.
#[derive(Debug, Clone)]
pub enum Type<'a> {
    /// Anything: nothing is known.
    Any,
    /// Text.
    String,
    /// A number.
    Number,
    /// A truth value.
    Boolean,
    /// A list or a set.
    List(Box<Type<'a>>),
    /// A map.
    Map(Box<Type<'a>>),
    /// An object with these members.
    Object(&'a Members),
    /// An object, or a list of one.
    ObjectOrList(&'a Members),
}

impl Type<'_> {
    fn of(code: &str) -> Self {
        match code.split_at_checked(1) {
            Some(("s", "")) => Self::String,
            Some(("n", "")) => Self::Number,
            Some(("b", "")) => Self::Boolean,
            Some(("l", inner)) => Self::List(Box::new(Self::of(inner))),
            Some(("m", inner)) => Self::Map(Box::new(Self::of(inner))),
            _ => Self::Any,
        }
    }

    /// What it is called in a message.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Object(_) | Self::ObjectOrList(_) => "an object",
        }
    }
}

/// The unpacked schema.
#[derive(Debug)]
pub struct Schema {
    /// Version of the provider.
    pub version: &'static str,
    types: BTreeMap<(Kind, &'static str), &'static str>,
}

#[derive(Deserialize)]
struct Header {
    version: &'static str,
}

impl Schema {
    /// The schema, unpacked the first time that it is asked for. A broken one is our own fault and is said as such.
    pub fn shared() -> Result<&'static Self, &'static str> {
        static TEXT: OnceLock<Option<String>> = OnceLock::new();
        static SCHEMA: OnceLock<Option<Schema>> = OnceLock::new();
        let text = TEXT.get_or_init(|| {
            let mut text = String::new();
            GzDecoder::new(PACKED).read_to_string(&mut text).ok().map(|_| text)
        });
        let schema = SCHEMA.get_or_init(|| Self::read(text.as_deref()?));
        schema.as_ref().ok_or("the packed schema of the provider cannot be read")
    }

    fn read(text: &'static str) -> Option<Self> {
        let mut lines = text.lines();
        let header: Header = serde_json::from_str(lines.next()?).ok()?;
        let mut types = BTreeMap::new();
        for line in lines {
            let (kind, rest) = line.split_once(' ')?;
            let (name, members) = rest.split_once(' ')?;
            let kind = match kind {
                "resource" => Kind::Resource,
                "data" => Kind::Data,
                "provider" => Kind::Provider,
                _ => return None,
            };
            types.insert((kind, name), members);
        }
        Some(Self { version: header.version, types })
    }

    /// The members of a type; `None` when the provider has no such type.
    pub fn members(&self, kind: Kind, name: &str) -> Option<Members> {
        let members = self.types.get(&(kind, name))?;
        serde_json::from_str(members).ok()
    }

    /// How many types it knows.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.types.len()
    }
}
