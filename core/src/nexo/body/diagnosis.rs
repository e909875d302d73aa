//! Whether a terminal can work.

use super::common::Response;
use crate::json::Str;
use crate::limits;
use crate::nexo::list::List;
use crate::nexo::raw::Raw;
use crate::nexo::structure::structure;
use crate::nexo::text::Code;
use crate::nexo::vocabulary::{GlobalStatus, PrinterStatus};
use crate::nexo::word::Word;

structure! {
    /// Asks whether a terminal can work, and its hosts can be reached.
    pub struct DiagnosisRequest<'a> {
        optional {
            poi_id: Str<'a> = "POIID", 1..=limits::NEXO_POI_ID;
            /// `false` if absent.
            host_diagnosis_flag: bool = "HostDiagnosisFlag";
            acquirer_id: List<'a, Code<'a>> = "AcquirerID";
        }
    }
}

structure! {
    /// Tells it.
    pub struct DiagnosisResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            logged_sale_id: List<'a, Str<'a>> = "LoggedSaleID";
            poi_status: POIStatus<'a> = "POIStatus";
            /// Only if it was asked for.
            host_status: List<'a, HostStatus<'a>> = "HostStatus";
        }
    }
}

structure! {
    /// What of a terminal works.
    pub struct POIStatus<'a> {
        required {
            global_status: Word<'a, GlobalStatus> = "GlobalStatus";
        }
        optional {
            security_ok_flag: bool = "SecurityOKFlag";
            ped_ok_flag: bool = "PEDOKFlag";
            card_reader_ok_flag: bool = "CardReaderOKFlag";
            printer_status: Word<'a, PrinterStatus> = "PrinterStatus";
            communication_ok_flag: bool = "CommunicationOKFlag";
            fraud_prevention_flag: bool = "FraudPreventionFlag";
            /// Not looked at.
            cash_handling_device: Raw<'a> = "CashHandlingDevice";
        }
    }
}

structure! {
    /// Whether a host can be reached.
    pub struct HostStatus<'a> {
        required {
            acquirer_id: Code<'a> = "AcquirerID";
        }
        optional {
            /// `true` if absent.
            is_reachable_flag: bool = "IsReachableFlag";
        }
    }
}
