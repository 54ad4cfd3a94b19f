//! What the demo has published: notices and a handbook.

use chrono::{Days, NaiveDate};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::At;
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::manual::{self, VersionInput};
use uketsuke_core::notice::Typed;

/// Notices of every sort, as an editor types them; the last one is still to come.
pub(super) fn notices(now: At) -> Vec<Typed> {
    let today = tokyo_date(now.utc());
    let day = |days: u64| Some(today + Days::new(days));
    let general = |title: &str, body: &str| Typed {
        category: "general".into(),
        site: "both".into(),
        title: title.into(),
        body: body.into(),
        ..Typed::default()
    };
    vec![
        general(
            "このポータルは、お試し用です",
            "ここに表示される施設と申請は、すべて架空のものです。\n\n- 申請、審査、端末の設定を、ひととおり試せます。\n- メールは、実際には送られません。",
        ),
        Typed {
            category: "how_to".into(),
            ..general(
                "スマートフォンで撮った写真も添付できます",
                "書類は、スマートフォンで撮った写真（JPEG）のままで添付できます。\n\n1. 書類全体が写るように撮ります。\n2. 文字が読めることを確かめます。\n3. 申請の画面で選びます。",
            )
        },
        Typed {
            category: "rules".into(),
            important: true,
            site: "omf".into(),
            kinds: vec!["judo_therapy".into(), "acupuncture_massage".into()],
            ..general(
                "施術所の助成金の受付について",
                "施術所（柔道整復、あん摩マッサージ指圧、はり・きゅう）の助成金を受け付けています。\n\n|対象|割合|上限|\n|--|--|--|\n|スマートフォン、タブレット、汎用カードリーダー|全額|41,000円|\n\nくわしくは[よくある質問](/faq?category=subsidy)をご覧ください。",
            )
        },
        Typed {
            category: "rules".into(),
            site: "csm".into(),
            ..general(
                "居宅同意取得型の助成金の受付について",
                "病院、診療所、薬局の居宅同意取得型の助成金を受け付けています。割合と上限は、[よくある質問](/faq?category=subsidy)をご覧ください。",
            )
        },
        Typed {
            category: "outage".into(),
            popup: true,
            from: day(120),
            from_time: "22:00".into(),
            until: day(121),
            until_time: "6:00".into(),
            ..general(
                "夜間の点検のお知らせ",
                "点検のあいだは、ポータルを使えません。端末での資格確認は、いつもどおり使えます。",
            )
        },
    ]
}

/// A handbook with its first version.
pub(super) fn handbook(today: NaiveDate) -> Result<(manual::Input, VersionInput)> {
    let about = manual::Input::read(&manual::Typed {
        slug: "app-setup".into(),
        site: "both".into(),
        position: "10".into(),
        title: "マイナ資格確認アプリの設定手順書".into(),
        summary: "端末にアプリを入れて、使えるようにするまでの手順です。".into(),
    })?;
    let text = ("1.0", "はじめての版です。", HANDBOOK);
    Ok((about, VersionInput::read(text, Some(today), false, FieldErrors::default())?))
}

const HANDBOOK: &str = "\
# 用意するもの

- スマートフォン、タブレット、またはカードリーダーをつないだパソコン
- [端末](/devices)の画面に表示される4つの設定情報、または設定カード

# アプリを入れる

1. App Store または Google Play で「マイナ資格確認アプリ」を探します。
2. アプリを入れて、開きます。

# 設定する

1. 「施設の設定」を選びます。
2. 設定カードのQRコードを読み取るか、4つの設定情報を入力します。
3. 「設定が終わりました」と表示されたら、使えます。

# うまくいかないとき

コードを5回まちがえると、そのコードは使えなくなります。[端末](/devices)の画面で再発行してください。
";
