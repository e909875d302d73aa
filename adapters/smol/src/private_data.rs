//! A caller's own types over what vendors put into `PrivateData` and journals.

use std::fmt;

use serde::de::DeserializeOwned;

/// Reads a type of the caller from a raw fragment: [`Notice::PrivateText`](crate::Notice::PrivateText) or
/// [`WholeSheet::journal`](crate::WholeSheet::journal).
///
/// A fragment has no root of its own, so its top elements become the fields of `T`. Names are matched without their
/// prefix. Blanks around texts are lost here, so this is nothing for receipt lines.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Loyalty {
///     #[serde(rename = "Points")]
///     points: u32,
///     #[serde(rename = "Member")]
///     member: Member,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Member {
///     #[serde(rename = "@Level")]
///     level: String,
///     #[serde(rename = "#text")]
///     name: String,
/// }
///
/// let fragment = r#"<Points>12</Points><Member Level="gold">M. Muster</Member>"#;
/// let loyalty: Loyalty = opi_smol::private_data::from_private_xml(fragment)?;
/// assert_eq!((loyalty.points, loyalty.member.level.as_str()), (12, "gold"));
/// assert_eq!(loyalty.member.name, "M. Muster");
/// # Ok::<(), opi_smol::private_data::PrivateDataError>(())
/// ```
///
/// # Errors
/// The fragment is not well-formed, or does not fit `T`. The sentence may quote the fragment. A fragment that
/// [is cut](crate::RawText::is_cut) may be well-formed all the same: look there first.
pub fn from_private_xml<T: DeserializeOwned>(fragment: &str) -> Result<T, PrivateDataError> {
    // A declaration cannot stand in the middle of a document.
    let body = match fragment.trim_start().strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, body)| body),
        None => fragment,
    };
    serde_xml_rs::from_str(&format!("<PrivateData>{body}</PrivateData>")).map_err(PrivateDataError)
}

/// Why a fragment could not be read.
#[derive(Debug)]
pub struct PrivateDataError(serde_xml_rs::Error);

impl fmt::Display for PrivateDataError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for PrivateDataError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize, PartialEq)]
    struct Two {
        #[serde(rename = "One")]
        one: Vec<String>,
    }

    #[test]
    fn a_declaration_in_front_does_not_matter() {
        let two: Two = from_private_xml("\n<?xml version=\"1.0\"?><One>a</One><One>b</One>").expect("two elements");
        assert_eq!(two.one, ["a", "b"]);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for fragment in ["<One>a</One><One>b", "<One>a</Two>", "<!DOCTYPE One><One>a</One>", "<One>&nothing;</One>"] {
            assert!(from_private_xml::<Two>(fragment).is_err(), "{fragment}");
        }
    }
}
