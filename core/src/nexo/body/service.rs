//! What a terminal may do by itself, and what only its vendor knows.

use super::common::Response;
use super::output::DisplayOutput;
use crate::nexo::structure::{Rule, structure};
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
fn services_to_start(request: &EnableServiceRequest<'_>, rule: &mut Rule<'_, '_, '_>) {
    const SERVICES: &str = "ServicesEnabled";
    if request.transaction_action.is(TransactionAction::StartTransaction) {
        rule.missing(SERVICES);
    } else if request.services_enabled.is_some() {
        rule.unused(SERVICES);
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
