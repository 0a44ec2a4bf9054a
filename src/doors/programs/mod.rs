//! Doors for programs: scripts, JSON lines, HTTP, tools for agents, and the trainer's control door.
//!
//! | module | what it is |
//! |---|---|
//! | [`script`] | s3270's action language |
//! | [`json`] | one JSON object a line |
//! | [`http`] | OpenEnv's contract: HTTP and WebSocket |
//! | [`tools`], `mcp` | the tools of an agent, and the Model Context Protocol that offers them |
//! | [`episodes`] | sessions held by handle, for clients that have no connection to hold them |
//! | [`control`] | the trainer's side: sessions opened, reset, forked, graded |

pub mod control;
pub mod episodes;
pub mod http;
pub mod json;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod script;
pub mod tools;
