//! Sessions of tills.

use super::common::{Response, SaleTerminalData};
use super::diagnosis::POIStatus;
use crate::json::Str;
use crate::nexo::raw::Raw;
use crate::nexo::structure::{Rule, structure};
use crate::nexo::text::Time;
use crate::nexo::vocabulary::{CustomerOrderReq, ResultType, TokenRequestedType};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// Begins a session: what it says holds for the requests that follow. It proves nothing of who logs in.
    pub struct LoginRequest<'a> {
        required {
            date_time: Time<'a> = "DateTime";
            sale_software: SaleSoftware<'a> = "SaleSoftware";
            operator_language: Str<'a> = "OperatorLanguage";
        }
        optional {
            sale_terminal_data: SaleTerminalData<'a> = "SaleTerminalData";
            training_mode_flag: bool = "TrainingModeFlag";
            operator_id: Str<'a> = "OperatorID";
            shift_number: Str<'a> = "ShiftNumber";
            token_requested_type: Word<'a, TokenRequestedType> = "TokenRequestedType";
            customer_order_req: Cluster<CustomerOrderReq> = "CustomerOrderReq";
            poi_serial_number: Str<'a> = "POISerialNumber";
        }
    }
}

structure! {
    /// The software of a till, or of a terminal.
    pub struct SaleSoftware<'a> {
        required {
            manufacturer_id: Str<'a> = "ManufacturerID" | "ProviderIdentification";
            application_name: Str<'a> = "ApplicationName";
            software_version: Str<'a> = "SoftwareVersion";
            certification_code: Str<'a> = "CertificationCode";
        }
    }
}

structure! {
    /// Tells whether the session began, and with whom.
    pub struct LoginResponse<'a> checked by system_of_a_success {
        required {
            response: Response<'a> = "Response";
        }
        optional {
            /// Must be there on a success.
            poi_system_data: POISystemData<'a> = "POISystemData";
            token_request_status: bool = "TokenRequestStatus";
        }
    }
}

fn system_of_a_success(answer: &LoginResponse<'_>, rule: &mut Rule<'_, '_, '_>) {
    if answer.response.result.is(ResultType::Success) {
        rule.lacking("POISystemData");
    }
}

structure! {
    /// A terminal.
    pub struct POISystemData<'a> {
        required {
            date_time: Time<'a> = "DateTime";
            poi_software: SaleSoftware<'a> = "POISoftware";
        }
        optional {
            poi_status: POIStatus<'a> = "POIStatus";
            /// Not looked at.
            poi_terminal_data: Raw<'a> = "POITerminalData";
        }
    }
}

structure! {
    /// Ends a session.
    pub struct LogoutRequest {
        optional {
            /// `false` if absent.
            maintenance_allowed: bool = "MaintenanceAllowed";
        }
    }
}

structure! {
    /// Tells whether it ended.
    pub struct LogoutResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
    }
}
