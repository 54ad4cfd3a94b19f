//! The eligibility service's credentials by the pages.

use actix_web::http::StatusCode;
use uketsuke_core::eligibility;
use uketsuke_core::staff::role::Role;

use super::World;

/// The text of the element with this id.
fn shown(html: &str, id: &str) -> String {
    let from = html.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {html}"));
    let text = &html[from..];
    let start = text.find('>').expect("an element") + 1;
    text[start..].split('<').next().expect("text").to_owned()
}

#[actix_web::test]
async fn a_credential_is_made_rotated_bound_and_stopped_and_its_secret_shown_once() {
    let world = World::new();
    let (_, mut browser) = world.staff(Role::Administrator);
    browser.get("/services").await.has("認証情報はまだありません");
    let wrong = browser.post("/services/new", &[("name", "本番"), ("ranges", "192.0.2")]).await;
    wrong.is(StatusCode::UNPROCESSABLE_ENTITY).has("「192.0.2」を読めません").has("本番");
    let made = browser.post("/services/new", &[("name", "本番"), ("ranges", "192.0.2.0/24")]).await;
    made.is(StatusCode::OK).has("いまだけ表示しています");
    assert!(
        made.headers.get("cache-control").is_some_and(|value| value.to_str().is_ok_and(|v| v.contains("no-store")))
    );
    let (id, secret) = (shown(&made.html, "client-id"), shown(&made.html, "client-secret"));
    assert!(secret.len() > 40, "{secret}");
    let path = format!("/services/{id}");
    for page in ["/services", path.as_str()] {
        browser.get(page).await.is(StatusCode::OK).has("192.0.2.0/24").has("使用中").has_not(&secret);
    }

    let refused = browser.post(&format!("{path}/ranges"), &[("ranges", "everywhere")]).await;
    refused.is(StatusCode::UNPROCESSABLE_ENTITY).has("everywhere");
    assert_eq!(browser.post(&format!("{path}/ranges"), &[("ranges", "")]).await.location, path);
    browser.get(&path).await.has("制限なし");

    browser.post(&format!("{path}/rotate"), &[("hours", "3")]).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    let second = browser.post(&format!("{path}/rotate"), &[("hours", "24")]).await;
    second.is(StatusCode::OK).has("あと1日使えます").has_not(&secret);
    let other = shown(&second.html, "client-id");
    assert_ne!(other, id);
    browser.get(&path).await.has("まもなく終了");

    browser.get(&format!("{path}/stop")).await.is(StatusCode::OK).has("元には戻せません");
    let stop = format!("{path}/stop");
    assert_eq!(browser.post(&stop, &[]).await.location, "/services");
    assert_eq!(browser.post(&stop, &[]).await.location, "/services", "pressed twice");
    browser.get(&path).await.has("終了").has_not("新しいものを発行する");
    browser.post(&format!("{path}/rotate"), &[("hours", "24")]).await.is(StatusCode::NOT_FOUND);

    let now = world.db.clock.now().into();
    let clients = world.db.read_blocking(eligibility::list).expect("the list");
    let taken: Vec<_> = clients.iter().filter(|client| client.is_taken(now)).map(|client| client.id.as_str()).collect();
    assert_eq!(taken, [other.as_str()]);
}
