//! A server of canned answers on loopback, in a process of its own, so that neither its CPU time nor its
//! memory is counted: the program starts itself again with the word [`WORD`].
//!
//! `POST /EVENTS/responses` is answered by that many text deltas and the terminal event if the request
//! asks for a stream, and by one response if not. Used by `create.rs`, `stream.rs` and `many.rs`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::{Outcome, samples};

/// The argument that makes the program a server.
pub(crate) const WORD: &str = "--serve";

/// How many events are written at once.
const BLOCK: usize = 64;

/// The running server; it ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    pub(crate) fn start() -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg(WORD).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(process.stdout.take().ok_or("the server has no output")?).read_line(&mut port)?;
        Ok(Self { process, port: port.trim().parse()? })
    }

    /// The base URL at which a stream has so many text deltas.
    pub(crate) fn base_url(&self, events: usize) -> String {
        format!("http://127.0.0.1:{}/{events}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the standard input ends, which it does at the latest with the process that started it.
pub(crate) fn run() -> Outcome {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let answers = Rc::new(Answers::new());
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            // A client that goes away is no reason to stop serving the others.
            tokio::task::spawn_local(serve(socket, Rc::clone(&answers)));
        }
    })
}

/// What is sent, with chunks around each event.
struct Answers {
    whole: Vec<u8>,
    event: Vec<u8>,
    block: Vec<u8>,
    terminal: Vec<u8>,
}

impl Answers {
    fn new() -> Self {
        let chunk = |event: &str| format!("{:x}\r\n{event}\r\n", event.len()).into_bytes();
        let body = samples::answer();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
        let event = chunk(&samples::text_delta());
        Self {
            whole: format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes(),
            block: event.repeat(BLOCK),
            event,
            terminal: [chunk(&samples::completed()), b"0\r\n\r\n".to_vec()].concat(),
        }
    }

    async fn stream(&self, events: usize, socket: &mut TcpStream) -> std::io::Result<()> {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        socket.write_all(head.as_bytes()).await?;
        for _ in 0..events / BLOCK {
            socket.write_all(&self.block).await?;
        }
        for _ in 0..events % BLOCK {
            socket.write_all(&self.event).await?;
        }
        socket.write_all(&self.terminal).await
    }
}

async fn serve(socket: TcpStream, answers: Rc<Answers>) -> std::io::Result<()> {
    let mut socket = tokio::io::BufReader::new(socket);
    while let Some(Request { events, body }) = read_request(&mut socket).await? {
        let is_stream = body.windows(13).any(|window| window == br#""stream":true"#);
        if is_stream {
            answers.stream(events, socket.get_mut()).await?;
        } else {
            socket.get_mut().write_all(&answers.whole).await?;
        }
    }
    Ok(())
}

struct Request {
    events: usize,
    body: Vec<u8>,
}

/// The next request; `None` when the client has closed the connection.
async fn read_request(socket: &mut tokio::io::BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if socket.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let events = line.split('/').nth(1).and_then(|events| events.parse().ok()).unwrap_or_default();
    let mut length = 0;
    while !line.trim().is_empty() {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        line.clear();
        socket.read_line(&mut line).await?;
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await?;
    Ok(Some(Request { events, body }))
}
