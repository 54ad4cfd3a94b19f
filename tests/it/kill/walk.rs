//! The walk of one facility, from registration to a device's check. Each leg
//! looks at the page that is open and does what it asks for, so that it does
//! not matter where a kill threw the person back to.

use std::thread::sleep;
use std::time::{Duration, Instant};

use uketsuke_core::clock::Clock;
use uketsuke_core::secret::ReceiptNumber;

use super::cast::{Facility, Secret, Way};
use super::dice::Dice;
use super::person::{PATIENCE, Person};
use super::world::{Deed, Outcome, World};
use crate::support::browser::Browser;
use crate::support::device::{Device, Settings, shown};
use crate::support::http::{Answer, Lost};
use crate::support::people::PASSWORD;

const NOTICE: &[u8] = include_bytes!("../../../src/demo/notice.png");
const NOTICE_NAME: &str = "通知書.png";
/// A reviewer's decision comes within this time.
const REVIEW_LIMIT: Duration = Duration::from_secs(180);
/// Tokens are good for ten minutes.
const TOKEN_LIFE: Duration = Duration::from_secs(540);

/// What the person of one facility saw.
pub struct Story {
    pub index: usize,
    /// 受付番号, as shown after sending.
    pub number: String,
    /// Settings that were shown; the first were typed into a device.
    pub settings: Vec<Settings>,
    pub device: Option<Phone>,
}

/// A device that was set up.
pub struct Phone {
    pub device: Device,
    pub token: String,
    since: Instant,
}

impl Phone {
    /// Its token, or a new one when that is about to end.
    pub fn good_token(&self) -> String {
        if self.since.elapsed() < TOKEN_LIFE { self.token.clone() } else { self.device.fresh_token() }
    }
}

/// Walks.
pub fn walk(world: &World<'_>, facility: &Facility, dice: Dice) -> Story {
    let browser = Browser::coming_from(&world.parts.config.portal_url, &facility.address);
    let mut walk = Walk { person: Person::new(world, browser, dice), facility };
    walk.register();
    walk.activate();
    walk.log_in();
    let number = walk.apply();
    walk.wait_for_the_end_of_review();
    let settings = walk.see_devices();
    let device = settings.first().map(|first| walk.set_up(first));
    Story { index: facility.index, number, settings, device }
}

/// Walks up to the step of files and gives the browser back.
pub fn up_to_files(world: &World<'_>, facility: &Facility, dice: Dice) -> Browser {
    let browser = Browser::coming_from(&world.parts.config.portal_url, &facility.address);
    let mut walk = Walk { person: Person::new(world, browser, dice), facility };
    walk.register();
    walk.activate();
    walk.log_in();
    walk.person.open("/applications");
    walk.begin_or_go_on();
    walk.person.browser.tick("書類を添付");
    walk.person.press(Deed::FillIn, "次へ進む");
    assert_eq!(walk.person.page().h1(), "書類の添付");
    walk.person.browser
}

struct Walk<'w> {
    person: Person<'w>,
    facility: &'w Facility,
}

impl Walk<'_> {
    fn register(&mut self) {
        self.person.open("/register");
        for _ in 0..PATIENCE {
            let h1 = self.person.page().h1();
            let came = match h1.as_str() {
                "施設の種類を選んでください" => self.choose_kind(),
                "施設を確認します" => self.type_code(),
                "この施設ですか" => self.person.press(Deed::FillIn, "はい、この施設です"),
                "登録する方について" => self.introduce_oneself(),
                "入力した内容を確かめてください" => {
                    self.person.browser.tick("利用規約とプライバシーポリシーに同意する");
                    self.person.press(Deed::Register, "この内容で登録する")
                }
                "メールを送りました" => return,
                _ => false,
            };
            if !came {
                self.person.open("/register");
            }
        }
        self.person.lost("registering");
    }

    fn choose_kind(&mut self) -> bool {
        self.person.browser.tick(self.facility.kind.label());
        self.person.press(Deed::FillIn, "次へ進む")
    }

    fn type_code(&mut self) -> bool {
        let entry = self.facility.kind.entry().code;
        let typed = &self.facility.code[10 - entry.digits()..];
        if entry.digits() == 7 {
            self.person.browser.fill("都道府県", "東京都");
        }
        self.person.browser.fill(entry.label(), typed);
        self.person.press(Deed::FillIn, "施設を確認する")
    }

    fn introduce_oneself(&mut self) -> bool {
        let browser = &mut self.person.browser;
        browser.fill("姓", "山田").fill("名", "花子").fill("電話番号", "０３−１２３４−５６７８");
        browser.fill("メールアドレス", &self.facility.email);
        browser.fill("パスワード", PASSWORD).fill("パスワード（確認用）", PASSWORD);
        self.person.press(Deed::FillIn, "確認へ進む")
    }

    fn activate(&mut self) {
        let link = self.person.world.letters.wait_for_link(&self.facility.email, "/activate/");
        for _ in 0..PATIENCE {
            self.person.open(&link);
            match self.person.page().h1().as_str() {
                "登録はすでに完了しています" => return,
                "登録を完了してください" => {
                    if self.person.press(Deed::Activate, "登録を完了する")
                        && self.person.page().path == "/activate/done"
                    {
                        return;
                    }
                }
                _ => self.person.lost("activating"),
            }
        }
        self.person.lost("activating");
    }

    fn log_in(&mut self) {
        for _ in 0..PATIENCE {
            self.person.open("/login");
            if self.person.page().path != "/home" {
                let browser = &mut self.person.browser;
                browser.fill("メールアドレス", &self.facility.email).fill("パスワード", PASSWORD);
                self.person.press(Deed::LogIn, "ログインする");
            }
            if self.person.page().path == "/home" {
                return;
            }
        }
        self.person.lost("logging in");
    }

    /// Up to the page with the number, which is given back.
    fn apply(&mut self) -> String {
        self.person.open("/applications");
        for _ in 0..PATIENCE {
            let h1 = self.person.page().h1();
            let came = match h1.as_str() {
                "各種申請" => self.begin_or_go_on(),
                "施設の確認方法" => {
                    let way = if self.facility.way.by_documents() { "書類を添付" } else { "照合" };
                    self.person.browser.tick(way);
                    self.person.press(Deed::FillIn, "次へ進む")
                }
                "施設の確認" => self.match_or_go_on(),
                "書類の添付" => self.attach_or_go_on(),
                "職員数と台数" => {
                    let asked = self.facility.asked.to_string();
                    self.person.browser.fill("職員数", "3").fill("申請台数", &asked);
                    self.person.press(Deed::FillIn, "次へ進む")
                }
                "利用規約" => {
                    self.person.browser.tick("この規約を読み、同意します");
                    self.person.press(Deed::FillIn, "次へ進む")
                }
                "申請内容の確認" => self.person.press(Deed::Submit, "この内容で申請する"),
                "申請を受け付けました" | "利用開始申請の状況" => return number_on(&self.person),
                _ => false,
            };
            if !came {
                self.person.open("/applications");
            }
        }
        self.person.lost("applying");
    }

    fn begin_or_go_on(&mut self) -> bool {
        let page = self.person.page();
        let sent = ["申請の状況を見る", "承認された申請を見る"].into_iter().find(|words| page.says(words));
        if let Some(words) = sent {
            self.person.follow(words);
            return true;
        }
        // A decision that came quickly: the list names it, and offers a new one.
        if ["却下", "取下げ"].iter().any(|state| page.says(state)) {
            self.person.follow("利用開始申請");
            return true;
        }
        if page.says("入力を続ける") {
            self.person.follow("入力を続ける");
            return true;
        }
        self.person.press(Deed::Begin, "利用開始申請を始める")
    }

    fn match_or_go_on(&mut self) -> bool {
        if self.person.page().says("施設の確認ができました") {
            return self.person.press(Deed::FillIn, "次へ進む");
        }
        match &self.facility.secret {
            Secret::Account(number) => {
                self.person.browser.fill("口座番号", number);
            }
            Secret::Birth { year, month, day } => {
                let [year, month, day] = [year, month, day].map(ToString::to_string);
                self.person.browser.fill_date("施術管理者の生年月日", ["西暦", &year, &month, &day]);
            }
        }
        self.person.press(Deed::FillIn, "施設の確認")
    }

    fn attach_or_go_on(&mut self) -> bool {
        if self.person.page().says(NOTICE_NAME) {
            return self.person.press(Deed::FillIn, "次へ進む");
        }
        let label = self.facility.kind.entry().evidence_label;
        self.person.browser.attach(label, NOTICE_NAME, NOTICE);
        self.person.press(Deed::Attach, "ファイルを送る")
    }

    /// Until it is approved, rejected or, for those who do, taken back.
    fn wait_for_the_end_of_review(&mut self) {
        let began = Instant::now();
        loop {
            self.until_the_application_is_sent();
            let state = self.person.page().all_words(".tags").concat();
            match (state.as_str(), self.facility.way) {
                ("承認", Way::Match | Way::Approved | Way::ApprovedFewer) => return,
                ("却下", Way::Rejected) | ("取下げ", Way::Withdrawn) => return,
                ("受付済み" | "審査中", Way::Withdrawn) => self.withdraw(),
                ("受付済み" | "審査中", way) if way.by_documents() => sleep(Duration::from_millis(300)),
                _ => self.person.lost("being reviewed"),
            }
            assert!(began.elapsed() < REVIEW_LIMIT, "{}: no decision came", self.facility.name);
        }
    }

    fn until_the_application_is_sent(&mut self) {
        self.person.open("/applications");
        self.person.follow("利用開始申請");
    }

    fn withdraw(&mut self) {
        self.person.follow("申請を取り下げる");
        if self.person.page().buttons().iter().any(|button| button == "申請を取り下げる") {
            self.person.press(Deed::Withdraw, "申請を取り下げる");
        }
    }

    /// The settings of the first device, and of the last if there are several.
    fn see_devices(&mut self) -> Vec<Settings> {
        self.person.open("/devices");
        let pages = self.person.page().attributes("#devices tbody th a", "href");
        assert_eq!(pages.len(), self.facility.granted() as usize, "{}: devices", self.facility.name);
        let mut chosen: Vec<_> = pages.first().into_iter().chain(pages.last()).collect();
        chosen.dedup();
        chosen.into_iter().map(|page| self.reveal(page)).collect()
    }

    fn reveal(&mut self, page: &str) -> Settings {
        for _ in 0..PATIENCE {
            self.person.open(page);
            if self.person.press(Deed::Reveal, "パスワードとコードを表示する") {
                return shown(self.person.page(), &self.facility.code);
            }
        }
        self.person.lost("revealing")
    }

    fn set_up(&mut self, settings: &Settings) -> Phone {
        let config = &self.person.world.parts.config;
        let mut device = Device::at(&config.device_api_url, Clock::System);
        self.until_answered(Deed::SetUp, 201, || device.try_register(settings));
        let since = Instant::now();
        let token = self.until_answered(Deed::Token, 200, || device.try_token()).json();
        let token = token["access_token"].as_str().expect("a token").to_owned();
        let told = self.until_answered(Deed::Check, 200, || self.person.world.service.try_check(&token)).json();
        assert_eq!((&told["active"], &told["facility_code"]), (&true.into(), &self.facility.code.as_str().into()));
        assert_eq!(told["user_id"], settings.user_id);
        self.person.world.token_given(&token);
        Phone { device, token, since }
    }

    /// Calls the API until it answers, which must be by this status.
    fn until_answered(&self, deed: Deed, status: u16, mut call: impl FnMut() -> Result<Answer, Lost>) -> Answer {
        for _ in 0..PATIENCE {
            self.person.world.begins(deed);
            match call() {
                Ok(answer) if answer.status == status => {
                    self.person.world.note(deed, Outcome::Ok);
                    return answer;
                }
                Ok(answer) if answer.status != 503 => panic!("{deed:?} → {}: {}", answer.status, answer.text()),
                Ok(_) => self.person.world.note(deed, Outcome::Busy),
                Err(lost) => self.person.world.note(deed, lost.into()),
            }
            sleep(Duration::from_millis(100));
        }
        panic!("{deed:?}: the API does not come back")
    }
}

/// The 受付番号 on the open page.
fn number_on(person: &Person<'_>) -> String {
    let text = person.page().text();
    let number = text.split_whitespace().find(|word| word.len() == 13 && ReceiptNumber::parse(word).is_some());
    number.unwrap_or_else(|| person.lost("looking for the number")).to_owned()
}
