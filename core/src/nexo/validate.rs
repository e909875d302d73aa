//! What is wrong with a request, in the order in which a terminal finds it.
//!
//! | step | what is asked | otherwise |
//! | --- | --- | --- |
//! | 1 | is it a JSON object | `["Bad JSON:…"]` |
//! | 2 | is there `SaleToPOIRequest` | the error of the top level |
//! | 3 | is it clear | a crypto error: who has keys opens a message before it comes here |
//! | 4 | is the header whole, each member as it must be | `MessageFormat` |
//! | 5 | is it for this terminal | `UnavailableDevice` |
//! | 6 | is its id new | `MessageFormat` |
//! | 7 | is its category served | `UnavailableService` |
//! | 8 | is the body that of the category, and as it must be | `MessageFormat` |
//! | 9 | is the version ours, or a session open that knows it | `UnavailableService`, `MessageFormat` |
//!
//! The first step that fails answers; all that it finds is in the answer, up to a bound. What nobody uses is a warning,
//! and the request is done.

use super::additional::Additional;
use super::asked::Asked;
use super::categories::Categories;
use super::refusal::{self, Answer, Named, Refusal};
use super::remark::{Filling, Remark, TextProfile, UNAVAILABLE};
use super::vocabulary::ErrorCondition;
use super::{
    Category, Dialect, Direction, Envelope, MessageHeader, PROTOCOL_VERSION, Path, Reason, Report, RequestBody,
};
use crate::id::Id;
use crate::json::{Document, Limits, Mark, Str};
use crate::limits;

/// What a terminal asks of requests.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// Its id.
    pub poi_id: &'r str,
    /// Which texts it writes.
    pub texts: TextProfile,
    /// How it writes, and what it reads all the same.
    pub dialect: &'static Dialect,
    /// What it serves.
    pub categories: Categories,
    /// Whether only tills that are logged in are served.
    pub login_needed: bool,
}

/// What a terminal remembers.
pub trait Memory {
    /// Whether the id was used within 48 hours.
    fn was_used(&mut self, sale_id: &str, service_id: &str) -> bool;
    /// Whether the till is logged in.
    fn is_logged_in(&self, sale_id: &str) -> bool;
    /// A new name for a transaction that will not be, as some answers have one.
    fn name(&mut self) -> Named;
}

/// A request that can be done.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Its header, whole.
    pub header: MessageHeader<'a>,
    /// Its category.
    pub category: Category,
    /// The till.
    pub sale_id: Id<{ limits::NEXO_SALE_ID }>,
    /// The message.
    pub service_id: Id<{ limits::NEXO_SERVICE_ID }>,
    /// What is asked.
    pub body: RequestBody<'a>,
    /// What that means, of a payment or reversal.
    pub asked: Option<Asked>,
    /// What of it is not used.
    pub report: &'a Report,
}

/// Where is noted what is seen of a request while it is read: memory that a caller lends.
#[derive(Clone, Debug)]
pub struct Notes {
    marks: [Mark; limits::NEXO_MARKS],
    report: Report,
}

impl Notes {
    /// Nothing was seen yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { marks: [Mark::NONE; limits::NEXO_MARKS], report: Report::new() }
    }
}

impl Default for Notes {
    fn default() -> Self {
        Self::new()
    }
}

/// Looks at a document in the order of the [module](self): a request that can be done, or its answer at the front of
/// `out`.
///
/// # Errors
/// The answer.
pub fn check<'a>(
    document: &'a [u8],
    notes: &'a mut Notes,
    rules: &Rules<'_>,
    memory: &mut impl Memory,
    out: &mut [u8],
) -> Result<Request<'a>, Answer> {
    let Notes { marks, report } = notes;
    report.clear();
    // Whoever lent the memory for it has bounded it.
    let limits = Limits { bytes: document.len(), ..Limits::default() };
    let document =
        Document::parse_marked(document, limits, marks).map_err(|error| refusal::bad_json(error.line, &error, out))?;
    if document.root().object().is_none() {
        // The value begins where it is the first thing of the document.
        return Err(refusal::bad_json(1, &"an object is expected", out));
    }
    // Envelope and body stay where they were read: they are large.
    let envelope = Envelope::read(document, Direction::Request, rules.dialect, report);
    let Some(envelope) = &envelope else {
        return Err(refusal::top_level(rules.texts, rules.dialect, &memory.name(), report, out));
    };
    if envelope.is_secured() {
        return Err(refusal::crypto_error(refusal::NO_KEY, out));
    }
    let judge = Judge { rules, header: &envelope.header, body: None };
    let header = &envelope.header;
    let (category, sale_id, service_id) = match judge.header(report) {
        Some(ids) if !report.is_fatal() => ids,
        _ => return Err(judge.message_format(report, memory, out)),
    };
    if header.poi_id.is_none_or(|poi_id| poi_id != *rules.poi_id) {
        return Err(judge.remark(ErrorCondition::UnavailableDevice, Remark::ForeignTerminal, "", memory, out));
    }
    if memory.was_used(sale_id.as_str(), service_id.as_str()) {
        return Err(judge.remark(ErrorCondition::MessageFormat, Remark::Repeated, service_id.as_str(), memory, out));
    }
    if !rules.categories.has(category) {
        return Err(judge.unavailable(out));
    }
    let body = envelope.request(report);
    let Some(body) = &body else {
        return Err(judge.message_format(report, memory, out));
    };
    let judge = Judge { body: Some(body), ..judge };
    if report.is_fatal() {
        return Err(judge.message_format(report, memory, out));
    }
    let asked = Asked::of(body, report);
    if report.is_fatal() {
        return Err(judge.message_format(report, memory, out));
    }
    judge.version(category, memory.is_logged_in(sale_id.as_str()), memory, report, out)?;
    Ok(Request { header: *header, category, sale_id, service_id, body: *body, asked, report })
}

/// One request before it is accepted.
#[derive(Clone, Copy)]
struct Judge<'j, 'a> {
    rules: &'j Rules<'j>,
    header: &'j MessageHeader<'a>,
    body: Option<&'j RequestBody<'a>>,
}

type Ids = (Category, Id<{ limits::NEXO_SALE_ID }>, Id<{ limits::NEXO_SERVICE_ID }>);

impl Judge<'_, '_> {
    /// The ids, if they are all there and of a length that can be kept.
    fn header(&self, report: &mut Report) -> Option<Ids> {
        let top = Path::TOP.child(Direction::Request.envelope());
        let at = top.child("MessageHeader");
        // Bounds count characters; what is kept is bytes.
        let sale_id = kept(self.header.sale_id, &at.child("SaleID"), report);
        let service_id = kept(self.header.service_id, &at.child("ServiceID"), report);
        if self.header.service_id.is_none() && !report.is_fatal() {
            report.error(&at.child("ServiceID"), Reason::Missing);
        }
        Some((self.header.category()?, sale_id?, service_id?))
    }

    fn version(
        &self,
        category: Category,
        logged_in: bool,
        memory: &mut impl Memory,
        report: &mut Report,
        out: &mut [u8],
    ) -> Result<(), Answer> {
        let needed = match category {
            Category::Login => true,
            // nexo Sale to POI 3.0 schema; the seed names the login alone.
            Category::Diagnosis => self.rules.texts == TextProfile::Current || !logged_in,
            _ => !logged_in,
        };
        match self.header.protocol_version {
            Some(version) if version != *PROTOCOL_VERSION => {
                let version: Id<{ limits::SHORT_ID }> = version.copy_to().unwrap_or_default();
                let filling = Filling { version: version.as_str(), ..Filling::default() };
                return Err(self.filled(ErrorCondition::UnavailableService, Remark::Version, &filling, memory, out));
            }
            None if needed => {
                let top = Path::TOP.child(Direction::Request.envelope());
                report.error(&top.child("MessageHeader").child("ProtocolVersion"), Reason::Missing);
                return Err(self.message_format(report, memory, out));
            }
            _ => {}
        }
        let asks_first =
            matches!(category, Category::Login | Category::Diagnosis | Category::TransactionStatus | Category::Abort);
        if self.rules.login_needed && !logged_in && !asks_first {
            return Err(self.remark(ErrorCondition::LoggedOut, Remark::NotLoggedIn, "", memory, out));
        }
        Ok(())
    }

    fn message_format(&self, report: &Report, memory: &mut impl Memory, out: &mut [u8]) -> Answer {
        let texts = self.texts();
        let mut additional = Additional::new();
        additional.lines(texts, "errors", report.errors().as_str());
        if !report.warnings().is_empty() {
            additional.lines(texts, "warnings", report.warnings().as_str());
        }
        self.answer(ErrorCondition::MessageFormat, &additional, memory, out)
    }

    fn remark(
        &self,
        condition: ErrorCondition,
        remark: Remark,
        service_id: &str,
        memory: &mut impl Memory,
        out: &mut [u8],
    ) -> Answer {
        self.filled(condition, remark, &Filling { service_id, ..Filling::default() }, memory, out)
    }

    fn filled(
        &self,
        condition: ErrorCondition,
        remark: Remark,
        filling: &Filling<'_>,
        memory: &mut impl Memory,
        out: &mut [u8],
    ) -> Answer {
        let mut additional = Additional::new();
        additional.remark(self.texts(), remark, filling);
        self.answer(condition, &additional, memory, out)
    }

    /// What is not served is not looked at any further, and its answer has a `Response` alone (Adyen, Structuring and
    /// validating Terminal API messages).
    fn unavailable(&self, out: &mut [u8]) -> Answer {
        let mut additional = Additional::new();
        additional.sentence(UNAVAILABLE);
        self.refusal(ErrorCondition::UnavailableService, &additional).write(self.rules.dialect, out)
    }

    fn answer(
        &self,
        condition: ErrorCondition,
        additional: &Additional,
        memory: &mut impl Memory,
        out: &mut [u8],
    ) -> Answer {
        let refusal = self.refusal(condition, additional);
        let named = refusal.is_named().then(|| memory.name());
        Refusal { named: named.as_ref(), ..refusal }.write(self.rules.dialect, out)
    }

    fn refusal<'r>(&'r self, condition: ErrorCondition, additional: &'r Additional) -> Refusal<'r, 'r> {
        Refusal { header: self.header, body: self.body, condition, additional, named: None }
    }

    /// An answer without a body has no form, only sentences.
    fn texts(&self) -> TextProfile {
        if refusal::has_body(self.header.category()) { self.rules.texts } else { TextProfile::Seed2018 }
    }
}

fn kept<const N: usize>(text: Option<Str<'_>>, at: &Path<'_>, report: &mut Report) -> Option<Id<N>> {
    let kept = text?.copy_to();
    if kept.is_err() && !report.is_fatal() {
        report.error(at, Reason::InvalidLength);
    }
    kept.ok()
}
