//! Query replies: the capabilities that the terminal reports.

use super::Terminal;
use super::model::{PRIMARY_COLUMNS, PRIMARY_ROWS};
use crate::wire::structured::QueryRequest;
use crate::wire::{CodePage, Color, Inbound, QueryReply};

const SUMMARY: u8 = 0x80;
const USABLE_AREA: u8 = 0x81;
const ALPHANUMERIC_PARTITIONS: u8 = 0x84;
const CHARACTER_SETS: u8 = 0x85;
const COLOR: u8 = 0x86;
const HIGHLIGHTING: u8 = 0x87;
const REPLY_MODES: u8 = 0x88;
const DISTRIBUTED_DATA: u8 = 0x95;
const RPQ_NAMES: u8 = 0xA1;
const IMPLICIT_PARTITION: u8 = 0xA6;
const NULL: u8 = 0xFF;

/// Every reply, in the order in which they are sent; that of file transfer only as s3270 sends it.
const REPLIES: [u8; 10] = [
    SUMMARY,
    USABLE_AREA,
    ALPHANUMERIC_PARTITIONS,
    CHARACTER_SETS,
    COLOR,
    HIGHLIGHTING,
    REPLY_MODES,
    DISTRIBUTED_DATA,
    RPQ_NAMES,
    IMPLICIT_PARTITION,
];

/// Width and height of a character, in points of the usable area.
const CHARACTER: [u8; 2] = [9, 12];

impl Terminal {
    /// The answer to a Query. The keyboard locks until the host writes.
    pub(super) fn query(&mut self) -> Inbound {
        self.reply(&self.replies())
    }

    /// The answer to a Query List.
    pub(super) fn query_list(&mut self, request: QueryRequest, codes: &[u8]) -> Inbound {
        match request {
            QueryRequest::All | QueryRequest::Equivalent => self.query(),
            QueryRequest::List => {
                let mut listed = self.replies();
                listed.retain(|code| codes.contains(code));
                self.reply(if listed.is_empty() { &[NULL] } else { &listed })
            }
        }
    }

    /// The replies of this terminal.
    fn replies(&self) -> Vec<u8> {
        let mut replies = REPLIES.to_vec();
        replies.retain(|&code| code != DISTRIBUTED_DATA || self.options.as_s3270);
        replies
    }

    fn reply(&mut self, codes: &[u8]) -> Inbound {
        self.keyboard.inhibit = true;
        Inbound::StructuredField(
            codes
                .iter()
                .map(|&code| QueryReply {
                    code,
                    data: self.reply_data(code),
                })
                .collect(),
        )
    }

    fn reply_data(&self, code: u8) -> Vec<u8> {
        let (rows, columns) = self.options.alternate();
        let size = (rows * columns).to_be_bytes();
        match code {
            SUMMARY => self.replies(),
            // 12- and 14-bit addressing, size, millimetres, points per millimetre (x, y) as fractions, character, buffer size.
            USABLE_AREA => {
                let resolution = [0x01, 0x00, 0x0A, 0x02, 0xE5, 0x00, 0x02, 0x00, 0x6F];
                [
                    &[0x01, 0x00],
                    &pair(columns, rows)[..],
                    &resolution,
                    &CHARACTER,
                    &size,
                ]
                .concat()
            }
            ALPHANUMERIC_PARTITIONS => [&[0x00], &size[..], &[0x00]].concat(),
            CHARACTER_SETS => {
                let (set, page) = self.options.code_page.global_id();
                let base = [0x00, 0x10, 0x00];
                let apl = [0x01, 0x00, 0xF1, 0x03, 0xC3, 0x01, 0x36];
                [
                    &[0x82, 0x00],
                    &CHARACTER[..],
                    &[0; 4],
                    &[0x07],
                    &base,
                    &pair(set, page),
                    &apl,
                ]
                .concat()
            }
            COLOR => {
                let shown = |color: &Color| {
                    if self.options.color {
                        color.code()
                    } else {
                        0x00
                    }
                };
                let colors = Color::ALL[1..]
                    .iter()
                    .flat_map(|color| [color.code(), shown(color)]);
                [0x00, 0x10, 0x00, Color::Green.code()]
                    .into_iter()
                    .chain(colors)
                    .collect()
            }
            HIGHLIGHTING => vec![
                0x05, 0x00, 0xF0, 0xF1, 0xF1, 0xF2, 0xF2, 0xF4, 0xF4, 0xF8, 0xF8,
            ],
            REPLY_MODES => vec![0x00, 0x01, 0x02],
            // Longest records in either direction, one subset: file transfer, which is not done.
            DISTRIBUTED_DATA => vec![0x00, 0x00, 0x40, 0x00, 0x40, 0x00, 0x01, 0x01],
            // Device and model as for all, then the name with its length.
            RPQ_NAMES => {
                let name = CodePage::CP037.encode_text(if self.options.as_s3270 {
                    "x3270"
                } else {
                    "BIGIRON"
                });
                [&[0; 8][..], &[name.len() as u8 + 1], &name].concat()
            }
            IMPLICIT_PARTITION => {
                let primary = pair(PRIMARY_COLUMNS, PRIMARY_ROWS);
                [
                    &[0x00, 0x00, 0x0B, 0x01, 0x00],
                    &primary[..],
                    &pair(columns, rows),
                ]
                .concat()
            }
            _ => Vec::new(),
        }
    }
}

fn pair(first: u16, second: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
    [a, b, c, d]
}
