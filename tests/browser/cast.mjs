// Facilities of the demo's master that nobody has registered, one per story.

const birth = (wrong, right) => ({ label: "施術管理者の生年月日", wrong, right });
const account = (wrong, right) => ({ label: "口座番号", wrong, right });

export const SAKURA = {
  kind: "柔道整復師の施術所",
  code: "1329000001",
  typed: ["登録記号番号", "１３２９−０００００１"],
  name: "さくら見本接骨院",
  proof: birth(["昭和", "31", "4", "3"], ["昭和", "30", "4", "3"]),
};
export const TSUBAKI = {
  kind: "あん摩マッサージ指圧師、はり師、きゅう師の施術所",
  code: "1329100003",
  typed: ["登録記号番号", "1329100003"],
  name: "つばき見本鍼灸院",
  proof: birth(["西暦", "1951", "8", "9"], ["西暦", "1951", "8", "8"]),
};
export const KOTORI = {
  kind: "助産所",
  code: "1308000012",
  prefecture: "東京都",
  typed: ["助産所コード", "8000012"],
  name: "ことり見本助産院",
  proof: account("7654321", "1234567"),
};
export const KENSHIN = {
  kind: "健診実施機関等（保険医療機関以外）",
  code: "1321900015",
  typed: ["健診・保健指導機関番号", "1321900015"],
  name: "見本健診サービス",
  proof: account("42", "２２００００１"),
};
export const SUMIRE = {
  kind: "あん摩マッサージ指圧師、はり師、きゅう師の施術所",
  code: "0429100085",
  typed: ["登録記号番号", "0429100085"],
  name: "すみれ治療院",
};

/** The made-up 受領委任承諾通知書. */
export const NOTICE = "src/demo/notice.png";
