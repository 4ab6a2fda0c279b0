//! Tools from functions.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::output::{IntoToolOutput, ToolError};
use crate::error::Error;
use crate::types::{FunctionCall, FunctionTool, ToolOutput};

/// The output of a call, once it's there.
pub(super) type ToolFuture = Pin<Box<dyn Future<Output = Result<ToolOutput, ToolError>> + Send>>;

pub(super) type Call = Arc<dyn Fn(&FunctionCall) -> Result<ToolFuture, Error> + Send + Sync>;
type ErrorHook = Arc<dyn Fn(&FunctionCall, &ToolError) + Send + Sync>;

/// Functions a model can call, for [`Client::run`](crate::Client::run).
///
/// ```
/// use nexconn_responses::agent::Toolbox;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Weather {
///     /// The model reads these comments.
///     city: String,
/// }
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Route {
///     from: String,
///     to: String,
/// }
///
/// async fn route(route: Route) -> Result<f64, std::io::Error> {
///     // …
///     # let _ = (route.from, route.to);
///     Ok(1_850.5)
/// }
///
/// let mut tools = Toolbox::new();
/// tools.add("weather", "The weather in a city, now.", async |args: Weather| {
///     format!("It's raining in {}.", args.city)
/// })?;
/// tools.add("route", "The length of a route, in kilometres.", route)?;
/// # Ok::<(), nexconn_responses::Error>(())
/// ```
///
/// A tool is an async closure or function of one argument, whose fields are the parameters. It returns a text, JSON,
/// or a `Result`; see [`IntoToolOutput`]. Each call gets a clone of the closure, so capture state that's cheap to
/// clone, such as an [`Arc`] or a database pool, with `async move`. A closure with `?` needs a return type:
///
/// ```
/// # #[derive(serde::Deserialize, schemars::JsonSchema)]
/// # struct Lookup { word: String }
/// use std::{collections::HashMap, sync::Arc};
///
/// use nexconn_responses::agent::{ToolError, Toolbox};
///
/// let words = Arc::new(HashMap::from([("hest", "horse")]));
/// let look_up = async move |args: Lookup| -> Result<String, ToolError> {
///     let word = words.get(&*args.word).ok_or("unknown word")?;
///     Ok((*word).to_owned())
/// };
/// let mut tools = Toolbox::new();
/// tools.add("look_up", "Translates a word to English.", look_up)?;
/// # Ok::<(), nexconn_responses::Error>(())
/// ```
///
/// Cloning a toolbox is cheap. The calls of a turn run concurrently on the task that polls the run. If a tool blocks or
/// computes for long, use `tokio::task::spawn_blocking`.
#[derive(Clone, Default)]
pub struct Toolbox {
    tools: Vec<Entry>,
    on_error: Option<ErrorHook>,
}

#[derive(Clone)]
struct Entry {
    tool: FunctionTool,
    call: Call,
}

impl Toolbox {
    /// Creates an empty toolbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function. Its parameters are the fields of `A`, as in [`FunctionTool::from_type`].
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the name isn't 1 to 128 letters,
    /// digits, `_` or `-`, if there's a tool of this name already, or if strict mode doesn't support `A`. The source of
    /// the latter is a [`StrictSchemaError`](crate::StrictSchemaError).
    pub fn add<A, F, R>(
        &mut self,
        name: impl Into<String>,
        description: impl Into<String>,
        function: F,
    ) -> Result<&mut Self, Error>
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: FnOnce(A) -> R + Clone + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        let tool = FunctionTool::from_type::<A>(name)
            .map_err(|error| Error::configuration(error.to_string()).with_source(error))?;
        self.add_tool(tool.description(description), function)
    }

    /// Adds a function with your own definition, for example without strict mode.
    ///
    /// ```
    /// use nexconn_responses::{agent::Toolbox, types::FunctionTool};
    /// use serde_json::{Value, json};
    ///
    /// let tool = FunctionTool::new("count", json!({"type": "object"}))
    ///     .description("Counts the properties of any object.");
    /// let mut tools = Toolbox::new();
    /// tools.add_tool(tool, async |arguments: Value| {
    ///     json!(arguments.as_object().map(|it| it.len()))
    /// })?;
    /// # Ok::<(), nexconn_responses::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the name is invalid, or used already.
    pub fn add_tool<A, F, R>(&mut self, tool: FunctionTool, function: F) -> Result<&mut Self, Error>
    where
        A: DeserializeOwned + Send + 'static,
        F: FnOnce(A) -> R + Clone + Send + Sync + 'static,
        R: Future<Output: IntoToolOutput> + Send + 'static,
    {
        if let Some(reason) = FunctionTool::invalid_name(&tool.name) {
            return Err(Error::configuration(reason));
        }
        if self.get(&tool.name).is_some() {
            let message = format!("there's already a tool `{}`; choose another name", tool.name);
            return Err(Error::configuration(message));
        }
        let call: Call = Arc::new(move |call| {
            let (function, arguments) = (function.clone(), parse_arguments(call)?);
            // The function starts with the first poll, so calls beyond a limit don't run.
            Ok(Box::pin(async move { function(arguments).await.into_tool_output() }))
        });
        self.tools.push(Entry { tool, call });
        Ok(self)
    }

    /// Sets a function for the errors of calls, for example to log them. The model receives them, too.
    ///
    /// It also receives calls of unknown tools and calls with invalid arguments.
    ///
    /// ```
    /// # let mut tools = nexconn_responses::agent::Toolbox::new();
    /// tools.on_error(|call, error| eprintln!("{}: {error}", call.name));
    /// ```
    pub fn on_error(&mut self, hook: impl Fn(&FunctionCall, &ToolError) + Send + Sync + 'static) -> &mut Self {
        self.on_error = Some(Arc::new(hook));
        self
    }

    /// Returns the definitions of the tools, in the order in which they were added.
    pub fn definitions(&self) -> impl Iterator<Item = &FunctionTool> {
        self.tools.iter().map(|entry| &entry.tool)
    }

    /// Returns the function of a tool. It returns an error if the arguments are invalid.
    pub(super) fn get(&self, name: &str) -> Option<&Call> {
        self.tools.iter().find(|entry| entry.tool.name == name).map(|entry| &entry.call)
    }

    pub(super) fn report(&self, call: &FunctionCall, error: &ToolError) {
        if let Some(hook) = &self.on_error {
            hook(call, error);
        }
    }
}

impl fmt::Debug for Toolbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.definitions().map(|tool| &tool.name).collect();
        f.debug_struct("Toolbox").field("tools", &names).finish_non_exhaustive()
    }
}

/// Parses the arguments. Servers send an empty text for functions without parameters.
fn parse_arguments<A: DeserializeOwned>(call: &FunctionCall) -> Result<A, Error> {
    if call.arguments.trim().is_empty() {
        return FunctionCall::new(&*call.name, "{}").call_id(&*call.call_id).parse_arguments();
    }
    call.parse_arguments()
}
