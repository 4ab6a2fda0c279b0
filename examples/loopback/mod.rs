//! A server on loopback for the examples: it stands in for the gateway where there is no key and no
//! network.
//!
//! It checks each request against the JSON Schema that the types come from, and gives the answers of
//! a script, which are event streams or JSON, one after another. [`client`] is what the examples call;
//! [`message`], [`unfinished`] and [`events`] write answers for the script.

#![allow(dead_code, reason = "no example needs every kind of answer")]

use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use nexconn_responses::Client;
use nexconn_responses::testing::validate_request;
use serde_json::{Value, json};

/// A client of the gateway if `NEXCONN_API_KEY` is set, and otherwise of a server in this process that
/// gives these answers.
pub(crate) fn client<A: Into<String>>(script: impl IntoIterator<Item = A>) -> Result<Client, Box<dyn Error>> {
    if std::env::var_os("NEXCONN_API_KEY").is_some() {
        println!("asking the gateway, with the key in NEXCONN_API_KEY\n");
        return Ok(Client::from_env()?);
    }
    let base_url = start(script.into_iter().map(Into::into).collect())?;
    println!("asking a server inside this example, at {base_url}; set NEXCONN_API_KEY to ask the gateway\n");
    Ok(Client::builder().api_key("no-key-is-needed").base_url(base_url).build()?)
}

/// A completed response that says this, as JSON.
pub(crate) fn message(id: &str, text: &str) -> String {
    let content = json!([{"type": "output_text", "annotations": [], "logprobs": [], "text": text}]);
    let item =
        json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content});
    json!({"id": id, "object": "response", "status": "completed", "output": [item]}).to_string()
}

/// A response without output, with this status, as JSON.
pub(crate) fn unfinished(id: &str, status: &str) -> String {
    json!({"id": id, "object": "response", "status": status, "background": true, "output": []}).to_string()
}

/// The stream of a response that says this, word by word.
pub(crate) fn events(id: &str, text: &str) -> String {
    let response: Value = serde_json::from_str(&message(id, text)).unwrap_or_default();
    let created = json!({"id": id, "object": "response", "status": "in_progress", "output": []});
    let mut events = vec![json!({"type": "response.created", "response": created})];
    events.extend(text.split_inclusive(' ').map(|word| {
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
               "delta": word})
    }));
    events.push(json!({"type": "response.completed", "response": response}));
    let frame = |(number, mut event): (usize, Value)| {
        event["sequence_number"] = number.into();
        format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
    };
    events.into_iter().enumerate().map(frame).collect()
}

/// Starts the server and returns its base URL. It lives as long as the process. Each request that is
/// in order gets the next answer, and the last one from then on.
fn start(script: Vec<String>) -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let last = script.last().map(String::as_str).into_iter().cycle();
        let mut script = script.iter().map(String::as_str).chain(last);
        for connection in listener.incoming().flatten() {
            // A client that goes away is no reason to stop serving the others.
            let _ = serve(&connection, &mut script);
        }
    });
    Ok(format!("http://{address}/bypass/openai/v1"))
}

fn serve<'a>(connection: &TcpStream, script: &mut impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    while let Some(body) = read_request(&mut reader)? {
        let mut out = connection;
        match check(&body) {
            Ok(()) => match script.next().unwrap_or_default() {
                json if json.starts_with('{') => send_whole(&mut out, "200 OK", json)?,
                events => send_events(&mut out, events)?,
            },
            Err(message) => refuse(&mut out, &message)?,
        }
    }
    Ok(())
}

/// What is wrong with the body of a request. There is none when a response is looked up or ended.
fn check(body: &[u8]) -> Result<(), String> {
    if body.is_empty() {
        return Ok(());
    }
    let request = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    validate_request(&request).map_err(|violation| violation.to_string())
}

/// The body of the next request; `None` when the client has closed the connection.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = 0;
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    while !line.trim().is_empty() {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
        reader.read_line(&mut line)?;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}

/// The answer, an event to a chunk, as it would arrive.
fn send_events(out: &mut impl Write, answer: &str) -> io::Result<()> {
    out.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")?;
    for event in answer.split_inclusive("\n\n") {
        write!(out, "{:x}\r\n{event}\r\n", event.len())?;
        out.flush()?;
    }
    out.write_all(b"0\r\n\r\n")
}

fn refuse(out: &mut impl Write, message: &str) -> io::Result<()> {
    let body = json!({"error": {"type": "invalid_request_error", "message": message}}).to_string();
    send_whole(out, "400 Bad Request", &body)
}

/// An answer in one piece.
fn send_whole(out: &mut impl Write, status: &str, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length:");
    write!(out, "{head} {}\r\n\r\n{body}", body.len())
}
