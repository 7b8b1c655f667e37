//! A bundle: which names stand for which commits, and the pack with their objects.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
};

use design::repository::RepositoryFile;
use flate2::bufread::ZlibDecoder;
use jiff::Timestamp;
use sha1::{Digest, Sha1};

use super::{Kind, ObjectId, object_id, write_tree};
use crate::{Bodies, MissingBody, binary::deflated};

/// First line of a bundle of SHA-1 objects.
const SIGNATURE: &str = "# v2 git bundle\n";
/// `PACK`, then version 2.
const PACK_HEAD: &[u8; 8] = b"PACK\0\0\0\x02";
/// Largest object that is read back: far above any generated file, far below a function's memory.
const OBJECT_MAX_BYTES: u64 = 64_000_000;

/// A bundle that is not one of ours, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored history cannot be read: {0}")]
pub struct Damaged(pub &'static str);

/// Someone with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Name for people.
    pub name: String,
    /// Address; it need not take mail.
    pub email: String,
}

impl Person {
    /// As a commit names a person; what git does not take in a name is left out.
    fn signature(&self, at: Timestamp) -> String {
        let clean = |text: &str, without: &str| -> String {
            let text: String = text.chars().filter(|c| !c.is_control() && !"<>\n".contains(*c)).collect();
            // git itself cuts these off both ends of a name.
            let text = text.trim_matches(|c: char| c.is_whitespace() || ".,:;\"'\\".contains(c));
            text.chars().filter(|c| !without.contains(*c)).collect()
        };
        let (mut name, mut email) = (clean(&self.name, ""), clean(&self.email, " "));
        if name.is_empty() {
            name = "Unknown".to_owned();
        }
        if email.is_empty() {
            email = "unknown@invalid".to_owned();
        }
        // No zone: the same moment is the same bytes everywhere.
        format!("{name} <{email}> {} +0000", at.as_second().max(0))
    }
}

/// A version as a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Number of the version; its tag is `v` with this number.
    pub version: u32,
    /// Number of the version that it continues, where there is one in the history.
    pub parent: Option<u32>,
    /// Who asked for it.
    pub author: Person,
    /// Who wrote it.
    pub committer: Person,
    /// When the version was begun.
    pub at: Timestamp,
    /// First line of the message.
    pub subject: String,
    /// The rest of the message, in Markdown.
    pub body: String,
}

impl Commit {
    fn message(&self) -> String {
        // A zero byte would end the message for many a reader.
        let clean = |text: &str| text.replace('\0', "").trim().to_owned();
        let subject = clean(&self.subject.split_whitespace().collect::<Vec<_>>().join(" "));
        let subject = if subject.is_empty() { format!("Version {}", self.version) } else { subject };
        match clean(&self.body) {
            body if body.is_empty() => format!("{subject}\n"),
            body => format!("{subject}\n\n{body}\n"),
        }
    }
}

/// The versions of a project so far.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Tags and commits by the versions' numbers.
    versions: BTreeMap<u32, (ObjectId, ObjectId)>,
    /// The objects, as they stand in the pack after its head.
    objects: Vec<u8>,
    /// Names of the objects.
    ids: BTreeSet<ObjectId>,
}

impl History {
    /// Reads a bundle that [`History::bundle`] wrote.
    ///
    /// # Errors
    /// When it is another kind of file, is not whole, or was changed.
    pub fn read(bundle: &[u8]) -> Result<Self, Damaged> {
        let rest = bundle.strip_prefix(SIGNATURE.as_bytes()).ok_or(Damaged("it has another first line"))?;
        let end = rest.windows(2).position(|pair| pair == b"\n\n").ok_or(Damaged("its head has no end"))?;
        let pack = &rest[end + 2..];
        let mut history = Self::default();
        let mut kinds = BTreeMap::new();
        history.read_pack(pack, |id, kind, content| {
            let target = (kind == Kind::Tag).then(|| content.get(7..47).map(<[u8]>::to_vec)).flatten();
            kinds.insert(id.to_string(), (id, kind, target));
        })?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|_| Damaged("its head is not text"))?;
        for line in head.lines() {
            let (id, name) = line.split_once(' ').ok_or(Damaged("a line of its head has no name"))?;
            let Some(version) = name.strip_prefix("refs/tags/v").and_then(|number| number.parse().ok()) else {
                continue;
            };
            let (tag, _, target) = kinds.get(id).ok_or(Damaged("a name stands for nothing"))?;
            let target = target.as_ref().and_then(|hex| std::str::from_utf8(hex).ok());
            let (commit, kind, _) =
                target.and_then(|commit| kinds.get(commit)).ok_or(Damaged("a tag stands for nothing"))?;
            if *kind != Kind::Commit {
                return Err(Damaged("a tag stands for no commit"));
            }
            history.versions.insert(version, (*tag, *commit));
        }
        Ok(history)
    }

    fn read_pack(&mut self, pack: &[u8], mut seen: impl FnMut(ObjectId, Kind, &[u8])) -> Result<(), Damaged> {
        let (inside, sum) = pack.split_last_chunk::<20>().ok_or(Damaged("its pack is too short"))?;
        if Sha1::digest(inside)[..] != sum[..] {
            return Err(Damaged("its pack is not the one that was written"));
        }
        let (head, count) = inside.get(..12).and_then(|head| head.split_last_chunk::<4>()).unwrap_or((&[], &[0; 4]));
        if head != PACK_HEAD {
            return Err(Damaged("its pack is of another kind"));
        }
        self.objects = inside[12..].to_vec();
        let mut left = &inside[12..];
        for _ in 0..u32::from_be_bytes(*count) {
            let (kind, size, head) = object_head(left)?;
            if size > OBJECT_MAX_BYTES {
                return Err(Damaged("an object is too large"));
            }
            let (content, used) = inflated(&left[head..], size)?;
            left = &left[head + used..];
            let id = object_id(kind, &content);
            self.ids.insert(id);
            seen(id, kind, &content);
        }
        if left.is_empty() { Ok(()) } else { Err(Damaged("its pack has more than it says")) }
    }

    /// Numbers of the versions in it.
    pub fn versions(&self) -> impl Iterator<Item = u32> {
        self.versions.keys().copied()
    }

    /// Takes what another history of the same project has and this one lacks, such as the other children of a parent.
    ///
    /// # Errors
    /// When the other one is damaged.
    pub fn join(&mut self, other: &Self) -> Result<(), Damaged> {
        let mut left = other.objects.as_slice();
        while !left.is_empty() {
            let (kind, size, head) = object_head(left)?;
            let (content, used) = inflated(&left[head..], size)?;
            let (this, rest) = left.split_at(head + used);
            if self.ids.insert(object_id(kind, &content)) {
                self.objects.extend_from_slice(this);
            }
            left = rest;
        }
        for (version, ids) in &other.versions {
            self.versions.entry(*version).or_insert(*ids);
        }
        Ok(())
    }

    fn add(&mut self, kind: Kind, content: &[u8]) -> ObjectId {
        let id = object_id(kind, content);
        if self.ids.insert(id) {
            let mut size = content.len();
            let mut byte = ((kind as u8) << 4) | (size & 0x0f) as u8;
            size >>= 4;
            while size > 0 {
                self.objects.push(byte | 0x80);
                byte = (size & 0x7f) as u8;
                size >>= 7;
            }
            self.objects.push(byte);
            self.objects.extend(deflated(content));
        }
        id
    }

    /// Adds a version with its tag. A version that is there already stays as it is.
    ///
    /// # Errors
    /// When a file's body is not among `bodies`.
    pub fn commit(&mut self, commit: &Commit, files: &[RepositoryFile], bodies: &Bodies) -> Result<(), MissingBody> {
        if self.versions.contains_key(&commit.version) {
            return Ok(());
        }
        let tree = write_tree(files, bodies, &mut |kind, content| self.add(kind, content))?;
        let mut text = format!("tree {tree}\n");
        if let Some((_, parent)) = commit.parent.and_then(|parent| self.versions.get(&parent)) {
            text.push_str(&format!("parent {parent}\n"));
        }
        let committer = commit.committer.signature(commit.at);
        text.push_str(&format!("author {}\ncommitter {committer}\n\n", commit.author.signature(commit.at)));
        text.push_str(&commit.message());
        let id = self.add(Kind::Commit, text.as_bytes());
        let subject = commit.message().lines().next().unwrap_or_default().to_owned();
        let tag = format!("object {id}\ntype commit\ntag v{}\ntagger {committer}\n\n{subject}\n", commit.version);
        let tag = self.add(Kind::Tag, tag.as_bytes());
        self.versions.insert(commit.version, (tag, id));
        Ok(())
    }

    /// The history as a bundle whose branch `main` is this version. The same history gives the same bytes.
    pub fn bundle(&self, main: u32) -> Vec<u8> {
        let mut bytes = SIGNATURE.as_bytes().to_vec();
        if let Some((_, commit)) = self.versions.get(&main) {
            bytes.extend_from_slice(format!("{commit} HEAD\n{commit} refs/heads/main\n").as_bytes());
        }
        for (version, (tag, _)) in &self.versions {
            bytes.extend_from_slice(format!("{tag} refs/tags/v{version}\n").as_bytes());
        }
        bytes.push(b'\n');
        let start = bytes.len();
        bytes.extend_from_slice(PACK_HEAD);
        bytes.extend_from_slice(&u32::try_from(self.ids.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(&self.objects);
        let sum = Sha1::digest(&bytes[start..]);
        bytes.extend_from_slice(&sum);
        bytes
    }
}

/// Kind, size, and the bytes that say so.
fn object_head(bytes: &[u8]) -> Result<(Kind, u64, usize), Damaged> {
    let ended = Damaged("its pack ends within an object");
    let first = *bytes.first().ok_or(ended.clone())?;
    let kind = Kind::of_number((first >> 4) & 0x07).ok_or(Damaged("its pack has an object of another kind"))?;
    let (mut size, mut shift, mut used) = (u64::from(first & 0x0f), 4, 1);
    let mut last = first;
    while last & 0x80 != 0 {
        last = *bytes.get(used).ok_or(ended.clone())?;
        if shift > 56 {
            return Err(Damaged("an object is too large"));
        }
        size |= u64::from(last & 0x7f) << shift;
        shift += 7;
        used += 1;
    }
    Ok((kind, size, used))
}

/// The content of this size at the beginning of `bytes`, and how many of them it took.
fn inflated(bytes: &[u8], size: u64) -> Result<(Vec<u8>, usize), Damaged> {
    let mut decoder = ZlibDecoder::new(bytes);
    let mut content = Vec::new();
    let read = decoder.by_ref().take(size + 1).read_to_end(&mut content);
    let used = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
    if read.is_err() || content.len() as u64 != size || used > bytes.len() {
        return Err(Damaged("an object is not as large as it says"));
    }
    Ok((content, used))
}
