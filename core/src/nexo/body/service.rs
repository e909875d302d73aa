//! What a terminal may do by itself, and what only its vendor knows.

use super::common::Response;
use super::output::DisplayOutput;
use crate::nexo::field::Reading;
use crate::nexo::report::{Path, Reason};
use crate::nexo::structure::structure;
use crate::nexo::text::Base64;
use crate::nexo::vocabulary::{ServicesEnabled, TransactionAction};
use crate::nexo::word::{Cluster, Word};

structure! {
    /// Lets a customer start something, or ends what was started.
    pub struct EnableServiceRequest<'a> checked by services_to_start {
        required {
            transaction_action: Word<'a, TransactionAction> = "TransactionAction";
        }
        optional {
            /// Must be there if and only if something is started.
            services_enabled: Cluster<ServicesEnabled> = "ServicesEnabled";
            display_output: DisplayOutput<'a> = "DisplayOutput";
        }
    }
}

/// nexo Sale to POI 3.0 schema. Services that nothing is started for do no harm.
fn services_to_start(request: &EnableServiceRequest<'_>, at: &Path<'_>, reading: &mut Reading<'_>) {
    let at = &at.child("ServicesEnabled");
    match (request.transaction_action.is(TransactionAction::StartTransaction), request.services_enabled.is_some()) {
        (true, false) => reading.error(at, Reason::Missing),
        (false, true) => reading.warn(at, Reason::Unexpected),
        _ => {}
    }
}

structure! {
    /// Tells whether that was done.
    pub struct EnableServiceResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
    }
}

structure! {
    /// Asks for something that the vendor has added.
    pub struct AdminRequest<'a> {
        optional {
            /// At Adyen JSON, such as an order to scan a barcode.
            service_identification: Base64<'a> = "ServiceIdentification";
        }
    }
}

structure! {
    /// Tells whether that was done.
    pub struct AdminResponse<'a> {
        required {
            response: Response<'a> = "Response";
        }
    }
}
