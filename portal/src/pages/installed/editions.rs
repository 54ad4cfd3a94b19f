//! `GET /installed/editions`: the weekly editions; `/installed/editions/{week}`: one of
//! them; `…/{file}`: its list, or what differs from the one before. Anyone.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use uketsuke_core::published::{self, Edition, EditionFile, Part};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, site, words};

use crate::Portal;
use crate::published::{Known, edition_file, week};

/// Editions on the page: two years of weeks.
const PAGE: i64 = 104;

#[derive(Template)]
#[template(path = "portal/installed/editions.html")]
struct List {
    frame: Frame,
    editions: Vec<Edition>,
}

#[derive(Template)]
#[template(path = "portal/installed/edition.html")]
struct One {
    frame: Frame,
    edition: Edition,
    files: Vec<FileLine>,
}

struct FileLine {
    name: &'static str,
    label: &'static str,
    size: String,
}

/// All of them.
pub async fn show(portal: Data<Portal>, request: HttpRequest) -> PageResult {
    let editions = portal.db.read(|c| published::list(c, None, PAGE)).await?;
    html(&List { frame: site::frame(&request, "導入済み施設一覧の週次版"), editions })
}

/// One of them.
pub async fn one(portal: Data<Portal>, request: HttpRequest, path: Path<String>) -> PageResult {
    let week_on = week(&path).ok_or_else(PageError::not_found)?;
    let read = portal.db.read(move |c| {
        let edition = published::find(c, week_on)?;
        let mut files = Vec::new();
        for part in Part::ALL {
            files.extend(published::find_file(c, week_on, *part)?);
        }
        Ok((edition, files))
    });
    let (edition, files) = read.await?;
    let edition = edition.ok_or_else(PageError::not_found)?;
    let title = format!("導入済み施設一覧　{}の週", words::plain_date(week_on));
    html(&One { frame: site::frame(&request, title), edition, files: files.iter().map(line).collect() })
}

/// A file of one of them.
pub async fn file(portal: Data<Portal>, path: Path<(String, String)>, known: Known) -> Result<HttpResponse, PageError> {
    Ok(edition_file((&portal.db, &portal.storage), (&path.0, &path.1), &known).await?)
}

fn line(file: &EditionFile) -> FileLine {
    let label = match file.part {
        Part::ListCsv => "一覧（CSV。表計算ソフト用）",
        Part::ListJson => "一覧（JSON。プログラム用）",
        Part::ChangesCsv => "前の週との違い（CSV）",
        Part::ChangesJson => "前の週との違い（JSON）",
    };
    let size = words::file_size(u64::try_from(file.size_bytes).unwrap_or_default());
    FileLine { name: file.part.file_name(), label, size }
}
