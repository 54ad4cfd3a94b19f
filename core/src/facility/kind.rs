//! The kinds of facility with all that hangs on them: one table (SPEC 2.1).
//!
//! A new kind is one entry below; forms, matching, evidence and the device
//! check read what they need from it.

use crate::fold::serde_text;

/// One of the two portals that share this code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Site {
    /// 施術所等向け総合ポータルサイト
    Omf,
    /// 医療機関等向け総合ポータルサイト
    Csm,
}

impl Site {
    /// Both sites.
    pub const ALL: [Self; 2] = [Self::Omf, Self::Csm];

    /// The stable text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Omf => "omf",
            Self::Csm => "csm",
        }
    }

    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|site| site.as_str() == text)
    }

    /// The name users read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Omf => "施術所等向け総合ポータルサイト",
            Self::Csm => "医療機関等向け総合ポータルサイト",
        }
    }

    /// What letters from it begin with: 【施術所ポータル】.
    pub fn letter_mark(self) -> &'static str {
        match self {
            Self::Omf => "施術所ポータル",
            Self::Csm => "医療機関ポータル",
        }
    }

    /// The one that is not this one.
    pub fn other(self) -> Self {
        match self {
            Self::Omf => Self::Csm,
            Self::Csm => Self::Omf,
        }
    }

    /// Its kinds, in the order of the table.
    pub fn kinds(self) -> impl Iterator<Item = &'static KindEntry> {
        KINDS.iter().filter(move |entry| entry.site == self)
    }
}

/// How the user types the facility's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeEntry {
    /// All ten digits.
    Ten {
        /// The label above the field.
        label: &'static str,
    },
    /// Seven digits; the picked prefecture and the third digit make them ten.
    SevenWithPrefecture {
        /// The label above the field.
        label: &'static str,
        /// 機関区分 / 点数表: 0 助産所, 1 医科, 3 歯科, 4 調剤.
        third_digit: char,
    },
}

impl CodeEntry {
    /// The label above the field.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ten { label } | Self::SevenWithPrefecture { label, .. } => label,
        }
    }

    /// How many digits the user is asked for.
    pub fn digits(self) -> usize {
        match self {
            Self::Ten { .. } => 10,
            Self::SevenWithPrefecture { .. } => 7,
        }
    }

    /// Whether codes of this kind carry the check digit of medical institutions.
    pub fn has_check_digit(self) -> bool {
        matches!(self, Self::SevenWithPrefecture { third_digit: '1' | '3' | '4', .. })
    }
}

/// What a facility proves itself with against the master (照合).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchSecret {
    /// The account the payments go to.
    AccountNumber,
    /// The birth date of the 施術管理者.
    ManagerBirthDate,
}

impl MatchSecret {
    /// The label above the field.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccountNumber => "口座番号",
            Self::ManagerBirthDate => "施術管理者の生年月日（西暦）",
        }
    }
}

/// Which form of the client app the facility uses.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum ClientForm {
    /// 資格確認限定型
    QualificationOnly,
    /// 居宅同意取得型
    HomeConsent,
}

impl ClientForm {
    /// The stable text, also the `service` of the device check.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::QualificationOnly => "qualification_only",
            Self::HomeConsent => "home_consent",
        }
    }

    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::QualificationOnly, Self::HomeConsent].into_iter().find(|form| form.as_str() == text)
    }

    /// The name users read.
    pub fn label(self) -> &'static str {
        match self {
            Self::QualificationOnly => "資格確認限定型",
            Self::HomeConsent => "居宅同意取得型",
        }
    }
}

/// All that hangs on one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindEntry {
    /// The kind.
    pub kind: FacilityKind,
    /// The stable text, as stored and as answered by the device check.
    pub id: &'static str,
    /// 所属機関, as users read it.
    pub label: &'static str,
    /// The portal it belongs to.
    pub site: Site,
    /// How its code is typed.
    pub code: CodeEntry,
    /// What it is matched by.
    pub secret: MatchSecret,
    /// The document that proves it where matching does not.
    pub evidence_label: &'static str,
    /// Its form of the client app.
    pub client: ClientForm,
    /// What to have at hand when registering, in one sentence.
    pub at_hand: &'static str,
}

/// One entry makes the variant and its row of [`KINDS`].
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $id:literal, $label:literal, $site:ident,
       $code:expr, $secret:ident, $evidence:literal, $client:ident, $at_hand:expr;)+) => {
        /// A kind of facility.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum FacilityKind { $($(#[$doc])* $kind),+ }

        /// Every kind, in the order users see them.
        pub const KINDS: &[KindEntry] = &[$(KindEntry {
            kind: FacilityKind::$kind,
            id: $id,
            label: $label,
            site: Site::$site,
            code: $code,
            secret: MatchSecret::$secret,
            evidence_label: $evidence,
            client: ClientForm::$client,
            at_hand: $at_hand,
        }),+];
    };
}

const fn ten(label: &'static str) -> CodeEntry {
    CodeEntry::Ten { label }
}

const fn seven(label: &'static str, third_digit: char) -> CodeEntry {
    CodeEntry::SevenWithPrefecture { label, third_digit }
}

/// The codes that several kinds share, and the words for what to have at hand.
const PRACTICE: CodeEntry = ten("登録記号番号");
const INSTITUTION: CodeEntry = ten("機関コード");
const MEDICAL: CodeEntry = seven("医療機関コード", '1');
const DENTAL: CodeEntry = seven("医療機関コード", '3');
const PHARMACY: CodeEntry = seven("薬局コード", '4');
const PRACTICE_HAND: &str = "受領委任承諾通知書（登録記号番号10桁が書いてあります）と、施術管理者の生年月日";
const TEN_HAND: &str = "機関コード（10桁）と、届け出ている口座番号";
const SEVEN_HAND: &str = "指定通知書（7桁のコードが書いてあります）と、診療報酬などの振込先の口座番号";

kinds! {
    /// 柔道整復師の施術所
    JudoTherapy = "judo_therapy", "柔道整復師の施術所", Omf,
        PRACTICE, ManagerBirthDate, "受領委任承諾通知書", QualificationOnly, PRACTICE_HAND;
    /// あん摩マッサージ指圧師、はり師、きゅう師の施術所
    AcupunctureMassage = "acupuncture_massage", "あん摩マッサージ指圧師、はり師、きゅう師の施術所", Omf,
        PRACTICE, ManagerBirthDate, "受領委任承諾通知書", QualificationOnly, PRACTICE_HAND;
    /// 助産所
    Midwifery = "midwifery", "助産所", Omf,
        seven("助産所コード", '0'), AccountNumber,
        "出産育児一時金等の直接支払制度に係る登録用紙（助産所）", QualificationOnly,
        "助産所コード（7桁）と、直接支払制度に登録した口座番号";
    /// 健診実施機関等（保険医療機関（歯科））
    HealthCheckDental = "health_check_dental", "健診実施機関等（保険医療機関（歯科））", Omf,
        INSTITUTION, AccountNumber, "特定健診・特定保健指導機関届", QualificationOnly, TEN_HAND;
    /// 健診実施機関等（保険薬局）
    HealthCheckPharmacy = "health_check_pharmacy", "健診実施機関等（保険薬局）", Omf,
        INSTITUTION, AccountNumber, "特定健診・特定保健指導機関届", QualificationOnly, TEN_HAND;
    /// 健診実施機関等（保険医療機関以外）
    HealthCheckOther = "health_check_other", "健診実施機関等（保険医療機関以外）", Omf,
        ten("健診・保健指導機関番号"), AccountNumber,
        "特定健診・特定保健指導機関届（保険医療機関以外）", QualificationOnly,
        "健診・保健指導機関番号（10桁）と、届け出ている口座番号";
    /// 保険者（特定保健指導）
    Insurer = "insurer", "保険者（特定保健指導）", Omf,
        INSTITUTION, AccountNumber, "特定健診・特定保健指導機関届", QualificationOnly, TEN_HAND;
    /// 健診実施機関等（保険医療機関（医科））
    HealthCheckMedical = "health_check_medical", "健診実施機関等（保険医療機関（医科））", Csm,
        MEDICAL, AccountNumber, "特定健診・特定保健指導機関届", QualificationOnly,
        "医療機関コード（7桁）と、届け出ている口座番号";
    /// 義務化対象外（紙レセプト）医科
    PaperMedical = "paper_medical", "義務化対象外（紙レセプト）医科", Csm,
        MEDICAL, AccountNumber, "保険医療機関指定通知書", QualificationOnly, SEVEN_HAND;
    /// 義務化対象外（紙レセプト）歯科
    PaperDental = "paper_dental", "義務化対象外（紙レセプト）歯科", Csm,
        DENTAL, AccountNumber, "保険医療機関指定通知書", QualificationOnly, SEVEN_HAND;
    /// 義務化対象外（紙レセプト）薬局
    PaperPharmacy = "paper_pharmacy", "義務化対象外（紙レセプト）薬局", Csm,
        PHARMACY, AccountNumber, "保険薬局指定通知書", QualificationOnly, SEVEN_HAND;
    /// 病院
    Hospital = "hospital", "病院", Csm,
        MEDICAL, AccountNumber, "指定通知書", HomeConsent, SEVEN_HAND;
    /// 医科診療所
    Clinic = "clinic", "医科診療所", Csm,
        MEDICAL, AccountNumber, "指定通知書", HomeConsent, SEVEN_HAND;
    /// 歯科診療所
    DentalClinic = "dental_clinic", "歯科診療所", Csm,
        DENTAL, AccountNumber, "指定通知書", HomeConsent, SEVEN_HAND;
    /// 薬局
    Pharmacy = "pharmacy", "薬局", Csm,
        PHARMACY, AccountNumber, "指定通知書", HomeConsent, SEVEN_HAND;
    /// 大型チェーン薬局
    PharmacyChain = "pharmacy_chain", "大型チェーン薬局", Csm,
        PHARMACY, AccountNumber, "指定通知書", HomeConsent, SEVEN_HAND;
}

impl FacilityKind {
    /// All that hangs on it.
    pub fn entry(self) -> &'static KindEntry {
        &KINDS[self as usize]
    }

    /// The stable text.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The same as [`FacilityKind::id`]: what is stored.
    pub fn as_str(self) -> &'static str {
        self.id()
    }

    /// 所属機関, as users read it.
    pub fn label(self) -> &'static str {
        self.entry().label
    }

    /// Reads the stable text.
    pub fn parse(id: &str) -> Option<Self> {
        KINDS.iter().find(|entry| entry.id == id).map(|entry| entry.kind)
    }
}

serde_text!(FacilityKind, Site, ClientForm);

#[cfg(test)]
#[path = "kind_tests.rs"]
mod tests;
