//! What is shown and printed.

use super::common::Response;
use crate::json::Str;
use crate::limits;
use crate::nexo::list::List;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::Base64;
use crate::nexo::vocabulary::{
    Alignment, BarcodeType, CharacterHeight, CharacterStyle, CharacterWidth, Device, InfoQualify, MenuEntryTag,
    OutputFormat,
};
use crate::nexo::word::Word;

structure! {
    /// Something to show or print, in one of four formats.
    pub struct OutputContent<'a> checked by member_of_the_format {
        required {
            output_format: Word<'a, OutputFormat> = "OutputFormat";
        }
        optional {
            /// With the format `MessageRef`; Adyen has it beside texts, too, where it names a screen for an input.
            predefined_content: PredefinedContent<'a> = "PredefinedContent";
            /// With the format `Text`.
            output_text: List<'a, OutputText<'a>> = "OutputText";
            /// With the format `XHTML`.
            output_xhtml: Base64<'a> = "OutputXHTML", 1..=limits::NEXO_XHTML;
            /// With the format `BarCode`.
            output_barcode: OutputBarcode<'a> = "OutputBarcode";
        }
    }
}

/// What the format promises must be there (nexo Sale to POI 3.0 schema). That nothing else may be is not asked: Adyen's
/// own screens for inputs break it.
fn member_of_the_format(content: &OutputContent<'_>, rule: &mut Rule<'_, '_, '_>) {
    rule.lacking(match content.output_format.listed() {
        Some(OutputFormat::Text) if content.predefined_content.is_none() => "OutputText",
        Some(OutputFormat::MessageRef) => "PredefinedContent",
        Some(OutputFormat::Xhtml) => "OutputXHTML",
        Some(OutputFormat::BarCode) => "OutputBarcode",
        _ => return,
    });
}

structure! {
    /// A text or screen that the terminal has.
    pub struct PredefinedContent<'a> {
        required {
            /// Its name, or with events during a payment a form: `TransactionID=...&TimeStamp=...&event=...`.
            reference_id: Str<'a> = "ReferenceID";
        }
        optional {
            language: Str<'a> = "Language", 2..=2;
        }
    }
}

structure! {
    /// A text, with how it looks.
    pub struct OutputText<'a> {
        required {
            /// On receipts of Adyen a form: `name=...&value=...&key=...`.
            text: Str<'a> = "Text";
        }
        optional {
            character_set: u32 = "CharacterSet";
            start_row: u32 = "StartRow", 1..=500;
            start_column: u32 = "StartColumn", 1..=500;
            character_width: Word<'a, CharacterWidth> = "CharacterWidth";
            character_height: Word<'a, CharacterHeight> = "CharacterHeight";
            character_style: Word<'a, CharacterStyle> = "CharacterStyle";
            alignment: Word<'a, Alignment> = "Alignment";
            /// `true` if absent.
            end_of_line_flag: bool = "EndOfLineFlag";
        }
    }
}

structure! {
    /// A barcode.
    pub struct OutputBarcode<'a> {
        required {
            barcode_value: Str<'a> = "BarcodeValue";
        }
        optional {
            barcode_type: Word<'a, BarcodeType> = "BarcodeType";
        }
    }
}

structure! {
    /// Something to show on one device.
    pub struct DisplayOutput<'a> {
        required {
            device: Word<'a, Device> = "Device";
            info_qualify: Word<'a, InfoQualify> = "InfoQualify";
            output_content: OutputContent<'a> = "OutputContent";
        }
        optional {
            /// `true` if absent.
            response_required_flag: bool = "ResponseRequiredFlag";
            /// Seconds; 0 if absent.
            minimum_display_time: u32 = "MinimumDisplayTime", 0..=999;
            menu_entry: List<'a, MenuEntry<'a>> = "MenuEntry";
            output_signature: Base64<'a> = "OutputSignature";
        }
    }
}

structure! {
    /// An entry of a menu.
    pub struct MenuEntry<'a> {
        required {
            output_format: Word<'a, OutputFormat> = "OutputFormat";
        }
        optional {
            menu_entry_tag: Word<'a, MenuEntryTag> = "MenuEntryTag";
            default_selected_flag: bool = "DefaultSelectedFlag";
            predefined_content: PredefinedContent<'a> = "PredefinedContent";
            output_text: List<'a, OutputText<'a>> = "OutputText";
            output_xhtml: Base64<'a> = "OutputXHTML", 1..=limits::NEXO_XHTML;
        }
    }
}

structure! {
    /// How an output went.
    pub struct OutputResult<'a> {
        required {
            device: Word<'a, Device> = "Device";
            info_qualify: Word<'a, InfoQualify> = "InfoQualify";
            response: Response<'a> = "Response";
        }
    }
}
