//! What Markdown comes to, the harmful kind above all.

use super::*;

fn drawn(source: &str) -> String {
    html(source, |name| (name == "図.png").then(|| "/notices/1/files/2".to_owned())).to_string()
}

#[test]
fn the_usual_words_are_drawn() {
    for (source, wanted) in [
        ("# 大\n## 中\n### 小", "<h2>大</h2>\n<h3>中</h3>\n<h4>小</h4>\n"),
        ("一行目\n二行目", "<p>一行目<br>\n二行目</p>\n"),
        ("- あ\n- い", "<ul>\n<li>あ</li>\n<li>い</li>\n</ul>\n"),
        ("3. あ\n4. い", "<ol start=\"3\">\n<li>あ</li>\n<li>い</li>\n</ol>\n"),
        ("**強く** *少し*", "<p><strong>強く</strong> <em>少し</em></p>\n"),
        ("[手順書](/manual)", "<p><a href=\"/manual\" rel=\"noopener noreferrer\">手順書</a></p>\n"),
        ("![申請の流れ](図.png)", "<p><img src=\"/notices/1/files/2\" alt=\"申請の流れ\" loading=\"lazy\"></p>\n"),
        ("![申請の流れ](ない.png)", "<p>申請の流れ</p>\n"),
    ] {
        assert_eq!(drawn(source), wanted, "{source}");
    }
    let table = drawn("|日|時|\n|--|:-:|\n|1日|9時|");
    assert!(table.starts_with("<div class=\"table-wrap\" tabindex=\"0\"><table>"), "{table}");
    assert!(table.contains("<th scope=\"col\">日</th>") && !table.contains("style"), "{table}");
}

#[test]
fn nothing_harmful_is_drawn() {
    for source in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src=\"https://evil.example\"></iframe>",
        "<a href=\"javascript:alert(1)\">a</a>",
        "<style>body{display:none}</style>",
        "<base href=\"https://evil.example/\">",
        "<form action=\"https://evil.example\"><input name=\"password\"></form>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](java\nscript:alert(1))",
        "[a](&#x6A;avascript:alert(1))",
        "[a](<javascript:alert(1)>)",
        "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
        "[a](vbscript:msgbox(1))",
        "[a](file:///etc/passwd)",
        "[a](//evil.example/)",
        "[a](/\\evil.example/)",
        "[a](https://ok.example \"x\\\" onmouseover=\\\"alert(1)\")",
        "![a](javascript:alert(1))",
        "![a](data:image/svg+xml;base64,PHN2Zy8+)",
        "![a](https://evil.example/track.png)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "```\n</code></pre><script>alert(1)</script>\n```",
        "`<script>`",
        "| <script>alert(1)</script> |\n|--|\n| <img src=x onerror=alert(1)> |",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "a\u{202E}gpj.exe\u{2066}b",
        "<!-- --><script>alert(1)</script>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    ] {
        let html = drawn(source).to_lowercase();
        let tags: Vec<&str> = html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect();
        for tag in &tags {
            for bad in ["script", "javascript", "data:", "vbscript", "file:", "evil", "onerror", "onload", "onmouse"] {
                assert!(!tag.contains(bad), "{source}: {html}");
            }
            let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(TAGS.contains(&name.as_str()), "{source}: {html}");
        }
        assert!(!html.contains(['\u{202E}', '\u{2066}']), "{source}");
    }
}

#[test]
fn an_editor_is_told_what_to_mend() {
    let attached = ["図.png"];
    for (source, wanted) in [
        ("## 二", "先に「#」の見出し"),
        ("# 一\n### 三", "先に「##」の見出し"),
        ("# 一\n## 二\n### 三\n#### 四", "3段階"),
        ("<b>太字</b>", "HTMLのタグ（<b>）"),
        ("![](図.png)", "言葉で説明"),
        ("![図](ない.png)", "添付されていません"),
        ("[a](javascript:alert(1))", "使えません"),
        ("[こちら](/manual)", "リンク先が分かる言葉"),
    ] {
        let faults = faults(source, &attached);
        assert!(faults.iter().any(|fault| fault.contains(wanted)), "{source}: {faults:?}");
    }
    let good = "# 一\n## 二\n# 三\n![流れ](図.png) [手順書](/manual) [電話](tel:0120000000) <登録記号番号>";
    assert_eq!(faults(good, &attached), Vec::<String>::new());
}

#[test]
fn plain_words_stay_in_their_order() {
    let source = "# 見出し\n\n本文[手順書](https://example.jp/m)と[中](/a)。\n- 一\n- 二\n\n|a|b|\n|-|-|\n|c|d|";
    assert_eq!(plain(source), "見出し\n本文手順書（https://example.jp/m）と中。\n一\n二\na b \nc d");
}
