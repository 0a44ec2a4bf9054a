//! The Model Context Protocol on a pipe, by its official SDK: with `initialize` (2025-11-25) or without (2026-07-28).

use std::io;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, Implementation,
    ListToolsResult, PaginatedRequestParams, ResultType, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::async_rw::AsyncRwTransport;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};

use super::episodes::Episodes;
use super::tools::ToolScope;
use crate::doors::session::lines::MAX_LINE;

const INSTRUCTIONS: &str = "\
Terminal sessions on simulated legacy systems behind 3270 screens. Open a session, read the screen, send keys, and submit when the \
goal is reached. Screens are forms: type into fields, <tab> goes to the next one, and nothing reaches the host before <enter>, a \
<pf> key, a <pa> key or <clear>.";

/// The tools, for the SDK.
struct McpServer {
    episodes: Arc<Episodes>,
}

impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools().build();
        let own = Implementation::new("bigiron", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(tools)
            .with_server_info(own)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = ToolScope::All.list().into_iter().map(read);
        Ok(ListToolsResult::with_all_items(
            tools.collect::<Result<_, _>>()?,
        ))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let called = ToolScope::All
            .call(&self.episodes, &request.name, &arguments)
            .await;
        let outcome = called.map_err(|no| ErrorData::invalid_params(no.0, None))?;
        let mut result: CallToolResult = read(outcome.to_json())?;
        // The newer protocol wants it said; the SDK leaves it out for the older one.
        result.result_type = Some(ResultType::COMPLETE);
        Ok(result.into())
    }
}

/// What the protocol calls so, out of its JSON.
fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value)
        .map_err(|cause| ErrorData::internal_error(cause.to_string(), None))
}

/// Serves one client until it leaves; then its sessions are closed.
pub async fn serve<R, W>(episodes: Arc<Episodes>, reader: R, writer: W) -> io::Result<()>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let longest = usize::try_from(MAX_LINE).unwrap_or(usize::MAX);
    let transport = AsyncRwTransport::new_server(reader, writer).with_max_line_length(longest);
    let server = McpServer {
        episodes: Arc::clone(&episodes),
    };
    let talk = async {
        let running = server.serve(transport).await.map_err(io::Error::other)?;
        running.waiting().await.map_err(io::Error::other)
    };
    let ended = tokio::select! {
        ended = talk => ended.map(|_| ()),
        () = episodes.reap() => Ok(()),
    };
    episodes.close_all();
    ended
}
