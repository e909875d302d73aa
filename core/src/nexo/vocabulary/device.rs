//! Displays, keyboards, printers, and the state of a terminal.

use crate::nexo::word::vocabulary;

vocabulary! {
    /// Where something is shown or asked.
    pub enum Device {
        CashierDisplay = "CashierDisplay",
        CashierInput = "CashierInput",
        CustomerDisplay = "CustomerDisplay",
        CustomerInput = "CustomerInput",
    }
}

vocabulary! {
    /// What is shown or asked.
    pub enum InfoQualify {
        CustomerAssistance = "CustomerAssistance",
        Display = "Display",
        Document = "Document",
        Error = "Error",
        Input = "Input",
        PoiReplication = "POIReplication",
        Receipt = "Receipt",
        Sound = "Sound",
        Status = "Status",
        Voucher = "Voucher",
    }
}

vocabulary! {
    /// What is asked for.
    pub enum InputCommand {
        DecimalString = "DecimalString",
        DigitString = "DigitString",
        GetAnyKey = "GetAnyKey",
        GetConfirmation = "GetConfirmation",
        GetFunctionKey = "GetFunctionKey",
        GetMenuEntry = "GetMenuEntry",
        Password = "Password",
        SiteManager = "SiteManager",
        TextString = "TextString",
    }
}

vocabulary! {
    /// What an output consists of.
    pub enum OutputFormat {
        BarCode = "BarCode",
        MessageRef = "MessageRef",
        Text = "Text",
        Xhtml = "XHTML",
    }
}

vocabulary! {
    /// Where a text stands in its line.
    pub enum Alignment {
        Centred = "Centred",
        Justified = "Justified",
        Left = "Left",
        Right = "Right",
    }
}

vocabulary! {
    /// How wide the characters are.
    pub enum CharacterWidth {
        DoubleWidth = "DoubleWidth",
        SingleWidth = "SingleWidth",
    }
}

vocabulary! {
    /// How high the characters are.
    pub enum CharacterHeight {
        DoubleHeight = "DoubleHeight",
        HalfHeight = "HalfHeight",
        SingleHeight = "SingleHeight",
    }
}

vocabulary! {
    /// How the characters look.
    pub enum CharacterStyle {
        Bold = "Bold",
        Italic = "Italic",
        Normal = "Normal",
        Underline = "Underline",
    }
}

vocabulary! {
    /// What an entry of a menu does.
    pub enum MenuEntryTag {
        NonSelectable = "NonSelectable",
        NonSelectableSubMenu = "NonSelectableSubMenu",
        Selectable = "Selectable",
        SubMenu = "SubMenu",
    }
}

vocabulary! {
    /// What a print is.
    pub enum DocumentQualifier {
        CashierReceipt = "CashierReceipt",
        CustomerReceipt = "CustomerReceipt",
        Document = "Document",
        Journal = "Journal",
        SaleReceipt = "SaleReceipt",
        Voucher = "Voucher",
    }
}

vocabulary! {
    /// When a print or sound is answered.
    pub enum ResponseMode {
        Immediate = "Immediate",
        NotRequired = "NotRequired",
        PrintEnd = "PrintEnd",
        SoundEnd = "SoundEnd",
    }
}

vocabulary! {
    /// What a barcode is (nexo).
    pub enum BarcodeType {
        Code128 = "Code128",
        Code25 = "Code25",
        Ean13 = "EAN13",
        Ean8 = "EAN8",
        Pdf417 = "PDF417",
        QrCode = "QRCode" | "QRCODE",
        UpcA = "UPCA",
    }
}

vocabulary! {
    /// Whether a terminal can work.
    pub enum GlobalStatus {
        Busy = "Busy",
        Maintenance = "Maintenance",
        Ok = "OK",
        Unreachable = "Unreachable",
    }
}

vocabulary! {
    /// Whether its printer can.
    pub enum PrinterStatus {
        NoPaper = "NoPaper",
        Ok = "OK",
        OutOfOrder = "OutOfOrder",
        PaperJam = "PaperJam",
        PaperLow = "PaperLow",
    }
}

vocabulary! {
    /// What is started or ended.
    pub enum TransactionAction {
        AbortTransaction = "AbortTransaction",
        StartTransaction = "StartTransaction",
    }
}

vocabulary! {
    /// What a customer may start.
    pub enum ServicesEnabled {
        CardAcquisition = "CardAcquisition",
        Loyalty = "Loyalty",
        Payment = "Payment",
    }
}

vocabulary! {
    /// What happened at a terminal.
    pub enum EventToNotify {
        Abort = "Abort",
        BeginMaintenance = "BeginMaintenance",
        CardInserted = "CardInserted",
        CardRemoved = "CardRemoved",
        Completed = "Completed",
        CustomerLanguage = "CustomerLanguage",
        EndMaintenance = "EndMaintenance",
        Initialised = "Initialised",
        KeyPressed = "KeyPressed",
        OutOfOrder = "OutOfOrder",
        Reject = "Reject",
        SaleAdmin = "SaleAdmin",
        SaleWakeUp = "SaleWakeUp",
        ScanBarcodeResult = "ScanBarcodeResult",
        SecurityAlarm = "SecurityAlarm",
        Shutdown = "Shutdown",
        StopAssistance = "StopAssistance",
        UseAnotherCardForPreauth = "UseAnotherCardForPreauth",
    }
}
