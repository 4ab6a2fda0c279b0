//! The mock gateway with fixed responses, in a process of its own, so its CPU time and memory aren't counted: the
//! program starts itself with [`WORD`].
//!
//! `POST /EVENTS/responses` returns a response, or a stream of this many text deltas and the terminal event.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use nexconn_responses::testing::{MockGateway, RecordedRequest, Reply};

use crate::{Outcome, samples};

/// The argument that makes the program a server.
pub(crate) const WORD: &str = "--serve";

/// Events per write.
const BLOCK: usize = 64;

/// A running server, which stops on drop.
pub(crate) struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub(crate) fn start() -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().ok_or("the server has no output")?).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().to_owned() })
    }

    /// Returns the base URL whose streams have this many text deltas.
    pub(crate) fn base_url(&self, events: usize) -> String {
        format!("http://{}/{events}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until standard input ends, at the latest with the parent process.
pub(crate) fn run() -> Outcome {
    let gateway = MockGateway::start()?;
    gateway.validate(false);
    println!("{}", gateway.address());
    let response = Reply::body("application/json", samples::reply());
    gateway.respond(move |request| Some(if is_stream(request) { stream(request) } else { response.clone() }));
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn is_stream(request: &RecordedRequest) -> bool {
    request.body().windows(13).any(|window| window == br#""stream":true"#)
}

/// Returns a stream of as many text deltas as the path says, each event in a chunk.
fn stream(request: &RecordedRequest) -> Reply {
    let events = request.target().split('/').nth(1).and_then(|events| events.parse().ok()).unwrap_or(0_usize);
    let chunk = |event: &str| format!("{:x}\r\n{event}\r\n", event.len()).into_bytes();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\
        connection: close\r\n\r\n";
    let event = chunk(&samples::text_delta());
    let blocks = std::iter::repeat_n(event.repeat(BLOCK), events / BLOCK);
    let rest = [event.repeat(events % BLOCK), chunk(&samples::completed()), b"0\r\n\r\n".to_vec()].concat();
    Reply::raw_pieces(std::iter::once(head.into()).chain(blocks).chain([rest]))
}
