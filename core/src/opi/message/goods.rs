//! What is sold.

use crate::id::Id;
use crate::limits;
use crate::money::Decimal;
use crate::text::Text;

type Short = Id<{ limits::SHORT_ID }>;
type Number = Id<{ limits::NUMBER_ID }>;

record! {
    /// One item of the sale (IFSF).
    pub struct SaleItem = "SaleItem" {
        /// Number of the item.
        item_id: Option<Number> = attribute ["ItemID"];
        /// Product.
        product_code: Option<Short> = element ["ProductCode"];
        /// Price of the item, in the currency of the total.
        amount: Option<Decimal> = element ["Amount"] as amount;
        /// `EA`, `LTR`, ...
        unit_measure: Option<Id<8>> = element ["UnitMeasure"];
        /// Price of one unit.
        unit_price: Option<Decimal> = element ["UnitPrice"];
        /// How many units.
        quantity: Option<Decimal> = element ["Quantity"];
        /// Tax.
        tax_code: Option<Id<8>> = element ["TaxCode"];
        /// Second code of the product.
        additional_product_code: Option<Short> = element ["AdditionalProductCode"];
        /// Name of the product.
        additional_product_info: Text<{ limits::NAME }> = element ["AdditionalProductInfo"];
        /// Kind of movement, `0` to `3` (IFSF).
        type_movement: Option<Id<8>> = element ["TypeMovement"];
        /// Who owns the goods: `CompanyOwned`, `DealerOwned`, ... (IFSF)
        sale_channel: Option<Number> = element ["SaleChannel"];
        /// Tax in percent.
        vat_rate: Option<Decimal> = element ["VATRate"];
        /// Rebate in an answer with loyalty.
        rebate_label: Text<{ limits::NAME }> = element ["RebateLabel"];
    }
}

record! {
    /// A product that the card may buy, in an event (IFSF).
    pub struct Product = "ProductCode" {
        /// Name for people.
        name: Text<{ limits::NAME }> = attribute ["Name"];
        /// `LTR`, ...
        unit_measure: Option<Id<8>> = attribute ["UnitMeasure"];
        /// How many units at most.
        quantity: Option<Decimal> = attribute ["Quantity"];
        /// Product.
        code: Option<Short> = text;
    }
}

record! {
    /// A product that the card may not buy (IFSF).
    pub struct RestrictionCode = "RestrictionCodes" {
        /// Product.
        code: Option<Short> = text;
    }
}
