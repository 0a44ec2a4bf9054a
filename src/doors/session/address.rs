//! Where a door stands: `HOST:PORT` or `unix:PATH`, bound and accepted from alike.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream, lookup_host};
use tokio_rustls::{TlsAcceptor, server};

/// An address as it is written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenAddress {
    /// A host and a port; port 0 lets the machine choose.
    Tcp(String),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// Why an address cannot be had.
#[derive(Debug)]
pub enum AddressError {
    /// It is neither form.
    Syntax(String),
    /// Other machines could reach it, which has to be asked for.
    Public(String, IpAddr),
    /// The machine refuses it.
    Bind(ListenAddress, io::Error),
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenAddress::Tcp(address) => f.write_str(address),
            ListenAddress::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressError::Syntax(text) => {
                write!(f, "{text} is no address: HOST:PORT or unix:PATH is wanted")
            }
            AddressError::Public(text, ip) => {
                write!(
                    f,
                    "{text}: other machines could reach {ip}; --public allows that"
                )
            }
            AddressError::Bind(address, cause) => write!(f, "cannot listen on {address}: {cause}"),
        }
    }
}

impl std::error::Error for AddressError {}

impl ListenAddress {
    /// Reads an address. A port alone is one of this machine.
    pub fn parse(text: &str) -> Result<ListenAddress, AddressError> {
        let syntax = || AddressError::Syntax(text.to_owned());
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err(syntax()),
                path => Ok(ListenAddress::Unix(path.into())),
            };
        }
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let port: u16 = port.parse().map_err(|_| syntax())?;
        let host = if host.is_empty() { "127.0.0.1" } else { host };
        Ok(ListenAddress::Tcp(format!("{host}:{port}")))
    }

    /// Begins to listen. Only loopback addresses are taken unless `public` is set.
    pub async fn bind(&self, public: bool) -> Result<Listener, AddressError> {
        let refused = |cause| AddressError::Bind(self.clone(), cause);
        match self {
            ListenAddress::Unix(path) => {
                remove_stale(path).map_err(refused)?;
                let listener = UnixListener::bind(path).map_err(refused)?;
                Ok(Listener::Unix(listener, path.clone()))
            }
            ListenAddress::Tcp(text) => {
                let found: Vec<SocketAddr> = lookup_host(text).await.map_err(refused)?.collect();
                if let Some(reachable) = found
                    .iter()
                    .find(|address| !address.ip().is_loopback() && !public)
                {
                    return Err(AddressError::Public(text.clone(), reachable.ip()));
                }
                let listener = TcpListener::bind(found.as_slice()).await.map_err(refused)?;
                Ok(Listener::Tcp(listener))
            }
        }
    }
}

/// A stale socket file, without a listener, is in the way.
fn remove_stale(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    match is_socket && std::os::unix::net::UnixStream::connect(path).is_err() {
        true => std::fs::remove_file(path),
        false => Ok(()),
    }
}

/// A socket that clients connect to. A file of its own goes with it.
#[derive(Debug)]
pub enum Listener {
    /// Over TCP.
    Tcp(TcpListener),
    /// In the file system, at this path.
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// The address as a client has to give it, with the port that the machine chose.
    pub fn address(&self) -> io::Result<ListenAddress> {
        Ok(match self {
            Listener::Tcp(listener) => ListenAddress::Tcp(listener.local_addr()?.to_string()),
            Listener::Unix(_, path) => ListenAddress::Unix(path.clone()),
        })
    }

    /// Whether other machines may reach it.
    pub fn is_public(&self) -> bool {
        match self {
            Listener::Tcp(listener) => listener
                .local_addr()
                .is_ok_and(|address| !address.ip().is_loopback()),
            Listener::Unix(..) => false,
        }
    }

    /// Waits for the next client.
    pub async fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Screens are small and wait for an answer: none may wait for more to send.
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
            Listener::Unix(listener, _) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Unix(_, path) = self {
            // It may have been removed already.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A client's connection.
#[derive(Debug)]
pub enum Stream {
    /// Over TCP.
    Tcp(TcpStream),
    /// Over a socket in the file system.
    Unix(UnixStream),
    /// Over one of these, encrypted.
    Tls(Box<server::TlsStream<Stream>>),
}

impl Stream {
    /// The address of the client's machine; none over a socket in the file system.
    pub fn peer(&self) -> Option<IpAddr> {
        match self {
            Stream::Tcp(stream) => stream.peer_addr().ok().map(|address| address.ip()),
            Stream::Unix(_) => None,
            Stream::Tls(stream) => stream.get_ref().0.peer(),
        }
    }

    /// Goes on encrypted: the client is about to begin a TLS handshake.
    pub async fn encrypted(self, acceptor: &TlsAcceptor) -> io::Result<Stream> {
        let handshake = acceptor.accept(self).await;
        let failed =
            |cause: io::Error| io::Error::other(format!("the TLS handshake failed: {cause}"));
        Ok(Stream::Tls(Box::new(handshake.map_err(failed)?)))
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Stream::Unix(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Unix(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(text: &str, public: bool) -> Result<Listener, AddressError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async { ListenAddress::parse(text)?.bind(public).await })
    }

    #[test]
    fn addresses_are_hosts_with_ports_or_paths() {
        let known = |text| {
            ListenAddress::parse(text)
                .map(|address| address.to_string())
                .map_err(|error| error.to_string())
        };
        assert_eq!(known("localhost:3270").unwrap(), "localhost:3270");
        assert_eq!(known("3270").unwrap(), "127.0.0.1:3270");
        assert_eq!(known("[::1]:0").unwrap(), "[::1]:0");
        assert_eq!(known("unix:/tmp/x").unwrap(), "unix:/tmp/x");
        for text in ["", "host", "host:99999", "unix:"] {
            assert_eq!(
                known(text).unwrap_err(),
                format!("{text} is no address: HOST:PORT or unix:PATH is wanted")
            );
        }
    }

    #[test]
    fn other_machines_are_let_in_only_if_asked_for() {
        let error = bind("0.0.0.0:0", false).unwrap_err().to_string();
        assert_eq!(
            error,
            "0.0.0.0:0: other machines could reach 0.0.0.0; --public allows that"
        );
        assert!(bind("0.0.0.0:0", true).is_ok());
        assert!(bind("127.0.0.1:0", false).is_ok());
    }

    #[test]
    fn a_socket_file_goes_with_its_listener_and_a_stale_one_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("door");
        let text = format!("unix:{}", path.display());
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let listener = bind(&text, false).unwrap();
        let error = bind(&text, false).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("cannot listen on {text}")),
            "{error}"
        );
        drop(listener);
        assert!(!path.exists());
    }
}
