//! Talking to the chip of a card.

use super::common::Response;
use crate::nexo::structure::structure;
use crate::nexo::text::Base64;

structure! {
    /// A command to the chip; bytes in base64.
    pub struct CardReaderAPDURequest<'a> {
        required {
            apdu_class: Base64<'a> = "APDUClass", 4..=4;
            apdu_instruction: Base64<'a> = "APDUInstruction", 4..=4;
            apdu_par1: Base64<'a> = "APDUPar1", 4..=4;
            apdu_par2: Base64<'a> = "APDUPar2", 4..=4;
        }
        optional {
            apdu_data: Base64<'a> = "APDUData";
            apdu_expected_length: Base64<'a> = "APDUExpectedLength";
        }
    }
}

structure! {
    /// What the chip answered.
    pub struct CardReaderAPDUResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        expected {
            card_status_words: Base64<'a> = "CardStatusWords", 4..=4;
        }
        optional {
            apdu_data: Base64<'a> = "APDUData";
        }
    }
}
