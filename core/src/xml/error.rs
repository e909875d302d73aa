//! What is wrong with a document, and where; and why one cannot be written.

use core::fmt;

/// Why a document was refused, and at which byte. It is the fault of the peer that wrote the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct XmlError {
    /// Byte of the document, counted from 0 with a byte order mark included: the offending byte, or the first byte
    /// of the offending construct. The same however the document was cut into windows.
    pub offset: u32,
    /// What is wrong.
    pub kind: XmlErrorKind,
}

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// The document ends before its root element does, or inside something after it.
    UnexpectedEnd,
    /// A DTD: always refused, so that no entity can grow (the Nexi SDKs refuse it too).
    Doctype,
    /// A byte that is no character in the encoding of the document.
    Encoding,
    /// The declared encoding is not one this reader knows, or the byte order mark contradicts it.
    EncodingName,
    /// A character that XML 1.0 §2.2 does not allow, such as NUL.
    Character,
    /// The XML declaration is malformed or not at the very start.
    Declaration,
    /// A name with a character that does not belong there, or with misplaced colons.
    Name,
    /// A name longer than [`XML_NAME`](crate::limits::XML_NAME).
    NameTooLong,
    /// A tag with something else than attributes and its end.
    Tag,
    /// `=` or a quote is missing, or there is more white space around `=` than
    /// [`XML_EQUALS`](crate::limits::XML_EQUALS).
    Attribute,
    /// No white space before an attribute.
    Blank,
    /// Two attributes with the same name, or with the same namespace and local name.
    DuplicateAttribute,
    /// `<` in an attribute value.
    LessThan,
    /// `&` without a well-formed reference to a legal character.
    Reference,
    /// A reference to an entity that XML does not predefine.
    Entity,
    /// An end tag that does not belong to the innermost open element.
    EndTag,
    /// `]]>` in character data.
    CdataEnd,
    /// `--` inside a comment.
    Comment,
    /// A malformed processing instruction.
    Instruction,
    /// `<` or `<!` that begins nothing known.
    Markup,
    /// Something before or after the root element that is neither a comment nor a processing instruction.
    OutsideRoot,
    /// A second root element.
    SecondRoot,
    /// A prefix without a namespace.
    UnboundPrefix,
    /// A namespace declaration that Namespaces in XML 1.0 §3 forbids.
    Binding,
    /// More open elements than [`XML_DEPTH`](crate::limits::XML_DEPTH).
    Depth,
    /// More attributes in one tag than [`XML_ATTRIBUTES`](crate::limits::XML_ATTRIBUTES).
    Attributes,
    /// More namespace declarations in scope than [`XML_BINDINGS`](crate::limits::XML_BINDINGS).
    Bindings,
    /// Names and namespaces need more than [`XML_SCOPE`](crate::limits::XML_SCOPE) bytes.
    Scope,
}

impl XmlErrorKind {
    const fn sentence(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "the document ends too early",
            Self::Doctype => "a DTD is not allowed",
            Self::Encoding => "this byte is no character in the document's encoding",
            Self::EncodingName => "this encoding is not supported",
            Self::Character => "XML does not allow this character",
            Self::Declaration => "the XML declaration is malformed or not at the very start",
            Self::Name => "this is no name",
            Self::NameTooLong => "this name is too long",
            Self::Tag => "this tag is malformed",
            Self::Attribute => "this attribute is malformed",
            Self::Blank => "white space is missing before this attribute",
            Self::DuplicateAttribute => "an attribute occurs twice",
            Self::LessThan => "`<` is not allowed in an attribute value",
            Self::Reference => "this is no reference to a legal character",
            Self::Entity => "this entity is not known",
            Self::EndTag => "this end tag closes another element than the open one",
            Self::CdataEnd => "`]]>` is not allowed in text",
            Self::Comment => "`--` is not allowed in a comment",
            Self::Instruction => "this processing instruction is malformed",
            Self::Markup => "this markup is not known",
            Self::OutsideRoot => "only comments and processing instructions may stand outside the root element",
            Self::SecondRoot => "a document has one root element only",
            Self::UnboundPrefix => "a prefix has no namespace",
            Self::Binding => "this namespace declaration is not allowed",
            Self::Depth => "too many open elements",
            Self::Attributes => "too many attributes in one tag",
            Self::Bindings => "too many namespace declarations",
            Self::Scope => "the names and namespaces in scope are too long",
        }
    }
}

/// Says only what is wrong; the place is in [`offset`](XmlError::offset).
impl fmt::Display for XmlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)
    }
}

impl fmt::Display for XmlErrorKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.sentence())
    }
}

impl core::error::Error for XmlError {}

/// Why there is no document. It is the fault of the caller; [`Full`](WriteError::Full) may also be solved with a
/// larger buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WriteError {
    /// The buffer is too small.
    Full,
    /// A character that XML 1.0 §2.2 does not allow, such as a control character; there is no way to escape it.
    Character,
    /// A name with a character that does not belong there (only ASCII names are written).
    Name,
    /// More open elements than [`XML_DEPTH`](crate::limits::XML_DEPTH).
    Depth,
    /// Something at a place where it cannot stand: an attribute behind content, text outside the root element, a
    /// second root element, an end without a begin, a declaration not at the start, an element never ended.
    Place,
    /// A value's `Display` reported an error.
    Display,
}

impl fmt::Display for WriteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Full => "the buffer is too small for the document",
            Self::Character => "XML cannot hold one of the characters",
            Self::Name => "a name has a character that XML does not allow",
            Self::Depth => "too many open elements",
            Self::Place => "something was written where XML does not allow it",
            Self::Display => "a value could not be shown",
        })
    }
}

impl core::error::Error for WriteError {}
