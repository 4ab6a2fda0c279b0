//! A server with fixed responses on loopback. It runs in a process of its own, so that its CPU time and memory aren't
//! counted: the program starts itself with [`WORD`].
//!
//! `POST /EVENTS/responses` returns a response, or a stream of this many text deltas and the terminal event.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use crate::{Outcome, samples};

/// The argument that makes the program a server.
pub(crate) const WORD: &str = "--serve";

/// Events per write.
const BLOCK: usize = 64;

/// A running server, which stops on drop.
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

    /// Returns the base URL whose streams have this many text deltas.
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

/// Serves until standard input ends, at the latest with the parent process.
pub(crate) fn run() -> Outcome {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let replies = Rc::new(Replies::new());
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            // A closed connection must not stop the server.
            tokio::task::spawn_local(serve(socket, Rc::clone(&replies)));
        }
    })
}

/// The bytes of a response and of a stream, each event in a chunk.
struct Replies {
    whole: Vec<u8>,
    event: Vec<u8>,
    block: Vec<u8>,
    terminal: Vec<u8>,
}

impl Replies {
    fn new() -> Self {
        let chunk = |event: &str| format!("{:x}\r\n{event}\r\n", event.len()).into_bytes();
        let body = samples::reply();
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

async fn serve(socket: TcpStream, replies: Rc<Replies>) -> std::io::Result<()> {
    let mut socket = tokio::io::BufReader::new(socket);
    while let Some(Request { events, body }) = read_request(&mut socket).await? {
        let is_stream = body.windows(13).any(|window| window == br#""stream":true"#);
        if is_stream {
            replies.stream(events, socket.get_mut()).await?;
        } else {
            socket.get_mut().write_all(&replies.whole).await?;
        }
    }
    Ok(())
}

struct Request {
    events: usize,
    body: Vec<u8>,
}

/// Reads the next request. Returns `None` if the client closes the connection.
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
