//! The conversation of a run.

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::stream::accumulator::Accumulator;
use crate::types::{
    CreateResponseRequest, InputItem, InputTokensDetails, OutputTokensDetails, Response, ToolChoice, ToolChoiceMode,
    Usage,
};

/// A response, and the outputs of its calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Turn {
    /// The response.
    pub response: Response,
    /// The outputs, in the order of the calls.
    pub outputs: Vec<InputItem>,
}

/// The state of a run.
pub(super) struct Progress {
    /// The last request.
    pub(super) request: CreateResponseRequest,
    pub(super) turns: Vec<Turn>,
    /// The positions of the calls whose outputs the last turn has.
    positions: Vec<usize>,
    pub(super) usage: Usage,
    /// The incomplete response of a stream.
    pub(super) partial: Accumulator,
}

impl Progress {
    pub(super) fn new(request: CreateResponseRequest) -> Self {
        Self { request, turns: Vec::new(), positions: Vec::new(), usage: Usage::new(), partial: Accumulator::new() }
    }

    pub(super) fn begin_turn(&mut self, response: Response) {
        if let Some(usage) = &response.usage {
            add_usage(&mut self.usage, usage);
        }
        self.turns.push(Turn { response, outputs: Vec::new() });
        self.positions.clear();
    }

    /// Adds the output of an item of the last turn, in the order of the items.
    pub(super) fn add_output(&mut self, position: usize, output: InputItem) {
        let Some(turn) = self.turns.last_mut() else { return };
        let index = self.positions.partition_point(|other| *other < position);
        self.positions.insert(index, position);
        turn.outputs.insert(index, output);
    }

    /// Makes the outputs of the last turn the input of the next request.
    pub(super) fn end_turn(&mut self) {
        let Some(turn) = self.turns.last() else { return };
        let request = std::mem::replace(&mut self.request, CreateResponseRequest::new("", ""));
        self.request = continue_with(request, &turn.response, turn.outputs.iter().cloned());
        // A forced call would be forced in each turn.
        let is_free = |choice: &ToolChoice| match choice {
            ToolChoice::Mode(mode) => *mode != ToolChoiceMode::Required,
            choice => matches!(choice, ToolChoice::AllowedTools(_) | ToolChoice::Unknown(_)),
        };
        self.request.tool_choice = self.request.tool_choice.take().filter(|choice| is_free(choice));
    }
}

/// Returns the request to continue a response: by its id if the server stores it, or by resending the conversation.
fn continue_with(
    mut request: CreateResponseRequest,
    response: &Response,
    items: impl Iterator<Item = InputItem>,
) -> CreateResponseRequest {
    if request.conversation.is_some() {
        return request.input(items.collect::<Vec<_>>());
    }
    let asks_to_store = request.store.unwrap_or(request.previous_response_id.is_some());
    if asks_to_store && response.store != Some(false) && !response.id.is_empty() {
        request.previous_response_id = Some(response.id.clone());
        return request.input(items.collect::<Vec<_>>());
    }
    request.continue_with(response.clone(), items)
}

fn add_usage(total: &mut Usage, usage: &Usage) {
    let add = |total: &mut i64, tokens: i64| *total = total.saturating_add(tokens);
    add(&mut total.input_tokens, usage.input_tokens);
    add(&mut total.output_tokens, usage.output_tokens);
    add(&mut total.total_tokens, usage.total_tokens.max(usage.input_tokens.saturating_add(usage.output_tokens)));
    if let Some(details) = &usage.input_tokens_details {
        let total = total.input_tokens_details.get_or_insert_with(|| InputTokensDetails::new(0).into());
        add(&mut total.cached_tokens, details.cached_tokens);
        if let Some(tokens) = details.cache_write_tokens {
            add(total.cache_write_tokens.get_or_insert_default(), tokens);
        }
    }
    if let Some(details) = &usage.output_tokens_details {
        let total = total.output_tokens_details.get_or_insert_with(|| OutputTokensDetails::new(0).into());
        add(&mut total.reasoning_tokens, details.reasoning_tokens);
    }
}

/// The output of a run.
#[derive(Clone, Debug)]
pub struct RunOutput {
    response: Response,
    turns: Vec<Turn>,
    usage: Usage,
    request: CreateResponseRequest,
}

impl RunOutput {
    pub(super) fn new(response: Response, progress: Progress) -> Self {
        let Progress { request, turns, usage, .. } = progress;
        Self { response, turns, usage, request }
    }

    /// Returns the last response.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// Returns the text of the last response. See [`Response::output_text`].
    #[must_use]
    pub fn output_text(&self) -> String {
        self.response.output_text()
    }

    /// Parses the text of the last response as the JSON of a `T`.
    ///
    /// # Errors
    ///
    /// See [`Response::parse`].
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.response.parse()
    }

    /// Returns the turns before the last response: each response with calls of tools, and the outputs.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Returns the tokens of all turns. Responses without `usage` don't count.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Returns the request to continue the conversation with these items, such as the user's next message.
    ///
    /// Like the turns of the run, it continues a stored response by its id, or has the conversation as its input.
    ///
    /// ```
    /// use nexconn_responses::agent::{RunError, Toolbox};
    /// use nexconn_responses::types::{CreateResponseRequest, Message};
    ///
    /// # async fn run(client: nexconn_responses::Client, tools: Toolbox) -> Result<(), RunError> {
    /// let request = CreateResponseRequest::new("openai/gpt-5.2", "Is it raining?");
    /// let output = client.run(&request, &tools).await?;
    /// let request = output.continue_with([Message::user("And tomorrow?")]);
    /// let output = client.run(&request, &tools).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn continue_with(self, items: impl IntoIterator<Item = impl Into<InputItem>>) -> CreateResponseRequest {
        continue_with(self.request, &self.response, items.into_iter().map(Into::into))
    }
}
