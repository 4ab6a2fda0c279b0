//! A server on loopback for the examples: checks each request against the schema, and gives the
//! answers of a script, which are event streams or JSON. It stands in for the gateway where there is
//! no key and no network.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::Value;

/// The JSON Schema that the types come from: what is published, and what the additions add.
const SCHEMA: &str = include_str!(concat!(env!("OUT_DIR"), "/schema.json"));

/// Starts the server and returns its base URL. It lives as long as the process. Each request that is
/// in order gets the next answer, and the last one from then on.
pub(crate) fn start(answers: &'static [&'static str]) -> Result<String, Box<dyn std::error::Error>> {
    let schema: Value = serde_json::from_str(SCHEMA)?;
    let validator = jsonschema::draft7::new(&schema)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let mut script = answers.iter().copied().chain(answers.last().copied().into_iter().cycle());
        for connection in listener.incoming().flatten() {
            // A client that goes away is no reason to stop serving the others.
            let _ = serve(&connection, &validator, &mut script);
        }
    });
    Ok(format!("http://{address}/bypass/openai/v1"))
}

fn serve(
    connection: &TcpStream,
    validator: &jsonschema::Validator,
    script: &mut impl Iterator<Item = &'static str>,
) -> io::Result<()> {
    let mut reader = BufReader::new(connection);
    while let Some(body) = read_request(&mut reader)? {
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut out = connection;
        match validator.validate(&request) {
            Ok(()) => match script.next().unwrap_or_default() {
                json if json.starts_with('{') => whole(&mut out, "200 OK", json)?,
                events => stream(&mut out, events)?,
            },
            Err(error) => refuse(&mut out, &format!("{}: {error}", error.instance_path()))?,
        }
    }
    Ok(())
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
fn stream(out: &mut impl Write, answer: &str) -> io::Result<()> {
    out.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")?;
    for event in answer.split_inclusive("\n\n") {
        write!(out, "{:x}\r\n{event}\r\n", event.len())?;
        out.flush()?;
    }
    out.write_all(b"0\r\n\r\n")
}

fn refuse(out: &mut impl Write, message: &str) -> io::Result<()> {
    let body = serde_json::json!({"error": {"type": "invalid_request_error", "message": message}}).to_string();
    whole(out, "400 Bad Request", &body)
}

/// An answer in one piece.
fn whole(out: &mut impl Write, status: &str, body: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length:");
    write!(out, "{head} {}\r\n\r\n{body}", body.len())
}
