//! The session as the host binds it, and the screen sizes that it brings.

use super::Terminal;
use super::model::{PRIMARY_COLUMNS, PRIMARY_ROWS};
use crate::wire::bind::Screens;

const PRIMARY: (u16, u16) = (PRIMARY_ROWS, PRIMARY_COLUMNS);

/// What a BIND has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bound {
    /// Whether the session is bound.
    is_bound: bool,
    /// The default and the alternate size, rows x columns, where they are not the model's.
    sizes: Option<((u16, u16), (u16, u16))>,
}

impl Terminal {
    /// The host binds the session. Sizes that are no smaller than 24 x 80 and no larger than the terminal's largest take the place
    /// of the model's; others leave what there is. The screen clears; if nothing was bound before, the keyboard waits for the first
    /// write.
    pub fn bind(&mut self, screens: Option<Screens>) {
        if let Some(sizes) = screens.and_then(|screens| self.sizes_of(screens)) {
            self.bound.sizes = Some(sizes);
        }
        if std::mem::replace(&mut self.bound.is_bound, true) {
            self.erase(self.default_size());
        } else {
            self.erase(self.alternate_size());
            self.await_first();
        }
    }

    /// The host ends the session: the screen clears, the sizes are the model's again, and the keyboard waits for the next session.
    pub fn unbind(&mut self) {
        self.bound = Bound::default();
        self.erase(self.alternate_size());
        self.await_first();
    }

    fn sizes_of(&self, screens: Screens) -> Option<((u16, u16), (u16, u16))> {
        let wide = |(rows, columns): (u8, u8)| (u16::from(rows), u16::from(columns));
        let most = self.options.alternate();
        let fits = |(rows, columns): (u16, u16)| {
            (PRIMARY.0..=most.0).contains(&rows) && (PRIMARY.1..=most.1).contains(&columns)
        };
        let sizes = match screens {
            Screens::Basic => (PRIMARY, PRIMARY),
            Screens::Terminal => (PRIMARY, most),
            Screens::One(size) => (wide(size), wide(size)),
            Screens::Two(size, alternate) => (wide(size), wide(alternate)),
        };
        (fits(sizes.0) && fits(sizes.1)).then_some(sizes)
    }

    /// The size of Erase/Write, rows x columns.
    pub(super) fn default_size(&self) -> (u16, u16) {
        self.bound.sizes.map_or(PRIMARY, |(size, _)| size)
    }

    /// The size of Erase/Write Alternate, rows x columns.
    pub(super) fn alternate_size(&self) -> (u16, u16) {
        let own = || self.options.alternate();
        self.bound.sizes.map_or_else(own, |(_, size)| size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::{Lock, Model, TerminalOptions};
    use crate::wire::{Outbound, Wcc};

    fn sizes(terminal: &mut Terminal) -> [(u16, u16); 2] {
        let (wcc, orders) = (Wcc::RESTORE, Vec::new());
        let erase = Outbound::EraseWrite {
            wcc,
            orders: orders.clone(),
        };
        let alternate = Outbound::EraseWriteAlternate { wcc, orders };
        [erase, alternate].map(|outbound| {
            terminal.apply(&outbound);
            (terminal.rows(), terminal.columns())
        })
    }

    /// As s3270 4.1 does with a model 4.
    #[test]
    fn a_bind_sets_the_sizes_within_those_of_the_terminal() {
        let model = [(24, 80), (43, 80)];
        for (screens, expected) in [
            (None, model),
            (Some(Screens::Basic), [(24, 80), (24, 80)]),
            (Some(Screens::Terminal), model),
            (Some(Screens::One((32, 80))), [(32, 80), (32, 80)]),
            (Some(Screens::Two((24, 80), (32, 80))), [(24, 80), (32, 80)]),
            (Some(Screens::Two((43, 80), (24, 80))), [(43, 80), (24, 80)]),
            (Some(Screens::Two((24, 80), (62, 160))), model),
            (Some(Screens::Two((12, 40), (43, 80))), model),
            (Some(Screens::One((0, 0))), model),
        ] {
            let mut terminal = Terminal::new(TerminalOptions {
                model: Model::Four,
                ..TerminalOptions::default()
            });
            terminal.bind(screens);
            assert_eq!(terminal.lock(), Some(Lock::AwaitingFirst), "{screens:?}");
            assert_eq!(sizes(&mut terminal), expected, "{screens:?}");
            // Bound again, with sizes that do not fit: the old ones stay.
            terminal.bind(Some(Screens::One((1, 1))));
            assert_eq!((terminal.rows(), terminal.columns()), expected[0]);
            assert_eq!((terminal.lock(), terminal.is_formatted()), (None, false));
            terminal.unbind();
            assert_eq!((terminal.rows(), terminal.columns()), (43, 80));
            assert_eq!(sizes(&mut terminal), model);
            assert_eq!(terminal.verify(), Ok(()));
        }
    }
}
