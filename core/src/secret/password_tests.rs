//! Passwords: right, wrong, nobody's, and a full queue.

use super::*;

fn hasher() -> PasswordHasher {
    PasswordHasher::start_with(1, HashCost::FOR_TESTS).unwrap()
}

#[tokio::test]
async fn the_standard_cost_is_what_the_rules_ask_for() {
    let hasher = PasswordHasher::start(1).unwrap();
    let hash = hasher.hash("Passw0rd").await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    assert_ne!(hash, hasher.hash("Passw0rd").await.unwrap(), "salted");
}

#[tokio::test]
async fn only_the_right_password_passes_byte_for_byte() {
    let hasher = hasher();
    let long = "あ".repeat(100);
    let cases = [
        ("Passw0rd", "Passw0rd", true),
        ("Passw0rd", "passw0rd", false),
        ("Passw0rd", "Passw0rd ", false),
        ("Passw0rd", "", false),
        (&long, &long, true),
        (&long, &long[..297], false),
        ("が", "か\u{3099}", false),
    ];
    for (set, typed, ok) in cases {
        let hash = hasher.hash(set).await.unwrap();
        assert_eq!(hasher.verify(typed, Some(&hash)).await, Ok(Verified { ok, rehash: false }), "{typed}");
    }
}

#[tokio::test]
async fn nobody_costs_one_hash_like_everybody_and_never_passes() {
    let hasher = hasher();
    assert_eq!(hasher.hash_calls(), 0);
    let no = Verified { ok: false, rehash: false };
    assert_eq!(hasher.verify("nobody's password", None).await, Ok(no));
    assert_eq!(hasher.hash_calls(), 1);
    let hash = hasher.hash("Passw0rd").await.unwrap();
    assert_eq!(hasher.verify("wrong", Some(&hash)).await, Ok(no));
    assert_eq!(hasher.hash_calls(), 3);
}

#[tokio::test]
async fn a_hash_of_another_cost_passes_and_asks_to_be_made_anew() {
    let old = hasher().hash("Passw0rd").await.unwrap();
    let dearer = PasswordHasher::start_with(1, HashCost { memory_kib: 16, passes: 1 }).unwrap();
    assert_eq!(dearer.verify("Passw0rd", Some(&old)).await, Ok(Verified { ok: true, rehash: true }));
    assert_eq!(dearer.verify("wrong", Some(&old)).await, Ok(Verified { ok: false, rehash: false }));
}

#[tokio::test]
async fn a_hash_that_cannot_be_read_refuses() {
    let broken = PasswordHash::from("plain".to_owned());
    assert_eq!(hasher().verify("plain", Some(&broken)).await, Ok(Verified { ok: false, rehash: false }));
}

/// Keeps the only thread busy until the sender is dropped.
async fn blocked(hasher: &PasswordHasher) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), Busy>>) {
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let (started, has_started) = oneshot::channel();
    let blocker = hasher.clone();
    let blocked = tokio::spawn(async move {
        blocker
            .run(move |_| {
                let _ = started.send(());
                let _ = gate.recv();
            })
            .await
    });
    has_started.await.unwrap();
    (release, blocked)
}

#[tokio::test]
async fn a_full_queue_answers_at_once_and_given_up_jobs_keep_their_place() {
    let hasher = hasher();
    let (release, blocked) = blocked(&hasher).await;
    for _ in 0..QUEUE {
        let mut given_up = Box::pin(hasher.hash("Passw0rd"));
        assert!(futures_poll(&mut given_up).await.is_none(), "it waits in the queue");
    }
    assert_eq!(hasher.hash("Passw0rd").await, Err(Busy));

    drop(release);
    blocked.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_waits_too_long_is_told_and_costs_nothing_any_more() {
    let hasher = hasher();
    let (release, _blocked) = blocked(&hasher).await;
    let began = tokio::time::Instant::now();
    tokio::time::pause();
    assert_eq!(hasher.hash("Passw0rd").await, Err(Busy));
    assert_eq!(began.elapsed().as_secs(), PATIENCE.as_secs());
    tokio::time::resume();
    drop(release);
    assert!(hasher.hash("Passw0rd").await.is_ok());
    assert_eq!(hasher.hash_calls(), 1, "only the one that was waited for");
}

/// Polls once, then lets go of the future.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = future => Some(output),
        () = std::future::ready(()) => None,
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn hashing_runs_at_the_lowest_priority_and_the_rest_does_not() {
    let nice = || rustix::process::getpriority_process(None).unwrap();
    assert_eq!(hasher().run(move |_| nice()).await, Ok(Rank::Passwords as i32));
    assert_ne!(nice(), Rank::Passwords as i32);
}
