//! How one peer writes, as data.

/// How listed words are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// As the vocabulary has them: `Contactless`.
    Listed,
    /// In capitals: `CONTACTLESS`.
    Upper,
}

/// How amounts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountForm {
    /// A JSON number: `10.99`.
    Number,
    /// A JSON string: `"10.99"`.
    Text,
}

/// How a member without a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsentForm {
    /// Not at all.
    LeftOut,
    /// As an explicit `null`.
    Null,
}

/// Departures from the documents that are read all the same; each is one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leniencies(u8);

impl Leniencies {
    /// None: what is not as documented is an error.
    pub const NONE: Self = Self(0);
    /// `true` and `false` as JSON strings. Old samples have them; terminals are not seen to write them.
    pub const BOOLEAN_TEXT: Self = Self(1);
    /// A JSON integer where a string of digits belongs. Adyen's OpenAPI description types card numbers, country codes
    /// and acquirers as integers, whose "minimum" and "maximum" are in truth lengths; terminals write strings.
    pub const INTEGER_DIGITS: Self = Self(1 << 1);
    /// An amount as a JSON string. Adyen's documents have numbers only.
    pub const AMOUNT_TEXT: Self = Self(1 << 2);
    /// Listed words in any case of letters.
    pub const ANY_CASE: Self = Self(1 << 3);
    /// `null` on an optional member means that it is absent, without a warning (observed with DataMesh). Otherwise it is
    /// as good as absent, with one: .NET tills write `"SecurityTrailer": null` (observed).
    pub const NULL_ABSENT: Self = Self(1 << 4);
    /// The nexo XML spelling of a name or word that Adyen spells otherwise, such as `MaskedPAN` and `OnLinePIN` (nexo
    /// Sale to POI 3.0 schema), and the names of Adyen's client libraries where they depart from the documents.
    pub const OTHER_SPELLINGS: Self = Self(1 << 5);

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A way to write Terminal API messages, and what is tolerated when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// What a user calls it.
    pub name: &'static str,
    /// Listed words.
    pub words: Case,
    /// Amounts.
    pub amounts: AmountForm,
    /// Members without a value.
    pub absent: AbsentForm,
    /// What is read all the same.
    pub lenient: Leniencies,
}

impl Dialect {
    /// Adyen's terminals and tills.
    pub const ADYEN: Self = Self {
        name: "adyen",
        words: Case::Listed,
        amounts: AmountForm::Number,
        absent: AbsentForm::LeftOut,
        lenient: Leniencies::INTEGER_DIGITS.and(Leniencies::OTHER_SPELLINGS),
    };

    /// As [`ADYEN`](Self::ADYEN), and everything in [`Leniencies`] is read.
    pub const ADYEN_LENIENT: Self = Self {
        name: "adyen-lenient",
        lenient: Self::ADYEN
            .lenient
            .and(Leniencies::BOOLEAN_TEXT)
            .and(Leniencies::AMOUNT_TEXT)
            .and(Leniencies::ANY_CASE)
            .and(Leniencies::NULL_ABSENT),
        ..Self::ADYEN
    };

    /// Words in capitals, amounts as strings, an explicit `null` for every absent member.
    pub const CAPITALS: Self = Self {
        name: "capitals",
        words: Case::Upper,
        amounts: AmountForm::Text,
        absent: AbsentForm::Null,
        lenient: Self::ADYEN_LENIENT.lenient,
    };

    /// Every dialect.
    pub const ALL: &'static [&'static Self] = &[&Self::ADYEN, &Self::ADYEN_LENIENT, &Self::CAPITALS];

    /// The dialect that a user calls so.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|dialect| dialect.name == name).copied()
    }
}
