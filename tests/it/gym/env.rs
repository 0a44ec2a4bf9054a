//! One environment.

use super::{Hands, REGISTRY, attempts, make, options, seen};
use bigiron::gym::{Action, Env, EnvOptions, GymError, Registry, Saved, Vocabulary, status};
use bigiron::host::Warts;
use bigiron::task::ending::Ending;
use bigiron::task::playbook::run;
use bigiron::task::prove::arguments;
use bigiron::terminal::Key;
use bigiron::terminal::planes::{CHARACTER, COLOR, FIELD, MODIFIED};

/// Plays a task by its oracle and reports: the environment, the actions and the reward.
pub fn solved(id: &str, seed: u64) -> (Env, Vec<usize>, f64) {
    let mut env = make(id, &[("actions", "all")]);
    env.reset(Some(seed), None).unwrap();
    let spec = env.spec().clone();
    let oracle = &spec.suite().playbooks[spec.task().oracle];
    let values = arguments(oracle, env.world().unwrap().start());
    let mut hands = Hands::on(env, spec.task().systems().count());
    let (answer, ending) = run(oracle, &values, &mut hands);
    assert_eq!(ending, Ending::Done, "{id}");
    if let Some(answer) = answer {
        hands.act(&Action::Answer).unwrap();
        for character in answer.chars() {
            let key = Action::Press(Key::Char(character));
            hands.act(&key).unwrap();
        }
    }
    let last = hands.act(&Action::Done).unwrap();
    assert!(last.terminated && !last.truncated);
    (hands.env, hands.taken, hands.reward)
}

#[test]
fn every_task_is_solved_by_its_oracle_for_a_reward_of_one() {
    for entry in REGISTRY.entries() {
        let (env, _, reward) = solved(entry.id(), 3);
        assert_eq!(reward, 1.0, "{}: {:?}", entry.id(), env.grade());
        assert_eq!(env.info().outcome, 1);
    }
}

#[test]
fn a_task_in_two_systems_is_solved_by_macros_at_two_terminals() {
    let mut env = make("bigiron/dmv-member-expiry-v0", &[("actions", "all")]);
    env.reset(Some(3), None).unwrap();
    let act = |env: &mut Env, names: &[&str]| {
        let number = |name: &&str| Vocabulary::all().number(&name.parse().unwrap()).unwrap();
        let steps = names.iter().map(|name| env.step(number(name)).unwrap());
        steps.last().unwrap().reward
    };
    let sign_on = [
        "<terminal 1>",
        "<field 0>",
        "<token 2>",
        "<field 1>",
        "<token 3>",
        "<enter>",
    ];
    act(&mut env, &sign_on);
    act(
        &mut env,
        &["=", "1", "<enter>", "<field 1>", "<token 5>", "<enter>"],
    );
    assert_eq!(seen(&mut env).status[status::TERMINAL], 1);
    let name = format!(" {} ", env.world().unwrap().tokens()[4].text);
    let members = env.session().unwrap().terminal().text();
    let member = members
        .lines()
        .skip(5)
        .find(|row| row.contains(&name))
        .unwrap();
    let licence = member.split_whitespace().last().unwrap().to_owned();
    act(
        &mut env,
        &[
            "<terminal 0>",
            "<field 0>",
            "<token 0>",
            "<field 1>",
            "<token 1>",
            "<enter>",
        ],
    );
    act(&mut env, &["<field 0>", "I", "N", "Q", "<field 1>"]);
    for digit in licence.chars() {
        act(&mut env, &[&digit.to_string()]);
    }
    act(&mut env, &["<enter>"]);
    let terminal = env.session().unwrap().terminal().clone();
    let label = terminal.text().replace('\n', "").find("EXPIRES").unwrap();
    let shown = terminal.fields();
    let mut shown = shown.filter(|field| !field.is_input() && !field.text().trim().is_empty());
    let place = shown.position(|field| usize::from(field.start()) > label);
    let place = place.unwrap();
    assert_eq!(act(&mut env, &[&format!("<report {place}>")]), 1.0);
}

#[test]
fn saying_at_once_that_it_is_done_is_worth_nothing() {
    let mut env = make("bigiron/dmv-renew-v0", &[]);
    env.reset(Some(3), None).unwrap();
    let done = Vocabulary::keys().number(&Action::Done).unwrap();
    let step = env.step(done).unwrap();
    assert_eq!(
        (step.reward, step.terminated, step.truncated),
        (0.0, true, false)
    );
    assert_eq!(
        env.step(done),
        Err(GymError::NotRunning {
            env: None,
            over: true
        })
    );
}

#[test]
fn an_observation_is_what_the_terminal_shows() {
    let mut env = make("bigiron/dmv-read-expiry-v0", &[]);
    env.reset(Some(3), None).unwrap();
    let number = |name: &str| Vocabulary::keys().number(&name.parse().unwrap()).unwrap();
    for key in ["C", "L", "K"] {
        env.step(number(key)).unwrap();
    }
    let eyes = seen(&mut env);
    let (size, terminal) = (24 * 80, env.session().unwrap().terminal());
    let text: String = eyes.planes[..size]
        .iter()
        .map(|code| *code as char)
        .collect();
    assert_eq!(text, terminal.text().replace('\n', ""));
    for at in 0..size {
        let (look, field) = (
            terminal.look(at as u16),
            terminal.field_at(at as u16).unwrap(),
        );
        let of = |plane: usize| eyes.planes[plane * size + at];
        assert_eq!(of(CHARACTER), look.ch as u8);
        assert_eq!(of(FIELD) & 0x80 != 0, look.is_attribute);
        assert_eq!(of(FIELD) & 0x3E, field.attribute.mdt(false).bits());
        assert_eq!(of(COLOR) & 0x0F, look.fg.code() & 0x0F);
        assert_eq!(of(COLOR) >> 4, look.highlight.code() & 0x0F);
        assert_eq!(of(MODIFIED), u8::from(field.attribute.is_modified()));
    }
    let cursor = i32::from(terminal.cursor());
    assert_eq!(
        eyes.status[status::ROW] * 80 + eyes.status[status::COLUMN],
        cursor
    );
    assert_eq!(
        eyes.status[status::KEYS_LEFT],
        env.spec().task().budget.keys as i32 - 3
    );
    let goal = env.goal().as_bytes();
    assert_eq!(&eyes.goal[..goal.len()], goal);
    let token = env.world().unwrap().tokens()[0].text.as_bytes();
    assert_eq!(&eyes.tokens[..token.len()], token);
    assert_eq!(eyes.tokens[token.len()], 0);
}

#[test]
fn what_is_written_step_by_step_is_what_a_whole_observation_shows() {
    for id in ["bigiron/dmv-renew-moved-v0", "bigiron/dmv-read-earliest-v0"] {
        let mut env = make(id, &[("actions", "all"), ("warts", "all")]);
        env.reset(Some(5), None).unwrap();
        let mut eyes = seen(&mut env);
        for action in attempts(&Vocabulary::all(), 5, 250) {
            if env.step(action).is_err() {
                env.reset(None, None).unwrap();
            }
            env.observe(&mut eyes.buffers()).unwrap();
            assert!(
                eyes == seen(&mut env.fork()),
                "after {:?}",
                Vocabulary::all().get(action)
            );
        }
    }
}

#[test]
fn a_fork_goes_the_way_that_the_original_goes_and_leaves_it_alone() {
    let mut env = make(
        "bigiron/dmv-renew-v0",
        &[("actions", "all"), ("warts", "all")],
    );
    env.reset(Some(8), None).unwrap();
    let actions = attempts(&Vocabulary::all(), 8, 120);
    let (before, after) = actions.split_at(60);
    for action in before {
        env.step(*action).unwrap();
    }
    let (snapshot, here) = (env.snapshot(), env.state_hash());
    let mut fork = env.fork();
    let saved = env.save();
    for action in after {
        assert_eq!(fork.step(*action), env.step(*action));
        assert_eq!(fork.state_hash(), env.state_hash());
        assert!(seen(&mut fork) == seen(&mut env));
    }
    let there = env.state_hash();
    env.restore(&snapshot).unwrap();
    assert_eq!(env.state_hash(), here);
    for action in after {
        env.step(*action).unwrap();
    }
    assert_eq!(env.state_hash(), there);

    let text = serde_json::to_string(&saved).unwrap();
    let saved: Saved = serde_json::from_str(&text).unwrap();
    let again = REGISTRY.load(&saved).unwrap();
    assert_eq!(again.state_hash(), here);
    assert_eq!(again.save(), saved);
}

#[test]
fn a_locked_keyboard_is_met_by_waiting() {
    let mut env = make(
        "bigiron/dmv-renew-v0",
        &[
            ("auto_wait", "false"),
            ("key_time", "10"),
            ("wait_time", "50"),
        ],
    );
    env.reset(Some(1), None).unwrap();
    let number = |name: &str| Vocabulary::keys().number(&name.parse().unwrap()).unwrap();
    let locked = |env: &mut bigiron::gym::Env| seen(env).status[status::LOCK];
    env.step(number("<enter>")).unwrap();
    assert_eq!(locked(&mut env), 3);
    env.step(number("A")).unwrap();
    env.step(number("<wait>")).unwrap();
    env.step(number("<wait>")).unwrap();
    assert_eq!((locked(&mut env), env.info().time), (3, 120));
    env.step(number("<wait>")).unwrap();
    assert_eq!((locked(&mut env), env.info().time), (0, 170));
}

#[test]
fn an_action_that_the_mask_forbids_changes_nothing_but_the_budget() {
    let mut env = make("bigiron/dmv-change-address-v0", &[("actions", "all")]);
    env.reset(Some(2), None).unwrap();
    for (n, action) in attempts(&Vocabulary::all(), 2, 90).into_iter().enumerate() {
        let eyes = seen(&mut env);
        if n % 15 == 0 {
            for forbidden in (0..eyes.mask.len()).filter(|action| eyes.mask[*action] == 0) {
                let mut fork = env.fork();
                let step = fork.step(forbidden).unwrap();
                let mut after = seen(&mut fork);
                after.status[status::KEYS_LEFT] = eyes.status[status::KEYS_LEFT];
                let refused = after.status[status::LOCK] > eyes.status[status::LOCK];
                let name = Vocabulary::all().get(forbidden).unwrap().to_string();
                assert!(refused || after.planes == eyes.planes, "{name}");
                assert!(
                    step.truncated
                        || fork.session().unwrap().state_hash()
                            == env.session().unwrap().state_hash(),
                    "{name}"
                );
            }
        }
        if env.step(action).is_err() {
            break;
        }
    }
}

#[test]
fn milestones_are_paid_once_and_only_if_asked_for() {
    let id = "bigiron/dmv-change-address-v0";
    let (_, taken, _) = solved(id, 4);
    let play = |settings: &[(&str, &str)]| {
        let mut env = make(id, settings);
        env.reset(Some(4), None).unwrap();
        let steps = taken.iter().map(|action| env.step(*action).unwrap());
        steps
            .filter(|step| step.reward > 0.0)
            .map(|step| step.reward)
            .collect::<Vec<_>>()
    };
    assert_eq!(play(&[("actions", "all")]), [1.0]);
    assert_eq!(
        play(&[("actions", "all"), ("milestones", "0.5")]),
        [0.5, 1.0]
    );
}

#[test]
fn warts_change_only_what_they_touch() {
    let id = "bigiron/dmv-change-address-v0";
    let (_, taken, _) = solved(id, 6);
    let mut clean = make(id, &[("actions", "all")]);
    let mut warted = make(id, &[("actions", "all"), ("warts", "lost_address=0")]);
    let mut lost = make(id, &[("actions", "all")]);
    clean.reset(Some(6), None).unwrap();
    warted.reset(Some(6), None).unwrap();
    lost.reset(Some(6), Some(&"lost_address".parse::<Warts>().unwrap()))
        .unwrap();
    for action in &taken {
        let (a, b) = (clean.step(*action).unwrap(), warted.step(*action).unwrap());
        assert_eq!(a, b);
        assert!(seen(&mut clean) == seen(&mut warted));
        let _ = lost.step(*action);
    }
    assert!(clean.grade().unwrap().solved());
    assert!(!lost.grade().unwrap().solved());
    lost.reset(Some(6), None).unwrap();
    for action in &taken {
        lost.step(*action).unwrap();
    }
    assert!(
        lost.grade().unwrap().solved(),
        "warts of one reset are not those of the next"
    );
}

#[test]
fn wrong_ids_get_near_matches() {
    let fault = |id: &str| {
        REGISTRY
            .make(id, EnvOptions::default())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        fault("bigiron/dmv-renw-v0"),
        "no environment is called `bigiron/dmv-renw-v0`; did you mean `bigiron/dmv-renew-v0`?"
    );
    assert_eq!(
        fault("dmv-renew-v7")
            .split(';')
            .next_back()
            .unwrap()
            .split(" or ")
            .next()
            .unwrap(),
        " did you mean `bigiron/dmv-renew-v0`"
    );
    assert!(fault("CartPole-v1").ends_with("`bigiron list tasks` names the tasks"));
    let warts = options(&[("warts", "lost_adress")]);
    assert_eq!(
        REGISTRY
            .make("bigiron/dmv-renew-v0", warts)
            .unwrap_err()
            .to_string(),
        "no wart is named `lost_adress`: did you mean `lost_address`?"
    );
}

#[test]
fn wrong_actions_buffers_and_snapshots_say_what_is_expected() {
    let mut env = make("bigiron/dmv-renew-v0", &[]);
    let unbegun = env.step(0).unwrap_err().to_string();
    assert_eq!(unbegun, "no episode has begun: call reset first");
    env.reset(Some(1), None).unwrap();
    let action = env.step(4000).unwrap_err().to_string();
    assert_eq!(action, "action 4000 is out of range: 0 to 158 are known");
    let mut eyes = super::Eyes::new(env.shape(), 1);
    eyes.planes.pop();
    let size = env.observe(&mut eyes.buffers()).unwrap_err().to_string();
    assert_eq!(
        size,
        "the buffer `planes` has 7679 elements: 7680 are expected"
    );
    let mut other = make("bigiron/dmv-publish-v0", &[]);
    other.reset(Some(1), None).unwrap();
    let snapshot = env.restore(&other.snapshot()).unwrap_err().to_string();
    assert_eq!(
        snapshot,
        "the snapshot cannot be restored: it is of the task publish of dmv, not of bigiron/dmv-renew-v0"
    );
    let mut saved = env.save();
    if let Some(episode) = &mut saved.episode {
        episode.hash ^= 1;
    }
    assert!(
        REGISTRY
            .load(&saved)
            .unwrap_err()
            .to_string()
            .contains("another version")
    );
}

#[test]
fn worlds_are_kept_and_forgotten_without_a_trace() {
    let registry = Registry::keeping([REGISTRY.entries()[0].suite().as_ref().clone()], 2);
    let id = registry.entries()[0].id().to_owned();
    let mut env = registry.make(&id, EnvOptions::default()).unwrap();
    let mut hash = |seed| {
        env.reset(Some(seed), None).unwrap();
        env.state_hash()
    };
    let first: Vec<u64> = (0..5).map(&mut hash).collect();
    let again: Vec<u64> = (0..5).map(&mut hash).collect();
    assert_eq!(first, again);
}
