//! A pseudo-terminal whose far end is a program at the keyboard: what is painted is its input, what it types is its output.

use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe;

/// Our end.
#[derive(Debug)]
pub struct Pty {
    typed: pipe::Receiver,
    painted: pipe::Sender,
}

/// The far end, to be handed to a program.
#[derive(Debug)]
pub struct PtyPeer {
    /// The device, open.
    pub device: OwnedFd,
    /// Its path.
    pub name: String,
}

impl Pty {
    /// Opens one of this size, rows before columns: raw, so that every byte goes through as it is. Needs a runtime.
    pub fn open((rows, columns): (u16, u16)) -> io::Result<(Pty, PtyPeer)> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let flags =
            rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
        let device = rustix::fs::open(name.as_c_str(), flags, rustix::fs::Mode::empty())?;
        let mut settings = tcgetattr(&device)?;
        settings.make_raw();
        tcsetattr(&device, OptionalActions::Now, &settings)?;
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&device, size)?;
        rustix::io::ioctl_fionbio(&master, true)?;
        let far = PtyPeer {
            device,
            name: name.to_string_lossy().into_owned(),
        };
        // To the runtime a pty's end is a pipe each way.
        let pty = Pty {
            typed: pipe::Receiver::from_owned_fd_unchecked(master.try_clone()?)?,
            painted: pipe::Sender::from_owned_fd_unchecked(master)?,
        };
        Ok((pty, far))
    }
}

impl AsyncRead for Pty {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.get_mut().typed).poll_read(context, buffer) {
            // EIO: every descriptor of the other end is closed. That is the end of the stream.
            Poll::Ready(Err(error)) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                Poll::Ready(Ok(()))
            }
            read => read,
        }
    }
}

impl AsyncWrite for Pty {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().painted).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().painted).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().painted).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn bytes_go_through_as_they_are_and_the_end_is_an_end() {
        let (mut pty, far) = Pty::open((24, 80)).unwrap();
        let mut device = std::fs::File::from(far.device);
        pty.write_all(b"A\nB\x03\r").await.unwrap();
        let mut heard = [0; 5];
        device.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"A\nB\x03\r");
        device.write_all(b"\x1be\r\n").unwrap();
        let mut typed = [0; 4];
        pty.read_exact(&mut typed).await.unwrap();
        assert_eq!(&typed, b"\x1be\r\n");
        drop(device);
        assert_eq!(pty.read(&mut typed).await.unwrap(), 0);
    }
}
