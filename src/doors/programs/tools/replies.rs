//! The replies of tools: for programs by the tools' output schemas, for readers as text.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ToolOutcome, ToolScope, handle, parts};
use crate::doors::programs::episodes::{EpisodeSession, Episodes};
use crate::doors::session::observation::ScreenView;
use crate::doors::session::outcome::{BudgetView, EndingView, GradeSummary};
use crate::doors::session::request::RequestFault;
use crate::doors::session::served_system::ServedSystem;
use crate::doors::session::target::ScriptTarget;
use crate::doors::session::turn::{Refused, TurnReply};

/// The systems that there are.
#[derive(Serialize, JsonSchema)]
pub struct Systems {
    /// Each of them.
    systems: Vec<SystemEntry>,
}

/// A system.
#[derive(Serialize, JsonSchema)]
struct SystemEntry {
    /// Its name, for open_session.
    system: String,
    /// What it is.
    title: String,
    /// What is done on it.
    about: String,
}

/// The tasks that there are.
#[derive(Serialize, JsonSchema)]
pub struct Tasks {
    /// Each of them.
    tasks: Vec<TaskEntry>,
}

/// A task. Its goal is told when a session is opened for it.
#[derive(Serialize, JsonSchema)]
struct TaskEntry {
    /// The system it is done on.
    system: String,
    /// Its name, for open_session.
    task: String,
    /// What it is about.
    title: String,
    /// Further systems that it is done on, each with a session of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
}

/// A session as it is after the call.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "View")]
pub struct SessionView {
    /// Its handle, for further calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// The system.
    system: String,
    /// The sessions at the other systems of its task.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Other>,
    /// What is to be done, if it was opened for a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
    /// The screen.
    screen: ScreenView,
    /// The key that was not taken; those after it were not pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    /// What the task leaves to use up.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<BudgetView>,
    /// Why the session is over, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EndingView>,
    /// What the work came to, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<GradeSummary>,
}

/// A session at another system of the same task: what is done at it counts to the same work.
#[derive(Serialize, JsonSchema)]
struct Other {
    /// Its handle, for further calls; without one, `at` turns to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// The system.
    system: String,
}

/// A session that is no more.
#[derive(Serialize, JsonSchema)]
pub struct Closed {
    /// Its handle.
    pub session: String,
    /// Whether there was one.
    pub closed: bool,
}

/// The reply with the systems.
pub fn systems(episodes: &Episodes) -> ToolOutcome {
    let entry = |world: &ServedSystem| SystemEntry {
        system: world.system().id.clone(),
        title: world.system().title.clone(),
        about: world.system().about.clone(),
    };
    let systems: Vec<SystemEntry> = episodes.worlds().iter().map(entry).collect();
    let text = systems.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{}: {}. {}", entry.system, entry.title, entry.about);
        text
    });
    outcome(&text, &Systems { systems })
}

/// The reply with the tasks; of one system if it is named.
pub fn tasks(episodes: &Episodes, system: Option<&str>) -> Result<ToolOutcome, String> {
    let mut tasks = Vec::new();
    let worlds = episodes.worlds();
    let ids = || worlds.iter().map(|world| world.system().id.as_str());
    if let Some(system) = system.filter(|system| !ids().any(|id| id == *system)) {
        let known: Vec<&str> = ids().collect();
        return Err(RequestFault::unknown("value", "system", system, &known).message);
    }
    for world in worlds.iter() {
        let id = &world.system().id;
        let offered = world.tasks().iter().filter(|task| {
            system.is_none_or(|system| system == id)
                && episodes.task().is_none_or(|only| only == task.id)
        });
        tasks.extend(offered.map(|task| TaskEntry {
            system: id.clone(),
            task: task.id.clone(),
            title: task.title.clone(),
            also: task.systems().skip(1).map(str::to_owned).collect(),
        }));
    }
    let text = tasks.iter().fold(String::new(), |mut text, entry| {
        let also = entry.also.iter().map(|other| format!(" and {other}"));
        let also: String = also.collect();
        let _ = writeln!(
            text,
            "{} on {}{also}: {}",
            entry.task, entry.system, entry.title
        );
        text
    });
    Ok(outcome(&text, &Tasks { tasks }))
}

/// The outcome of a call without an error.
pub fn outcome(text: &str, structured: &impl Serialize) -> ToolOutcome {
    ToolOutcome {
        text: text.trim_end().to_owned(),
        // Plain data: none of these types can fail to become JSON.
        structured: Some(serde_json::to_value(structured).unwrap_or_default()),
    }
}

/// The reply with a session after a turn.
pub fn view(
    reach: &ToolScope,
    session: Option<String>,
    episode: &EpisodeSession,
    reply: TurnReply,
) -> ToolOutcome {
    let system = reply.at.as_ref().unwrap_or(&episode.system().id).clone();
    let key = session
        .as_deref()
        .filter(|_| matches!(reach, ToolScope::All));
    let others = others(key.map(|session| parts(session).1), episode, &system);
    let text = page(session.as_deref(), &others, episode, &reply);
    let view = SessionView {
        session,
        system,
        others,
        goal: episode.goal().map(str::to_owned),
        screen: reply.screen,
        refused: reply.refused,
        budget: reply.budget,
        ended: reply.ended,
        grade: reply.grade,
    };
    outcome(&text, &view)
}

/// The terminals beside the one at this system, with a handle for each if there is a key to make it of.
fn others(key: Option<&str>, episode: &EpisodeSession, system: &str) -> Vec<Other> {
    let systems = episode.station().systems().into_iter();
    let others = systems.filter(|other| *other != system);
    let other = |other: &str| Other {
        session: key.map(|key| handle(other, key)),
        system: other.to_owned(),
    };
    others.map(other).collect()
}

/// A session for a reader: what is to be done while nothing has been done, the screen, and below it what there is to say.
fn page(
    session: Option<&str>,
    others: &[Other],
    episode: &EpisodeSession,
    reply: &TurnReply,
) -> String {
    let mut lines = Vec::new();
    if episode.steps() == 0 {
        let sessions = others.iter().filter_map(|other| other.session.as_deref());
        let sessions = session.into_iter().chain(sessions);
        lines.extend(sessions.map(|session| format!("Session {session}")));
        lines.extend(episode.goal().map(|goal| format!("Goal: {goal}\n")));
    }
    let rows = reply.screen.rows.iter().flatten();
    lines.extend(rows.map(|row| row.trim_end().to_owned()));
    lines.push(format!("-- {}", status(reply)));
    if let Some(Refused { key, at, reason }) = &reply.refused {
        lines.push(format!(
            "-- {key} at column {at} was refused ({reason}), and nothing after it was done"
        ));
    }
    if let Some(ended) = reply.ended {
        lines.push(format!("-- the session is over: {}", ended.reason()));
    }
    lines.extend(
        reply
            .grade
            .map(|grade| format!("-- the work is: {}", grade.outcome)),
    );
    lines.join("\n")
}

fn status(reply: &TurnReply) -> String {
    let screen = &reply.screen;
    let at = reply.at.iter().map(|system| format!("at {system}"));
    let mut parts: Vec<String> = at.collect();
    parts.push(format!(
        "cursor at row {}, column {}",
        screen.cursor.row, screen.cursor.column
    ));
    parts.push(
        match (&screen.keyboard.reason, screen.keyboard.resettable) {
            (None, _) => "keyboard free".into(),
            (Some(reason), true) => format!("keyboard locked: {reason}; <reset> frees it"),
            (Some(reason), false) => format!("keyboard locked: {reason}"),
        },
    );
    if screen.keyboard.insert {
        parts.push("insert mode".into());
    }
    if let Some(BudgetView { keys, time_ms }) = reply.budget {
        parts.push(format!("{keys} keys and {} s left", time_ms / 1000));
    }
    parts.join("; ")
}
