//! What a made-up facility is called, and how that is read.

use fastrand::Rng;

use super::person::FAMILIES;
use super::pick;
use crate::facility::kind::FacilityKind;

/// As written, and as read.
pub(super) type Word = (&'static str, &'static str);

/// The longest name of the published lists, characters.
const LONGEST: usize = 55;
/// The longest reading, which the import takes with room to spare, characters.
const LONGEST_KANA: usize = 110;

/// Words that facilities like to be called by.
pub(super) const WORDS: [Word; 40] = [
    ("さくら", "サクラ"),
    ("ひまわり", "ヒマワリ"),
    ("すみれ", "スミレ"),
    ("たんぽぽ", "タンポポ"),
    ("あおぞら", "アオゾラ"),
    ("みどり", "ミドリ"),
    ("ひだまり", "ヒダマリ"),
    ("こもれび", "コモレビ"),
    ("せせらぎ", "セセラギ"),
    ("やまびこ", "ヤマビコ"),
    ("ほほえみ", "ホホエミ"),
    ("えがお", "エガオ"),
    ("げんき", "ゲンキ"),
    ("のぞみ", "ノゾミ"),
    ("かえで", "カエデ"),
    ("もみじ", "モミジ"),
    ("なごみ", "ナゴミ"),
    ("いずみ", "イズミ"),
    ("つばさ", "ツバサ"),
    ("たいよう", "タイヨウ"),
    ("若葉", "ワカバ"),
    ("青葉", "アオバ"),
    ("桜", "サクラ"),
    ("光", "ヒカリ"),
    ("希望", "キボウ"),
    ("平和", "ヘイワ"),
    ("健友", "ケンユウ"),
    ("仁愛", "ジンアイ"),
    ("和", "ナゴミ"),
    ("結", "ユイ"),
    ("スマイル", "スマイル"),
    ("ハート", "ハート"),
    ("ケア・リンク", "ケア・リンク"),
    ("フラワー", "フラワー"),
    ("ハーモニー", "ハーモニー"),
    ("ファミリー", "ファミリー"),
    ("アール・ケア", "アール・ケア"),
    ("リバーサイド", "リバーサイド"),
    ("ＳＭＩＬＥ", "スマイル"),
    ("ＫＯＫＯＲＯ", "ココロ"),
];

/// Towns, for names as for addresses.
pub(super) const TOWNS: [Word; 36] = [
    ("本町", "ホンチョウ"),
    ("中央", "チュウオウ"),
    ("駅前", "エキマエ"),
    ("緑ヶ丘", "ミドリガオカ"),
    ("緑ケ丘", "ミドリガオカ"),
    ("桜台", "サクラダイ"),
    ("さくら台", "サクラダイ"),
    ("旭町", "アサヒマチ"),
    ("栄町", "サカエマチ"),
    ("若葉町", "ワカバチョウ"),
    ("青葉台", "アオバダイ"),
    ("富士見", "フジミ"),
    ("大手町", "オオテマチ"),
    ("東町", "ヒガシマチ"),
    ("西町", "ニシマチ"),
    ("南町", "ミナミマチ"),
    ("北町", "キタマチ"),
    ("日の出", "ヒノデ"),
    ("泉", "イズミ"),
    ("港", "ミナト"),
    ("松原", "マツバラ"),
    ("竹の塚", "タケノツカ"),
    ("梅ヶ枝", "ウメガエ"),
    ("桃山", "モモヤマ"),
    ("白鳥", "シラトリ"),
    ("千代田", "チヨダ"),
    ("八幡", "ハチマン"),
    ("神明", "シンメイ"),
    ("寺町", "テラマチ"),
    ("城東", "ジョウトウ"),
    ("川端", "カワバタ"),
    ("山手", "ヤマテ"),
    ("浜町", "ハマチョウ"),
    ("新町", "シンマチ"),
    ("上野原", "ウエノハラ"),
    ("美しが丘", "ウツクシガオカ"),
];

const JUDO: &[Word] = &[
    ("整骨院", "セイコツイン"),
    ("接骨院", "セッコツイン"),
    ("鍼灸整骨院", "シンキュウセイコツイン"),
    ("ほねつぎ", "ホネツギ"),
    ("接骨療院", "セッコツリョウイン"),
];
const ACUPUNCTURE: &[Word] = &[
    ("鍼灸院", "シンキュウイン"),
    ("鍼灸治療院", "シンキュウチリョウイン"),
    ("はりきゅう院", "ハリキュウイン"),
    ("鍼灸マッサージ院", "シンキュウマッサージイン"),
    ("指圧治療院", "シアツチリョウイン"),
    ("訪問マッサージ", "ホウモンマッサージ"),
    ("治療院", "チリョウイン"),
];
const MIDWIVES: &[Word] =
    &[("助産院", "ジョサンイン"), ("助産所", "ジョサンジョ"), ("母乳育児相談室", "ボニュウイクジソウダンシツ")];
const DENTAL: &[Word] = &[
    ("歯科医院", "シカイイン"),
    ("歯科クリニック", "シカクリニック"),
    ("デンタルクリニック", "デンタルクリニック"),
    ("歯科", "シカ"),
    ("矯正歯科", "キョウセイシカ"),
];
const PHARMACIES: &[Word] =
    &[("薬局", "ヤッキョク"), ("調剤薬局", "チョウザイヤッキョク"), ("ファーマシー", "ファーマシー")];
const CHECKS: &[Word] = &[
    ("健診センター", "ケンシンセンター"),
    ("健康管理センター", "ケンコウカンリセンター"),
    ("保健指導センター", "ホケンシドウセンター"),
];
const INSURERS: &[Word] =
    &[("健康保険組合", "ケンコウホケンクミアイ"), ("国民健康保険組合", "コクミンケンコウホケンクミアイ")];
const CLINICS: &[Word] = &[
    ("医院", "イイン"),
    ("クリニック", "クリニック"),
    ("内科クリニック", "ナイカクリニック"),
    ("内科・小児科", "ナイカ・ショウニカ"),
    ("診療所", "シンリョウジョ"),
    ("整形外科", "セイケイゲカ"),
    ("眼科", "ガンカ"),
    ("皮フ科", "ヒフカ"),
    ("耳鼻咽喉科医院", "ジビインコウカイイン"),
    ("レディースクリニック", "レディースクリニック"),
];
const HOSPITALS: &[Word] =
    &[("病院", "ビョウイン"), ("総合病院", "ソウゴウビョウイン"), ("記念病院", "キネンビョウイン")];

const COMPANIES: &[Word] = &[("株式会社", "カブシキガイシャ"), ("合同会社", "ゴウドウガイシャ")];
const MEDICAL_CORPORATIONS: &[Word] = &[
    ("医療法人", "イリョウホウジン"),
    ("医療法人社団", "イリョウホウジンシャダン"),
    ("医療法人財団", "イリョウホウジンザイダン"),
    ("社会医療法人", "シャカイイリョウホウジン"),
    ("一般社団法人", "イッパンシャダンホウジン"),
];

/// Who founds such: what stands before and behind the founder's own name.
type Founders = (&'static [Word], Word);

const COMPANY: Founders = (COMPANIES, ("", ""));
const CORPORATION: Founders = (MEDICAL_CORPORATIONS, ("会", "カイ"));

/// What hangs on the kind: the words a name ends with, and who founds such.
fn trade(kind: FacilityKind) -> (&'static [Word], Founders) {
    match kind {
        FacilityKind::JudoTherapy => (JUDO, COMPANY),
        FacilityKind::AcupunctureMassage => (ACUPUNCTURE, COMPANY),
        FacilityKind::Midwifery => (MIDWIVES, COMPANY),
        FacilityKind::HealthCheckDental | FacilityKind::PaperDental | FacilityKind::DentalClinic => {
            (DENTAL, CORPORATION)
        }
        FacilityKind::HealthCheckPharmacy
        | FacilityKind::PaperPharmacy
        | FacilityKind::Pharmacy
        | FacilityKind::PharmacyChain => (PHARMACIES, COMPANY),
        FacilityKind::HealthCheckOther => (CHECKS, CORPORATION),
        FacilityKind::Insurer => (INSURERS, COMPANY),
        FacilityKind::HealthCheckMedical | FacilityKind::PaperMedical | FacilityKind::Clinic => (CLINICS, CORPORATION),
        FacilityKind::Hospital => (HOSPITALS, CORPORATION),
    }
}

/// A name under construction, with its reading.
#[derive(Debug, Clone, Default)]
struct Name {
    written: String,
    read: String,
}

impl Name {
    fn and(mut self, (written, read): Word) -> Self {
        self.written.push_str(written);
        self.read.push_str(read);
        self
    }

    fn fits(&self) -> bool {
        self.written.chars().count() <= LONGEST && self.read.chars().count() <= LONGEST_KANA
    }
}

/// The name of a facility and its reading.
pub(super) fn facility(rng: &mut Rng, kind: FacilityKind) -> (String, String) {
    let (endings, founders) = trade(kind);
    let name = match rng.u8(..100) {
        0..3 => long(rng, endings, founders),
        3..20 => founded(rng, founders).and(core(rng)).and(*pick(rng, endings)),
        20..40 => Name::default().and(*pick(rng, &TOWNS)).and(core(rng)).and(*pick(rng, endings)),
        _ => Name::default().and(core(rng)).and(*pick(rng, endings)),
    };
    let name = match kind {
        FacilityKind::PharmacyChain => name.and(("　", " ")).and(*pick(rng, &TOWNS)).and(("店", "テン")),
        _ => name,
    };
    // What grew too long goes by a short name.
    let name = if name.fits() { name } else { Name::default().and(core(rng)).and(*pick(rng, endings)) };
    (name.written, name.read)
}

/// A family's name or a word.
fn core(rng: &mut Rng) -> Word {
    if rng.bool() { *pick(rng, &FAMILIES) } else { *pick(rng, &WORDS) }
}

/// 「医療法人社団　桜会　」, 「株式会社桜　」: who runs it, in front.
fn founded(rng: &mut Rng, (sorts, behind): Founders) -> Name {
    let blank = if behind.0.is_empty() { ("", "") } else { ("　", " ") };
    let name = Name::default().and(*pick(rng, sorts)).and(blank).and(*pick(rng, &WORDS));
    name.and(behind).and(("　", " "))
}

/// Everything at once, as long names do.
fn long(rng: &mut Rng, endings: &[Word], founders: Founders) -> Name {
    let name = founded(rng, founders).and(*pick(rng, &TOWNS)).and(core(rng)).and(("記念", "キネン"));
    let name = name.and(*pick(rng, endings)).and(("附属", "フゾク")).and(*pick(rng, &TOWNS)).and(core(rng));
    let name = name.and(("地域健康支援センター", "チイキケンコウシエンセンター")).and(("・", "・"));
    name.and(core(rng)).and(*pick(rng, endings))
}
