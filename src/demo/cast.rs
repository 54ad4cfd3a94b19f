//! Who plays in the demo: staff, and facilities in every state an application
//! can be in. The facilities themselves stand in `master.csv`.

use uketsuke_core::staff::role::Role;

/// The master, as an import reads it.
pub const MASTER: &str = include_str!("master.csv");
/// A made-up 受領委任承諾通知書.
pub const NOTICE: &[u8] = include_bytes!("notice.png");

/// The facility nobody has registered yet: for whoever tries the product.
pub const FREE_CODE: &str = "1329000001";
/// Its match secret, as one types it.
pub const FREE_BIRTH: &str = "昭和30年4月3日";

/// The back office: mail address, name, role.
pub const STAFF: &[(&str, &str, Role)] = &[
    ("reviewer@example.jp", "審査 一郎", Role::Reviewer),
    ("reviewer2@example.jp", "審査 二葉", Role::Reviewer),
    ("approver@example.jp", "承認 三枝", Role::Approver),
    ("approver2@example.jp", "承認 七海", Role::Approver),
    ("support@example.jp", "支援 四郎", Role::Support),
    ("admin@example.jp", "管理 五月", Role::Administrator),
    ("editor@example.jp", "広報 八重", Role::Editor),
    ("auditor@example.jp", "監査 六実", Role::Auditor),
];

/// How a facility shows that it is the one it says.
#[derive(Debug, Clone, Copy)]
pub enum Proof {
    /// By the manager's birth date: year, month, day.
    Birth(&'static str, &'static str, &'static str),
    /// By the account number.
    Account(&'static str),
    /// By documents.
    Documents,
}

/// How far its application has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Begun, not sent.
    Draft,
    /// Sent.
    Submitted,
    /// With a reviewer.
    InReview,
    /// Sent back with two faults.
    Returned,
    /// Approved; so many of its devices are in use.
    InUse {
        /// Devices in use.
        active: usize,
    },
    /// Approved; its people made the accounts of [`HOLDERS`] (居宅同意取得型).
    Accounts,
    /// Approved by a reviewer with fewer devices than asked.
    Fewer {
        /// Devices granted.
        granted: u32,
    },
    /// Refused.
    Rejected,
    /// Taken back.
    Withdrawn,
}

/// One facility's part.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// 機関コード.
    pub code: &'static str,
    /// Who registers: mail address, 姓, 名.
    pub person: (&'static str, &'static str, &'static str),
    /// How it proves itself.
    pub proof: Proof,
    /// 職員数 and 申請台数.
    pub counts: (&'static str, &'static str),
    /// How far it has come.
    pub scene: Scene,
    /// The state in words.
    pub standing: &'static str,
}

/// Who holds the accounts that a clinic makes: ID, 氏名, フリガナ, role, days from
/// the day they are made to the first one of use. The first is in use.
pub const HOLDERS: [(&str, &str, &str, &str, u64); 2] = [
    ("minami01", "南 洋子", "ミナミ ヨウコ", "medical_information", 0),
    ("hamada2", "浜田 健", "ハマダ ケン", "general", 60),
];

/// Every part, in the order of appearance.
pub const PARTS: &[Part] = &[
    Part {
        code: "1329000038",
        person: ("aozora@example.jp", "青空", "花子"),
        proof: Proof::Birth("1968", "11", "20"),
        counts: ("3", "3"),
        scene: Scene::InUse { active: 2 },
        standing: "承認（照合）、端末3台のうち2台を使用中",
    },
    Part {
        code: "2329000186",
        person: ("hidamari@example.jp", "日向", "まり"),
        proof: Proof::Documents,
        counts: ("2", "8"),
        scene: Scene::Returned,
        standing: "差戻し（2点の修正が必要）",
    },
    Part {
        code: "4029000223",
        person: ("nagisa@example.jp", "渚", "四郎"),
        proof: Proof::Documents,
        counts: ("2", "5"),
        scene: Scene::Fewer { granted: 2 },
        standing: "承認（5台の申請に2台）",
    },
    Part {
        code: "0129000260",
        person: ("komorebi@example.jp", "木森", "五郎"),
        proof: Proof::Documents,
        counts: ("1", "1"),
        scene: Scene::Rejected,
        standing: "却下",
    },
    Part {
        code: "2229000149",
        person: ("yamabiko@example.jp", "山彦", "三郎"),
        proof: Proof::Documents,
        counts: ("4", "2"),
        scene: Scene::InReview,
        standing: "審査中",
    },
    Part {
        code: "2629000297",
        person: ("seseragi@example.jp", "瀬良", "京子"),
        proof: Proof::Documents,
        counts: ("2", "2"),
        scene: Scene::Withdrawn,
        standing: "取下げ",
    },
    Part {
        code: "1429000112",
        person: ("hohoemi@example.jp", "笑見", "次郎"),
        proof: Proof::Documents,
        counts: ("5", "3"),
        scene: Scene::Submitted,
        standing: "受付済み（審査待ち）",
    },
    Part {
        code: "2729100044",
        person: ("momiji@example.jp", "紅葉", "六郎"),
        proof: Proof::Documents,
        counts: ("1", "1"),
        scene: Scene::Submitted,
        standing: "受付済み（審査待ち）",
    },
    Part {
        code: "2708000023",
        person: ("yurikago@example.jp", "助産", "二子"),
        proof: Proof::Account("1235678"),
        counts: ("2", "2"),
        scene: Scene::InUse { active: 0 },
        standing: "承認（照合）、端末の設定がまだ",
    },
    Part {
        code: "1419100017",
        person: ("yokohama@example.jp", "横浜", "三男"),
        proof: Proof::Account("4100001"),
        counts: ("6", "3"),
        scene: Scene::Accounts,
        standing: "居宅同意取得型、承認（照合）、3台のうち2件のアカウントを作成",
    },
    Part {
        code: "2729000075",
        person: ("midori@example.jp", "緑川", "一郎"),
        proof: Proof::Documents,
        counts: ("3", "2"),
        scene: Scene::Draft,
        standing: "下書き",
    },
];
