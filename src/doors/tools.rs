//! What an agent may do, as tools of the Model Context Protocol: their descriptions, and the doing of them.
//!
//! An agent names systems, tasks and its own sessions. It names no seed, wart or file, and nothing here leads to tables, right
//! answers or settings. Errors are told with a remedy.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::episodes::{Episode, Episodes, Order, Refusal, Shared};
use super::near;
use super::observation::{Observation, Scope};
use super::request::{self, Fault, Request};
use super::turn::{Budget, Ended, Refused, Reply, Told, schema_of};

/// Which tools there are, and how they know their session.
#[derive(Clone)]
pub enum Reach {
    /// All: sessions are opened and closed, and named by handles.
    Desk,
    /// Only those that work in sessions that somebody else opened, named by handles.
    Handles,
    /// The same in this one session, without a name.
    One(Shared),
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// For a reader.
    pub text: String,
    /// For a program, as the tool's output schema has it; none of an error.
    pub structured: Option<Value>,
}

impl Outcome {
    /// The result of `tools/call`.
    pub fn to_json(&self) -> Value {
        let content = json!([{ "type": "text", "text": self.text }]);
        match &self.structured {
            Some(structured) => {
                json!({ "content": content, "structuredContent": structured, "isError": false })
            }
            None => json!({ "content": content, "isError": true }),
        }
    }
}

/// No tool has this name: an error of the protocol, not of a tool. It says what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchTool(pub String);

/// The systems that there are.
#[derive(Serialize, JsonSchema)]
struct Systems {
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
struct Tasks {
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
}

/// A session as it is after the call.
#[derive(Serialize, JsonSchema)]
struct View {
    /// Its handle, for further calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    /// The system.
    system: String,
    /// What is to be done, if it was opened for a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
    /// The screen.
    screen: Observation,
    /// The key that was not taken; those after it were not pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    /// What the task leaves to use up.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<Budget>,
    /// Why the session is over, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Ended>,
    /// What the work came to, where the server tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<Told>,
}

/// A session that is no more.
#[derive(Serialize, JsonSchema)]
struct Closed {
    /// Its handle.
    session: String,
    /// Whether there was one.
    closed: bool,
}

/// A tool: its name, what it is called, what it does, its members, its output, and its hints.
struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    takes: &'static [(&'static str, Need)],
    output: fn() -> Value,
    reads_only: bool,
    destroys: bool,
    idempotent: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

use Need::{Optional, Required};

/// The tools of the desk alone.
const DESK: &[Tool] = &[
    Tool {
        name: "list_systems",
        title: "List systems",
        description: "The systems that a session can be opened on.",
        takes: &[],
        output: schema_of::<Systems>,
        reads_only: true,
        destroys: false,
        idempotent: true,
    },
    Tool {
        name: "list_tasks",
        title: "List tasks",
        description: "The tasks that a session can be opened for.",
        takes: &[("system", Optional)],
        output: schema_of::<Tasks>,
        reads_only: true,
        destroys: false,
        idempotent: true,
    },
    Tool {
        name: "open_session",
        title: "Open a session",
        description: "Opens a terminal session, for a task or for none, and gives its handle, the goal and the first screen. \
            Several may be open at once.",
        takes: &[("system", Optional), ("task", Optional)],
        output: schema_of::<View>,
        reads_only: false,
        destroys: false,
        idempotent: false,
    },
];

/// The tools that work in a session.
const SESSION: &[Tool] = &[
    Tool {
        name: "read_screen",
        title: "Read the screen",
        description: "The 3270 screen as it is now: its rows of text, the fields one can type in, the cursor, and whether the \
            keyboard is locked. Nothing is pressed and no time passes.",
        takes: &[("session", Required), ("observe", Optional)],
        output: schema_of::<View>,
        reads_only: true,
        destroys: false,
        idempotent: true,
    },
    Tool {
        name: "send_keys",
        title: "Send keys",
        description: "Types text and presses keys, such as SMITH<tab>JOHN<enter>, then reads the screen. Stops at the first key \
            that the keyboard refuses. A keyboard locked by a typing error is freed by <reset>.",
        takes: &[
            ("session", Required),
            ("keys", Required),
            ("wait", Optional),
            ("observe", Optional),
        ],
        output: schema_of::<View>,
        reads_only: false,
        destroys: true,
        idempotent: false,
    },
    Tool {
        name: "wait",
        title: "Wait",
        description: "Lets the host's time pass, then reads the screen.",
        takes: &[
            ("session", Required),
            ("wait", Required),
            ("observe", Optional),
        ],
        output: schema_of::<View>,
        reads_only: false,
        destroys: false,
        idempotent: false,
    },
    Tool {
        name: "submit",
        title: "Submit the work",
        description: "Says that the task is done, with the answer if it asks for one. Ends the session; it cannot be taken back.",
        takes: &[("session", Required), ("answer", Optional)],
        output: schema_of::<View>,
        reads_only: false,
        destroys: true,
        idempotent: false,
    },
];

/// The last tool of the desk.
const CLOSE: &[Tool] = &[Tool {
    name: "close_session",
    title: "Close a session",
    description: "Gives a session up, and everything in it.",
    takes: &[("session", Required)],
    output: schema_of::<Closed>,
    reads_only: false,
    destroys: true,
    idempotent: true,
}];

impl Reach {
    fn tools(&self) -> impl Iterator<Item = &'static Tool> + Clone {
        let (first, last): (&[Tool], &[Tool]) = match self {
            Reach::Desk => (DESK, CLOSE),
            Reach::Handles | Reach::One(_) => (&[], &[]),
        };
        first.iter().chain(SESSION).chain(last)
    }

    /// The members that a tool takes; a session that is the only one needs no name.
    fn takes(&self, tool: &'static Tool) -> impl Iterator<Item = (&'static str, Need)> + Clone {
        let named = !matches!(self, Reach::One(_));
        let takes = tool.takes.iter().copied();
        takes.filter(move |(name, _)| named || *name != "session")
    }

    /// The tools as `tools/list` has them, always in the same order.
    pub fn list(&self) -> Vec<Value> {
        self.tools().map(|tool| self.describe(tool)).collect()
    }

    fn describe(&self, tool: &'static Tool) -> Value {
        let known = properties();
        let taken = self.takes(tool);
        let properties: Map<String, Value> = taken
            .clone()
            .filter_map(|(name, _)| Some((name.to_owned(), known.get(name)?.clone())))
            .collect();
        let required: Vec<&str> = taken
            .filter(|(_, need)| *need == Required)
            .map(|(name, _)| name)
            .collect();
        json!({
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            },
            "outputSchema": (tool.output)(),
            "annotations": {
                "title": tool.title,
                "readOnlyHint": tool.reads_only,
                "destructiveHint": tool.destroys,
                "idempotentHint": tool.idempotent,
                "openWorldHint": false,
            },
        })
    }

    /// Calls a tool.
    pub async fn call(
        &self,
        episodes: &Episodes,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, NoSuchTool> {
        let Some(tool) = self.tools().find(|tool| tool.name == name) else {
            let names = self.tools().map(|tool| tool.name);
            let known = names.clone().collect::<Vec<_>>().join(", ");
            return Err(NoSuchTool(match near(name, names) {
                Some(near) => format!("there is no tool {name:?}; did you mean {near:?}?"),
                None => format!("there is no tool {name:?}; there are {known}"),
            }));
        };
        let done = match self.check(tool, arguments) {
            Ok(()) => self.run(episodes, tool.name, arguments).await,
            Err(fault) => Err(fault.message),
        };
        Ok(done.unwrap_or_else(|text| Outcome {
            text,
            structured: None,
        }))
    }

    fn check(&self, tool: &'static Tool, arguments: &Map<String, Value>) -> Result<(), Fault> {
        let known: Vec<&str> = self.takes(tool).map(|(name, _)| name).collect();
        if let Some(name) = arguments
            .keys()
            .find(|name| !known.contains(&name.as_str()))
        {
            return Err(Fault::unknown("member", "argument", name, &known));
        }
        let mut taken = self.takes(tool);
        match taken.find(|(name, need)| *need == Required && !arguments.contains_key(*name)) {
            Some((name, _)) => Err(Fault::new("member", format!("{} wants {name}", tool.name))),
            None => Ok(()),
        }
    }

    async fn run(
        &self,
        episodes: &Episodes,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, String> {
        match name {
            "list_systems" => Ok(systems(episodes)),
            "list_tasks" => tasks(episodes, text(arguments, "system")?),
            "open_session" => open(episodes, arguments).await,
            "close_session" => {
                let session = text(arguments, "session")?.unwrap_or_default();
                let closed = episodes.close(session);
                let session = session.to_owned();
                Ok(told(
                    match closed {
                        true => "Closed.",
                        false => "There was none of this name.",
                    },
                    &Closed { session, closed },
                ))
            }
            _ => {
                let (session, shared) = self.session(episodes, arguments)?;
                let request = request(name, arguments).map_err(|fault| fault.message)?;
                let mut episode = shared.lock().await;
                let reply = match request {
                    Turn::Look(scope) => episode.look(scope).await,
                    Turn::Step(request) => {
                        let stepped = episode.step(request).await;
                        stepped.map_err(|refusal| refusal.to_string())?
                    }
                };
                Ok(view(session, &episode, reply))
            }
        }
    }

    fn session(
        &self,
        episodes: &Episodes,
        arguments: &Map<String, Value>,
    ) -> Result<(Option<String>, Shared), String> {
        if let Reach::One(shared) = self {
            return Ok((None, Shared::clone(shared)));
        }
        let session = text(arguments, "session")?.unwrap_or_default();
        let shared = episodes
            .get(session)
            .map_err(|refusal| refusal.to_string())?;
        Ok((Some(session.to_owned()), shared))
    }
}

/// What a tool does in a session.
enum Turn {
    Look(Scope),
    Step(Request),
}

/// The members of a tool's call as those of a request, which are the same but for the answer.
fn request(tool: &str, arguments: &Map<String, Value>) -> Result<Turn, Fault> {
    let mut members = arguments.clone();
    members.remove("session");
    if tool == "submit" {
        let answer = members.remove("answer").unwrap_or(Value::Null);
        if !answer.is_string() && !answer.is_null() {
            return Err(Fault::new(
                "value",
                format!("answer: a text is wanted, not {answer}"),
            ));
        }
        members.insert("submit".into(), answer);
    }
    let request = Request::read(&members)?;
    Ok(match tool {
        "read_screen" => Turn::Look(request.scope),
        _ => Turn::Step(request),
    })
}

fn text<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("{name}: a text is wanted, not {other}")),
    }
}

fn systems(episodes: &Episodes) -> Outcome {
    let entry = |world: &super::world::World| SystemEntry {
        system: world.system().id.clone(),
        title: world.system().title.clone(),
        about: world.system().about.clone(),
    };
    let systems: Vec<SystemEntry> = episodes.worlds().iter().map(entry).collect();
    let text = systems.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{}: {}. {}", entry.system, entry.title, entry.about);
        text
    });
    told(&text, &Systems { systems })
}

fn tasks(episodes: &Episodes, system: Option<&str>) -> Result<Outcome, String> {
    let mut tasks = Vec::new();
    let worlds = episodes.worlds();
    let ids = || worlds.iter().map(|world| world.system().id.as_str());
    if let Some(system) = system.filter(|system| !ids().any(|id| id == *system)) {
        let known: Vec<&str> = ids().collect();
        return Err(Fault::unknown("value", "system", system, &known).message);
    }
    for world in worlds.iter() {
        let id = &world.system().id;
        let offered = world.tasks().iter().filter(|task| {
            task.also.is_empty()
                && system.is_none_or(|system| system == id)
                && episodes.task().is_none_or(|only| only == task.id)
        });
        tasks.extend(offered.map(|task| TaskEntry {
            system: id.clone(),
            task: task.id.clone(),
            title: task.title.clone(),
        }));
    }
    let text = tasks.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{} on {}: {}", entry.task, entry.system, entry.title);
        text
    });
    Ok(told(&text, &Tasks { tasks }))
}

async fn open(episodes: &Episodes, arguments: &Map<String, Value>) -> Result<Outcome, String> {
    let task = text(arguments, "task")?;
    if let (Some(only), Some(task)) = (episodes.task(), task)
        && only != task
    {
        return Err(format!(
            "sessions are opened here for the task {only:?} alone"
        ));
    }
    let order = Order {
        system: system_of(episodes, text(arguments, "system")?, task),
        task: task.map(str::to_owned),
        ..Order::default()
    };
    let opened = episodes
        .open(&order)
        .map_err(|refusal: Refusal| refusal.to_string())?;
    let (session, shared) = opened;
    let mut episode = shared.lock().await;
    let reply = episode.look(Scope::default()).await;
    Ok(view(Some(session), &episode, reply))
}

/// The system that is named, or else the only one that has the task.
fn system_of(episodes: &Episodes, system: Option<&str>, task: Option<&str>) -> Option<String> {
    if let Some(system) = system {
        return Some(system.to_owned());
    }
    let task = task?;
    let has = |world: &&super::world::World| world.tasks().iter().any(|known| known.id == task);
    let worlds = episodes.worlds();
    let found = worlds.iter().find(has)?;
    Some(found.system().id.clone())
}

fn told(text: &str, structured: &impl Serialize) -> Outcome {
    Outcome {
        text: text.trim_end().to_owned(),
        // Plain data: none of these types can fail to become JSON.
        structured: Some(serde_json::to_value(structured).unwrap_or_default()),
    }
}

fn view(session: Option<String>, episode: &Episode, reply: Reply) -> Outcome {
    let text = page(session.as_deref(), episode, &reply);
    let view = View {
        session,
        system: episode.system().id.clone(),
        goal: episode.goal().map(str::to_owned),
        screen: reply.screen,
        refused: reply.refused,
        budget: reply.budget,
        ended: reply.ended,
        grade: reply.grade,
    };
    told(&text, &view)
}

/// A session for a reader: what is to be done while nothing has been done, the screen, and below it what there is to say.
fn page(session: Option<&str>, episode: &Episode, reply: &Reply) -> String {
    let mut lines = Vec::new();
    if episode.steps() == 0 {
        lines.extend(session.map(|session| format!("Session {session}")));
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
            .map(|told| format!("-- the work is: {}", told.outcome)),
    );
    lines.join("\n")
}

fn status(reply: &Reply) -> String {
    let screen = &reply.screen;
    let mut parts = vec![format!(
        "cursor at row {}, column {}",
        screen.cursor.row, screen.cursor.column
    )];
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
    if let Some(Budget { keys, time_ms }) = reply.budget {
        parts.push(format!("{keys} keys and {} s left", time_ms / 1000));
    }
    parts.join("; ")
}

/// The members that tools take, as JSON Schema.
fn properties() -> Map<String, Value> {
    let mut members = request::properties();
    let own = json!({
        "session": { "type": "string", "description": "The handle of the session." },
        "system": { "type": "string", "description": "The name of a system." },
        "task": { "type": "string", "description": "The name of a task." },
        "answer": {
            "type": ["string", "null"],
            "maxLength": request::MAX_ANSWER,
            "description": "What the task asks to be reported, if it asks for something.",
        },
    });
    if let Value::Object(own) = own {
        members.extend(own);
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_that_a_tool_takes_has_a_schema() {
        for tool in Reach::Desk.list() {
            let taken = tool["inputSchema"]["properties"].as_object().unwrap();
            for name in tool["inputSchema"]["required"].as_array().unwrap() {
                assert!(taken.contains_key(name.as_str().unwrap()), "{tool:#}");
            }
            assert_eq!(tool["outputSchema"]["type"], "object");
        }
    }

    #[test]
    fn who_has_no_desk_opens_and_closes_nothing() {
        let names: Vec<Value> = Reach::Handles
            .list()
            .into_iter()
            .map(|tool| tool["name"].clone())
            .collect();
        assert_eq!(names, ["read_screen", "send_keys", "wait", "submit"]);
    }
}
