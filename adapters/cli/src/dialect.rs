//! The dialects by their names on the command line.

use clap::ValueEnum;
use opi_core::opi::Profile;

/// A dialect of OPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// Nexi Switzerland
    Nexi,
    /// CCV OPI-NL
    CcvNl,
    /// CCV OPI-DE and other German terminals
    OpiDe,
    /// IFSF-XML, forecourts
    Ifsf,
}

impl Dialect {
    /// The dialect as data.
    pub(crate) const fn profile(self) -> &'static Profile {
        match self {
            Self::Nexi => &Profile::NEXI,
            Self::CcvNl => &Profile::CCV_NL,
            Self::OpiDe => &Profile::OPI_DE,
            Self::Ifsf => &Profile::IFSF,
        }
    }
}

/// Whose receipt routing `decode` uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reading {
    /// By what the message looks like
    Auto,
    /// Nexi Switzerland
    Nexi,
    /// CCV OPI-NL
    CcvNl,
    /// CCV OPI-DE and other German terminals
    OpiDe,
    /// IFSF-XML, forecourts
    Ifsf,
}
