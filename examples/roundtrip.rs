//! Decodes recorded traffic with the crate's types, encodes it again and compares the two.
//!
//! ```text
//! cargo run --release --example roundtrip -- [--strict] FILE.jsonl …
//! ```
//!
//! Each line of a file is `{"name", "provider", "body"}`. The file's name gives the kind of its bodies:
//! `requests.jsonl`, `responses.jsonl`, `streams.jsonl` (the raw text of a `text/event-stream`) or `errors.jsonl`
//! (`{"status", "content_type", "body"}`). Unless you pass `--strict`, `null` equals absent, and `1` equals `1.0`.
//!
//! Exits with 1 if any payload doesn't decode or changes.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::{env, fs};

use nexconn_responses::sse::Decoder;
use nexconn_responses::types::{
    Annotation, CreateResponseRequest, ErrorBody, Input, InputContent, InputItem, Instructions, Json, JsonText,
    MessageContent, OutputContent, OutputItem, Response, StreamEvent, Tool, ToolOutput,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Maximum number of differences to print per file.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    let (options, files): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let is_strict = options.iter().any(|option| option == "--strict");
    if files.is_empty() || options.len() > usize::from(is_strict) {
        eprintln!("usage: cargo run --release --example roundtrip -- [--strict] FILE.jsonl …");
        return ExitCode::from(2);
    }
    let mut unknown = Unknown::default();
    let mut short = false;
    for file in &files {
        match check_file(file, is_strict, &mut unknown) {
            Ok(tally) => short |= tally.print(),
            Err(error) => {
                eprintln!("{file}: {error}");
                short = true;
            }
        }
    }
    unknown.print();
    ExitCode::from(u8::from(short))
}

/// The results for one file.
#[derive(Default)]
struct Tally {
    kind: String,
    payloads: usize,
    decoded: usize,
    lossless: usize,
    differences: Vec<String>,
}

impl Tally {
    /// Prints the results. Returns whether any payload isn't decoded or isn't lossless.
    fn print(&self) -> bool {
        let Self { kind, payloads, decoded, lossless, differences } = self;
        println!("{kind}: decoded {decoded}/{payloads} lossless {lossless}/{payloads}");
        for difference in differences.iter().take(SHOWN) {
            println!("  {difference}");
        }
        decoded < payloads || lossless < payloads
    }

    /// Counts one payload, given its first difference or its error.
    fn count(&mut self, name: &str, parts: Result<Option<String>, String>) {
        self.payloads += 1;
        match parts {
            Err(error) => self.differences.push(format!("{name}: decode error:  {error}")),
            Ok(difference) => {
                self.decoded += 1;
                self.lossless += usize::from(difference.is_none());
                self.differences.extend(difference.map(|difference| format!("{name}: {difference}")));
            }
        }
    }
}

fn check_file(file: &str, is_strict: bool, unknown: &mut Unknown) -> Result<Tally, String> {
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let kind = stem.split('.').next().unwrap_or(stem);
    let mut tally = Tally { kind: kind.to_owned(), ..Tally::default() };
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let record: Value = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1))?;
        let name = record["name"].as_str().unwrap_or("(no name)").to_owned();
        let body = &record["body"];
        let parts = match kind {
            "requests" => again(body, is_strict, |request: &CreateResponseRequest| unknown.request(request)),
            "responses" => again(body, is_strict, |response: &Response| unknown.response(response)),
            "streams" => check_stream(body, is_strict, unknown),
            "errors" => check_error(&body["body"], is_strict),
            _ => return Err("the name must begin with requests, responses, streams or errors".to_owned()),
        };
        tally.count(&name, parts);
    }
    Ok(tally)
}

/// Decodes a value, encodes it again, and returns the first difference.
fn again<T: JsonText + DeserializeOwned + Serialize>(
    value: &Value,
    is_strict: bool,
    inspect: impl FnOnce(&T),
) -> Result<Option<String>, String> {
    let text = value.to_string();
    let typed = T::from_json(&text).map_err(|error| error.to_string())?;
    inspect(&typed);
    let encoded: Value = serde_json::from_str(&typed.to_json()).map_err(|error| error.to_string())?;
    // The same through serde.
    let typed: T = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let other = serde_json::to_value(&typed).map_err(|error| error.to_string())?;
    if other != encoded {
        return Ok(Some("serde gives another result".to_owned()));
    }
    Ok(difference(value, &encoded, is_strict, ""))
}

fn check_stream(body: &Value, is_strict: bool, unknown: &mut Unknown) -> Result<Option<String>, String> {
    let mut decoder = Decoder::new();
    decoder.push(body.as_str().ok_or("the body isn't a string")?.as_bytes());
    decoder.finish();
    let mut first = None;
    let mut number = 0;
    while let Some(frame) = decoder.next_frame().map_err(|error| error.to_string())? {
        if frame.data.starts_with(b"[DONE]") {
            continue;
        }
        let event: Value = serde_json::from_slice(&frame.data).map_err(|error| format!("event {number}: {error}"))?;
        let found = again(&event, is_strict, |event: &StreamEvent| unknown.event(event));
        let found = found.map_err(|error| format!("event {number}: {error}"))?;
        first = first.or(found.map(|difference| format!("event {number}: {difference}")));
        number += 1;
    }
    Ok(first)
}

/// Skips bodies that aren't JSON; errors of the client keep them as text.
fn check_error(body: &Value, is_strict: bool) -> Result<Option<String>, String> {
    let parsed = body.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    match parsed.as_ref().unwrap_or(body) {
        Value::String(_) | Value::Null => Ok(None),
        json => again(json, is_strict, |_: &ErrorBody| {}),
    }
}

/// Returns the JSON Pointer of the first difference. Unless strict, `null` equals absent, and numbers are compared by
/// value.
fn difference(before: &Value, after: &Value, is_strict: bool, pointer: &str) -> Option<String> {
    match (before, after) {
        (Value::Object(left), Value::Object(right)) => left.keys().chain(right.keys()).find_map(|key| {
            let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            match (left.get(key), right.get(key)) {
                (Some(_), None) | (None, Some(_)) if is_strict => Some(format!("{pointer}: in one of the two")),
                (left, right) => {
                    let (left, right) = (left.unwrap_or(&Value::Null), right.unwrap_or(&Value::Null));
                    difference(left, right, is_strict, &pointer)
                }
            }
        }),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(index, (left, right))| difference(left, right, is_strict, &format!("{pointer}/{index}")))
        }
        (Value::Number(left), Value::Number(right)) if !is_strict && left.as_f64() == right.as_f64() => None,
        (left, right) if left == right => None,
        (left, right) => Some(format!("{pointer}: {} became {}", excerpt(left), excerpt(right))),
    }
}

fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
}

/// Numbers of unknown and of typed variants, by kind and `type`.
#[derive(Default)]
struct Unknown {
    found: BTreeMap<(&'static str, String), usize>,
    typed: BTreeMap<&'static str, usize>,
}

impl Unknown {
    fn print(&self) {
        for (kind, typed) in &self.typed {
            let unknown: usize = self.found.iter().filter(|((of, _), _)| of == kind).map(|(_, count)| count).sum();
            println!("{kind}: {typed} in typed variants, {unknown} in Unknown");
            for ((_, name), count) in self.found.iter().filter(|((of, _), _)| of == kind) {
                println!("  {count} × {name}");
            }
        }
    }

    fn add(&mut self, kind: &'static str, unknown: Option<&Json>) {
        *self.typed.entry(kind).or_default() += usize::from(unknown.is_none());
        if let Some(value) = unknown {
            let name = value.property("type").and_then(|name| name.string().map(Cow::into_owned));
            let name = name.unwrap_or_else(|| "(no type)".to_owned());
            *self.found.entry((kind, name)).or_default() += 1;
        }
    }

    fn request(&mut self, request: &CreateResponseRequest) {
        if let Some(Input::Items(items)) = &request.input {
            for item in items {
                self.input_item(item);
            }
        }
        request.tools.iter().for_each(|tool| self.tool(tool));
    }

    fn response(&mut self, response: &Response) {
        response.output.iter().for_each(|item| self.output_item(item));
        response.tools.iter().for_each(|tool| self.tool(tool));
        if let Some(Instructions::Items(items)) = &response.instructions {
            for item in items {
                self.input_item(item);
            }
        }
    }

    fn event(&mut self, event: &StreamEvent) {
        self.add("events", if let StreamEvent::Unknown(value) = event { Some(value) } else { None });
        match event {
            StreamEvent::Created(event) => self.response(&event.response),
            StreamEvent::Queued(event) => self.response(&event.response),
            StreamEvent::InProgress(event) => self.response(&event.response),
            StreamEvent::Completed(event) => self.response(&event.response),
            StreamEvent::Incomplete(event) => self.response(&event.response),
            StreamEvent::Failed(event) => self.response(&event.response),
            StreamEvent::OutputItemAdded(event) => self.output_item(&event.item),
            StreamEvent::OutputItemDone(event) => self.output_item(&event.item),
            StreamEvent::ContentPartAdded(event) => self.output_content(&event.part),
            StreamEvent::ContentPartDone(event) => self.output_content(&event.part),
            _ => {}
        }
    }

    fn tool(&mut self, tool: &Tool) {
        self.add("tools", if let Tool::Unknown(value) = tool { Some(value) } else { None });
        if let Tool::Namespace(namespace) = tool {
            namespace.tools.iter().for_each(|tool| self.tool(tool));
        }
    }

    fn input_item(&mut self, item: &InputItem) {
        self.add("input items", if let InputItem::Unknown(value) = item { Some(value) } else { None });
        match item {
            InputItem::Message(message) => {
                if let Some(MessageContent::Parts(parts)) = &message.content {
                    for part in parts {
                        self.input_content(part);
                    }
                }
            }
            InputItem::FunctionCallOutput(output) => self.tool_output(&output.output),
            InputItem::CustomToolCallOutput(output) => self.tool_output(&output.output),
            _ => {}
        }
    }

    fn output_item(&mut self, item: &OutputItem) {
        self.add("output items", if let OutputItem::Unknown(value) = item { Some(value) } else { None });
        if let OutputItem::Message(message) = item {
            message.content.iter().for_each(|part| self.output_content(part));
        }
    }

    fn tool_output(&mut self, output: &ToolOutput) {
        if let ToolOutput::Parts(parts) = output {
            for part in parts {
                self.input_content(part);
            }
        }
    }

    fn input_content(&mut self, part: &InputContent) {
        self.add("input parts", if let InputContent::Unknown(value) = part { Some(value) } else { None });
    }

    fn output_content(&mut self, part: &OutputContent) {
        self.add("output parts", if let OutputContent::Unknown(value) = part { Some(value) } else { None });
        if let OutputContent::OutputText(text) = part {
            for annotation in &text.annotations {
                self.add("annotations", if let Annotation::Unknown(value) = annotation { Some(value) } else { None });
            }
        }
    }
}
