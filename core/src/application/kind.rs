//! The kinds of application (申請), as one table: what each is called, what it
//! leads to, and what comes after it. A new kind is one entry.

use crate::db::text_enum;

text_enum! {
    /// Which procedure an application belongs to.
    pub enum ApplicationKind {
        /// 利用開始申請
        UsageStart = "usage_start",
        /// 資格確認端末機器（アカウント）追加申請
        DeviceAddition = "device_addition",
        /// 運用開始日登録
        OperationStart = "operation_start",
        /// 併設申告
        AnnexDeclaration = "annex_declaration",
        /// 併設申告の取消
        AnnexCancellation = "annex_cancellation",
        /// 助成金交付申請
        Subsidy = "subsidy",
        /// 変更申請
        Change = "change",
        /// 利用終了申請
        Termination = "termination",
        /// やむを得ない事由の申告
        Exemption = "exemption",
    }
}

/// What hangs on a kind.
#[derive(Debug, Clone, Copy)]
pub struct KindEntry {
    /// Its name, as users know it.
    pub title: &'static str,
    /// What it is for, before one begins.
    pub about: &'static str,
    /// Whether a facility has it approved at most once.
    pub once: bool,
    /// Whether its approval gives device accounts.
    pub gives_devices: bool,
    /// Why a rule approves one at once, as the applicant reads it.
    pub because: &'static str,
    /// What follows an approval, where no devices are given.
    pub then: &'static [&'static str],
}

/// Sentences about what needs no reviewer.
const NO_REVIEW: &str = "審査のいらない手続きのため";
const MATCHED: &str = "提出済みの情報と一致したため";

const USAGE_START: KindEntry = KindEntry {
    title: "利用開始申請",
    about: "資格確認を始めるための申請です。提出済みの情報と一致すれば、その場で承認されます。",
    once: true,
    gives_devices: true,
    because: MATCHED,
    then: &[],
};

const DEVICE_ADDITION: KindEntry = KindEntry {
    title: "資格確認端末機器（アカウント）追加申請",
    about: "利用開始のあとで、使う端末を増やすための申請です。",
    once: false,
    gives_devices: true,
    because: "端末の台数が決められた範囲のため",
    then: &[],
};

const OPERATION_START: KindEntry = KindEntry {
    title: "運用開始日登録",
    about: "マイナンバーカードでの資格確認を始めた日、または始める日を登録します。その日から「オンライン資格確認導入済み施設」の一覧に掲載されます。",
    once: false,
    gives_devices: false,
    because: NO_REVIEW,
    then: &[
        "登録した日から、「オンライン資格確認導入済み施設」の一覧に掲載されます。",
        "日付を直すときは、もう一度登録してください。前の日付は履歴に残ります。",
    ],
};

const ANNEX_DECLARATION: KindEntry = KindEntry {
    title: "併設申告",
    about: "同じ場所にある柔道整復の施術所と、あん摩マッサージ指圧・はり・きゅうの施術所が、端末を一緒に使うための申告です。主たる施術所が申告します。",
    once: false,
    gives_devices: false,
    because: MATCHED,
    then: &[
        "主たる施術所の端末で、両方の施術所の資格確認ができます。端末の設定を変える必要はありません。",
        "従たる施術所に利用者がいるときは、その方にもメールでお知らせします。",
    ],
};

const ANNEX_CANCELLATION: KindEntry = KindEntry {
    title: "併設申告の取消",
    about: "併設の申告を取り消します。従たる施術所が、申告に同意できないときにも使えます。",
    once: false,
    gives_devices: false,
    because: NO_REVIEW,
    then: &[
        "主たる施術所の端末では、従たる施術所の資格確認ができなくなりました。",
        "従たる施術所で資格確認を続けるには、その施術所の利用開始申請が必要です。",
    ],
};

const CHANGE: KindEntry = KindEntry {
    title: "変更申請",
    about: "担当者や電話番号、所在地、管理者、機関コードが変わったときの申請です。",
    once: false,
    gives_devices: false,
    because: "審査のいらない変更のため",
    then: &["変更した内容で登録されました。端末はそのまま使えます。"],
};

const SUBSIDY: KindEntry = KindEntry {
    title: "助成金交付申請",
    about: "資格確認のために買った端末などの費用について、助成金の交付を受けるための申請です。",
    once: false,
    gives_devices: false,
    because: "",
    then: &[
        "交付の決定通知書は、ポータルの申請の画面からご覧になれます。",
        "助成金は、申請された口座にお振り込みします。",
    ],
};

const TERMINATION: KindEntry = KindEntry {
    title: "利用終了申請",
    about: "資格確認の利用をやめるための申請です。指定した日の午前0時に、すべての端末が使えなくなります。",
    once: false,
    gives_devices: false,
    because: NO_REVIEW,
    then: &[
        "利用を終了する日の午前0時（日本時間）に、すべての端末が使えなくなり、公開の一覧から外れます。",
        "その前の日までは、この申請を取り下げられます。",
    ],
};

const EXEMPTION: KindEntry = KindEntry {
    title: "やむを得ない事由の申告",
    about: "資格確認を導入しない（できない）やむを得ない事由がある施術所の申告です。",
    once: false,
    gives_devices: false,
    because: NO_REVIEW,
    then: &[
        "申告した内容は、地方厚生（支）局の確認に使われます。",
        "事情が変わったときは、申告を取り下げて、利用開始申請をしてください。",
    ],
};

impl ApplicationKind {
    /// All that hangs on it.
    pub const fn entry(self) -> &'static KindEntry {
        match self {
            Self::UsageStart => &USAGE_START,
            Self::DeviceAddition => &DEVICE_ADDITION,
            Self::OperationStart => &OPERATION_START,
            Self::AnnexDeclaration => &ANNEX_DECLARATION,
            Self::AnnexCancellation => &ANNEX_CANCELLATION,
            Self::Subsidy => &SUBSIDY,
            Self::Change => &CHANGE,
            Self::Termination => &TERMINATION,
            Self::Exemption => &EXEMPTION,
        }
    }

    /// Its name, as users know it.
    pub const fn title(self) -> &'static str {
        self.entry().title
    }

    /// Whether a facility has it approved at most once.
    pub const fn once(self) -> bool {
        self.entry().once
    }

    /// Why a rule approves one at once, as the applicant reads it.
    pub const fn approved_itself_because(self) -> &'static str {
        self.entry().because
    }
}
