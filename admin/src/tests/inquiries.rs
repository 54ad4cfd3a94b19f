//! Inquiries by the pages of those who answer them.

use actix_web::http::StatusCode;
use uketsuke_core::attachment::{self, Subject};
use uketsuke_core::db::Actor;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::ids::InquiryId;
use uketsuke_core::inquiry::mail::InquiryAnswered;
use uketsuke_core::inquiry::{self, Inquiry, Offered, Owner, Sender, State, Typed};
use uketsuke_core::secret::PlainToken;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{compose_last, keyring};

use super::{Answer, Browser, World};

const QUESTION: &str = "アクティベーションコードを入力しましたが、先に進めません。";
const ANSWER: &str = "アプリを最新のものにしてから、もう一度お試しください。";

/// A picture of one dot.
const PICTURE: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

impl World {
    fn asks(&self, owner: Owner, with_scope: bool, email: &str) -> InquiryId {
        let typed = Typed {
            category: "device".into(),
            text: QUESTION.into(),
            name: "山田 <太郎>".into(),
            email: email.into(),
            ..Typed::default()
        };
        let scope = with_scope.then(|| self.applicant.clone());
        let sender = Sender { owner: owner.clone(), scope, site: Site::Omf };
        let sent = self.db.write_blocking(Actor::system(), |tx| {
            inquiry::save_draft(tx, &owner, &typed)?;
            inquiry::send(tx, &keyring(), &sender, (Offered::Any, 40))?;
            let now = tx.now();
            inquiry::find_sent(tx.conn(), &owner, now)
        });
        sent.expect("written").expect("it was sent").id
    }

    /// What the applicant asked, signed in.
    fn asked(&self) -> InquiryId {
        self.asks(Owner::Account(self.applicant.account().clone()), true, "taro@example.jp")
    }

    /// What a visitor asked.
    fn asked_by_visitor(&self, email: &str) -> InquiryId {
        self.asks(Owner::Visitor(PlainToken::mint().hash()), false, email)
    }

    fn inquiry(&self, id: &InquiryId) -> Inquiry {
        let (scope, _) = self.staff(Role::Auditor);
        self.db.read_blocking(|c| inquiry::get_for_staff(c, &scope, id)).expect("reads")
    }

    fn revision_of(&self, id: &InquiryId) -> String {
        self.inquiry(id).revision.to_string()
    }
}

/// Presses a button that carries the revision of the page.
async fn press(world: &World, browser: &mut Browser<'_>, id: &InquiryId, verb: &str) -> Answer {
    let revision = world.revision_of(id);
    browser.post(&format!("/inquiries/{id}/{verb}"), &[("revision", &revision)]).await
}

#[actix_web::test]
async fn a_question_is_taken_answered_with_a_text_kept_ready_and_its_letter_shown_before() {
    let world = World::new();
    let (_, mut support) = world.staff(Role::Support);
    let kept = [("category", "device"), ("title", "コードが通らない"), ("body", ANSWER), ("link", "/faq/1")];
    assert_eq!(support.post("/inquiries/canned/new", &kept).await.location, "/inquiries/canned");
    let canned = support.get("/inquiries/canned").await;
    canned.has("コードが通らない").has("使用中");
    let canned = link(&canned, "/inquiries/canned/0");
    let id = world.asked();
    let page = format!("/inquiries/{id}");
    support
        .get("/inquiries?v=unassigned")
        .await
        .has("担当なし（1）")
        .has("山田 &#60;太郎&#62;")
        .has(&page)
        .has("あと3営業日");
    let opened = support.get(&page).await;
    opened.has(QUESTION).has("さくら接骨院").has("1312345678").has("/facilities/").has("taro@example.jp");
    assert_eq!(press(&world, &mut support, &id, "take").await.location, page);
    support.get("/inquiries?v=mine").await.has(&page).has("自分の担当（1）");
    let canned = canned.rsplit('/').next().expect("an id");
    let form = support.get(&format!("{page}/answer?canned={canned}")).await;
    form.has(QUESTION)
        .has(&format!("{ANSWER}\n\nくわしくは、次のページをご覧ください。\nhttps://portal.example/faq/1</textarea>"));
    let revision = world.revision_of(&id);
    let with = [("revision", revision.as_str()), ("canned", canned), ("text", "はじめに。")];
    let added = support.post(&format!("{page}/answer"), &[&with[..], &[("step", "canned")]].concat()).await;
    added.is(StatusCode::OK).has(&format!("はじめに。\n\n{ANSWER}"));
    let letters = world.letters();
    let typed = [("revision", revision.as_str()), ("text", ANSWER)];
    let shown = support.post(&format!("{page}/answer"), &[&typed[..], &[("step", "preview")]].concat()).await;
    shown
        .is(StatusCode::OK)
        .has("まだ送られていません")
        .has("お問い合わせへの回答（")
        .has(ANSWER)
        .has("返信されても届きません");
    assert_eq!(world.letters(), letters, "a preview sends nothing");
    assert_eq!(world.inquiry(&id).state, State::Waiting);
    let edit = support.post(&format!("{page}/answer"), &[&typed[..], &[("step", "edit")]].concat()).await;
    edit.is(StatusCode::OK).has(&format!("{ANSWER}</textarea>"));
    let sent = support.post(&format!("{page}/answer"), &[&typed[..], &[("step", "send")]].concat()).await;
    assert_eq!(sent.location, page);
    support.get(&page).await.has("回答済み").has(ANSWER).has("回答しました").has_not("よくある質問にする");
    let letter = world.db.write_blocking(Actor::system(), compose_last::<InquiryAnswered>).expect("composes");
    let letter = letter.expect("a letter");
    let as_html = shown.html.replace("<br>", "\n").replace("&#60;", "<").replace("&#62;", ">");
    for line in letter.body.lines() {
        assert!(as_html.contains(line), "{line} was not shown");
    }
    let (_, mut editor) = world.staff(Role::Editor);
    editor.get(&page).await.has(&format!("/faq/new?inquiry={id}")).has_not("回答する</a>").has_not("/facilities/");
    let entry = editor.get(&format!("/faq/new?inquiry={id}")).await;
    entry
        .is(StatusCode::OK)
        .has(&format!("value=\"{}\"", QUESTION.trim_end_matches('。')))
        .has(&format!("{ANSWER}</textarea>"));
    entry.has(&format!("name=\"inquiry\" value=\"{id}\"")).has_not("山田").has_not("taro@example.jp");
    let waiting = world.asked_by_visitor("b@example.jp");
    editor.get(&format!("/faq/new?inquiry={waiting}")).await.is(StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_file_of_an_inquiry_is_saved_by_staff_from_its_page() {
    let world = World::new();
    let (_, mut auditor) = world.staff(Role::Auditor);
    let storage = &world.office.storage;
    let mut upload = storage.upload().await.expect("opens");
    upload.write(PICTURE.to_vec().into()).await.expect("writes");
    let kept = attachment::keep(storage, upload.finish().await.expect("ends"), "資料.png").await;
    let kept = match kept {
        Ok(kept) => kept,
        Err(fault) => panic!("{fault:?}"),
    };
    let (page, other) = (world.asked(), world.asked());
    world
        .db
        .write_blocking(Actor::system(), |tx| attachment::attach(tx, Subject::Inquiry, page.as_str(), &kept, 3))
        .expect("attached");
    let shown = auditor.get(&format!("/inquiries/{page}")).await;
    shown.has("資料.png</a>");
    let file = link(&shown, &format!("/inquiries/{page}/files/"));
    let saved = auditor.get(&file).await;
    saved.is(StatusCode::OK);
    assert!(saved.header("content-disposition").starts_with("attachment;"));
    let elsewhere = file.replace(page.as_str(), other.as_str());
    auditor.get(&elsewhere).await.is(StatusCode::NOT_FOUND);
}

fn link(answer: &Answer, begin: &str) -> String {
    let at = answer.html.find(begin).unwrap_or_else(|| panic!("no {begin} in {}", answer.html));
    answer.html[at..].split('"').next().expect("an address").to_owned()
}

#[actix_web::test]
async fn an_answer_that_is_missing_or_too_long_is_told_with_what_was_typed() {
    let world = World::new();
    let (_, mut support) = world.staff(Role::Support);
    let path = format!("/inquiries/{}/answer", world.asked());
    support.post(&path, &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("回答を入力してください");
    let number = format!("{ANSWER}\n123456789018");
    let personal = support.post(&path, &[("text", &number)]).await;
    personal.is(StatusCode::UNPROCESSABLE_ENTITY).has("マイナンバー").has("123456789018</textarea>");
    let long = "あ".repeat(4_001);
    support.post(&path, &[("text", &long)]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("4000文字以内");
}

#[actix_web::test]
async fn the_slower_of_two_is_told_and_keeps_what_was_typed() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Support);
    let (_, mut second) = world.staff(Role::Administrator);
    let id = world.asked();
    let path = format!("/inquiries/{id}/answer");
    let revision = world.revision_of(&id);
    let quick = [("revision", revision.as_str()), ("text", ANSWER), ("step", "send")];
    let slow = [("revision", revision.as_str()), ("text", "コードを再発行してください。"), ("step", "send")];
    first.post(&path, &quick).await.is(StatusCode::SEE_OTHER);
    let letters = world.letters();
    let late = second.post(&path, &slow).await;
    late.is(StatusCode::CONFLICT).has(ANSWER).has("コードを再発行してください。").has("回答済み");
    late.has("入力した内容をメモに残す").has_not("いまの内容で入力を続ける");
    assert_eq!(world.letters(), letters);
    second.post(&format!("/inquiries/{id}/notes"), &[("note", "コードを再発行してください。")]).await;
    first.get(&format!("/inquiries/{id}")).await.has("職員だけのメモ").has("コードを再発行してください。");
    // In nobody's hands, it can be gone on with as it is now.
    press(&world, &mut first, &id, "release").await;
    let late = second.post(&path, &slow).await;
    late.is(StatusCode::CONFLICT).has("いまの内容で入力を続ける").has(&format!("value=\"{}\"", world.revision_of(&id)));
    let fresh = world.revision_of(&id);
    let again = [("revision", fresh.as_str()), ("text", "コードを再発行してください。"), ("step", "send")];
    second.post(&path, &again).await.is(StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn an_inquiry_goes_from_hand_to_hand() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Support);
    let (colleague, mut second) = world.staff(Role::Support);
    let (reviewer, _) = world.staff(Role::Reviewer);
    let id = world.asked();
    let page = format!("/inquiries/{id}");
    let stale = first.post(&format!("{page}/take"), &[]).await;
    stale.is(StatusCode::CONFLICT).has("担当者：なし");
    press(&world, &mut first, &id, "take").await;
    second
        .get(&page)
        .await
        .has("さんが担当しています")
        .has("担当を引き継ぐ")
        .has_not("回答する</a>")
        .has_not("終了する");
    let form = first.get(&format!("{page}/hand-over")).await;
    form.has(colleague.staff().as_str()).has_not(reviewer.staff().as_str());
    let revision = world.revision_of(&id);
    let bad = first.post(&format!("{page}/hand-over"), &[("revision", &revision), ("note", "休みのため")]).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("引き渡す相手を選んでください").has("休みのため</textarea>");
    let nobody = [("revision", revision.as_str()), ("to", reviewer.staff().as_str())];
    first.post(&format!("{page}/hand-over"), &nobody).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("回答できません");
    let to = [("revision", revision.as_str()), ("to", colleague.staff().as_str()), ("note", "休みのため")];
    assert_eq!(first.post(&format!("{page}/hand-over"), &to).await.location, "/inquiries?v=mine");
    second.get(&page).await.has("あなたが担当しています").has("休みのため");
    press(&world, &mut second, &id, "close").await;
    second.get(&page).await.has("終了</span>").has("再開する").has_not("回答する</a>");
    press(&world, &mut second, &id, "reopen").await;
    second.get(&page).await.has("お返事待ち").has("お問い合わせを再開しました");
    press(&world, &mut second, &id, "release").await;
    assert_eq!(world.inquiry(&id).assignee_id, None);
}

#[actix_web::test]
async fn a_phone_call_is_written_down_and_its_answer_recorded_without_a_letter() {
    let world = World::new();
    let (_, mut support) = world.staff(Role::Support);
    let empty = support.post("/inquiries/new", &[("code", "999")]).await;
    empty
        .is(StatusCode::UNPROCESSABLE_ENTITY)
        .has("お名前を入力してください")
        .has("機関コードは10桁")
        .has("value=\"999\"");
    let call = [
        ("name", "鈴木 花子"),
        ("phone", "090-1234-5678"),
        ("code", "1312345678"),
        ("category", "device"),
        ("text", "コードが通らない。"),
    ];
    let page = support.post("/inquiries/new", &call).await.location;
    let opened = support.get(&page).await;
    opened
        .has("（電話）")
        .has("09012345678")
        .has("さくら接骨院")
        .has("あなたが担当しています")
        .has("メールで送られません");
    let id = InquiryId::parse(page.rsplit('/').next().expect("an id")).expect("an id");
    let revision = world.revision_of(&id);
    let typed = [("revision", revision.as_str()), ("text", ANSWER)];
    let shown = support.post(&format!("{page}/answer"), &typed).await;
    shown.is(StatusCode::OK).has("メールは送られません").has("回答を記録する");
    support.post(&format!("{page}/answer"), &[&typed[..], &[("step", "send")]].concat()).await;
    assert_eq!(world.inquiry(&id).state, State::Answered);
    assert!(world.letters().is_empty());
    let at_once = [&call[..], &[("answer", ANSWER), ("email", "hanako@example.jp")]].concat();
    let page = support.post("/inquiries/new", &at_once).await.location;
    support.get(&page).await.has("回答済み").has(ANSWER);
    assert_eq!(world.letters(), ["inquiry_answered"]);
}

#[actix_web::test]
async fn two_questions_of_one_asker_become_one_and_no_others() {
    let world = World::new();
    let (_, mut support) = world.staff(Role::Support);
    let (first, second) = (world.asked_by_visitor("a@example.jp"), world.asked_by_visitor("a@example.jp"));
    let stranger = world.asked_by_visitor("b@example.jp");
    let path = format!("/inquiries/{second}/merge");
    let number = world.inquiry(&first).number.to_string();
    for (typed, told) in [
        ("", "統合先の受付番号を入力してください"),
        ("123", "この受付番号のお問い合わせはありません"),
        (world.inquiry(&stranger).number.as_str(), "別の方のお問い合わせとは統合できません"),
        (world.inquiry(&second).number.as_str(), "別の方のお問い合わせとは統合できません"),
    ] {
        support.post(&path, &[("number", typed)]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has(told);
    }
    let asked = support.post(&path, &[("number", &number)]).await;
    asked.is(StatusCode::OK).has(&number).has("統合は元に戻せません");
    assert_eq!(world.inquiry(&second).state, State::Waiting);
    let (at, into_at) = (world.revision_of(&second), world.revision_of(&first));
    let send = |into_at| {
        [("number", number.as_str()), ("revision", at.as_str()), ("into_revision", into_at), ("step", "send")]
    };
    support.post(&path, &send("99")).await.is(StatusCode::CONFLICT);
    let merged = support.post(&path, &send(&into_at)).await;
    assert_eq!(merged.location, format!("/inquiries/{first}"));
    support.get(&format!("/inquiries/{first}")).await.has("ここに統合しました").has("統合したお問い合わせ");
    support.get(&format!("/inquiries/{second}")).await.has("ほかのお問い合わせに統合しました").has(&number);
    support.post(&path, &send(&into_at)).await.is(StatusCode::CONFLICT);
}

#[actix_web::test]
async fn an_answer_kept_ready_is_changed_retired_and_never_overwritten_unseen() {
    let world = World::new();
    let (_, mut first) = world.staff(Role::Support);
    let (_, mut second) = world.staff(Role::Support);
    let bad = first.post("/inquiries/canned/new", &[("title", "コード"), ("link", "javascript:x")]).await;
    bad.is(StatusCode::UNPROCESSABLE_ENTITY).has("回答の文を入力してください").has("https://").has("value=\"コード\"");
    let kept = [("category", "device"), ("title", "コード"), ("body", ANSWER)];
    first.post("/inquiries/canned/new", &kept).await;
    let page = link(&first.get("/inquiries/canned").await, "/inquiries/canned/0");
    first.get(&page).await.has(ANSWER);
    let change = |title, body| [("revision", "0"), ("category", "device"), ("title", title), ("body", body)];
    assert_eq!(first.post(&page, &change("新しいコード", ANSWER)).await.location, "/inquiries/canned");
    let late = second.post(&page, &change("コード", "私の文です。")).await;
    late.is(StatusCode::CONFLICT)
        .has("新しいコード")
        .has("私の文です。</textarea>")
        .has("name=\"revision\" value=\"1\"");
    let retire = [("revision", "1"), ("category", "device"), ("title", "コード"), ("body", ANSWER), ("retired", "yes")];
    second.post(&page, &retire).await;
    first.get("/inquiries/canned").await.has("使わない</span>");
    let id = world.asked();
    first.get(&format!("/inquiries/{id}/answer")).await.has_not("この文を下の欄に入れる");
}

#[actix_web::test]
async fn the_list_is_searched_left_as_a_file_and_jumped_to_by_number() {
    let world = World::new();
    let (_, mut auditor) = world.staff(Role::Auditor);
    let (mine, visitors) = (world.asked(), world.asked_by_visitor("visitor@example.jp"));
    let number = world.inquiry(&visitors).number.to_string();
    let (mine, visitors) = (format!("/inquiries/{mine}"), format!("/inquiries/{visitors}"));
    let found = auditor.get("/inquiries?words=visitor%40example.jp").await;
    found.has(&visitors).has_not(&mine).has("言葉：visitor@example.jp").has_not("電話でのお問い合わせを登録する");
    auditor.get("/inquiries?words=%E3%81%95%E3%81%8F%E3%82%89").await.has(&mine).has_not(&visitors);
    auditor.get("/inquiries?category=subsidy").await.has("条件に合うお問い合わせはありません");
    auditor.get("/inquiries?site=csm&v=overdue&after=x&before=y&category=weather").await.is(StatusCode::OK);
    assert_eq!(auditor.get(&format!("/search?q={number}")).await.location, visitors);
    let export = "/inquiries/export?v=all&words=visitor%40example.jp";
    auditor.get(export).await.is(StatusCode::OK).has("1件");
    let file = auditor.post(export, &[("format", "csv")]).await;
    let text = String::from_utf8(file.body.clone()).expect("UTF-8");
    assert!(text.contains(&format!("\"{number}\"")) && text.contains("端末の設定"), "{text}");
    assert!(!text.contains(QUESTION), "the words of people stay in the house");
}
