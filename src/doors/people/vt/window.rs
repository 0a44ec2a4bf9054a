//! The size and colours of a client's window.

/// The window of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientWindow {
    /// Its height.
    pub rows: u16,
    /// Its width.
    pub columns: u16,
    /// Whether it has colours.
    pub color: bool,
}

impl Default for ClientWindow {
    /// 24 x 80 with colours.
    fn default() -> ClientWindow {
        ClientWindow {
            rows: 24,
            columns: 80,
            color: true,
        }
    }
}
