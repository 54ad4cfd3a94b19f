//! What people do again and again, through the pages: registering, logging in,
//! applying, and the same for staff.

use uketsuke::demo::cast;
use uketsuke_core::db::{Actor, Db};
use uketsuke_core::secret::totp::TotpSecret;
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{self, Invitation, InviteForm};

use super::app::TestApp;
use super::browser::Browser;

/// The password of everybody in the tests.
pub const PASSWORD: &str = "Kaede-2026-momiji";

/// A facility of the made-up master.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub kind: &'static str,
    pub code: &'static str,
    pub name: &'static str,
    /// What is typed to find it: labels and values.
    pub found_by: &'static [(&'static str, &'static str)],
    /// Era, year, month, day of the manager's birth; empty where it is matched by
    /// its account.
    pub birth: [&'static str; 4],
    /// 口座番号; empty where it is matched by a birth date.
    pub account: &'static str,
}

pub const SAKURA: Place = Place {
    kind: "柔道整復師の施術所",
    code: "1329000001",
    name: "さくら見本接骨院",
    found_by: &[("登録記号番号", "1329000001")],
    birth: ["昭和", "30", "4", "3"],
    account: "",
};
pub const AOZORA: Place = Place {
    code: "1329000038",
    name: "あおぞら接骨院",
    found_by: &[("登録記号番号", "1329000038")],
    birth: ["西暦", "1968", "11", "20"],
    ..SAKURA
};
/// An acupuncture office in the same place as [`SAKURA`].
pub const TSUBAKI: Place = Place {
    kind: "あん摩マッサージ指圧師、はり師、きゅう師の施術所",
    code: "1329100003",
    name: "つばき見本鍼灸院",
    found_by: &[("登録記号番号", "1329100003")],
    birth: ["昭和", "26", "8", "8"],
    account: "",
};
/// A clinic, of 居宅同意取得型.
pub const YOKOHAMA: Place = Place {
    kind: "医科診療所",
    code: "1419100017",
    name: "よこはま見本クリニック",
    found_by: &[("都道府県", "神奈川県"), ("医療機関コード", "9100017")],
    birth: [""; 4],
    account: "4100001",
};

impl TestApp {
    /// Puts the made-up master in.
    pub fn with_master(&self) -> &Self {
        self.wait(uketsuke::demo::master::import(&self.parts, cast::MASTER)).expect("the master imports");
        self
    }

    /// A registered, activated and signed-in person.
    pub fn signed_in(&self, place: Place, email: &str) -> Browser {
        let mut browser = self.portal();
        register(&mut browser, place, email);
        self.activate(&mut browser, email);
        log_in(&mut browser, email);
        browser
    }

    /// Opens the mailed link and presses its button.
    pub fn activate(&self, browser: &mut Browser, email: &str) {
        let path = self.mailed_path(email, "/activate/");
        browser.open(&path);
        browser.press("登録を完了する").expect("ログイン");
    }

    /// A signed-in person whose facility is approved by match, with so many devices.
    pub fn approved(&self, place: Place, email: &str, devices: u32) -> Browser {
        let mut browser = self.signed_in(place, email);
        apply_by_match(&mut browser, place, devices);
        self.run_jobs();
        browser
    }

    /// A member of the back office with this role, both factors passed.
    pub fn staff(&self, email: &str, role: Role) -> Browser {
        let mut browser = self.office();
        let app = enrol(&mut browser, &self.parts.db, email, role);
        self.authenticators.lock().expect("no test panics holding it").insert(email.to_owned(), app);
        browser
    }

    /// Logs a known member of the back office in once more, both factors.
    pub fn log_in_again(&self, browser: &mut Browser, email: &str) {
        browser.open("/login");
        browser.fill("メールアドレス", email).fill("パスワード", PASSWORD);
        browser.press("ログイン");
        browser.fill("確認コード", &self.authenticator(email).code_at(self.clock.now()));
        browser.press("確認する");
    }

    /// The authenticator app of a member of the back office.
    pub fn authenticator(&self, email: &str) -> TotpSecret {
        self.authenticators
            .lock()
            .expect("no test panics holding it")
            .get(email)
            .cloned()
            .unwrap_or_else(|| panic!("{email} has no authenticator"))
    }
}

/// Invites somebody to the back office, who then passes both factors in
/// `browser`; answers the authenticator app.
pub fn enrol(browser: &mut Browser, db: &Db, email: &str, role: Role) -> TotpSecret {
    let form = InviteForm { email: email.into(), name: "審査 一郎".into(), roles: vec![role.as_str().into()] };
    let invitation = Invitation::try_from(&form).expect("a good invitation");
    let (token, _) =
        db.write_blocking(Actor::operator(), |tx| staff::add(tx, &invitation)).expect("staff can be invited");
    browser.open(&format!("/invite/{}", token.reveal()));
    browser.fill("パスワード", PASSWORD).fill("パスワード（確認用）", PASSWORD);
    browser.press("このパスワードを登録する");
    browser.open("/login");
    browser.fill("メールアドレス", email).fill("パスワード", PASSWORD);
    browser.press("ログイン");
    let secret = browser.page().all_words("#secret").concat().replace(' ', "");
    let app = TotpSecret::from_base32(&secret).unwrap_or_else(|| panic!("{secret}: {}", browser.page().text()));
    browser.fill("確認コード", &app.code_at(db.clock().now()));
    browser.press("登録する");
    assert_eq!(browser.page().status, 200, "{}", browser.page().text());
    browser.follow("保管しました");
    app
}

/// Registers up to 「メールを送りました」.
pub fn register(browser: &mut Browser, place: Place, email: &str) {
    browser.open("/register");
    browser.tick(place.kind);
    browser.press("次へ進む");
    for (label, value) in place.found_by {
        browser.fill(label, value);
    }
    browser.press("施設を確認する").expect(place.name);
    browser.press("はい、この施設です");
    register_person(browser, email);
}

/// The rest of a registration, from the person's page on.
pub fn register_person(browser: &mut Browser, email: &str) {
    browser.fill("姓", "山田").fill("名", "花子").fill("電話番号", "０３−１２３４−５６７８");
    browser.fill("メールアドレス", email).fill("パスワード", PASSWORD).fill("パスワード（確認用）", PASSWORD);
    browser.press("確認へ進む").expect("0312345678");
    browser.tick("利用規約とプライバシーポリシーに同意する");
    browser.press("この内容で登録する").expect(email);
}

pub fn log_in(browser: &mut Browser, email: &str) {
    browser.open("/login");
    browser.fill("メールアドレス", email).fill("パスワード", PASSWORD);
    browser.press("ログインする").expect("ログアウト");
}

/// Begins a usage start and answers the first step.
pub fn begin(browser: &mut Browser, method: &str) {
    browser.open("/applications");
    browser.press("利用開始申請を始める");
    browser.tick(method);
    browser.press("次へ進む");
}

pub fn fill_counts(browser: &mut Browser, staff: &str, devices: &str) {
    browser.fill("職員数", staff).fill("申請台数", devices);
    browser.press("次へ進む");
    browser.tick("この規約を読み、同意します");
    browser.press("次へ進む");
}

/// The whole application by match, up to the page that says it is approved.
pub fn apply_by_match(browser: &mut Browser, place: Place, devices: u32) {
    begin(browser, "照合");
    match place.account {
        "" => browser.fill_date("施術管理者の生年月日", place.birth),
        account => browser.fill("口座番号", account),
    };
    browser.press("施設の確認");
    if browser.page().says("施設の確認ができました") {
        browser.press("次へ進む");
    }
    fill_counts(browser, "3", &devices.to_string());
    browser.press("この内容で申請する").expect("承認されました");
}

/// The whole application by documents, up to the page with the number, which
/// is given back.
pub fn apply_by_documents(browser: &mut Browser, staff: &str, devices: &str) -> String {
    begin(browser, "書類を添付");
    browser.attach("受領委任承諾通知書", "承諾通知書.png", cast::NOTICE);
    browser.press("ファイルを送る").expect("承諾通知書.png");
    browser.press("次へ進む");
    fill_counts(browser, staff, devices);
    browser.press("この内容で申請する").expect("受付番号");
    browser.page().all_words("#number").concat()
}

/// A reviewer who has the application of this number in hand, at its page.
pub fn take_in_hand(app: &TestApp, number: &str) -> Browser {
    let mut office = app.staff("reviewer@example.jp", Role::Reviewer);
    office.open("/queue?v=unassigned");
    office.follow(number);
    office.press("この申請を担当する");
    office
}

/// The address of the application that the done page is about.
pub fn application_path(browser: &Browser) -> String {
    browser.page().path.trim_end_matches("/done").to_owned()
}

/// Declares an annex with another office, by its match secret.
pub fn declare_annex(browser: &mut Browser, other: Place) {
    browser.open("/applications/start/annex_declaration");
    browser.press("併設申告を始める");
    browser.fill("従たる施術所の登録記号番号", other.code);
    browser.press("次へ進む").expect(other.name);
    browser.fill_date("従たる施術所の施術管理者の生年月日", other.birth);
    browser.press("施術所の確認").expect("果たしたことになります");
    browser.tick("変わることを確かめました");
    browser.press("次へ進む").expect(other.name);
    browser.press("この内容で申請する").expect("承認されました");
}

/// Cancels it, or objects to it from the other side.
pub fn cancel_annex(browser: &mut Browser) {
    browser.open("/applications/start/annex_cancellation");
    browser.press("併設申告の取消を始める");
    browser.tick("変わることを確かめました");
    browser.press("次へ進む");
    browser.press("この内容で申請する").expect("承認されました");
}

/// Registers the day of starting, as typed.
pub fn register_start(browser: &mut Browser, typed: &str) {
    browser.open("/applications/start/operation_start");
    browser.press("運用開始日登録を始める");
    browser.fill("運用開始日", typed);
    browser.press("次へ進む");
    browser.press("この内容で申請する").expect("承認されました");
}
