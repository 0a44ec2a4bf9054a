//! Visits the parts of compiled effects.

use crate::system::expr::Expr;
use crate::system::model::{Effect, ScreenId, Template, TemplatePart};

impl Template {
    /// Calls a function with every expression in it.
    pub(super) fn visit(&self, with: &mut impl FnMut(&Expr)) {
        for part in &self.0 {
            if let TemplatePart::Expr(expr) = part {
                with(expr);
            }
        }
    }
}

impl Effect {
    /// Calls a function with every expression in it and in the effects under it.
    pub(super) fn visit(&self, with: &mut impl FnMut(&Expr)) {
        match self {
            Effect::Message(text) | Effect::Abend(text) | Effect::Broadcast(text) => {
                text.visit(with)
            }
            Effect::SetSession(_, expr)
            | Effect::SetState(_, expr)
            | Effect::Fill(_, expr)
            | Effect::Delay(expr)
            | Effect::Submit(_, expr) => with(expr),
            Effect::Insert { row, .. } => row.iter().for_each(|(_, expr)| with(expr)),
            Effect::Update { key, set, .. } => {
                key.iter().chain(set.iter().map(|(_, e)| e)).for_each(with)
            }
            Effect::Delete { key, .. } | Effect::Release { key, .. } => key.iter().for_each(with),
            Effect::Hold { key, by, .. } => key.iter().chain([by]).for_each(with),
            Effect::Each {
                filter, effects, ..
            } => {
                filter.iter().for_each(&mut *with);
                effects.iter().for_each(|e| e.visit(with));
            }
            Effect::When {
                test,
                then,
                otherwise,
            } => {
                with(test);
                then.iter().chain(otherwise).for_each(|e| e.visit(with));
            }
            Effect::Compare(compare) => {
                compare
                    .filter
                    .iter()
                    .chain(&compare.key)
                    .for_each(&mut *with);
                let lists = [&compare.equal, &compare.differs, &compare.missing];
                lists.into_iter().flatten().for_each(|e| e.visit(with));
            }
            Effect::Alarm
            | Effect::Goto(_)
            | Effect::Call(_)
            | Effect::Back
            | Effect::Refresh
            | Effect::SignOff
            | Effect::Cursor(_)
            | Effect::Mark(..)
            | Effect::Page(_)
            | Effect::Run(_) => {}
        }
    }

    /// Calls a function with this effect and every effect under it.
    pub(super) fn each(&self, with: &mut impl FnMut(&Effect)) {
        with(self);
        let lists = self.lists();
        lists.into_iter().flatten().for_each(|e| e.each(with));
    }

    /// The lists of effects under it.
    fn lists(&self) -> Vec<&[Effect]> {
        match self {
            Effect::Each { effects, .. } => vec![effects],
            Effect::When {
                then, otherwise, ..
            } => vec![then, otherwise],
            Effect::Compare(compare) => vec![&compare.equal, &compare.differs, &compare.missing],
            Effect::Message(_)
            | Effect::Alarm
            | Effect::Goto(_)
            | Effect::Call(_)
            | Effect::Back
            | Effect::Refresh
            | Effect::SignOff
            | Effect::SetSession(..)
            | Effect::SetState(..)
            | Effect::Fill(..)
            | Effect::Cursor(_)
            | Effect::Mark(..)
            | Effect::Page(_)
            | Effect::Insert { .. }
            | Effect::Update { .. }
            | Effect::Delete { .. }
            | Effect::Delay(_)
            | Effect::Run(_)
            | Effect::Submit(..)
            | Effect::Hold { .. }
            | Effect::Release { .. }
            | Effect::Abend(_)
            | Effect::Broadcast(_) => Vec::new(),
        }
    }

    /// The screen that stands after it; of the effects under it nothing is said.
    pub(super) fn next_screen(&self) -> NextScreen {
        match self {
            Effect::Goto(to) | Effect::Call(to) => NextScreen::Other(*to),
            Effect::Back | Effect::SignOff | Effect::Abend(_) | Effect::When { .. } => {
                NextScreen::Unknown
            }
            Effect::Message(_)
            | Effect::Alarm
            | Effect::Refresh
            | Effect::SetSession(..)
            | Effect::SetState(..)
            | Effect::Fill(..)
            | Effect::Cursor(_)
            | Effect::Mark(..)
            | Effect::Page(_)
            | Effect::Insert { .. }
            | Effect::Update { .. }
            | Effect::Delete { .. }
            | Effect::Each { .. }
            | Effect::Compare(_)
            | Effect::Delay(_)
            | Effect::Run(_)
            | Effect::Submit(..)
            | Effect::Hold { .. }
            | Effect::Release { .. }
            | Effect::Broadcast(_) => NextScreen::Same,
        }
    }
}

/// What stands on the terminal after an effect.
pub(super) enum NextScreen {
    /// The same screen as before.
    Same,
    /// Another one.
    Other(ScreenId),
    /// It is not known before the effect happens.
    Unknown,
}
