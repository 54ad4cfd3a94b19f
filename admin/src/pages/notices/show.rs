//! `GET /notices/{id}`: one notice as readers will see it, wide and on a phone; its
//! files, versions and what can be done. Staff who read content.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::attachment::{self, Attachment, Subject};
use uketsuke_core::content::markdown::Html;
use uketsuke_core::content::{Line, version};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::notice::{self, Input, Notice, State};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, upload};

use super::steps::{STEPS, Step};
use super::{PATH, audience, drawn, parse, period};
use crate::Office;
use crate::access::{ReadContent, Staff};
use crate::pages::content::{MENU, VersionRow, version_rows};

/// The page.
#[derive(Template)]
#[template(path = "admin/notices/show.html")]
pub struct Page {
    frame: Frame,
    errors: FieldErrors,
    standing: State,
    audience: String,
    period: String,
    body: Html,
    files: Vec<Attachment>,
    versions: Vec<VersionRow>,
    steps: Vec<&'static Step>,
    may_amend: bool,
    may_edit: bool,
    accept: &'static str,
    notice: Notice,
}

/// The notice.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>, path: Path<String>) -> PageResult {
    html(&page(&office, &who, &path, FieldErrors::default()).await?)
}

pub(super) async fn page<D>(
    office: &Office,
    who: &Staff<D>,
    id: &str,
    errors: FieldErrors,
) -> uketsuke_core::error::Result<Page> {
    let (id, scope) = (parse(id)?, who.scope.clone());
    let (notice, files, versions) = office
        .db
        .read(move |c| {
            let notice = notice::get(c, &scope, &id)?;
            let files = attachment::list(c, Subject::Notice, &[id.as_str()])?;
            let versions = version_rows(c, version::Subject::Notice, id.as_str())?;
            Ok((notice, files, versions))
        })
        .await?;
    let standing = notice.standing(office.db.clock().now().into());
    let may_edit = who.scope.may(Permission::EditContent);
    let steps = STEPS.iter().filter(|step| may_edit && standing.allows(step.action)).collect();
    Ok(Page {
        frame: who.frame(notice.title.as_str(), MENU).error(!errors.is_empty()),
        errors,
        standing,
        audience: audience(&Input::of(&notice)),
        period: period(Some(notice.starts_at), notice.ends_at),
        body: drawn(&notice, &files),
        files,
        versions,
        steps,
        may_amend: may_edit && standing.allows(notice::Action::Amend),
        may_edit,
        accept: upload::ACCEPT,
        notice,
    })
}

impl Page {
    /// How the text shows this picture; a blank would end its name.
    fn in_text(&self, file: &Attachment) -> String {
        format!("![説明]({})", file.original_name.replace(' ', "%20"))
    }

    fn file_address(&self, file: &Attachment) -> String {
        format!("{PATH}/{}/files/{}", self.notice.id, file.id)
    }
}
