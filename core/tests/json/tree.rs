//! A document as a tree: by our values, by our tokens, and by `serde_json`.

use std::fmt;

use opi_core::json::{Document, Error, Kind, Limits, Mark, Reader, Str, Token, Value};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Object(Vec<(String, Tree)>),
    Array(Vec<Tree>),
    Text(String),
    /// As it is written.
    Number(String),
    Boolean(bool),
    Null,
}

impl Tree {
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            Self::Array(elements) => 1 + elements.iter().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether one of its objects has two members with the same name.
    pub(crate) fn has_duplicates(&self) -> bool {
        match self {
            Self::Object(members) => members.iter().enumerate().any(|(place, (name, value))| {
                members[..place].iter().any(|(other, _)| other == name) || value.has_duplicates()
            }),
            Self::Array(elements) => elements.iter().any(Self::has_duplicates),
            _ => false,
        }
    }
}

/// What `serde_json` reads: every string decoded, every member kept.
pub(crate) fn theirs(document: &[u8]) -> serde_json::Result<Tree> {
    from_raw(serde_json::from_slice(document)?)
}

fn from_raw(raw: &RawValue) -> serde_json::Result<Tree> {
    let text = raw.get();
    Ok(match text.as_bytes()[0] {
        b'{' => {
            let mut members = Vec::new();
            for (name, value) in serde_json::Deserializer::from_str(text).deserialize_map(AllMembers)? {
                members.push((name, from_raw(value)?));
            }
            Tree::Object(members)
        }
        b'[' => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            Tree::Array(elements.into_iter().map(from_raw).collect::<Result<_, _>>()?)
        }
        b'"' => Tree::Text(serde_json::from_str(text)?),
        b't' | b'f' => Tree::Boolean(serde_json::from_str(text)?),
        b'n' => serde_json::from_str::<()>(text).map(|()| Tree::Null)?,
        _ => Tree::Number(text.to_owned()),
    })
}

struct AllMembers;

impl<'d> Visitor<'d> for AllMembers {
    type Value = Vec<(String, &'d RawValue)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'d>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// What we read, by values and by tokens, which must agree, whatever memory is lent for marks.
pub(crate) fn ours(document: &[u8], limits: Limits) -> Result<Tree, Error> {
    let by_tokens = from_tokens(document, limits);
    let by_values = Document::parse_within(document, limits).map(|document| from_value(document.root()));
    assert_eq!(by_tokens, by_values, "{}", document.escape_ascii());
    // None fits, some, all.
    for room in [1, document.len() % 7, document.len() / 4, document.len()] {
        let mut marks = vec![Mark::NONE; room];
        let marked = Document::parse_marked(document, limits, &mut marks);
        assert_eq!(marked.map(|marked| from_value(marked.root())), by_values, "{room}: {}", document.escape_ascii());
        if let (Ok(unmarked), Ok(marked)) = (Document::parse_within(document, limits), marked) {
            assert_eq!(as_written(unmarked.root()), as_written(marked.root()), "{room}: {}", document.escape_ascii());
        }
    }
    by_values
}

/// Every value as it stands.
fn as_written(value: Value<'_>) -> Vec<&str> {
    let mut all = vec![value.raw()];
    all.extend(value.object().into_iter().flatten().flat_map(|(_, member)| as_written(member)));
    all.extend(value.array().into_iter().flatten().flat_map(as_written));
    all
}

/// The true text, by every way to it.
pub(crate) fn text(text: Str<'_>) -> String {
    let decoded: String = text.chars().collect();
    let mut buffer = vec![0; decoded.len()];
    assert_eq!(text.copy_into(&mut buffer), Some(decoded.as_str()));
    assert_eq!(text.len(), decoded.len());
    assert_eq!(text.char_count(), decoded.chars().count());
    assert_eq!(text.is_empty(), decoded.is_empty());
    assert!(text.plain().is_none_or(|plain| plain == decoded));
    assert!(text == decoded.as_str() && text == Str::from(decoded.as_str()));
    decoded
}

fn from_value(value: Value<'_>) -> Tree {
    let kinds = [
        value.object().map(|_| Kind::Object),
        value.array().map(|_| Kind::Array),
        value.text().map(|_| Kind::String),
        value.number().map(|_| Kind::Number),
        value.boolean().map(|_| Kind::Boolean),
        value.is_null().then_some(Kind::Null),
    ];
    assert!(kinds.into_iter().flatten().eq([value.kind()]), "a value is of one kind: {kinds:?}");
    if let Some(object) = value.object() {
        let members: Vec<_> = object.into_iter().map(|(name, value)| (text(name), from_value(value))).collect();
        assert_eq!((object.len(), object.is_empty()), (members.len(), members.is_empty()));
        for (name, value) in &members {
            assert_eq!(object.get(name).map(from_value).as_ref(), Some(value));
        }
        assert!(object.get("a name that is nowhere").is_none());
        Tree::Object(members)
    } else if let Some(array) = value.array() {
        let elements: Vec<_> = array.into_iter().map(from_value).collect();
        assert_eq!((array.len(), array.is_empty()), (elements.len(), elements.is_empty()));
        Tree::Array(elements)
    } else if let Some(string) = value.text() {
        Tree::Text(text(string))
    } else if let Some(number) = value.number() {
        Tree::Number(number.raw().to_owned())
    } else {
        value.boolean().map_or(Tree::Null, Tree::Boolean)
    }
}

fn from_tokens(document: &[u8], limits: Limits) -> Result<Tree, Error> {
    let mut reader = Reader::new(document, limits);
    // The value of the document is the only element of this.
    let mut open = vec![Tree::Array(Vec::new())];
    let mut names = Vec::new();
    loop {
        let token = reader.next().inspect_err(|error| {
            assert_eq!(reader.next().err(), Some(*error), "an error is for good");
        })?;
        let value = match token {
            None => break,
            Some(Token::BeginObject) => {
                open.push(Tree::Object(Vec::new()));
                continue;
            }
            Some(Token::BeginArray) => {
                open.push(Tree::Array(Vec::new()));
                continue;
            }
            Some(Token::Name(name)) => {
                names.push(text(name));
                continue;
            }
            Some(Token::EndObject | Token::EndArray) => open.pop().unwrap(),
            Some(Token::String(string)) => Tree::Text(text(string)),
            Some(Token::Number(number)) => Tree::Number(number.raw().to_owned()),
            Some(Token::Boolean(boolean)) => Tree::Boolean(boolean),
            Some(Token::Null) => Tree::Null,
        };
        match open.last_mut().unwrap() {
            Tree::Object(members) => members.push((names.pop().unwrap(), value)),
            Tree::Array(elements) => elements.push(value),
            _ => unreachable!(),
        }
    }
    assert!(matches!(reader.next(), Ok(None)), "an end is for good");
    match open.as_slice() {
        [Tree::Array(root)] if root.len() == 1 => Ok(root[0].clone()),
        _ => panic!("the tokens are no tree: {open:?}"),
    }
}
