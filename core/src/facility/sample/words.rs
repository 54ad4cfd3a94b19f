//! The words that made-up facilities are put together from: writing and reading.

use crate::facility::kind::FacilityKind::{self, *};

/// A word and its reading in katakana.
pub(super) type Word = (&'static str, &'static str);

/// How a kind's facilities are called, and how many of a hundred there are.
pub(super) struct Trade {
    pub kind: FacilityKind,
    pub share: usize,
    pub third_digit: char,
    pub endings: &'static [Word],
}

const fn trade(kind: FacilityKind, share: usize, third_digit: char, endings: &'static [Word]) -> Trade {
    Trade { kind, share, third_digit, endings }
}

const BONES: &[Word] =
    &[("接骨院", "セッコツイン"), ("整骨院", "セイコツイン"), ("鍼灸接骨院", "シンキュウセッコツイン")];
const NEEDLES: &[Word] = &[
    ("鍼灸院", "シンキュウイン"),
    ("はりきゅう院", "ハリキュウイン"),
    ("マッサージ治療院", "マッサージチリョウイン"),
    ("鍼灸・マッサージ", "シンキュウ・マッサージ"),
];
const BIRTHS: &[Word] =
    &[("助産院", "ジョサンイン"), ("助産所", "ジョサンショ"), ("母乳育児相談室", "ボニュウイクジソウダンシツ")];
const TEETH: &[Word] = &[("歯科医院", "シカイイン"), ("歯科クリニック", "シカクリニック"), ("歯科", "シカ")];
const DRUGS: &[Word] =
    &[("薬局", "ヤッキョク"), ("調剤薬局", "チョウザイヤッキョク"), ("ファーマシー", "ファーマシー")];
const DOCTORS: &[Word] = &[
    ("医院", "イイン"),
    ("クリニック", "クリニック"),
    ("内科クリニック", "ナイカクリニック"),
    ("診療所", "シンリョウジョ"),
    ("こどもクリニック", "コドモクリニック"),
];
const HOSPITALS: &[Word] =
    &[("病院", "ビョウイン"), ("総合病院", "ソウゴウビョウイン"), ("記念病院", "キネンビョウイン")];
const CHECKS: &[Word] = &[("健診センター", "ケンシンセンター"), ("健康管理センター", "ケンコウカンリセンター")];
const FUNDS: &[Word] =
    &[("健康保険組合", "ケンコウホケンクミアイ"), ("国民健康保険組合", "コクミンケンコウホケンクミアイ")];

/// Every kind; the shares add up to a hundred.
pub(super) const TRADES: [Trade; 16] = [
    trade(JudoTherapy, 20, '2', BONES),
    trade(AcupunctureMassage, 15, '2', NEEDLES),
    trade(Midwifery, 2, '0', BIRTHS),
    trade(HealthCheckDental, 2, '3', TEETH),
    trade(HealthCheckPharmacy, 2, '4', DRUGS),
    trade(HealthCheckOther, 2, '2', CHECKS),
    trade(Insurer, 1, '6', FUNDS),
    trade(HealthCheckMedical, 4, '1', DOCTORS),
    trade(PaperMedical, 4, '1', DOCTORS),
    trade(PaperDental, 4, '3', TEETH),
    trade(PaperPharmacy, 1, '4', DRUGS),
    trade(Hospital, 3, '1', HOSPITALS),
    trade(Clinic, 16, '1', DOCTORS),
    trade(DentalClinic, 12, '3', TEETH),
    trade(Pharmacy, 8, '4', DRUGS),
    trade(PharmacyChain, 4, '4', DRUGS),
];

/// Family names; some with kanji that older software stumbles over.
pub(super) const FAMILIES: [Word; 36] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡邊", "ワタナベ"),
    ("渡辺", "ワタナベ"),
    ("伊藤", "イトウ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("𠮷田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("山口", "ヤマグチ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("斎藤", "サイトウ"),
    ("齋藤", "サイトウ"),
    ("清水", "シミズ"),
    ("山崎", "ヤマザキ"),
    ("山﨑", "ヤマザキ"),
    ("森", "モリ"),
    ("阿部", "アベ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
    ("石川", "イシカワ"),
    ("前田", "マエダ"),
    ("藤田", "フジタ"),
    ("小川", "オガワ"),
    ("後藤", "ゴトウ"),
    ("長谷川", "ハセガワ"),
];

/// Given names.
pub(super) const GIVEN: [&str; 16] = [
    "太郎",
    "花子",
    "一郎",
    "次郎",
    "三郎",
    "京子",
    "まり",
    "さくら",
    "健",
    "誠",
    "恵",
    "洋子",
    "和夫",
    "明美",
    "邦彦",
    "ゆかり",
];

/// What facilities are named after besides their owners.
pub(super) const PRETTY: [Word; 30] = [
    ("さくら", "サクラ"),
    ("ひまわり", "ヒマワリ"),
    ("あおぞら", "アオゾラ"),
    ("みどり", "ミドリ"),
    ("はな", "ハナ"),
    ("ひだまり", "ヒダマリ"),
    ("つばさ", "ツバサ"),
    ("すこやか", "スコヤカ"),
    ("ほほえみ", "ホホエミ"),
    ("なごみ", "ナゴミ"),
    ("けやき", "ケヤキ"),
    ("もみじ", "モミジ"),
    ("あさひ", "アサヒ"),
    ("ふじ", "フジ"),
    ("中央", "チュウオウ"),
    ("東", "ヒガシ"),
    ("南", "ミナミ"),
    ("本町", "ホンチョウ"),
    ("駅前", "エキマエ"),
    ("緑ヶ丘", "ミドリガオカ"),
    ("泉", "イズミ"),
    ("光", "ヒカリ"),
    ("希望", "キボウ"),
    ("若葉", "ワカバ"),
    ("アイ", "アイ"),
    ("ハート", "ハート"),
    ("スマイル", "スマイル"),
    ("グリーン", "グリーン"),
    ("サンライズ", "サンライズ"),
    ("ライフ", "ライフ"),
];

/// What stands before the name of some.
pub(super) const OWNERS: [Word; 4] = [
    ("医療法人社団　見本会　", "イリョウホウジンシャダン ミホンカイ "),
    ("医療法人見本会　", "イリョウホウジンミホンカイ "),
    ("社会福祉法人恩賜財団見本済生協力会　", "シャカイフクシホウジンオンシザイダンミホンサイセイキョウリョクカイ "),
    ("株式会社見本　", "カブシキガイシャミホン "),
];

/// What stands behind the name of some.
pub(super) const BRANCHES: [Word; 6] = [
    ("　駅前店", " エキマエテン"),
    ("　本院", " ホンイン"),
    ("　第２", " ダイニ"),
    ("（訪問専門）", " ホウモンセンモン"),
    ("　ショッピングセンター見本タウン２階店", " ショッピングセンターミホンタウンニカイテン"),
    ("　分院", " ブンイン"),
];

/// Towns that no prefecture has.
pub(super) const TOWNS: [&str; 12] = [
    "見本市見本町",
    "見本市北見本",
    "例示市中央",
    "例示市例示台",
    "仮名市仮名川",
    "試作郡試作町大字試作",
    "見本市緑見本",
    "例示市例示ヶ丘",
    "仮名市仮名浜",
    "試作郡見本村",
    "見本市見本駅前",
    "例示市東例示",
];

/// Of a hundred and one facilities so many stand in each prefecture, 01 to 47.
pub(super) const SHARES: [usize; 47] = [
    4, 1, 1, 2, 1, 1, 1, 2, 1, 1, 5, 5, 11, 7, 2, 1, 1, 1, 1, 2, 1, 3, 6, 1, 1, 2, 8, 5, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1,
    1, 4, 1, 1, 1, 1, 1, 1, 1,
];
