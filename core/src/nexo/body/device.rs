//! Displays, keyboards and printers.

use super::common::Response;
use super::output::{DisplayOutput, MenuEntry, OutputContent, OutputResult};
use crate::json::Str;
use crate::nexo::header::MessageReference;
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::{Base64, Digits};
use crate::nexo::vocabulary::{Device, DocumentQualifier, InfoQualify, InputCommand, ResponseMode};
use crate::nexo::word::{Vocabulary, Word};

structure! {
    /// Asks to show something.
    pub struct DisplayRequest<'a> checked by one_output_for_each_place {
        required {
            display_output: List<'a, DisplayOutput<'a>> = "DisplayOutput", 1..=usize::MAX;
        }
    }
}

/// At most one output for each device and what is shown there (nexo Sale to POI 3.0 schema).
fn one_output_for_each_place(request: &DisplayRequest<'_>, rule: &mut Rule<'_, '_, '_>) {
    let mut seen = 0u64;
    for (index, output) in request.display_output.iter().enumerate() {
        let (Some(device), Some(what)) = (output.device.listed(), output.info_qualify.listed()) else { continue };
        // Both are numbers of a nibble: 4 devices, 10 kinds.
        let place = 1u64.wrapping_shl(u32::from(device.index()) << 4 | u32::from(what.index()));
        if seen & place != 0 {
            rule.invalid_element("DisplayOutput", index);
        }
        seen |= place;
    }
}

structure! {
    /// Tells for each output, in the same order, how it went.
    pub struct DisplayResponse<'a> {
        required {
            output_result: List<'a, OutputResult<'a>> = "OutputResult";
        }
    }
}

structure! {
    /// Asks somebody something.
    pub struct InputRequest<'a> {
        required {
            input_data: InputData<'a> = "InputData";
        }
        optional {
            display_output: DisplayOutput<'a> = "DisplayOutput";
        }
    }
}

structure! {
    /// What is asked for.
    pub struct InputData<'a> {
        required {
            device: Word<'a, Device> = "Device";
            info_qualify: Word<'a, InfoQualify> = "InfoQualify";
            input_command: Word<'a, InputCommand> = "InputCommand";
        }
        optional {
            notify_card_input_flag: bool = "NotifyCardInputFlag";
            /// Seconds.
            max_input_time: u32 = "MaxInputTime";
            immediate_response_flag: bool = "ImmediateResponseFlag";
            min_length: u32 = "MinLength";
            max_length: u32 = "MaxLength";
            max_decimal_length: u32 = "MaxDecimalLength";
            /// `true` if absent.
            wait_user_validation_flag: bool = "WaitUserValidationFlag";
            default_input_string: Str<'a> = "DefaultInputString";
            string_mask: Str<'a> = "StringMask";
            from_right_to_left_flag: bool = "FromRightToLeftFlag";
            mask_characters_flag: bool = "MaskCharactersFlag";
            beep_key_flag: bool = "BeepKeyFlag";
            global_correction_flag: bool = "GlobalCorrectionFlag";
            disable_cancel_flag: bool = "DisableCancelFlag";
            disable_correct_flag: bool = "DisableCorrectFlag";
            disable_valid_flag: bool = "DisableValidFlag";
            menu_back_flag: bool = "MenuBackFlag";
        }
    }
}

structure! {
    /// Tells what was answered.
    pub struct InputResponse<'a> {
        required {
            input_result: InputResult<'a> = "InputResult";
        }
        optional {
            /// If something was to be shown.
            output_result: OutputResult<'a> = "OutputResult";
        }
    }
}

structure! {
    /// How it went.
    pub struct InputResult<'a> {
        required {
            device: Word<'a, Device> = "Device";
            info_qualify: Word<'a, InfoQualify> = "InfoQualify";
            response: Response<'a> = "Response";
        }
        optional {
            input: Input<'a> = "Input";
        }
    }
}

structure! {
    /// What was answered: one of these.
    pub struct Input<'a> {
        required {
            input_command: Word<'a, InputCommand> = "InputCommand";
        }
        optional {
            confirmed_flag: bool = "ConfirmedFlag";
            function_key: Digits<'a> = "FunctionKey";
            text_input: Str<'a> = "TextInput";
            /// Zeros in front count.
            digit_input: Digits<'a> = "DigitInput";
            /// Encrypted.
            password: Raw<'a> = "Password";
            /// At Adyen one number for each entry, 0 or 1: whether it was chosen.
            menu_entry_number: List<'a, u32> = "MenuEntryNumber";
        }
    }
}

structure! {
    /// Asks to print something.
    pub struct PrintRequest<'a> {
        required {
            print_output: PrintOutput<'a> = "PrintOutput";
        }
    }
}

structure! {
    /// What to print.
    pub struct PrintOutput<'a> {
        required {
            document_qualifier: Word<'a, DocumentQualifier> = "DocumentQualifier";
            response_mode: Word<'a, ResponseMode> = "ResponseMode";
            output_content: OutputContent<'a> = "OutputContent";
        }
        optional {
            integrated_print_flag: bool = "IntegratedPrintFlag";
            required_signature_flag: bool = "RequiredSignatureFlag";
            output_signature: Base64<'a> = "OutputSignature";
        }
    }
}

structure! {
    /// Tells whether it was printed.
    pub struct PrintResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        expected {
            document_qualifier: Word<'a, DocumentQualifier> = "DocumentQualifier";
        }
    }
}

structure! {
    /// Changes what is asked for while it is asked. There is no answer.
    pub struct InputUpdate<'a> {
        required {
            message_reference: MessageReference<'a> = "MessageReference";
            output_content: OutputContent<'a> = "OutputContent";
        }
        optional {
            menu_entry: List<'a, MenuEntry<'a>> = "MenuEntry";
            output_signature: Base64<'a> = "OutputSignature";
            min_length: u32 = "MinLength";
            max_length: u32 = "MaxLength";
            max_decimal_length: u32 = "MaxDecimalLength";
        }
    }
}
