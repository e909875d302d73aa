//! Records of services, errors and of what terminals put into `PrivateData`.

use super::payment::Timestamp;
use crate::id::Id;
use crate::limits;
use crate::money::Decimal;
use crate::secret::Secret;
use crate::text::Text;

type Short = Id<{ limits::SHORT_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;
type Name = Text<{ limits::NAME }>;

record! {
    /// Why a payment was declined (Nexi). Found wherever it stands, as attributes or as elements.
    pub struct Diagnosis = "Diagnosis" {
        /// `0`: the host did not decline.
        host_decline_reason: Option<Number> = attribute ["HostDeclineReason"], told;
        /// `0`: the terminal did not decline; `107`: the cardholder pressed stop.
        terminal_decline_reason: Option<Number> = attribute ["TerminalDeclineReason"], told;
    }
}

record! {
    /// What German terminals say besides.
    pub struct PrivateFacts = "PrivateData" {
        /// How the cardholder was verified: `PIN`.
        card_holder_authentication: Option<Short> = element ["CardHolderAuthentication"];
        /// How the card was read: `NFC`.
        card_technology_type: Option<Short> = element ["CardTechnologyType"];
        /// How the cardholder was verified: `NoCVM`.
        card_verification_method: Option<Short> = element ["CardVerificationMethod"];
        /// Code, also with success.
        error_code: Option<Number> = element ["ErrorCode"], told;
        /// Text for the cashier.
        error_text: Text<{ limits::REMARK }> = element ["ErrorText"], told;
        /// Version of the terminal's program.
        software_version: Option<Short> = element ["SoftwareVersion"], told;
        /// When the terminal will restart next.
        reboot_info: Option<Timestamp> = element ["RebootInfo"], told;
        /// Hash of the card number: whoever has it can find the number.
        pan_hash: Secret<{ limits::TOKEN }> = element ["PANHash"] in "HashData";
    }
}

record! {
    /// Identity and state of a terminal (Nexi).
    pub struct Identification = "Identification" {
        /// Terminal.
        terminal_id: Option<Short> = attribute ["TerminalID"], told;
        /// Its address.
        terminal_ip: Option<Id<{ limits::LONG_ID }>> = attribute ["TerminalIP"], told;
        /// Version of its program.
        app_version: Option<Short> = attribute ["AppVersion"], told;
        /// Merchant number of ep2.
        ep2_mid: Option<Short> = attribute ["Ep2MID"], told;
        /// State.
        terminal_status: Option<Short> = attribute ["TerminalStatus"], told;
        /// State within the state.
        terminal_sub_status: Option<Short> = attribute ["TerminalSubStatus"], told;
        /// Model.
        hardware: Option<Short> = attribute ["Hardware"], told;
        /// Serial number.
        serial_number: Option<Id<{ limits::LONG_ID }>> = attribute ["SerialNumber"], told;
        /// Name of the configuration.
        configuration_name: Option<Id<{ limits::LONG_ID }>> = attribute ["ConfigurationName"], told;
        /// Version of the configuration.
        configuration_version: Option<Short> = attribute ["ConfigurationVersion"], told;
    }
}

record! {
    /// Name of an acquirer of the terminal (Nexi).
    pub struct Acq = "Acq" {
        /// Name.
        name: Name = text, told;
    }
}

record! {
    /// How many stored transactions were submitted (IFSF).
    pub struct Submission = "Submission" {
        /// Language of the texts.
        language_code: Option<Id<8>> = attribute ["LanguageCode"];
        /// Submitted.
        successful: Option<u32> = attribute ["NumberPayments"] in "Successful", told;
        /// How much was submitted.
        successful_amount: Option<Decimal> = text in "Successful";
        /// Not submitted.
        failed: Option<u32> = attribute ["NumberPayments"] in "Failed", told;
        /// How much was not.
        failed_amount: Option<Decimal> = text in "Failed";
    }
}

record! {
    /// Result of a self test, for people (IFSF).
    pub struct DiagnosisResult = "DiagnosisResult" {
        /// Text.
        text: Text<{ limits::REMARK }> = text, told;
    }
}

record! {
    /// Which prepaid agent is asked (IFSF).
    pub struct Agent = "Agent" {
        /// Name.
        name: Option<Id<{ limits::LONG_ID }>> = text;
    }
}

record! {
    /// One structured error (IFSF).
    pub struct ErrorDetail = "Error" {
        /// Category.
        category: Option<Number> = attribute ["Category"];
        /// Code.
        code: Option<Number> = attribute ["Code"], told;
        /// Severity.
        severity: Option<Number> = attribute ["Severity"];
        /// Text for people.
        description: Text<{ limits::REMARK }> = attribute ["Description"], told;
    }
}

record! {
    /// What a server answered besides the errors (ATS).
    pub struct ErrorResponse = "Response" {
        /// Word or text.
        text: Text<{ limits::REMARK }> = text;
    }
}

record! {
    /// The language of the texts of an element.
    pub struct Language = "" {
        /// `de`, ...
        language_code: Option<Id<8>> = attribute ["LanguageCode"];
    }
}

record! {
    /// What is to be loaded into the PIN pad (IFSF; the choices are those of ATS).
    pub struct PinPadProgramLoad = "PINPadProgramLoad" {
        /// The program, even if it is there.
        force_application: Option<bool> = element ["ForceApplication"];
        /// The contactless kernel, even if it is there.
        force_contactless: Option<bool> = element ["ForceContactless"];
        /// The firmware, even if it is there.
        force_firmware: Option<bool> = element ["ForceFirmware"];
        /// The operating system, even if it is there.
        force_operating_system: Option<bool> = element ["ForceOperatingSystem"];
        /// The encryption.
        install_encrypt: Option<bool> = element ["InstallEncrypt"];
    }
}

record! {
    /// Which public key is asked for (IFSF).
    pub struct EncryptionRsa = "EncryptionRSA" {
        /// Name of the key.
        key: Secret<{ limits::TOKEN }> = text;
    }
}

record! {
    /// Exponent of the terminal's public key (IFSF).
    pub struct EncryptionExponent = "EncryptionExponent" {
        /// As hexadecimal digits.
        hex: Secret<{ limits::TOKEN }> = text;
    }
}

record! {
    /// Reference of the answer (IFSF).
    pub struct ServiceReference = "Reference" {
        /// Reference.
        text: Text<{ limits::REMARK }> = text;
    }
}

record! {
    /// Versions of one device (ATS).
    pub struct Device = "Device" {
        /// Point of payment.
        pop_id: Option<Short> = attribute ["POPID"];
        /// Serial number.
        serial_number: Option<Id<{ limits::LONG_ID }>> = element ["SerialNumber"];
        /// Time.
        time_stamp: Option<Timestamp> = element ["TimeStamp"];
        /// Approval number.
        ptid: Option<Id<{ limits::LONG_ID }>> = element ["PTID"];
        /// Maker.
        manufacturer: Option<Id<{ limits::LONG_ID }>> = element ["Manufacturer"];
        /// Model.
        model: Option<Id<{ limits::LONG_ID }>> = element ["Model"];
        /// Program.
        application_name: Option<Id<{ limits::LONG_ID }>> = element ["ApplicationName"];
        /// Version of the program.
        application_version: Option<Short> = element ["ApplicationVersion"];
        /// Contactless kernel.
        contactless_kernel_name: Option<Id<{ limits::LONG_ID }>> = element ["ContactlessKernelName"];
        /// Version of the contactless kernel.
        contactless_kernel_version: Option<Short> = element ["ContactlessKernelVersion"];
        /// Firmware.
        firmware_name: Option<Id<{ limits::LONG_ID }>> = element ["FirmwareName"];
        /// Version of the firmware.
        firmware_version: Option<Short> = element ["FirmwareVersion"];
        /// Operating system.
        os_name: Option<Id<{ limits::LONG_ID }>> = element ["OSName"];
        /// Version of the operating system.
        os_version: Option<Short> = element ["OSVersion"];
        /// Module that encrypts.
        encryption_module_name: Option<Id<{ limits::LONG_ID }>> = element ["EncryptionModuleName"];
        /// Version of the module that encrypts.
        encryption_module_version: Option<Short> = element ["EncryptionModuleVersion"];
        /// Product.
        product: Option<Id<{ limits::LONG_ID }>> = element ["Product"];
    }
}
