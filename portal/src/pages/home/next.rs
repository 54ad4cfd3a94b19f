//! The card at the top of the home page: the one thing to do next, in words.

use uketsuke_core::operation::Contradiction;
use uketsuke_core::progress::NextStep;
use uketsuke_web::words;

/// The card.
pub(super) struct Next {
    pub heading: String,
    pub text: String,
    pub href: String,
    pub button: &'static str,
}

/// The card for a step.
pub(super) fn next(step: &NextStep) -> Next {
    let card = |heading: &str, text: &str, href: String, button| Next {
        heading: heading.to_owned(),
        text: text.to_owned(),
        href,
        button,
    };
    match step {
        NextStep::Apply => card(
            "利用開始申請をしてください",
            "提出済みの情報と一致すれば、その場で承認され、端末の設定情報が表示されます。",
            "/applications".into(),
            "利用開始申請へ進む",
        ),
        NextStep::FinishDraft(id) => card(
            "入力の続きがあります",
            "途中まで入力した利用開始申請が保存されています。",
            format!("/applications/{id}"),
            "入力を続ける",
        ),
        NextStep::Correct(id) => card(
            "申請の修正をお願いします",
            "直していただくところがあります。受付番号は変わりません。",
            format!("/applications/{id}"),
            "修正するところを見る",
        ),
        NextStep::Wait(id, due) => {
            let by = due.map_or("まもなく".to_owned(), |d| format!("{}ごろまでに", words::day(d)));
            let text = format!("{by}お知らせします。それまでにしていただくことはありません。");
            card("申請を審査しています", &text, format!("/applications/{id}"), "申請の状況を見る")
        }
        NextStep::MakeAccounts => card(
            "アカウントを作成してください",
            "マイナ資格確認アプリを使う方ごとに、アカウントを作成します。",
            "/devices/new".into(),
            "アカウントを作成する",
        ),
        NextStep::SwitchOn => card(
            "使う機能を選んでください",
            "端末を使うには、訪問診療等などの使う機能を、環境設定情報で選びます。",
            "/devices/features".into(),
            "環境設定情報を更新する",
        ),
        NextStep::SetUpDevices(waiting) => card(
            "端末を設定してください",
            &format!(
                "設定を待っている端末が{waiting}台あります。設定情報を表示し、マイナ資格確認アプリに入力してください。"
            ),
            "/devices".into(),
            "端末の設定情報を見る",
        ),
        NextStep::RegisterStart => card(
            "運用開始日を登録してください",
            "端末の設定ができました。マイナンバーカードでの資格確認を始めた日、または始める日を登録すると、公開の一覧に掲載されます。",
            "/applications/start/operation_start".into(),
            "運用開始日を登録する",
        ),
        NextStep::CheckStart(Contradiction::CheckedBefore { first_on }) => card(
            "運用開始日をお確かめください",
            &format!("登録された運用開始日より前（{}）に、資格確認が行われています。", words::day(*first_on)),
            "/applications/start/operation_start".into(),
            "運用開始日を確かめる",
        ),
        NextStep::CheckStart(Contradiction::NeverChecked) => card(
            "端末と運用開始日をお確かめください",
            "運用開始日を過ぎていますが、資格確認がまだ一度も行われていません。",
            "/applications/start/operation_start".into(),
            "運用開始日を確かめる",
        ),
        NextStep::Annexed => card(
            "していただくことはありません",
            "併設の申告により、主たる施術所の端末で資格確認ができます。お心当たりのないときは、異議を送ることができます。",
            "/applications/start/annex_cancellation".into(),
            "併設申告の内容を見る",
        ),
        NextStep::Exempt => card(
            "していただくことはありません",
            "やむを得ない事由を申告済みです。資格確認を始めるときは、利用開始申請をしてください。",
            "/applications".into(),
            "各種申請を見る",
        ),
        NextStep::Ended => card(
            "資格確認の利用は終了しました",
            "端末は使えません。これまでの申請の内容は、各種申請の画面で確認できます。",
            "/applications".into(),
            "申請の一覧を見る",
        ),
        NextStep::Nothing => card(
            "必要な手続きは終わりました",
            "担当者や電話番号、所在地、管理者が変わったときは、変更申請をしてください。",
            "/devices".into(),
            "端末の一覧を見る",
        ),
        NextStep::CorrectPayee(id) => card(
            "振込先の口座を直してください",
            "助成金をお振り込みできませんでした。通帳を見て、口座を入力し直してください。",
            format!("/applications/{id}/payee"),
            "振込先の口座を直す",
        ),
        NextStep::Closed => card(
            "この施設で行う手続きはありません",
            "別の施設でお使いになるときは、その施設を追加するか、切り替えてください。",
            "/facilities".into(),
            "施設を切り替える",
        ),
    }
}
