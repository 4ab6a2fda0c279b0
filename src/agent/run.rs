//! The tool loop.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::dispatch::{Done, ItemHook, Job, check, is_running, name_calls, plan};
use super::error::{Problem, RunError, RunErrorKind};
use super::event::{EventSlot, RunEvent};
use super::progress::{Progress, RunOutput};
use super::running::Running;
use super::toolbox::Toolbox;
use crate::client::Client;
use crate::client::options::request_options;
use crate::error::{Error, ErrorKind};
use crate::transport::clock::timeout;
use crate::transport::context::Context;
use crate::transport::resume_policy::ResumePolicy;
use crate::types::{CreateResponseRequest, InputItem, OutputItem, Response, Tool, ToolOutput};

/// The default maximum number of turns of a run, 10.
pub const DEFAULT_MAX_TURNS: usize = 10;
/// The default maximum number of concurrent calls, 8.
pub const DEFAULT_MAX_PARALLEL_CALLS: usize = 8;
/// The default time limit of a run, 1 hour.
pub const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(3_600);

impl Client {
    /// Sends a request, runs the tools the model calls, and returns their outputs to the model, until it stops
    /// calling tools. Needs the feature `agent`.
    ///
    /// The definitions of the tools are added to the request, unless it has a function of the same name.
    ///
    /// The calls of a turn run concurrently, or one after the other if the request sets `parallel_tool_calls` to
    /// `false`. The next turn continues the response by its id if the request sets `store` to `true`,
    /// `previous_response_id` or `conversation`. Otherwise it resends the conversation, which works with any server;
    /// with `store(false)`, let the request include
    /// [`Include::ReasoningEncryptedContent`](crate::types::Include::ReasoningEncryptedContent). A `tool_choice` that
    /// forces a call only applies to the first turn. Responses in the background are awaited.
    ///
    /// Errors of tools are outputs for the model. A call of an unknown tool, a call with invalid arguments, or one that
    /// lacks its name, its arguments or its `call_id` is reported to the model as an error, too; the second turn with
    /// such a call ends the run.
    ///
    /// The run is a future: dropping it cancels its requests and tools. It needs no task of its own.
    ///
    /// ```
    /// use nexconn_responses::agent::Toolbox;
    /// use nexconn_responses::testing::{MockGateway, Reply};
    /// use nexconn_responses::types::CreateResponseRequest;
    /// use serde_json::json;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Weather {
    ///     city: String,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let gateway = MockGateway::start()?;
    /// gateway.reply(Reply::function_call("weather", json!({"city": "Oslo"})));
    /// gateway.reply(Reply::text("It's raining, take an umbrella."));
    ///
    /// let mut tools = Toolbox::new();
    /// tools.add("weather", "The weather in a city, now.", async |args: Weather| {
    ///     format!("rain in {}", args.city)
    /// })?;
    /// let request = CreateResponseRequest::new("openai/gpt-5.2", "Oslo today?");
    /// let output = gateway.client()?.run(&request, &tools).max_turns(3).await?;
    ///
    /// assert_eq!(output.output_text(), "It's raining, take an umbrella.");
    /// assert_eq!(output.turns().len(), 1);
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`RunError`] with all turns up to it: see [`RunErrorKind`].
    pub fn run(&self, request: &CreateResponseRequest, tools: &Toolbox) -> RunBuilder {
        let mut request = request.clone();
        let is_named = |tool: &Tool, name: &str| matches!(tool, Tool::Function(function) if function.name == name);
        let is_absent = |name: &str| !request.tools.iter().any(|tool| is_named(tool, name));
        let added: Vec<_> = tools.definitions().filter(|tool| is_absent(&tool.name)).cloned().map(Tool::from).collect();
        request.tools.extend(added);
        RunBuilder {
            context: (*self.context).clone(),
            request,
            tools: tools.clone(),
            limits: Limits::default(),
            hook: None,
            resume: None,
        }
    }
}

/// A run that hasn't started. Set its options and `.await` it, or [stream](Self::stream) it.
///
/// Created by [`Client::run`]. Except for the limits of the run, the options apply to each request.
#[must_use = "a run does nothing unless it's awaited"]
pub struct RunBuilder {
    context: Context,
    request: CreateResponseRequest,
    tools: Toolbox,
    limits: Limits,
    hook: Option<ItemHook>,
    resume: Option<ResumePolicy>,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    turns: usize,
    parallel_calls: usize,
    tokens: Option<u64>,
    time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (turns, parallel_calls) = (DEFAULT_MAX_TURNS, DEFAULT_MAX_PARALLEL_CALLS);
        Self { turns, parallel_calls, tokens: None, time: DEFAULT_TIME_LIMIT }
    }
}

impl RunBuilder {
    request_options!();

    /// Sets the maximum number of turns, which is the number of responses. Defaults to [`DEFAULT_MAX_TURNS`], 10.
    ///
    /// The calls of the last turn don't run.
    pub fn max_turns(mut self, turns: usize) -> Self {
        self.limits.turns = turns;
        self
    }

    /// Sets how many calls may run at the same time. Defaults to [`DEFAULT_MAX_PARALLEL_CALLS`], 8.
    pub fn max_parallel_calls(mut self, calls: usize) -> Self {
        self.limits.parallel_calls = calls.max(1);
        self
    }

    /// Sets the number of input and output tokens of all turns after which no further turn starts. Defaults to no
    /// limit.
    ///
    /// The last turn may exceed it; limit a single one with `max_output_tokens` of the request.
    pub fn max_tokens(mut self, tokens: u64) -> Self {
        self.limits.tokens = Some(tokens);
        self
    }

    /// Sets the time limit of the whole run, including the tools. Defaults to [`DEFAULT_TIME_LIMIT`], 1 hour.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.limits.time = limit;
        self
    }

    /// Sets a function for all output items except messages, reasoning and function calls.
    ///
    /// These are the calls of hosted tools, for which it returns `None`, and items that need an output from you:
    /// approval requests, and calls of custom tools, computers and shells. It runs along with the calls of the same
    /// turn.
    ///
    /// ```no_run
    /// use nexconn_responses::agent::{RunError, Toolbox};
    /// use nexconn_responses::types::{
    ///     CreateResponseRequest, McpApprovalResponse, OutputItem,
    /// };
    ///
    /// # type Client = nexconn_responses::Client;
    /// # async fn run(client: Client, request: CreateResponseRequest, tools: Toolbox) -> Result<(), RunError> {
    /// let run = client.run(&request, &tools).on_item(async |item| match item {
    ///     OutputItem::McpApprovalRequest(request) => {
    ///         let is_allowed = request.name.starts_with("read_");
    ///         Some(McpApprovalResponse::new(request.id, is_allowed).into())
    ///     }
    ///     OutputItem::WebSearchCall(call) => {
    ///         println!("searched: {:?}", call.action);
    ///         None
    ///     }
    ///     _ => None,
    /// });
    /// let output = run.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_item<F, R>(mut self, hook: F) -> Self
    where
        F: FnOnce(OutputItem) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Option<InputItem>> + Send + 'static,
    {
        self.hook = Some(Arc::new(move |item| {
            let hook = hook.clone();
            Box::pin(async move { hook(item).await })
        }));
        self
    }

    /// Resumes the streams of background responses if their connections break. See
    /// [`RequestBuilder::resume_on_disconnect`](crate::RequestBuilder::resume_on_disconnect). The policy applies to
    /// each turn of a [streamed](Self::stream) run; other runs poll background responses.
    pub fn resume_on_disconnect(mut self, policy: ResumePolicy) -> Self {
        self.resume = Some(policy);
        self
    }

    /// Returns the run and the request.
    pub(super) fn build(self, events: Option<EventSlot>) -> (Run, CreateResponseRequest) {
        let Self { context, request, tools, limits, hook, resume } = self;
        (Run { client: Client { context: Arc::new(context) }, tools, limits, hook, resume, events }, request)
    }
}

impl fmt::Debug for RunBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunBuilder")
            .field("tools", &self.tools)
            .field("limits", &self.limits)
            .field("settings", &self.context.settings)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for RunBuilder {
    type Output = Result<RunOutput, RunError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let (run, request) = self.build(None);
        Box::pin(run.run(request))
    }
}

/// A run, without its progress.
pub(super) struct Run {
    client: Client,
    tools: Toolbox,
    limits: Limits,
    hook: Option<ItemHook>,
    resume: Option<ResumePolicy>,
    events: Option<EventSlot>,
}

impl Run {
    pub(super) async fn run(self, request: CreateResponseRequest) -> Result<RunOutput, RunError> {
        let mut progress = Progress::new(request);
        let mut sleep = self.client.context.clock.sleep(self.limits.time);
        let outcome = timeout(self.take_turns(&mut progress), &mut sleep).await;
        let outcome = outcome.unwrap_or_else(|| {
            let message = format!("the run takes longer than {:?}; raise time_limit", self.limits.time);
            Err(Problem::new(RunErrorKind::TimeLimit, message))
        });
        match outcome {
            Ok(response) => Ok(RunOutput::new(response, progress)),
            Err(problem) => Err(RunError::new(problem, progress)),
        }
    }

    /// Returns the final response.
    async fn take_turns(&self, progress: &mut Progress) -> Result<Response, Problem> {
        let mut has_reported = false;
        loop {
            let mut response = self.respond(progress).await?;
            let unnamed = name_calls(&mut response, progress.turns.len() + 1);
            let plan = plan(&response, &unnamed, &self.tools, self.hook.as_ref());
            let is_final = !plan.jobs.iter().any(|(_, job)| job.is_needed());
            let checked = check(&response, is_final);
            progress.begin_turn(response);
            checked?;
            if !is_final {
                self.check_limits(progress)?;
            }
            if let Some(problem) = plan.problem {
                if has_reported {
                    return Err(problem);
                }
                has_reported = true;
            }
            self.run_jobs(plan.jobs, progress).await?;
            if let Some(turn) = progress.turns.pop_if(|turn| turn.outputs.is_empty()) {
                return Ok(turn.response);
            }
            self.check_limits(progress)?;
            progress.end_turn();
        }
    }

    async fn respond(&self, progress: &mut Progress) -> Result<Response, Error> {
        let Some(events) = &self.events else {
            let response = self.client.create(&progress.request).await?;
            return if is_running(&response) { self.client.wait(&response.id).await } else { Ok(response) };
        };
        let stream = self.client.stream(&progress.request);
        let stream = match self.resume {
            Some(policy) => stream.resume_on_disconnect(policy),
            None => stream,
        };
        let mut stream = stream.await?;
        while let Some(event) = stream.next().await {
            let event = event?;
            progress.partial.push(&event);
            events.send(RunEvent::Response(event)).await;
        }
        let response = std::mem::take(&mut progress.partial).into_response();
        response.ok_or_else(|| Error::new(ErrorKind::StreamTruncated, "the stream has no response"))
    }

    /// Returns an error if no further turn may start.
    fn check_limits(&self, progress: &Progress) -> Result<(), Problem> {
        let Limits { turns, tokens, .. } = self.limits;
        if progress.turns.len() >= turns {
            let message = format!("the model calls tools in turn {turns}; raise max_turns");
            return Err(Problem::new(RunErrorKind::MaxTurns, message));
        }
        let used = u64::try_from(progress.usage.total_tokens).unwrap_or_default();
        if let Some(tokens) = tokens.filter(|tokens| used >= *tokens) {
            let message = format!("the turns have used {used} tokens of {tokens}; raise max_tokens");
            return Err(Problem::new(RunErrorKind::MaxTokens, message));
        }
        Ok(())
    }

    async fn run_jobs(&self, jobs: Vec<(usize, Job)>, progress: &mut Progress) -> Result<(), Problem> {
        let is_parallel = progress.request.parallel_tool_calls != Some(false);
        let limit = if is_parallel { self.limits.parallel_calls } else { 1 };
        let (mut jobs, mut running) = (jobs.into_iter(), Running::new());
        loop {
            while running.len() < limit
                && let Some((index, job)) = jobs.next()
            {
                if let (Job::Call(call, _), Some(events)) = (&job, &self.events) {
                    events.send(RunEvent::ToolStarted(call.clone().into())).await;
                }
                running.push(Box::pin(async move { (index, job.run().await) }));
            }
            let Some((index, done)) = running.next().await else { return Ok(()) };
            self.finish(index, done, progress).await?;
        }
    }

    /// Keeps the output of a job.
    async fn finish(&self, index: usize, done: Done, progress: &mut Progress) -> Result<(), Problem> {
        let (call, outcome) = match done {
            Done::Item(None, problem) => return problem.map_or(Ok(()), Err),
            Done::Item(Some(item), _) => {
                progress.add_output(index, item);
                return Ok(());
            }
            Done::Call(call, outcome) => (call, outcome),
        };
        let is_error = outcome.is_err();
        let output = outcome.unwrap_or_else(|error| {
            self.tools.report(&call, &error);
            ToolOutput::from(format!("error: {error}"))
        });
        let output = call.output(output);
        progress.add_output(index, output.clone().into());
        if let Some(events) = &self.events {
            events.send(RunEvent::ToolFinished { call: call.into(), output: output.into(), is_error }).await;
        }
        Ok(())
    }
}
