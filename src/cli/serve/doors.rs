//! The doors of `bigiron serve` as its arguments name them: `[L:][SYSTEM/TASK/SEED/WARTS@]ADDR`.

use crate::cli::Error;
use crate::cli::args::ServeArgs;
use crate::doors::server::ListenerConfig;
use crate::doors::session::address::ListenAddress;
use crate::doors::session::logon::Logon;
use crate::doors::session::service::Door;

/// The doors that listen, in the order in which they are opened.
const LISTENING: [Door; 6] = [
    Door::Tn3270,
    Door::Script,
    Door::Json,
    Door::Vt,
    Door::Http,
    Door::Control,
];

/// A door that is to be opened.
pub(super) struct DoorArg {
    door: Door,
    /// Whether it speaks TLS from the first byte.
    pub(super) tls: bool,
    pub(super) logon: Logon,
    address: ListenAddress,
}

/// The doors of the command line; there is at least one.
pub(super) fn door_args(args: &ServeArgs) -> Result<Vec<DoorArg>, Error> {
    let texts = LISTENING
        .into_iter()
        .flat_map(|door| addresses(args, door).iter().map(move |text| (door, text)));
    let doors = texts
        .map(|(door, text)| DoorArg::parse(door, text))
        .collect::<Result<Vec<_>, Error>>()?;
    match doors.is_empty() {
        true => Err(Error::usage("nothing to listen on")
            .hint("give --tn3270, --vt, --json, --script or --http with an address")),
        false => Ok(doors),
    }
}

/// The arguments for a door.
fn addresses(args: &ServeArgs, door: Door) -> &[String] {
    match door {
        Door::Tn3270 => &args.tn3270,
        Door::Script => &args.script,
        Door::Json => &args.json,
        Door::Vt => &args.vt,
        Door::Http => &args.http,
        Door::Control => &args.control,
        // It has a command of its own, on stdin and stdout.
        Door::Mcp => &[],
    }
}

impl DoorArg {
    fn parse(door: Door, text: &str) -> Result<DoorArg, Error> {
        let wrong = |cause: &dyn std::error::Error| Error::usage(text.to_owned()).because(cause);
        let (tls, rest) = match text.strip_prefix("L:") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // A logon has no colon: an @ behind one belongs to a path.
        let (logon, address) = match rest.split_once('@') {
            Some((logon, address)) if !logon.contains(':') => {
                (logon.parse().map_err(|cause| wrong(&cause))?, address)
            }
            _ => (Logon::default(), rest),
        };
        let address =
            ListenAddress::parse(address).map_err(|cause| Error::usage(cause.to_string()))?;
        Ok(DoorArg {
            door,
            tls,
            logon,
            address,
        })
    }

    /// Begins to listen. Without `public` only on addresses of this machine.
    pub(super) async fn open(self, public: bool) -> Result<ListenerConfig, Error> {
        let bound = self.address.bind(public).await;
        Ok(ListenerConfig {
            listener: bound.map_err(|error| Error::input(error.to_string()))?,
            door: self.door,
            logon: self.logon,
            tls: self.tls,
        })
    }
}
