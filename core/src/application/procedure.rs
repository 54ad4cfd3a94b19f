//! What one kind of application (one 手続) brings along. The engine, the portal
//! and the back office know procedures by this trait alone, never by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::ApplicationKind;
use super::model::{Answers, Application, Document};
use super::reasons::ReasonAction;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::evidence::viewer::book::Table;
use crate::facility::Facility;
use crate::form::{FieldError, FieldErrors};
use crate::grant::Grant;
use crate::refusal::Refusal;
use crate::spreadsheet::FormSheet;

/// An application with all that its procedure looks at.
#[derive(Debug, Clone)]
pub struct Case {
    /// The application.
    pub application: Application,
    /// Its facility, as the master knows it.
    pub facility: Facility,
    /// What is filled in so far.
    pub document: Document,
    /// The files attached, oldest first.
    pub evidence: Vec<Evidence>,
    /// The fields open for change: all in a draft, the faulted ones after a return.
    pub open: OpenFields,
}

/// Which fields the applicant may change at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenFields {
    /// A draft: all.
    All,
    /// A return: those its faults name.
    Only(Vec<String>),
}

impl OpenFields {
    /// Whether this field may be changed.
    pub fn has(&self, field: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(pins) => pins.iter().any(|pin| opens(pin, field)),
        }
    }
}

/// Whether a fault pinned to `pin` opens `field`: itself, or one of its group, whose
/// names begin with the group's and a dot.
pub fn opens(pin: &str, field: &str) -> bool {
    field.strip_prefix(pin).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The name under which faults are pinned to the attached files.
pub const EVIDENCE_FIELD: &str = "evidence";

/// One page of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The last part of its URL.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What the page consists of.
    pub content: StepContent,
}

/// What a step's page consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepContent {
    /// Fields that the procedure draws.
    Fields {
        /// Their names; nothing else is read from the form.
        kept: &'static [&'static str],
        /// Names that are read but never kept: match secrets.
        secret: &'static [&'static str],
        /// The button's words.
        button: &'static str,
    },
    /// Files; the engine's own page draws it.
    Evidence {
        /// What the document is called (書類名).
        label: &'static str,
    },
}

/// What a step's check found. It is remembered even when something is wrong.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What is wrong with the step's fields.
    pub errors: FieldErrors,
    /// Marks to set (`Some`) or remove (`None`).
    pub marks: Vec<(&'static str, Option<String>)>,
}

/// One line of what was filled in, for the check page, the status page, the
/// reviewer, and the comparison of two filings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryRow {
    /// The step on which it can be changed.
    pub step: &'static str,
    /// The field it shows.
    pub field: &'static str,
    /// Its label.
    pub label: String,
    /// The folded value in words; 「入力なし」 when nothing was given.
    pub value: String,
}

/// A fault found at the send button, with the step that mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// The step's key.
    pub step: &'static str,
    /// What is wrong.
    pub error: FieldError,
}

/// A step that can also be filled in with Excel.
#[derive(Debug, Clone, PartialEq)]
pub struct StepForm {
    /// The step's key.
    pub step: &'static str,
    /// The form, with what the draft has already.
    pub sheet: FormSheet,
}

/// What a form says that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledIn {
    /// The answers of its step as typed, not judged yet.
    pub answers: Answers,
    /// How many lines were filled in.
    pub lines: usize,
}

/// Why nothing was read from a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misread {
    /// It is not the form; another sheet of the book may be.
    NotTheForm,
    /// It is, but cannot be taken; the sentence for the applicant.
    Refused(String),
}

/// How a stated fact compares with the master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 一致
    Same,
    /// 相違
    Differs,
    /// The master holds nothing to compare with.
    Absent,
    /// Stated by the applicant only; nothing in the master corresponds.
    StatedOnly,
}

/// One fact for the reviewer: the applicant's words beside the master's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The field, by which faults are pinned.
    pub field: &'static str,
    /// Its label.
    pub label: String,
    /// What the applicant stated.
    pub stated: String,
    /// What the master says.
    pub master: String,
    /// How they compare.
    pub verdict: Verdict,
}

impl Fact {
    /// What only the applicant states.
    pub fn stated(row: SummaryRow) -> Self {
        let (label, stated) = (row.label, row.value);
        Self { field: row.field, label, stated, master: String::new(), verdict: Verdict::StatedOnly }
    }

    /// What only we know.
    pub fn known(label: &str, value: String) -> Self {
        let (label, stated) = (label.to_owned(), String::new());
        Self { field: "", label, stated, master: value, verdict: Verdict::StatedOnly }
    }
}

/// A canned fault: what can be wrong with which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultReason {
    /// Stable code.
    pub code: &'static str,
    /// The field (or [`EVIDENCE_FIELD`]) that opens for correction.
    pub field: &'static str,
    /// The words in the reviewer's list.
    pub label: &'static str,
    /// The text the applicant reads; the reviewer may edit it. Empty for
    /// 「その他」, which needs a text.
    pub text: &'static str,
}

/// A number that a reviewer may lower when approving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Its label, e.g. 申請台数.
    pub label: &'static str,
    /// What was asked for.
    pub asked: u32,
}

/// An amount that a reviewer may lower when approving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Stable code within the filing.
    pub code: String,
    /// What it is, in words.
    pub label: String,
    /// What was asked for, yen.
    pub asked: i64,
}

/// What of an [`Allowance`] is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// How much, yen.
    pub yen: i64,
    /// Why less than asked for, as the applicant reads it.
    pub reason: String,
}

/// One thing that the reviewer ticks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckItem {
    /// Stable code, under which ticks are kept.
    pub code: &'static str,
    /// What is to be made sure of.
    pub text: &'static str,
}

/// A canned reason for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionReason {
    /// Which decision.
    pub action: ReasonAction,
    /// Stable code.
    pub code: &'static str,
    /// The words in the reviewer's list.
    pub label: &'static str,
    /// The text the applicant reads; the reviewer may edit it.
    pub text: &'static str,
}

/// What an approval grants.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// The number granted, where the procedure has a [`Quantity`].
    pub quantity: Option<u32>,
    /// The reason for granting less, as the applicant reads it.
    pub reason: String,
    /// The amounts that are not granted in full, by their codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub allowed: BTreeMap<String, Allowed>,
}

crate::db::text_enum! {
    /// By what a facility proves itself (施設の確認方法).
    pub enum Method {
        /// What was handed in before is compared.
        Match = "match",
        /// Documents are attached.
        Documents = "documents",
    }
}

impl Method {
    /// The word staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Match => "照合",
            Self::Documents => "書類",
        }
    }
}

/// One kind of application.
pub trait Procedure: Send + Sync {
    /// Which kind.
    fn kind(&self) -> ApplicationKind;

    /// Its name, e.g. 利用開始申請.
    fn title(&self) -> &'static str;

    /// Numbers the form of its filed documents.
    fn schema_version(&self) -> i32;

    /// The steps, in order, for what is answered so far.
    fn steps(&self, case: &Case) -> Vec<Step>;

    /// Draws the fields of a `Fields` step as HTML, with what was `typed` and
    /// what is wrong with it. Only `case.open` fields are drawn.
    ///
    /// # Errors
    /// When the template fails.
    fn draw(&self, step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String>;

    /// Judges one step as just typed (secret fields included) and may count
    /// tries. What it finds is remembered, errors or not.
    ///
    /// # Errors
    /// When nothing must be remembered.
    fn check(&self, tx: &mut Tx<'_>, step: &Step, case: &Case, typed: &Answers) -> Result<Checked>;

    /// The form of this draft for those who would rather fill in a sheet of Excel.
    fn form(&self, _: &Case) -> Option<StepForm> {
        None
    }

    /// Reads the form from a sheet that came back. Answers are taken as they are,
    /// right or wrong: the step's check judges them.
    ///
    /// # Errors
    /// When it is not the form, or not this facility's, or has nothing to take.
    fn read_form(&self, _: &Case, _: &Table) -> std::result::Result<FilledIn, Misread> {
        Err(Misread::NotTheForm)
    }

    /// The whole document as values to file, or all that still stands in the way.
    fn file(&self, case: &Case) -> std::result::Result<Value, Vec<Shortfall>>;

    /// What is filled in so far, line by line, folded, in the applicant's order.
    fn summary(&self, case: &Case) -> Vec<SummaryRow>;

    /// The same lines from a filed document.
    ///
    /// # Errors
    /// `Internal` when the document is not one of this procedure's.
    fn filed_summary(&self, values: &Value) -> Result<Vec<SummaryRow>>;

    /// The facts a reviewer weighs; of itself, what was filed.
    ///
    /// # Errors
    /// As [`Procedure::filed_summary`], or from the database.
    fn review(&self, _: &mut Conn, _: &Case, values: &Value) -> Result<Vec<Fact>> {
        Ok(self.filed_summary(values)?.into_iter().map(Fact::stated).collect())
    }

    /// What the reviewer ticks off.
    fn checklist(&self, _: &Case) -> Vec<CheckItem> {
        Vec::new()
    }

    /// The canned faults.
    fn fault_reasons(&self) -> &'static [FaultReason] {
        &[]
    }

    /// The canned reasons for rejecting and for granting less.
    fn decision_reasons(&self) -> &'static [DecisionReason] {
        &[]
    }

    /// By what the facility proved itself in this filing, where that is asked.
    fn method(&self, _: &Value) -> Option<Method> {
        None
    }

    /// Whether this filing may be approved together with others, without being
    /// looked at by itself: only what the rules have matched.
    fn approves_in_bulk(&self, values: &Value) -> bool {
        self.method(values) == Some(Method::Match)
    }

    /// Whether a second person decides what a reviewer proposes. Administrators
    /// may ask for one where the procedure does not.
    fn needs_second_person(&self) -> bool {
        false
    }

    /// The number a reviewer may lower, if there is one.
    fn quantity(&self, _: &Value) -> Option<Quantity> {
        None
    }

    /// The amounts a reviewer may lower one by one.
    fn allowances(&self, _: &Value) -> Vec<Allowance> {
        Vec::new()
    }

    /// What approving on these terms comes to, line by line, for whoever decides:
    /// labels and values.
    ///
    /// # Errors
    /// As [`Procedure::filed_summary`], or from the database.
    fn outcome(&self, _: &mut Conn, _: &Value, _: &Terms, _: At) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    /// Marks that a draft takes from the registers, as they stand now; they are
    /// looked up anew until it is sent.
    ///
    /// # Errors
    /// From the database only.
    fn current_marks(&self, _: &mut Conn, _: &Case, _: At) -> Result<Vec<(&'static str, Option<String>)>> {
        Ok(Vec::new())
    }

    /// Notes what a filing says, each time it is sent, in tables made to look things
    /// up in. The filing stays the record.
    ///
    /// # Errors
    /// From the database only.
    fn note_filing(&self, _: &mut Tx<'_>, _: &Application, _: &Value) -> Result<()> {
        Ok(())
    }

    /// What [`Procedure::standing`] is called above its lines.
    fn standing_label(&self) -> &'static str {
        "いまの登録"
    }

    /// What the registers hold of it so far, for the page on which one begins:
    /// labels and values.
    ///
    /// # Errors
    /// From the database only.
    fn standing(&self, _: &mut Conn, _: &Facility, _: At) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    /// Whether facilities of this kind have it at all.
    fn applies_to(&self, _: &Facility) -> bool {
        true
    }

    /// Why this person cannot begin one now; nothing when they can.
    ///
    /// # Errors
    /// From the database only.
    fn not_offered(&self, _: &mut Conn, _: &Facility, _verified: bool, _: At) -> Result<Option<Refusal>> {
        Ok(None)
    }

    /// Whether a rule approves this filing without a reviewer.
    ///
    /// # Errors
    /// From the database only.
    fn approves_itself(&self, conn: &mut Conn, case: &Case, values: &Value) -> Result<bool>;

    /// Posts the approval to the registers, in the transaction of the decision.
    ///
    /// # Errors
    /// When it cannot be posted; then the decision does not stand either.
    fn effect(&self, tx: &mut Tx<'_>, grant: &Grant, values: &Value, terms: &Terms) -> Result<()>;

    /// Takes back all that [`Procedure::effect`] posted for this application,
    /// as if it had never been approved.
    ///
    /// # Errors
    /// `Refused(UndoSeen)` when somebody outside may have made use of it; then
    /// the decision stands.
    fn retract(&self, tx: &mut Tx<'_>, application: &Application) -> Result<()>;

    /// Notes that it was rejected with this reason, in the transaction of the decision.
    ///
    /// # Errors
    /// When it cannot be noted; then the decision does not stand either.
    fn reject(&self, _: &mut Tx<'_>, _: &Application, _values: &Value, _reason: &str) -> Result<()> {
        Ok(())
    }

    /// Takes back what [`Procedure::reject`] noted.
    ///
    /// # Errors
    /// As [`Procedure::retract`].
    fn unreject(&self, _: &mut Tx<'_>, _: &Application) -> Result<()> {
        Ok(())
    }

    /// Whether people of the facility can still take this approved one back.
    ///
    /// # Errors
    /// From the database only.
    fn may_take_back(&self, _: &mut Conn, _: &Application, _: At) -> Result<bool> {
        Ok(false)
    }
}

/// All procedures there are, by kind, and what holds for decisions on any.
#[derive(Clone)]
pub struct Procedures {
    all: Vec<Arc<dyn Procedure>>,
    undo_for: Duration,
}

impl Default for Procedures {
    /// A program without procedures.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Procedures {
    /// A registry of these; decisions can be undone for five minutes.
    pub fn new(procedures: Vec<Arc<dyn Procedure>>) -> Self {
        Self { all: procedures, undo_for: Duration::minutes(5) }
    }

    /// Lets decisions be undone for so long; their letters wait meanwhile.
    pub fn undo_for(self, undo_for: Duration) -> Self {
        Self { undo_for, ..self }
    }

    /// How long a decision can be undone.
    pub fn undo_window(&self) -> Duration {
        self.undo_for
    }

    /// The procedure of a kind.
    ///
    /// # Errors
    /// `NotFound` when this program has none of that kind.
    pub fn get(&self, kind: ApplicationKind) -> Result<&dyn Procedure> {
        self.iter().find(|p| p.kind() == kind).ok_or(Error::NotFound)
    }

    /// All of them, in the order shown to users.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Procedure> {
        self.all.iter().map(AsRef::as_ref)
    }
}
