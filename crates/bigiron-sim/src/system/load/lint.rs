//! Warnings about a system as a whole.

use super::files::Definition;
use super::node::Faults;
use super::visit::NextScreen;
use crate::system::model::{Effect, Screen, ScreenId, System};
use std::collections::BTreeSet;

/// Warns of screens that nothing leads to.
pub(super) fn unreachable(system: &System, definition: &Definition<'_>, faults: &mut Faults) {
    let mut reached = BTreeSet::new();
    let mut open: Vec<ScreenId> = vec![system.start, system.abend.then];
    for job in &system.jobs {
        job.effects.iter().for_each(|e| targets(e, &mut open));
    }
    if let Some(idle) = &system.idle {
        idle.effects.iter().for_each(|e| targets(e, &mut open));
    }
    for wart in &system.warts {
        open.extend(wart.bend.shows());
    }
    while let Some(id) = open.pop() {
        if let Some(screen) = system.screens.get(id).filter(|_| reached.insert(id)) {
            effects(screen).for_each(|e| targets(e, &mut open));
        }
    }
    let screens = system.screens.iter().enumerate();
    for (_, screen) in screens.filter(|(id, _)| !reached.contains(id)) {
        let root = definition.screen(&screen.id);
        if let Some(title) = root.and_then(|root| root.key("title")) {
            let fault = faults.warning(
                title.place(),
                format!("nothing leads to the screen {}", screen.id),
            );
            fault.help("a rule of another screen reaches it by `goto`, `call` or `modal`");
        }
    }
}

fn effects(screen: &Screen) -> impl Iterator<Item = &Effect> {
    let rules = screen
        .keys
        .values()
        .flat_map(|keys| &keys.rules)
        .flat_map(|rule| &rule.effects);
    rules.chain(screen.requires.iter().flat_map(|r| &r.effects))
}

fn targets(effect: &Effect, found: &mut Vec<ScreenId>) {
    effect.each(&mut |effect| {
        if let NextScreen::Other(to) = effect.next_screen() {
            found.push(to);
        }
    });
}
