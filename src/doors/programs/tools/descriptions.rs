//! The tools as they are described to a client: names, members, hints, schemas.

use serde_json::{Map, Value, json};

use super::replies::{Closed, SessionView, Systems, Tasks};
use crate::doors::session::request;
use crate::doors::session::turn::schema_of;

/// A tool: its name, what it is called, what it does, its members, its output, and its hints.
pub struct Tool {
    pub name: &'static str,
    title: &'static str,
    description: &'static str,
    pub takes: &'static [(&'static str, Necessity)],
    output: fn() -> Value,
    reads_only: bool,
    destroys: bool,
    idempotent: bool,
}

/// Whether a member may be left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Necessity {
    /// It may not.
    Required,
    /// It may.
    Optional,
}

use Necessity::{Optional, Required};

/// The tools that find and open sessions, of [`ToolScope::All`](super::ToolScope::All) alone.
pub const OPENING: &[Tool] = &[
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
            Several may be open at once. A task that is worked in several systems has a session at each, which others names.",
        takes: &[("system", Optional), ("task", Optional)],
        output: schema_of::<SessionView>,
        reads_only: false,
        destroys: false,
        idempotent: false,
    },
];

/// The tools that work in a session.
pub const SESSION: &[Tool] = &[
    Tool {
        name: "read_screen",
        title: "Read the screen",
        description: "The 3270 screen as it is now: its rows of text, the fields one can type in, the cursor, and whether the \
            keyboard is locked. Nothing is pressed and no time passes.",
        takes: &[
            ("session", Required),
            ("at", Optional),
            ("observe", Optional),
        ],
        output: schema_of::<SessionView>,
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
            ("at", Optional),
            ("keys", Required),
            ("wait", Optional),
            ("observe", Optional),
        ],
        output: schema_of::<SessionView>,
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
            ("at", Optional),
            ("wait", Required),
            ("observe", Optional),
        ],
        output: schema_of::<SessionView>,
        reads_only: false,
        destroys: false,
        idempotent: false,
    },
    Tool {
        name: "submit",
        title: "Submit the work",
        description: "Says that the task is done, with the answer if it asks for one. Ends the session, and those at other systems of the task; it \
            cannot be taken back.",
        takes: &[("session", Required), ("answer", Optional)],
        output: schema_of::<SessionView>,
        reads_only: false,
        destroys: true,
        idempotent: false,
    },
];

/// The tool that closes a session, of [`ToolScope::All`](super::ToolScope::All) alone.
pub const CLOSE: &[Tool] = &[Tool {
    name: "close_session",
    title: "Close a session",
    description: "Gives a session up, and everything in it, and those at other systems of its task.",
    takes: &[("session", Required)],
    output: schema_of::<Closed>,
    reads_only: false,
    destroys: true,
    idempotent: true,
}];

impl Tool {
    /// It with these of its members, as `tools/list` has it.
    pub fn describe(
        &self,
        taken: impl Iterator<Item = (&'static str, Necessity)> + Clone,
    ) -> Value {
        let known = properties();
        let properties: Map<String, Value> = taken
            .clone()
            .filter_map(|(name, _)| Some((name.to_owned(), known.get(name)?.clone())))
            .collect();
        let required: Vec<&str> = taken
            .filter(|(_, need)| *need == Required)
            .map(|(name, _)| name)
            .collect();
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            },
            "outputSchema": (self.output)(),
            "annotations": {
                "title": self.title,
                "readOnlyHint": self.reads_only,
                "destructiveHint": self.destroys,
                "idempotentHint": self.idempotent,
                "openWorldHint": false,
            },
        })
    }
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
