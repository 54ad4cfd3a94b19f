//! `GET, POST /subsidies/new` and `/subsidies/{id}/edit`: the rules of a programme.
//! The first `POST` shows what they come to and whom they concern, the second saves
//! them as a version of their own. Administrators.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::kind::KINDS;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ProgrammeId;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::claim;
use uketsuke_core::subsidy::programme::{self, Programme};
use uketsuke_core::subsidy::rules::{ItemKind, Rules};
use uketsuke_web::answer::html_with;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::form::{PARTS, fields_of, read};
use super::{Change, PATH, changes, compared, parse};
use crate::Office;
use crate::access::{ManageSubsidies, Staff};

#[derive(Template)]
#[template(path = "admin/subsidies/edit.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Fields,
    back: String,
    meanwhile: Option<Meanwhile>,
    chosen_kinds: Vec<String>,
    kinds: Vec<Choice>,
    items: Vec<Choice>,
    units: Vec<Choice>,
    parts: Vec<Part>,
}

/// What somebody else made of it while one typed.
struct Meanwhile {
    version: i32,
    by: String,
    comment: String,
    changes: Vec<Change>,
}

/// The boxes of one part of the costs.
struct Part {
    number: usize,
    label: (String, String),
    items: (String, Vec<String>),
    cap: (String, String),
}

#[derive(Template)]
#[template(path = "admin/subsidies/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    rows: Vec<Change>,
    is_new: bool,
    comment: String,
    effects: Vec<String>,
    back: String,
    sent: Vec<(String, String)>,
}

/// The empty form.
pub async fn show_new(who: Staff<ManageSubsidies>) -> PageResult {
    html(&page(&who, None, Fields::default(), FieldErrors::default()))
}

/// The form with the rules as they stand.
pub async fn show(office: Data<Office>, who: Staff<ManageSubsidies>, path: Path<String>) -> PageResult {
    let (now, _) = newest(&office, &path).await?;
    let typed = fields_of(&now.rules, now.version);
    html(&page(&who, Some(&now), typed, FieldErrors::default()))
}

/// Shows what a new programme comes to, then adds it.
pub async fn add(office: Data<Office>, who: Staff<ManageSubsidies>, AllFields(fields): AllFields) -> PageResult {
    let (rules, comment) = match read(&fields) {
        _ if fields.get("step") == "correct" => {
            return html(&page(&who, None, (*fields).clone(), FieldErrors::default()));
        }
        Ok(read) => read,
        Err(errors) => return invalid(&page(&who, None, (*fields).clone(), errors)),
    };
    if fields.get("step") != "send" {
        return html(&confirm(&who, None, (&rules, comment), &fields));
    }
    let scope = who.scope.clone();
    let id = office
        .db
        .write(who.actor(), move |tx| {
            // The button pressed twice: what the first press added is the one that was meant.
            let twin = programme::list(tx.conn())?.into_iter().find(|one| one.rules == rules);
            twin.map_or_else(|| programme::add(tx, &scope, &rules, &comment), |one| Ok(one.id))
        })
        .await?;
    Ok(who.done(format!("{PATH}/{id}"), "制度を追加しました"))
}

/// Shows what a change comes to, then saves it.
pub async fn change(
    office: Data<Office>,
    who: Staff<ManageSubsidies>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let (now, undecided) = newest(&office, &path).await?;
    let (rules, comment) = match read(&fields) {
        _ if fields.get("step") == "correct" => {
            return html(&page(&who, Some(&now), (*fields).clone(), FieldErrors::default()));
        }
        Ok(read) => read,
        Err(errors) => return invalid(&page(&who, Some(&now), (*fields).clone(), errors)),
    };
    let seen: i32 = fields.get("seen").parse().unwrap_or(0);
    let sent = fields.get("step") == "send";
    let done = || Ok(who.done(format!("{PATH}/{path}"), "制度を変更しました"));
    if sent && now.version == seen.saturating_add(1) && now.rules == rules {
        // The button pressed twice: the first press saved the very same.
        return done();
    }
    if seen != now.version {
        return overtaken(&office, &who, (now.id, seen), &fields).await;
    }
    if !sent {
        return html(&confirm(&who, Some((&now, undecided)), (&rules, comment), &fields));
    }
    let (scope, id) = (who.scope.clone(), now.id.clone());
    let changed =
        office.db.write(who.actor(), move |tx| programme::change(tx, &scope, (&id, seen), &rules, &comment)).await;
    match changed {
        Ok(()) => done(),
        Err(Error::Conflict) => overtaken(&office, &who, (now.id, seen), &fields).await,
        Err(error) => Err(error.into()),
    }
}

/// The form again, with what was typed, against the version that holds now, and
/// with what changed since the version that was looked at.
async fn overtaken(
    office: &Office,
    who: &Staff<ManageSubsidies>,
    (id, seen): (ProgrammeId, i32),
    fields: &Fields,
) -> PageResult {
    let (versions, names) = office
        .db
        .read(move |c| {
            let versions = programme::versions(c, &id)?;
            let names = actor_names(c, versions.iter().map(|made| made.by.as_str()))?;
            Ok((versions, names))
        })
        .await?;
    let newest = versions.first().ok_or(Error::NotFound)?;
    let before = versions.iter().find(|made| made.programme.version == seen);
    let now = &newest.programme;
    let meanwhile = Meanwhile {
        version: now.version,
        by: names.of(&newest.by),
        comment: newest.comment.clone(),
        changes: changes(before, newest),
    };
    let kept = fields.iter().filter(|(name, _)| *name != "seen");
    let mut pairs: Vec<(String, String)> = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    pairs.push(("seen".to_owned(), now.version.to_string()));
    let page = Page { meanwhile: Some(meanwhile), ..page(who, Some(now), pairs.into(), FieldErrors::default()) };
    html_with(StatusCode::CONFLICT, &page)
}

/// The programme as it stands, and how many of its claims are not decided.
async fn newest(office: &Office, id: &str) -> Result<(Programme, i64)> {
    let id = parse(id)?;
    office
        .db
        .read(move |c| {
            let made = programme::versions(c, &id)?.into_iter().next().ok_or(Error::NotFound)?;
            Ok((made.programme, claim::count_undecided(c, &id)?))
        })
        .await
}

fn confirm(
    who: &Staff<ManageSubsidies>,
    now: Option<(&Programme, i64)>,
    (rules, comment): (&Rules, String),
    fields: &Fields,
) -> ConfirmPage {
    let left_out = ["csrf_token", "step"];
    let sent = fields.iter().filter(|(name, _)| !left_out.contains(name));
    ConfirmPage {
        frame: who.frame("制度の内容の確認", PATH),
        rows: compared(now.map(|(programme, _)| &programme.rules), rules),
        is_new: now.is_none(),
        comment,
        effects: effects(now, rules),
        back: now.map_or(PATH.to_owned(), |(programme, _)| format!("{PATH}/{}", programme.id)),
        sent: sent.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}

/// Whom it concerns, in sentences.
fn effects(now: Option<(&Programme, i64)>, rules: &Rules) -> Vec<String> {
    let Some((now, undecided)) = now else {
        return vec![format!(
            "保存すると、受付期間のあいだ、対象の施設が申請できます。助成金の上限額は{}です。",
            shown(rules.most())
        )];
    };
    if now.rules == *rules {
        return vec!["変わる項目がありません。保存しなくても、いまの内容のまま使われます。".to_owned()];
    }
    let (before, after) = (now.rules.most(), rules.most());
    let most = match before == after {
        true => format!("助成金の上限額は、{}のままです。", shown(after)),
        false => format!("助成金の上限額が、{}から{}に変わります。", shown(before), shown(after)),
    };
    vec![
        most,
        format!("すでに送られた申請（決定していないもの {undecided}件）は、送ったときの内容のまま審査されます。"),
        "まだ送られていない申請には、新しい内容が使われます。入力中の方には、送る前にもう一度確かめていただきます。"
            .to_owned(),
    ]
}

fn page(who: &Staff<ManageSubsidies>, now: Option<&Programme>, typed: Fields, errors: FieldErrors) -> Page {
    let title = if now.is_some() { "制度を変更する" } else { "制度を追加する" };
    let all = |name: &str| typed.all(name).map(str::to_owned).collect::<Vec<_>>();
    let part = |number: usize| {
        let name = |what: &str| format!("part_{number}_{what}");
        let value = |what: &str| typed.get(&name(what)).to_owned();
        Part {
            number,
            label: (name("label"), value("label")),
            items: (name("items"), all(&name("items"))),
            cap: (name("cap"), value("cap")),
        }
    };
    let unit = |yen: i64| Choice::new(yen.to_string(), format!("{}未満を切り捨て", shown(yen)));
    Page {
        frame: who.frame(title, PATH).error(!errors.is_empty()),
        errors,
        back: now.map_or(PATH.to_owned(), |now| format!("{PATH}/{}", now.id)),
        meanwhile: None,
        chosen_kinds: all("kinds"),
        kinds: KINDS.iter().map(|entry| Choice::new(entry.id, entry.label)).collect(),
        items: ItemKind::ALL.iter().map(|item| Choice::new(item.as_str(), item.label())).collect(),
        units: [1, 10, 100, 1_000, 10_000].map(unit).into(),
        parts: (1..=PARTS).map(part).collect(),
        typed,
    }
}
