//! Evidence beside the facts: tabs, pages, sizes and turns by plain links, where
//! one was, what cannot be shown, and one record per look.

use actix_web::http::StatusCode;
use uketsuke_core::audit::{Sought, list_events};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::add_staff;

use super::World;
use super::review::{PDF, PNG};

/// A whole PDF with so many empty pages.
fn pdf(pages: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|n| format!("{} 0 R ", n + 3)).collect();
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 100 200]>>"),
    ];
    objects.extend(std::iter::repeat_n("<</Type/Page/Parent 2 0 R>>".to_owned(), pages));
    let (mut file, mut places) = ("%PDF-1.7\n".to_owned(), String::new());
    for (n, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let (start, count) = (file.len(), objects.len() + 1);
    file += &format!("xref\n0 {count}\n0000000000 65535 f \n{places}trailer\n<</Size {count}/Root 1 0 R>>\n");
    (file + &format!("startxref\n{start}\n%%EOF\n")).into_bytes()
}

/// The target of the link that does this.
fn link(html: &str, act: &str) -> Option<String> {
    let document = scraper::Html::parse_document(html);
    let wanted = scraper::Selector::parse(&format!("[data-viewer] a[data-act='{act}']")).expect("a selector");
    document.select(&wanted).next().and_then(|a| a.attr("href")).map(|href| href.replace("#viewer", ""))
}

fn opened(world: &World, id: &str) -> usize {
    let auditor = add_staff(&world.db, Role::Auditor);
    let page = world.db.read_blocking(|c| list_events(c, &auditor, &Sought::default(), None, 200)).expect("reads");
    page.events.iter().filter(|event| event.action == "evidence.opened" && event.subject_id == id).count()
}

async fn with(files: &[(&str, Vec<u8>)]) -> (World, ApplicationId, Vec<String>) {
    let world = World::new();
    let id = world.draft();
    let mut ids = Vec::new();
    for (name, content) in files {
        ids.push(world.attach(&id, name, content).await);
    }
    world.send(&id);
    (world, id, ids)
}

#[actix_web::test]
async fn pages_sizes_turns_and_files_are_links_that_lead_on() {
    let (world, id, files) = with(&[("一.pdf", pdf(3)), ("二.png", PNG.to_vec())]).await;
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let case = reviewer.get(&format!("/cases/{id}")).await;
    case.is(StatusCode::OK).has("1／3ページ").has("3ページ</a>");
    assert_eq!(link(&case.html, "previous"), None, "nothing before the first page");
    let second = reviewer.get(&link(&case.html, "next").expect("a next page")).await;
    second.has("2／3ページ").has(&format!("evidence/{}/page?n=2&#38;turn=0&#38;size=page", files[0]));
    let turned = reviewer.get(&link(&second.html, "turn").expect("a turn")).await;
    turned.has("n=2&#38;turn=90&#38;");
    let mut page = turned;
    for zoom in ["125", "150", "200", "300", "400"] {
        page = reviewer.get(&link(&page.html, "larger").expect("a larger one")).await;
        page.has(&format!("zoom-{zoom}")).has("turn=90");
    }
    page.has("size=large");
    assert_eq!(link(&page.html, "larger"), None, "nothing above 400 %");
    reviewer.get(&link(&page.html, "fit").expect("a fit")).await.has("zoom-100").has("2／3ページ");
    let other = reviewer.get(&link(&page.html, "next-file").expect("another file")).await;
    other.has("二.png 1／1ページ").has(&format!("evidence/{}/page", files[1]));
    assert_eq!(link(&other.html, "next-file"), None);

    let typed = format!("/cases/{id}?file={}", files[0]);
    for (query, words) in [
        ("page=3", "3／3ページ"),
        ("page=99", "3／3ページ"),
        ("page=%EF%BC%93", "3／3ページ"),
        ("page=0", "1／3ページ"),
        ("page=x&zoom=%27&turn=45", "zoom-100"),
    ] {
        reviewer.get(&format!("{typed}&{query}")).await.is(StatusCode::OK).has(words);
    }
    reviewer.get(&format!("/cases/{id}?file={id}")).await.is(StatusCode::OK);
}

#[actix_web::test]
async fn a_case_opens_where_this_person_left_it() {
    let (world, id, files) = with(&[("一.pdf", pdf(3)), ("二.pdf", pdf(2))]).await;
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let (_, mut other) = world.staff(Role::Reviewer);
    reviewer.get(&format!("/cases/{id}?file={}&page=3&zoom=150&turn=180", files[0])).await;
    world.db.clock.advance(chrono::Duration::minutes(1));
    reviewer.get(&format!("/cases/{id}?file={}&page=2", files[1])).await;
    reviewer.get(&format!("/cases/{id}")).await.has("二.pdf 2／2ページ");
    reviewer.get(&format!("/cases/{id}?file={}", files[0])).await.has("3／3ページ").has("zoom-150").has("turn=180");
    world.db.clock.advance(chrono::Duration::minutes(1));
    reviewer.get(&format!("/cases/{id}")).await.has("一.pdf 3／3ページ");
    other.get(&format!("/cases/{id}")).await.has("一.pdf 1／3ページ");
}

#[actix_web::test]
async fn looking_is_recorded_once_and_each_download() {
    let (world, id, files) = with(&[("一.pdf", pdf(3)), ("二.pdf", pdf(2))]).await;
    let (_, mut auditor) = world.staff(Role::Auditor);
    for page in 1..=3 {
        auditor.get(&format!("/cases/{id}?file={}&page={page}", files[0])).await;
        auditor.get(&format!("/cases/{id}/evidence/{}/page?n={page}", files[0])).await.is(StatusCode::OK);
    }
    assert_eq!((opened(&world, &files[0]), opened(&world, &files[1])), (1, 0));
    for _ in 0..2 {
        auditor.get(&format!("/cases/{id}/evidence/{}/file", files[0])).await.is(StatusCode::OK);
    }
    assert_eq!(opened(&world, &files[0]), 3);
    auditor.get(&format!("/cases/{id}/evidence/{}/page", files[1])).await.is(StatusCode::OK);
    assert_eq!(opened(&world, &files[1]), 1, "a picture by its address is a look too");
}

#[actix_web::test]
async fn what_cannot_be_shown_says_why_and_leads_to_the_return() {
    let (world, id, files) = with(&[("空.pdf", PDF.to_vec())]).await;
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let case = reviewer.get(&format!("/cases/{id}")).await;
    case.is(StatusCode::OK).has("この書類を画面に表示できません").has("ファイルの中を読み取れませんでした");
    case.has(&format!("/evidence/{}/file", files[0])).has_not("読み取れないため差し戻す");
    reviewer.post(&format!("/cases/{id}/claim"), &[]).await;
    let case = reviewer.get(&format!("/cases/{id}")).await;
    case.has(&format!("<a href=\"/cases/{id}/return?fault=unreadable\">読み取れないため差し戻す</a>"));
    let list = reviewer.get(&format!("/cases/{id}/return?fault=unreadable")).await;
    list.has(" checked").has("書類を撮り直してください。");
    reviewer.get(&format!("/cases/{id}/return?fault=invented")).await.is(StatusCode::OK).has_not(" checked");
}

#[actix_web::test]
async fn a_long_document_is_shown_in_part_and_says_so() {
    let (world, id, files) = with(&[("長い.pdf", pdf(103))]).await;
    let (_, mut reviewer) = world.staff(Role::Reviewer);
    let last = reviewer.get(&format!("/cases/{id}?file={}&page=103", files[0])).await;
    last.has("100／103ページ").has("続きの3ページは原本にあります");
    assert_eq!(link(&last.html, "next"), None);
    let beyond = reviewer.get(&format!("/cases/{id}/evidence/{}/page?n=101", files[0])).await;
    beyond.is(StatusCode::NOT_FOUND);
    for size in ["thumb", "large", "999999", "-1", "%00"] {
        let picture = reviewer.get(&format!("/cases/{id}/evidence/{}/page?n=1&size={size}", files[0])).await;
        assert!(picture.is(StatusCode::OK).body.starts_with(b"\x89PNG"), "{size}");
    }
}
