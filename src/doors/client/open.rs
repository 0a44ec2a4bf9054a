//! Making connections: the name looked up, the host called, TLS begun.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::host::HostName;
use crate::doors::session::certificate::Certificate;
use crate::doors::session::foreign_host::{Secured, Security};
use crate::doors::session::tls::{self, Trust};

/// Bytes both ways.
pub trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// A connection that has been made.
pub struct OpenedConnection {
    /// The bytes.
    pub pipe: Box<dyn Pipe>,
    /// What secures it.
    pub secure: Option<Secured>,
}

/// Who has to answer a TLS handshake.
#[derive(Debug, Clone)]
pub struct PeerIdentity {
    /// The name in the certificate.
    pub name: String,
    /// Whether it is checked.
    pub verify: bool,
    /// The file of those who are trusted to sign.
    pub signers: Option<String>,
}

impl PeerIdentity {
    /// Who has to answer if this host is called.
    pub fn of(host: &HostName, security: &Security) -> PeerIdentity {
        PeerIdentity {
            name: host
                .accept
                .clone()
                .or_else(|| security.accept.clone())
                .unwrap_or_else(|| host.host.clone()),
            verify: security.verify && !host.prefixes.no_verify,
            signers: security.signers.clone(),
        }
    }
}

/// Connects to a host, securely if an identity is given.
pub async fn open(
    host: String,
    port: u16,
    identity: Option<PeerIdentity>,
    patience: Option<Duration>,
) -> Result<OpenedConnection, String> {
    let place = format!("{host}, port {port}");
    let connecting = async {
        let stream = TcpStream::connect((host.as_str(), port)).await;
        let stream = stream.map_err(|error| failed(&place, &reason(&error)))?;
        // Keys wait for their answer: none may wait for more to send.
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        let pipe: Box<dyn Pipe> = Box::new(stream);
        match identity {
            None => Ok(OpenedConnection { pipe, secure: None }),
            Some(identity) => secure(pipe, Vec::new(), identity).await,
        }
    };
    match patience {
        None => connecting.await,
        Some(patience) => match tokio::time::timeout(patience, connecting).await {
            Ok(result) => result,
            Err(_) => Err(failed(
                &place,
                &format!("no answer in {} s", patience.as_secs_f64()),
            )),
        },
    }
}

/// Begins TLS on a connection, once what is still to be said in the clear is sent.
pub async fn secure(
    mut pipe: Box<dyn Pipe>,
    rest: Vec<u8>,
    identity: PeerIdentity,
) -> Result<OpenedConnection, String> {
    pipe.write_all(&rest)
        .await
        .map_err(|error| error.to_string())?;
    let refused = |why: &str| format!("Connection failed:\nTLS with {}: {why}", identity.name);
    let connector =
        tls::connector(&identity.trust()?).map_err(|error| refused(&error.to_string()))?;
    let name =
        ServerName::try_from(identity.name.clone()).map_err(|error| refused(&error.to_string()))?;
    let stream = connector.connect(name, pipe).await;
    let stream = stream.map_err(|error| match identity.verify && is_untrusted(&error) {
        true => refused(&format!(
            "{error}; -cafile names who is to be trusted, the prefix Y: trusts anyone"
        )),
        false => refused(&error.to_string()),
    })?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version();
    let suite = session.negotiated_cipher_suite();
    let secured = Secured {
        version: version
            .and_then(|version| version.as_str())
            .unwrap_or("TLS")
            .replace('_', "."),
        cipher: suite
            .and_then(|suite| suite.suite().as_str())
            .unwrap_or_default()
            .replace("TLS13_", "TLS_"),
        verified: identity.verify,
        certificate: session
            .peer_certificates()
            .and_then(|chain| Certificate::read(chain.first()?)),
    };
    Ok(OpenedConnection {
        pipe: Box::new(stream),
        secure: Some(secured),
    })
}

/// Whether a handshake failed for want of trust in the certificate.
fn is_untrusted(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(
        cause,
        Some(tokio_rustls::rustls::Error::InvalidCertificate(_))
    )
}

/// Where machines keep the certificates of those whom they trust, in PEM form.
const SIGNERS: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

impl PeerIdentity {
    /// Whose word is taken for the host.
    fn trust(&self) -> Result<Trust, String> {
        if !self.verify {
            return Ok(Trust::Anyone);
        }
        let read = |path: &str| std::fs::read(path);
        let pem = match &self.signers {
            Some(path) => read(path).map_err(|error| format!("caFile {path}: {}", reason(&error)))?,
            None => SIGNERS.iter().find_map(|path| read(path).ok()).ok_or(
                "this machine keeps no list of certificates to trust; -cafile names one, the prefix Y: trusts anyone",
            )?,
        };
        Ok(Trust::Signers(pem))
    }
}

fn failed(place: &str, why: &str) -> String {
    format!("Connection failed:\n{place}: {why}")
}

/// The reason of a failure, in the system's words and without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}
