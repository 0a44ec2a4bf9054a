//! Which session a TN3270 client gets: LU names, pools, the selection screen; and encryption.

use std::sync::Arc;

use bigiron::cli::opening::served_system;
use bigiron::doors::session::service::lus::Lus;
use bigiron::doors::session::service::{Service, Tls};
use bigiron::doors::session::tls;

use super::{Server, run};

const SIGN_ON: &str =
    "Wait(5,InputField)\nString(\"CLK042IRON\")\nEnter()\nWait(5,InputField)\nAscii()\nQuit()\n";

/// Runs s3270 against a server; the prefix stands before the address.
fn s3270(server: &Server, arguments: &[&str], prefix: &str, actions: &str) -> String {
    let host = format!("{prefix}{}", server.tn3270);
    run("s3270", &[arguments, &[host.as_str()]].concat(), actions)
}

fn two_systems(service: &mut Service) {
    let open = |name| served_system(name, None).unwrap();
    service.worlds.replace(vec![open("dmv"), open("revenue")]);
}

pub fn encrypted(required: bool) -> impl FnOnce(&mut Service) {
    move |service| {
        let acceptor = tls::acceptor_made_here(&["localhost", "127.0.0.1"]).unwrap();
        service.tls = Some(Tls { acceptor, required });
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn s3270_signs_on_encrypted_by_starttls() {
    let server = Server::with(encrypted(true));
    let status = format!("Wait(5,InputField)\nQuery(Tls)\n{SIGN_ON}");
    for prefix in ["", "N:"] {
        let seen = s3270(&server, &["-noverifycert"], prefix, &status);
        assert!(seen.contains("DMVM01"), "{prefix}\n{seen}");
        assert!(seen.contains("secure"), "{prefix}\n{seen}");
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn s3270_signs_on_encrypted_from_the_first_byte() {
    let server = Server::with_tls(encrypted(false));
    let seen = s3270(&server, &["-noverifycert"], "L:", SIGN_ON);
    assert!(seen.contains("DMVM01"), "{seen}");
}

#[test]
fn a_client_that_wants_no_encryption_is_served_unless_it_must() {
    let server = Server::with(encrypted(false));
    let mut raw = super::tn3270::Raw::connect(&server);
    raw.say(b"\xff\xfc\x2e");
    raw.until(b"\xff\xfd\x28");
    let server = Server::with(encrypted(true));
    let mut raw = super::tn3270::Raw::connect(&server);
    raw.say(b"\xff\xfc\x2e");
    assert!(raw.closes());
    server.reported("the client declines STARTTLS, which is required");
}

#[test]
fn a_handshake_that_fails_is_reported() {
    let server = Server::with(encrypted(true));
    let mut raw = super::tn3270::Raw::connect(&server);
    raw.say(b"\xff\xfb\x2e\xff\xfa\x2e\x01\xff\xf0this is no handshake at all");
    server.reported("the TLS handshake failed");
    assert!(raw.closes());
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn an_lu_says_system_task_seed_and_warts() {
    let server = Server::with(|service| {
        let loaded = served_system("dmv", Some("renew-moved")).unwrap();
        service.worlds.replace(vec![loaded]);
        let pool = "TRAIN:2=dmv/renew-moved/77/lost_renewal".parse().unwrap();
        service.lus = Arc::new(Lus::new(vec![pool], false));
    });
    let look = "Wait(5,InputField)\nQuery(LuName)\nQuit()\n";
    let seen = s3270(&server, &[], "train@", look);
    assert!(seen.contains("data: TRAIN01\n"), "{seen}");
    let setup = server.seen.lock().unwrap().setups[0].clone();
    assert_eq!(
        (setup.seed, setup.task.as_deref()),
        (77, Some("renew-moved"))
    );
    assert_eq!(setup.warts.to_string(), "lost_renewal");
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn a_client_may_name_it_all_where_that_is_allowed() {
    let server = Server::with(|service| {
        let loaded = served_system("dmv", Some("renew-moved")).unwrap();
        service.worlds.replace(vec![loaded]);
        service.lus = Arc::new(Lus::new(Vec::new(), true));
    });
    let look = "Wait(5,InputField)\nAscii(0,0,1,10)\nQuit()\n";
    let seen = s3270(&server, &[], "dmv/renew-moved/5/all@", look);
    assert!(seen.contains("DMVS00"), "{seen}");
    let setup = server.seen.lock().unwrap().setups[0].clone();
    assert_eq!(
        (setup.seed, setup.task.as_deref()),
        (5, Some("renew-moved"))
    );
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn who_names_no_system_picks_one_from_a_screen() {
    let server = Server::with(two_systems);
    let actions = "Wait(5,InputField)\nAscii()\nString(\"NOSUCH\")\nEnter()\nWait(5,InputField)\nAscii()\n\
        EraseInput()\nString(\"logon applid(revenue)\")\nEnter()\nWait(5,InputField)\nAscii()\nQuit()\n";
    for prefix in ["", "N:"] {
        let seen = s3270(&server, &[], prefix, actions);
        assert!(seen.contains("USSMSG10"), "{seen}");
        assert!(
            seen.contains("DMV         STATE DEPARTMENT OF MOTOR VEHICLES"),
            "{seen}"
        );
        assert!(
            seen.contains("USSMSG02 NO SYSTEM IS CALLED NOSUCH"),
            "{seen}"
        );
        assert!(seen.contains("RVNS00"), "{seen}");
    }
}

#[test]
#[cfg_attr(not(feature = "peers"), ignore = "needs s3270: --features peers")]
fn who_logs_off_is_back_at_the_screen() {
    let server = Server::with(two_systems);
    let actions = "Wait(5,InputField)\nString(\"DMV\")\nEnter()\nWait(5,InputField)\nSet(aidWait,false)\n\
        SysReq()\nString(\"LOGOFF\")\nAscii()\nEnter()\nWait(5,Output)\nWait(5,InputField)\nAscii()\nQuit()\n";
    let seen = s3270(&server, &[], "", actions);
    assert!(seen.contains("USSMSG10"), "{seen}");
    assert_eq!(server.seen.lock().unwrap().ends, ["logged off"]);
}
