//! Every field of every account form with what should not be there: a Japanese
//! answer, what was typed shown again, nothing kept.

use super::*;

/// What people and attackers type, by name.
fn hostile() -> Vec<(&'static str, String)> {
    vec![
        ("empty", String::new()),
        ("blank", "　 \u{200B}".into()),
        ("long", "あ".repeat(2_000)),
        ("full-width", "ＡＢＣ１２３".into()),
        ("emoji", "👨‍👩‍👧😀".into()),
        ("control", "a\u{1}\u{7f}b".into()),
        ("NUL", "a\0b".into()),
        ("right-to-left", "a\u{202E}gpj.b".into()),
        ("SQL", "'; DROP TABLE accounts; --".into()),
        ("script", "\"><script>alert(1)</script>".into()),
        ("template", "{{ 7*7 }}${x}%s".into()),
        ("My Number", "123456789018".into()),
        ("line break", "a\r\nBcc: x@example.jp".into()),
    ]
}

/// Sends every hostile value in one field of a form and checks the answer.
async fn try_field(browser: &mut Browser<'_>, path: &str, good: &[(&str, &str)], field: &str) {
    for (name, value) in hostile() {
        let answer = browser.post(path, &but(good, field, &value)).await;
        let what = format!("{path} {field} {name}");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        assert!(answer.has("入力した内容をお確かめください"), "{what}");
        assert!(answer.has("<title>エラー："), "{what}");
        assert!(!answer.has("<script>alert"), "{what}");
        assert!(answer.has(&format!("href=\"#{field}\"")) || answer.has("href=\"#email\""), "{what}: {}", answer.html);
    }
    let without: Vec<_> = good.iter().filter(|pair| pair.0 != field).copied().collect();
    let answer = browser.post(path, &without).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} without {field}");
}

#[actix_web::test]
async fn every_field_of_the_registration_answers_bad_input() {
    let world = World::new();
    let mut browser = world.visitor();
    try_field(&mut browser, "/register/type", &[("kind", "judo_therapy")], "kind").await;
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    try_field(&mut browser, "/register/facility", &[("code", OFFICE.code)], "code").await;
    browser.post("/register/facility", &[("code", OFFICE.code)]).await;
    browser.post("/register/facility/confirm", &[]).await;
    for field in ["phone", "email"] {
        try_field(&mut browser, "/register/person", &person(EMAIL), field).await;
    }
    assert!(world.letters().is_empty());
}

#[actix_web::test]
async fn names_take_what_names_may_hold_and_refuse_the_rest() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    browser.post("/register/facility", &[("code", OFFICE.code)]).await;
    browser.post("/register/facility/confirm", &[]).await;
    let good = ["full-width", "emoji", "SQL", "script", "template"];
    for field in ["family_name", "given_name"] {
        for (name, value) in hostile() {
            let answer = browser.post("/register/person", &but(&person(EMAIL), field, &value)).await;
            let taken = answer.location == "/register/check";
            assert_eq!(taken, good.contains(&name), "{field} {name}");
            let page = if taken { browser.get("/register/check").await } else { answer };
            assert!(!page.has("<script>alert"), "{field} {name}");
        }
    }
}

#[actix_web::test]
async fn new_passwords_answer_bad_input_and_are_never_shown() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    browser.post("/register/facility", &[("code", OFFICE.code)]).await;
    browser.post("/register/facility/confirm", &[]).await;
    for (password, words) in [
        ("", "パスワードを入力してください"),
        ("Ab1", "パスワードは8文字以上で入力してください（今は3文字です）"),
        ("abcdefgh", "英大文字・英小文字・数字をそれぞれ1文字以上"),
        ("Password1", "よく使われる言葉"),
        ("Xtaro@example1", "メールアドレス・機関コード・サイトの名前は使えません"),
        ("X1312345678x", "メールアドレス・機関コード・サイトの名前は使えません"),
        ("Kz7m\0Qp2w", "使えない文字"),
    ] {
        let fields = but(&but(&person(EMAIL), "password", password), "password_again", password);
        let answer = browser.post("/register/person", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(answer.has(words), "{password}: {}", answer.html);
        assert!(password.is_empty() || !answer.has(password), "{password} is shown");
        assert!(answer.has("value=\"山田\"") && answer.has("03-1234-5678"), "the rest is shown again");
    }
    let long = "aB1-xY2_".repeat(13);
    let fields = but(&but(&person(EMAIL), "password", &long), "password_again", &long);
    assert!(browser.post("/register/person", &fields).await.has("100文字以内"));
    let other = but(&person(EMAIL), "password_again", "Another7x");
    assert!(browser.post("/register/person", &other).await.has("上のパスワードと違います"));
}

#[actix_web::test]
async fn a_good_password_is_not_asked_for_again_because_of_another_field() {
    let world = World::new();
    let mut browser = world.visitor();
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    browser.post("/register/facility", &[("code", OFFICE.code)]).await;
    browser.post("/register/facility/confirm", &[]).await;
    let answer = browser.post("/register/person", &but(&person(EMAIL), "phone", "")).await;
    assert!(answer.has("電話番号を入力してください") && answer.has("パスワードは入力済みです"));
    let kept = but(&but(&person(EMAIL), "password", ""), "password_again", "");
    assert_eq!(browser.post("/register/person", &kept).await.location, "/register/check");
}

#[actix_web::test]
async fn the_login_reset_and_password_forms_answer_bad_input() {
    let world = World::new();
    let mut browser = world.signed_in(EMAIL).await;
    for (name, value) in hostile() {
        let mut visitor = world.visitor();
        let answer = visitor.log_in(&value, "x").await;
        assert!([422, 429].contains(&answer.status.as_u16()), "login {name}: {}", answer.status);
        assert!(!answer.has("<script>alert"), "login {name}");
        let reset = visitor.post("/reset", &[("email", &value)]).await;
        assert_eq!(reset.status, StatusCode::UNPROCESSABLE_ENTITY, "reset {name}");
        let fields = [("current", value.as_str()), ("password", "Nb4vXc9z"), ("password_again", "Nb4vXc9z")];
        let change = browser.post("/account/password", &fields).await;
        assert!([422, 429].contains(&change.status.as_u16()), "password {name}: {}", change.status);
        assert!(!change.has("<script>alert"), "password {name}");
    }
    let missing = browser.post("/account/password", &[]).await;
    for words in
        ["今のパスワードを入力してください", "パスワードを入力してください", "パスワード（確認用）を入力してください"]
    {
        assert!(missing.has(words), "{words}");
    }
}

#[actix_web::test]
async fn a_form_larger_than_any_of_ours_is_refused_in_words() {
    let world = World::new();
    let mut browser = world.visitor();
    let answer = browser.post("/register/type", &[("kind", &"a".repeat(70_000))]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.has("入力が長すぎます") && !answer.has("ファイル"), "{}", answer.html);
}

#[actix_web::test]
async fn of_a_repeated_field_the_last_counts_and_unknown_fields_do_nothing() {
    let world = World::new();
    let mut browser = world.visitor();
    let kinds = [("kind", "midwifery"), ("kind", "judo_therapy"), ("facility", "x"), ("verified", "true")];
    assert_eq!(browser.post("/register/type", &kinds).await.location, "/register/facility");
    assert!(browser.get("/register/facility").await.has("柔道整復師の施術所"));
}
