//! A host of plain text: its text on the screen, and keys as bytes.

use super::record::frame;
use super::{ClientConversation, ConversationOutput};
use crate::client::Mode;
use crate::client::nvt::Nvt;
use crate::terminal::{Key, Response, Terminal};
use crate::wire::telnet;
use crate::wire::tn3270e::DataType;

impl ClientConversation {
    /// Whether a host of plain text has written this since the last call; none if the host is no such host.
    pub fn expect(&mut self, text: &str) -> Option<bool> {
        match self.negotiation.mode() {
            Mode::Nvt { .. } | Mode::NvtInTn3270e => {
                Some(self.nvt.as_mut().is_some_and(|nvt| nvt.expect(text)))
            }
            _ => None,
        }
    }

    /// What a host of plain text has written since the last call, with escapes; nothing if the host is no such host.
    pub fn take_text(&mut self) -> String {
        self.nvt.as_mut().map(Nvt::take_unread).unwrap_or_default()
    }

    /// Text of a host in NVT mode.
    pub(super) fn text(
        &mut self,
        text: &[u8],
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) {
        self.negotiation.text();
        let (rows, columns) = terminal.options().alternate();
        let nvt = self.nvt.get_or_insert_with(|| Nvt::new(rows, columns));
        nvt.write(text);
        let picture = nvt.picture(terminal.options().code_page);
        self.show(picture, terminal, out);
    }

    /// A key in NVT mode. The cursor may be moved about; what sends, sends bytes.
    pub(super) fn press_text(
        &mut self,
        key: Key,
        lines: bool,
        terminal: &mut Terminal,
        out: &mut ConversationOutput,
    ) -> Response {
        match key {
            Key::MoveCursor(_) | Key::Reset | Key::Insert | Key::ToggleInsert => {
                return terminal.press(key);
            }
            Key::Attn | Key::SysReq => return Response::Local,
            _ => {}
        }
        let Some(nvt) = &mut self.nvt else {
            return Response::Local;
        };
        let bytes = nvt.press(key, lines);
        if lines {
            let picture = nvt.picture(terminal.options().code_page);
            self.show(picture, terminal, out);
        }
        self.send_text(bytes, &mut out.bytes);
        Response::Local
    }

    fn send_text(&mut self, bytes: Vec<u8>, out: &mut Vec<u8>) {
        match self.negotiation.mode() {
            _ if bytes.is_empty() => {}
            Mode::NvtInTn3270e => {
                let header = self.header(DataType::Nvt);
                frame(header, &bytes, out);
            }
            _ if self.negotiation.is_telnet() => telnet::escape(&bytes, out),
            _ => out.extend(bytes),
        }
    }
}
