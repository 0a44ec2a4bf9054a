//! Sessions held by handle: they are closed when they are not used, and return their permits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bigiron::doors::programs::episodes::{EpisodeError, EpisodeRequest, Episodes};
use bigiron::doors::session::request::{Request, Submission};
use bigiron::doors::session::service::Door;
use tokio::sync::Semaphore;

use super::{Seen, service};

const IDLE: Duration = Duration::from_secs(600);

fn episodes(places: usize) -> (Arc<Episodes>, Arc<Semaphore>, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let free = Arc::new(Semaphore::new(places));
    let service = Arc::new(service(&seen));
    let episodes = Episodes::new(service, Door::Http, Arc::default(), Arc::clone(&free), IDLE);
    (Arc::new(episodes), free, seen)
}

/// Says that the work is done.
fn done() -> Request {
    Request {
        submit: Some(Submission::default()),
        ..Request::default()
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_uses_is_closed_and_its_recording_ended() {
    let (episodes, free, seen) = episodes(2);
    let reaper = tokio::spawn({
        let episodes = Arc::clone(&episodes);
        async move { episodes.reap().await }
    });
    let (left, _) = episodes.open(&EpisodeRequest::default()).unwrap();
    let (used, _) = episodes.open(&EpisodeRequest::default()).unwrap();
    assert!(matches!(
        episodes.open(&EpisodeRequest::default()),
        Err(EpisodeError::Full(_))
    ));
    for _ in 0..8 {
        tokio::time::sleep(IDLE / 4).await;
        assert!(episodes.get(&used).is_ok());
    }
    assert!(matches!(episodes.get(&left), Err(EpisodeError::Unknown(_))));
    assert_eq!((episodes.len(), free.available_permits()), (1, 1));
    assert_eq!(seen.lock().unwrap().ends, ["closed"]);
    reaper.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_over_can_be_asked_about_for_a_minute_and_takes_no_place() {
    let (episodes, free, seen) = episodes(1);
    let reaper = tokio::spawn({
        let episodes = Arc::clone(&episodes);
        async move { episodes.reap().await }
    });
    let (handle, shared) = episodes.open(&EpisodeRequest::default()).unwrap();
    shared.lock().await.step(done()).await.unwrap();
    assert_eq!(free.available_permits(), 1);
    let again = shared.lock().await.step(Request::default()).await;
    assert!(matches!(again, Err(EpisodeError::Over(_))));
    drop(shared);
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert!(episodes.get(&handle).is_ok());
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(episodes.get(&handle).is_err());
    assert_eq!(seen.lock().unwrap().ends, ["submitted"]);
    reaper.abort();
}

#[tokio::test]
async fn without_a_name_the_only_one_that_goes_on_is_meant() {
    let (episodes, ..) = episodes(8);
    assert!(episodes.only().is_none());
    let (first, shared) = episodes.open(&EpisodeRequest::default()).unwrap();
    shared.lock().await.step(done()).await.unwrap();
    assert_eq!(episodes.only().unwrap().0, first);
    let (second, _) = episodes.open(&EpisodeRequest::default()).unwrap();
    assert_eq!(episodes.only().unwrap().0, second);
    episodes.open(&EpisodeRequest::default()).unwrap();
    assert!(episodes.only().is_none());
}

#[tokio::test]
async fn a_name_of_the_clients_own_begins_anew() {
    let (episodes, free, seen) = episodes(1);
    for seed in [1, 2] {
        let seed = Some(seed);
        let order = EpisodeRequest {
            seed,
            ..EpisodeRequest::default()
        };
        episodes.open_as("mine", &order).unwrap();
    }
    assert_eq!((episodes.len(), free.available_permits()), (1, 0));
    assert_eq!(seen.lock().unwrap().ends, ["closed"]);
    let order = EpisodeRequest::default();
    assert!(matches!(
        episodes.open_as(&"x".repeat(256), &order),
        Err(EpisodeError::Order(_))
    ));
    episodes.close_all();
    assert_eq!(free.available_permits(), 1);
}
