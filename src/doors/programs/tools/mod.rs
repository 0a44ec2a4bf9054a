//! What an agent may do, as tools of the Model Context Protocol: their descriptions, and the doing of them.
//!
//! An agent names systems, tasks and its own sessions. It names no seed, wart or file, and nothing here leads to tables, right
//! answers or settings. Errors name a remedy.

use serde_json::{Map, Value, json};

use self::descriptions::{CLOSE, Necessity, OPENING, SESSION, Tool};
use self::replies::{Closed, outcome, systems, tasks, view};
use super::episodes::{EpisodeError, EpisodeRequest, Episodes, SharedEpisode, secret};
use crate::doors::session::observation::ObservationScope;
use crate::doors::session::request::{Request, RequestFault};
use bigiron_sim::system::near::near;

mod descriptions;
mod replies;

/// Which tools there are, and how they know their session.
#[derive(Clone)]
pub enum ToolScope {
    /// All: sessions are opened and closed, and named by handles, in a task of several systems one for the terminal at each.
    All,
    /// Only those that work in sessions opened elsewhere, named by handles; `at` names one of several terminals.
    Handles,
    /// The same in this one session, without a name.
    One(SharedEpisode),
}

/// The handle for the terminal at a system, of the session that is held by this key.
fn handle(system: &str, key: &str) -> String {
    format!("{system}-{key}")
}

/// The system and the key of a handle.
fn parts(handle: &str) -> (Option<&str>, &str) {
    match handle.rsplit_once('-') {
        Some((system, key)) => (Some(system), key),
        None => (None, handle),
    }
}

/// The outcome of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutcome {
    /// For a reader.
    pub text: String,
    /// For a program, as the tool's output schema has it; none of an error.
    pub structured: Option<Value>,
}

impl ToolOutcome {
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

impl ToolScope {
    fn tools(&self) -> impl Iterator<Item = &'static Tool> + Clone {
        let (first, last): (&[Tool], &[Tool]) = match self {
            ToolScope::All => (OPENING, CLOSE),
            ToolScope::Handles | ToolScope::One(_) => (&[], &[]),
        };
        first.iter().chain(SESSION).chain(last)
    }

    /// The members that a tool takes; a session that is the only one needs no name, and a handle of [`ToolScope::All`] names its terminal.
    fn takes(
        &self,
        tool: &'static Tool,
    ) -> impl Iterator<Item = (&'static str, Necessity)> + Clone {
        let spared = match self {
            ToolScope::All => "at",
            ToolScope::Handles => "",
            ToolScope::One(_) => "session",
        };
        let takes = tool.takes.iter().copied();
        takes.filter(move |(name, _)| *name != spared)
    }

    /// The tools as `tools/list` has them, always in the same order.
    pub fn list(&self) -> Vec<Value> {
        self.tools()
            .map(|tool| tool.describe(self.takes(tool)))
            .collect()
    }

    /// Calls a tool.
    pub async fn call(
        &self,
        episodes: &Episodes,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Result<ToolOutcome, NoSuchTool> {
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
        Ok(done.unwrap_or_else(|text| ToolOutcome {
            text,
            structured: None,
        }))
    }

    fn check(
        &self,
        tool: &'static Tool,
        arguments: &Map<String, Value>,
    ) -> Result<(), RequestFault> {
        let known: Vec<&str> = self.takes(tool).map(|(name, _)| name).collect();
        if let Some(name) = arguments
            .keys()
            .find(|name| !known.contains(&name.as_str()))
        {
            return Err(RequestFault::unknown("member", "argument", name, &known));
        }
        let mut taken = self.takes(tool);
        match taken
            .find(|(name, need)| *need == Necessity::Required && !arguments.contains_key(*name))
        {
            Some((name, _)) => Err(RequestFault::new(
                "member",
                format!("{} wants {name}", tool.name),
            )),
            None => Ok(()),
        }
    }

    async fn run(
        &self,
        episodes: &Episodes,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Result<ToolOutcome, String> {
        match name {
            "list_systems" => Ok(systems(episodes)),
            "list_tasks" => tasks(episodes, text(arguments, "system")?),
            "open_session" => open(episodes, arguments).await,
            "close_session" => {
                let session = text(arguments, "session")?.unwrap_or_default();
                let closed = episodes.close(parts(session).1);
                let session = session.to_owned();
                Ok(outcome(
                    match closed {
                        true => "Closed.",
                        false => "There was none of this name.",
                    },
                    &Closed { session, closed },
                ))
            }
            _ => {
                let (session, at, shared) = self.session(episodes, arguments)?;
                let mut request = request(name, arguments).map_err(|fault| fault.message)?;
                request.at = request.at.or(at);
                let mut episode = shared.lock().await;
                let reply = match name {
                    "read_screen" => match episode.turn(&mut request) {
                        Ok(()) => Ok(episode.look(request.scope).await),
                        Err(refusal) => Err(refusal),
                    },
                    _ => episode.step(request).await,
                };
                let reply = reply.map_err(|refusal| refusal.to_string())?;
                Ok(view(self, session, &episode, reply))
            }
        }
    }

    /// The handle that a call names, the system whose terminal that is, and the session.
    fn session(
        &self,
        episodes: &Episodes,
        arguments: &Map<String, Value>,
    ) -> Result<(Option<String>, Option<String>, SharedEpisode), String> {
        if let ToolScope::One(shared) = self {
            return Ok((None, None, SharedEpisode::clone(shared)));
        }
        let session = text(arguments, "session")?.unwrap_or_default();
        let (at, key) = match self {
            ToolScope::All => parts(session),
            ToolScope::Handles | ToolScope::One(_) => (None, session),
        };
        let shared = episodes.get(key).map_err(|refusal| match refusal {
            EpisodeError::Unknown(_) => {
                EpisodeError::Unknown(session.chars().take(80).collect()).to_string()
            }
            other => other.to_string(),
        })?;
        Ok((Some(session.to_owned()), at.map(str::to_owned), shared))
    }
}

/// The members of a tool's call as those of a request, which are the same but for the answer.
fn request(tool: &str, arguments: &Map<String, Value>) -> Result<Request, RequestFault> {
    let mut members = arguments.clone();
    members.remove("session");
    if tool == "submit" {
        let answer = members.remove("answer").unwrap_or(Value::Null);
        if !answer.is_string() && !answer.is_null() {
            return Err(RequestFault::new(
                "value",
                format!("answer: a text is wanted, not {answer}"),
            ));
        }
        members.insert("submit".into(), answer);
    }
    Request::read(&members)
}

fn text<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("{name}: a text is wanted, not {other}")),
    }
}

async fn open(episodes: &Episodes, arguments: &Map<String, Value>) -> Result<ToolOutcome, String> {
    let task = text(arguments, "task")?;
    if let (Some(only), Some(task)) = (episodes.task(), task)
        && only != task
    {
        return Err(format!(
            "sessions are opened here for the task {only:?} alone"
        ));
    }
    let order = EpisodeRequest {
        system: system_of(episodes, text(arguments, "system")?, task),
        task: task.map(str::to_owned),
        ..EpisodeRequest::default()
    };
    let text_of = |error: EpisodeError| error.to_string();
    let key = secret().map_err(text_of)?;
    let shared = episodes.open_as(&key, &order).map_err(text_of)?;
    let mut episode = shared.lock().await;
    let reply = episode.look(ObservationScope::default()).await;
    let session = handle(&episode.system().id, &key);
    Ok(view(&ToolScope::All, Some(session), &episode, reply))
}

/// The system that is named, or else the only one that has the task.
fn system_of(episodes: &Episodes, system: Option<&str>, task: Option<&str>) -> Option<String> {
    if let Some(system) = system {
        return Some(system.to_owned());
    }
    let task = task?;
    let has = |world: &&crate::doors::session::served_system::ServedSystem| {
        world.tasks().iter().any(|known| known.id == task)
    };
    let worlds = episodes.worlds();
    let found = worlds.iter().find(has)?;
    Some(found.system().id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_that_a_tool_takes_has_a_schema() {
        for tool in ToolScope::All.list() {
            let taken = tool["inputSchema"]["properties"].as_object().unwrap();
            for name in tool["inputSchema"]["required"].as_array().unwrap() {
                assert!(taken.contains_key(name.as_str().unwrap()), "{tool:#}");
            }
            assert_eq!(tool["outputSchema"]["type"], "object");
        }
    }

    #[test]
    fn tools_of_handles_open_and_close_nothing() {
        let names: Vec<Value> = ToolScope::Handles
            .list()
            .into_iter()
            .map(|tool| tool["name"].clone())
            .collect();
        assert_eq!(names, ["read_screen", "send_keys", "wait", "submit"]);
    }

    #[test]
    fn a_handle_names_the_system_of_its_terminal() {
        assert_eq!(
            parts(&handle("tax-office", "5e")),
            (Some("tax-office"), "5e")
        );
        assert_eq!(parts("5e"), (None, "5e"));
    }
}
