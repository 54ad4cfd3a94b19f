//! `GET /facilities/import`: the imports so far, and the form to hand a file in.
//! `POST`: tries the file and leads to its report. Administrators.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::desk::{ActorNames, actor_names};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::import::{ImportRow, Options, list_imports, pending};
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::ImportId;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::{Choice, DateTyped};
use uketsuke_web::page::Frame;
use uketsuke_web::upload::{self, UploadFault, Uploaded};
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use crate::Office;
use crate::access::{ImportMaster, Staff};
use crate::pages::choices;

/// Imports shown.
const SHOWN: i64 = 30;
/// Longest file name kept, characters.
const MAX_NAME: usize = 200;

#[derive(Template)]
#[template(path = "admin/facilities/import.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
    kinds: Vec<Choice>,
    imports: Vec<ImportRow>,
    names: ActorNames,
}

/// What was typed beside the file.
struct Typed {
    kind: String,
    as_of: DateTyped,
    partial: bool,
}

impl Typed {
    fn fresh(today: NaiveDate) -> Self {
        Self { kind: String::new(), as_of: DateTyped::of(today), partial: false }
    }

    fn of(fields: &Fields) -> Self {
        Self {
            kind: fields.get("kind").to_owned(),
            as_of: DateTyped::from_fields(fields, "as_of"),
            partial: fields.has("partial"),
        }
    }

    fn options(&self, errors: &mut FieldErrors) -> Option<Options> {
        let as_of = self.as_of.read("as_of", "基準日", errors)?;
        let kind = FacilityKind::parse(&self.kind);
        Some(Options { kind, as_of, partial: self.partial, confirmed: false })
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ImportMaster>) -> PageResult {
    let today = tokyo_date(office.db.clock().now());
    html(&page(&office, &who, Typed::fresh(today), FieldErrors::default()).await?)
}

/// Takes the file, tries it, and shows what it would do.
pub async fn hand_in(
    office: Data<Office>,
    who: Staff<ImportMaster>,
    request: HttpRequest,
    payload: Payload,
) -> PageResult {
    let uploaded = match upload::receive(&request, payload, &office.storage, "file").await {
        Ok(uploaded) => uploaded,
        Err(fault) => return refused(&office, &who, fault).await,
    };
    let typed = Typed::of(&uploaded.fields);
    match try_out(&office, &who, &typed, uploaded).await {
        Ok(id) => Ok(see_other(format!("/facilities/imports/{id}"))),
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, typed, errors).await?),
        Err(other) => Err(other.into()),
    }
}

async fn try_out(office: &Office, who: &Staff<ImportMaster>, typed: &Typed, uploaded: Uploaded) -> Result<ImportId> {
    let mut errors = FieldErrors::default();
    let name = errors.take("file", "ファイル", fold::file_name(&uploaded.file_name, MAX_NAME));
    let options = typed.options(&mut errors);
    let (name, options) = errors.into_result(name.zip(options))?;
    let (db, keyring) = (&office.db, office.keyring.clone());
    pending::hand_in(db, keyring, &office.storage, &who.scope, (uploaded.content, name), options).await
}

async fn refused(office: &Office, who: &Staff<ImportMaster>, fault: UploadFault) -> PageResult {
    let sentence = match &fault {
        UploadFault::Missing(_) => "ファイルを選んでください",
        UploadFault::Empty => "中身のないファイルです。別のファイルを選んでください",
        UploadFault::CutOff => "途中で切れました。もう一度選んでください",
        UploadFault::TooLarge { .. } => "ファイルは100MBより小さくしてください",
        UploadFault::Forged => return Err(PageError::Forged),
        UploadFault::Unreadable => return Err(PageError::Unreadable),
        UploadFault::Storage(_) => return Err(PageError::fault("the disk does not take the file")),
    };
    let mut errors = FieldErrors::default();
    errors.add("file", "ファイル", FieldFault::Sentence(sentence.to_owned()));
    let typed = match &fault {
        UploadFault::Missing(fields) => Typed::of(fields),
        _ => Typed::fresh(tokyo_date(office.db.clock().now())),
    };
    let answer = invalid(&page(office, who, typed, errors).await?)?;
    let cut_short = matches!(fault, UploadFault::TooLarge { read_to_end: false, .. });
    Ok(if cut_short { upload::last(answer) } else { answer })
}

async fn page(office: &Office, who: &Staff<ImportMaster>, typed: Typed, errors: FieldErrors) -> Result<Page> {
    let (imports, names) = office
        .db
        .read(|c| {
            let imports = list_imports(c, SHOWN)?;
            let names = actor_names(c, imports.iter().map(|import| import.uploaded_by.as_str()))?;
            Ok((imports, names))
        })
        .await?;
    let frame = who.frame("マスタ取込", "/facilities/import").error(!errors.is_empty());
    Ok(Page { frame, errors, typed, kinds: choices::kinds(), imports, names })
}
