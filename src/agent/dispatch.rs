//! Decides which items of a response need an output, and starts their calls.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use super::error::{Problem, RunErrorKind};
use super::output::ToolError;
use super::toolbox::{ToolFuture, Toolbox};
use crate::error::Error;
use crate::types::{
    FunctionCall, InputItem, OutputContent, OutputItem, Response, ResponseStatus, ShellCallEnvironment, ToolOutput,
    ToolSearchExecution,
};

/// Returns the output for an item, if it needs one.
pub(super) type ItemHook =
    Arc<dyn Fn(OutputItem) -> Pin<Box<dyn Future<Output = Option<InputItem>> + Send>> + Send + Sync>;

/// The jobs for the items of a response, by the positions of the items.
pub(super) struct Plan {
    pub(super) jobs: Vec<(usize, Job)>,
    /// The first call that's reported to the model as invalid.
    pub(super) problem: Option<Problem>,
}

pub(super) enum Job {
    Call(FunctionCall, ToolFuture),
    Item(Pin<Box<dyn Future<Output = Option<InputItem>> + Send>>, Option<Problem>),
}

/// The outcome of a job.
pub(super) enum Done {
    Call(FunctionCall, Result<ToolOutput, ToolError>),
    /// The problem applies if there's no output.
    Item(Option<InputItem>, Option<Problem>),
}

impl Job {
    /// Returns true if the run can't end with the response.
    pub(super) fn is_needed(&self) -> bool {
        matches!(self, Self::Call(..) | Self::Item(_, Some(_)))
    }

    pub(super) async fn run(self) -> Done {
        match self {
            Self::Call(call, output) => Done::Call(call, output.await),
            Self::Item(output, problem) => Done::Item(output.await, problem),
        }
    }
}

/// Gives calls without a `call_id` one, so their outputs can refer to it. Returns their positions.
pub(super) fn name_calls(response: &mut Response, turn: usize) -> Vec<usize> {
    let mut unnamed = Vec::new();
    for (index, item) in response.output.iter_mut().enumerate() {
        let OutputItem::FunctionCall(call) = item else { continue };
        if call.call_id.is_empty() {
            let id = call.id.clone().filter(|id| !id.is_empty());
            call.call_id = id.unwrap_or_else(|| format!("call_{turn}_{index}"));
            unnamed.push(index);
        }
    }
    unnamed
}

/// Returns the error of a response that failed, isn't complete, or lacks items. A final one must have the text that it
/// was sent with.
pub(super) fn check(response: &Response, is_final: bool) -> Result<(), Problem> {
    response.ensure_complete()?;
    let has_text = response.output.iter().any(has_text);
    let is_lost = |pointer: &str, found: &str| match pointer.split('/').skip(1).collect::<Vec<_>>()[..] {
        ["output"] => response.output.is_empty(),
        ["output", _] => found != "null" || !has_text,
        ["output", _, "type"] => true,
        ["output", ..] => is_final && !has_text,
        _ => false,
    };
    let mut mismatches = response.mismatches().into_iter();
    match mismatches.find(|mismatch| is_lost(&mismatch.pointer, mismatch.found)) {
        Some(mismatch) => Err(Problem::new(RunErrorKind::Mismatch, mismatch.to_string())),
        None => Ok(()),
    }
}

fn has_text(item: &OutputItem) -> bool {
    let OutputItem::Message(message) = item else { return false };
    message.content.iter().any(|part| match part {
        OutputContent::OutputText(part) => !part.text.is_empty(),
        OutputContent::Refusal(part) => !part.refusal.is_empty(),
        OutputContent::ReasoningText(_) | OutputContent::Unknown(_) => false,
    })
}

/// Returns the jobs for the items of a response. `unnamed` are the positions of calls without a `call_id`.
pub(super) fn plan(response: &Response, unnamed: &[usize], tools: &Toolbox, hook: Option<&ItemHook>) -> Plan {
    let mut plan = Plan { jobs: Vec::new(), problem: None };
    for (index, item) in response.output.iter().enumerate() {
        let job = match item {
            OutputItem::Message(_) | OutputItem::Reasoning(_) => continue,
            OutputItem::FunctionCall(call) if has_output(response, &call.call_id) => continue,
            OutputItem::FunctionCall(call) => {
                let output = start(call, item, !unnamed.contains(&index), tools).unwrap_or_else(|problem| {
                    let error = ToolError::from(problem.message.clone());
                    plan.problem.get_or_insert(problem);
                    Box::pin(ready(Err(error)))
                });
                Job::Call(call.clone(), output)
            }
            item => {
                let problem = needs_output(item, response).then(|| {
                    let message = format!("{} needs an output; set on_item", item.type_().unwrap_or("an item"));
                    Problem::new(RunErrorKind::Unhandled, message)
                });
                match hook {
                    Some(hook) => Job::Item(hook(item.clone()), problem),
                    None if problem.is_some() => Job::Item(Box::pin(ready(None)), problem),
                    None => continue,
                }
            }
        };
        plan.jobs.push((index, job));
    }
    plan
}

/// Starts a call, if it's valid.
fn start(call: &FunctionCall, item: &OutputItem, has_id: bool, tools: &Toolbox) -> Result<ToolFuture, Problem> {
    let mismatch = |message: &str| Problem::new(RunErrorKind::Mismatch, message);
    if !has_id {
        return Err(mismatch("the call has no call_id"));
    }
    if call.name.is_empty() {
        return Err(mismatch("the call has no name"));
    }
    // An object in place of its text is readable.
    let is_unreadable = |pointer: &str, found: &str| pointer == "/arguments" && found != "an object";
    let mut mismatches = item.mismatches().into_iter();
    if let Some(found) = mismatches.find(|mismatch| is_unreadable(&mismatch.pointer, mismatch.found)) {
        return Err(mismatch(&format!("the call of `{}` has no arguments: {found}", call.name)));
    }
    let Some(tool) = tools.get(&call.name) else {
        let names: Vec<_> = tools.definitions().map(|tool| tool.name.as_str()).collect();
        let message = format!("there's no tool `{}`; the tools are {}", call.name, names.join(", "));
        return Err(Problem::new(RunErrorKind::UnknownTool, message));
    };
    tool(call).map_err(|error| Problem::new(RunErrorKind::InvalidArguments, with_source(&error)))
}

fn with_source(error: &Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.message().to_owned(), |source| format!("{}: {source}", error.message()))
}

/// Returns true if the model waits for an output of the item.
fn needs_output(item: &OutputItem, response: &Response) -> bool {
    match item {
        OutputItem::McpApprovalRequest(_) | OutputItem::LocalShellCall(_) => true,
        OutputItem::ApplyPatchCall(call) => !has_output(response, &call.call_id),
        OutputItem::ComputerCall(call) => !has_output(response, &call.call_id),
        OutputItem::CustomToolCall(call) => !has_output(response, &call.call_id),
        OutputItem::ShellCall(call) => {
            let is_hosted = matches!(call.environment.as_deref(), Some(ShellCallEnvironment::ContainerReference(_)));
            !is_hosted && !has_output(response, &call.call_id)
        }
        OutputItem::ToolSearchCall(call) => call.execution == Some(ToolSearchExecution::Client),
        OutputItem::AdditionalTools(_)
        | OutputItem::ApplyPatchCallOutput(_)
        | OutputItem::CodeInterpreterCall(_)
        | OutputItem::Compaction(_)
        | OutputItem::ComputerCallOutput(_)
        | OutputItem::CustomToolCallOutput(_)
        | OutputItem::FileSearchCall(_)
        | OutputItem::FunctionCall(_)
        | OutputItem::FunctionCallOutput(_)
        | OutputItem::ImageGenerationCall(_)
        | OutputItem::LocalShellCallOutput(_)
        | OutputItem::McpApprovalResponse(_)
        | OutputItem::McpCall(_)
        | OutputItem::McpListTools(_)
        | OutputItem::Message(_)
        | OutputItem::Program(_)
        | OutputItem::ProgramOutput(_)
        | OutputItem::Reasoning(_)
        | OutputItem::ShellCallOutput(_)
        | OutputItem::ToolSearchOutput(_)
        | OutputItem::Unknown(_)
        | OutputItem::WebSearchCall(_) => false,
    }
}

/// Returns true if the response has the output of a call, because the server ran it.
fn has_output(response: &Response, call_id: &str) -> bool {
    response.output.iter().any(|item| match item {
        OutputItem::ApplyPatchCallOutput(output) => output.call_id == call_id,
        OutputItem::ComputerCallOutput(output) => output.call_id == call_id,
        OutputItem::CustomToolCallOutput(output) => output.call_id == call_id,
        OutputItem::FunctionCallOutput(output) => output.call_id.as_deref() == Some(call_id),
        OutputItem::ShellCallOutput(output) => output.call_id == call_id,
        _ => false,
    })
}

/// Returns true if a background response is still running.
pub(super) fn is_running(response: &Response) -> bool {
    matches!(response.status, Some(ResponseStatus::Queued | ResponseStatus::InProgress))
}
