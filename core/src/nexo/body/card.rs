//! Cards and what else is paid with.

use crate::json::Str;
use crate::nexo::card::{CardNumber, Hidden};
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::structure;
use crate::nexo::text::{Code, Digits, Time};
use crate::nexo::vocabulary::{
    CheckTypeCode, EntryMode, IdentificationType, PaymentInstrumentType, StoredValueAccountType, TokenRequestedType,
    TrackFormat,
};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// What is paid with, and one of its data.
    pub struct PaymentInstrumentData<'a> {
        required {
            payment_instrument_type: Word<'a, PaymentInstrumentType> = "PaymentInstrumentType";
        }
        optional {
            card_data: CardData<'a> = "CardData";
            check_data: CheckData<'a> = "CheckData";
            mobile_data: MobileData<'a> = "MobileData";
            stored_value_account_id: StoredValueAccountID<'a> = "StoredValueAccountID";
        }
    }
}

structure! {
    /// A card.
    pub struct CardData<'a> {
        optional {
            payment_brand: Str<'a> = "PaymentBrand";
            masked_pan: CardNumber<'a> = "MaskedPan" | "MaskedPAN";
            payment_account_ref: Str<'a> = "PaymentAccountRef";
            entry_mode: Cluster<EntryMode> = "EntryMode";
            card_country_code: Digits<'a> = "CardCountryCode", 3..=3;
            /// Encrypted.
            protected_card_data: Raw<'a> = "ProtectedCardData";
            sensitive_card_data: SensitiveCardData<'a> = "SensitiveCardData";
            payment_token: PaymentToken<'a> = "PaymentToken";
            allowed_product_code: List<'a, Str<'a>> = "AllowedProductCode";
            /// Not looked at.
            allowed_product: Raw<'a> = "AllowedProduct";
            /// Not looked at.
            customer_order: Raw<'a> = "CustomerOrder";
        }
    }
}

structure! {
    /// What of a card is a secret.
    pub struct SensitiveCardData<'a> {
        optional {
            pan: CardNumber<'a> = "PAN", 8..=28;
            card_seq_numb: Hidden<'a> = "CardSeqNumb", 2..=3;
            expiry_date: Hidden<'a> = "ExpiryDate", 4..=4;
            track_data: List<'a, TrackData<'a>> = "TrackData";
        }
    }
}

structure! {
    /// A track of a card or a line of a check.
    pub struct TrackData<'a> {
        required {
            track_value: Hidden<'a> = "TrackValue" | "Value", 1..=104;
        }
        optional {
            track_numb: u32 = "TrackNumb", 1..=3;
            track_format: Word<'a, TrackFormat> = "TrackFormat";
        }
    }
}

structure! {
    /// Stands for a card.
    pub struct PaymentToken<'a> {
        required {
            token_requested_type: Word<'a, TokenRequestedType> = "TokenRequestedType";
            /// Money may be moved with it, so it is not shown.
            token_value: Hidden<'a> = "TokenValue";
        }
        optional {
            expiry_date_time: Time<'a> = "ExpiryDateTime";
        }
    }
}

structure! {
    /// A check.
    pub struct CheckData<'a> {
        optional {
            bank_id: Code<'a> = "BankID";
            account_number: Hidden<'a> = "AccountNumber";
            check_number: Code<'a> = "CheckNumber";
            track_data: TrackData<'a> = "TrackData";
            check_card_number: CardNumber<'a> = "CheckCardNumber";
            type_code: Word<'a, CheckTypeCode> = "TypeCode";
            country: Str<'a> = "Country";
        }
    }
}

structure! {
    /// A telephone.
    pub struct MobileData<'a> {
        optional {
            mobile_country_code: Digits<'a> = "MobileCountryCode";
            mobile_network_code: Digits<'a> = "MobileNetworkCode";
            masked_msisdn: Str<'a> = "MaskedMSISDN";
            geolocation: Raw<'a> = "Geolocation";
            /// Encrypted.
            protected_mobile_data: Raw<'a> = "ProtectedMobileData";
            sensitive_mobile_data: SensitiveMobileData<'a> = "SensitiveMobileData";
        }
    }
}

structure! {
    /// What of a telephone is a secret.
    pub struct SensitiveMobileData<'a> {
        required {
            msisdn: Hidden<'a> = "MSISDN";
        }
        optional {
            imsi: Hidden<'a> = "IMSI";
            imei: Hidden<'a> = "IMEI";
        }
    }
}

structure! {
    /// How the account of a gift card or the like is known.
    pub struct StoredValueAccountID<'a> {
        required {
            stored_value_account_type: Word<'a, StoredValueAccountType> = "StoredValueAccountType";
            entry_mode: Cluster<EntryMode> = "EntryMode";
            identification_type: Word<'a, IdentificationType> = "IdentificationType";
            /// Whoever knows it can pay with it.
            stored_value_id: Hidden<'a> = "StoredValueID" | "Value";
        }
        optional {
            stored_value_provider: Str<'a> = "StoredValueProvider";
            owner_name: Str<'a> = "OwnerName";
            expiry_date: Hidden<'a> = "ExpiryDate", 4..=4;
        }
    }
}
