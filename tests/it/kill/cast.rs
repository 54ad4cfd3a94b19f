//! Who walks: made-up facilities with their match secrets, and which way each
//! of them goes.

use uketsuke_core::facility::kind::FacilityKind;

/// One facility of the master, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Facility {
    pub index: usize,
    pub kind: FacilityKind,
    /// 機関コード, ten digits.
    pub code: String,
    pub name: String,
    pub email: String,
    /// The network address its person comes from.
    pub address: String,
    pub secret: Secret,
    /// 申請台数.
    pub asked: u32,
    pub way: Way,
}

/// What it is matched by.
#[derive(Debug, Clone)]
pub enum Secret {
    Birth { year: usize, month: usize, day: usize },
    Account(String),
}

/// Which way its application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Match,
    /// Every fifth: by documents, and then …
    Approved,
    ApprovedFewer,
    Rejected,
    Withdrawn,
}

impl Way {
    pub fn by_documents(self) -> bool {
        self != Self::Match
    }
}

impl Facility {
    /// How many devices it ends up with.
    pub fn granted(&self) -> u32 {
        match self.way {
            Way::Match | Way::Approved => self.asked,
            Way::ApprovedFewer => self.asked - 1,
            Way::Rejected | Way::Withdrawn => 0,
        }
    }
}

/// `count` of them.
pub fn facilities(count: usize) -> Vec<Facility> {
    (0..count).map(facility).collect()
}

fn facility(index: usize) -> Facility {
    let midwife = index % 3 == 2;
    let (kind, third) = if midwife { (FacilityKind::Midwifery, '0') } else { (FacilityKind::JudoTherapy, '2') };
    let secret = if midwife {
        Secret::Account(format!("{:07}", 1_000_000 + index * 4_321))
    } else {
        Secret::Birth { year: 1940 + index % 50, month: 1 + index % 12, day: 1 + index % 28 }
    };
    let ways = [Way::Approved, Way::ApprovedFewer, Way::Rejected, Way::Withdrawn];
    Facility {
        index,
        kind,
        code: format!("13{third}{:07}", 7_000_000 + index * 13),
        name: format!("見本第{index}施術所"),
        email: format!("facility{index}@example.jp"),
        address: format!("10.7.{}.{}", index / 200, 1 + index % 200),
        secret,
        asked: 2 + u32::try_from(index % 2).expect("small"),
        way: if index % 5 == 4 { ways[index / 5 % 4] } else { Way::Match },
    }
}

/// The master as a CSV.
pub fn csv(facilities: &[Facility]) -> String {
    let head =
        "機関コード,所属機関,名称,郵便番号,住所,電話番号,口座番号,施術管理者,施術管理者の生年月日,指定日,廃止日\n";
    facilities.iter().fold(head.to_owned(), |text, one| text + &line(one))
}

fn line(one: &Facility) -> String {
    let (account, birth) = match &one.secret {
        Secret::Account(number) => (number.clone(), String::new()),
        Secret::Birth { year, month, day } => (String::new(), format!("{year}-{month:02}-{day:02}")),
    };
    let (code, kind, name) = (&one.code, one.kind.id(), &one.name);
    format!(
        "{code},{kind},{name},100-0001,東京都千代田区見本町1-1,0355501234,{account},見本 太郎,{birth},2019-04-01,\n"
    )
}
