//! The mock gateway: a server on loopback in the same process.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::watch;

use super::http::RecordedRequest;
use super::reply::{Content, Reply};
use super::schema::{validate_definition, validate_request};
use super::store::Store;
use crate::client::Client;
use crate::client::builder::ClientBuilder;
use crate::error::Error;

/// The API key of the clients of a [`MockGateway`].
const API_KEY: &str = "mock-key";

/// A gateway on loopback, for your tests.
///
/// It responds with the replies you script, and records all requests. Requests without an API key get status 401,
/// and those that don't match the schema status 400.
///
/// It stores the responses. You can retrieve, cancel, resume and delete them, list their input items, and continue them
/// by `previous_response_id`. Background responses go through the statuses `queued` and `in_progress`, one per request.
/// Conversations, `compact` and `input_tokens` work, too.
///
/// It runs in threads of its own, so it works in any runtime. Dropping it closes its connections.
///
/// ```
/// use nexconn_responses::testing::{MockGateway, Reply};
/// use nexconn_responses::types::CreateResponseRequest;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let gateway = MockGateway::start()?;
/// gateway.reply(Reply::text("Good morning!"));
///
/// let client = gateway.client()?;
/// let response = client
///     .create(&CreateResponseRequest::new("openai/gpt-5.2", "Hello"))
///     .await?;
///
/// assert_eq!(response.output_text(), "Good morning!");
/// assert_eq!(gateway.requests()[0].json()["input"], "Hello");
/// # Ok(())
/// # })
/// # }
/// ```
pub struct MockGateway {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

type Respond = Box<dyn FnMut(&RecordedRequest) -> Option<Reply> + Send>;

struct Script {
    rules: Vec<Respond>,
    store: Store,
    validates: bool,
}

struct Shared {
    script: Mutex<Script>,
    requests: Mutex<Vec<RecordedRequest>>,
    /// The open connections, or `None` after the gateway has been dropped.
    connections: Mutex<Option<BTreeMap<usize, TcpStream>>>,
    progress: watch::Sender<Progress>,
}

#[derive(Default)]
struct Progress {
    replies: usize,
    /// Connections accepted.
    accepted: usize,
    /// Open connections.
    open: usize,
}

impl MockGateway {
    /// Starts a gateway on a free port of `127.0.0.1`.
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system if there's no free port.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let script = Script { rules: Vec::new(), store: Store::default(), validates: true };
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            requests: Mutex::default(),
            connections: Mutex::new(Some(BTreeMap::new())),
            progress: watch::Sender::default(),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Queues a reply to the next `POST /responses`.
    pub fn reply(&self, reply: Reply) {
        self.reply_when(|_| true, reply);
    }

    /// Queues a reply to the next `POST /responses` that `matches` accepts.
    ///
    /// Replies are tried in the order in which they were queued. Each is used once.
    pub fn reply_when(&self, matches: impl Fn(&RecordedRequest) -> bool + Send + 'static, reply: Reply) {
        let mut reply = Some(reply);
        self.respond(move |request| if request.creates_response() && matches(request) { reply.take() } else { None });
    }

    /// Replies to every request for which `respond` returns a reply, to any endpoint.
    ///
    /// Don't call the gateway's methods in `respond`.
    pub fn respond(&self, respond: impl FnMut(&RecordedRequest) -> Option<Reply> + Send + 'static) {
        lock(&self.shared.script).rules.push(Box::new(respond));
    }

    /// Sets whether requests must have an API key, and be valid against the schema. Defaults to `true`.
    ///
    /// Invalid requests get status 400, and the violation as the error's message.
    pub fn validate(&self, validate: bool) {
        lock(&self.shared.script).validates = validate;
    }

    /// Returns the received requests, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.shared.requests).clone()
    }

    /// Returns the number of accepted connections. Clients keep a connection for several requests.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.progress.borrow().accepted
    }

    /// Waits until this many replies have been sent, up to their faults.
    ///
    /// Use it to cancel a request the gateway has received.
    pub async fn wait_for_replies(&self, count: usize) {
        self.wait(|progress| progress.replies >= count).await;
    }

    /// Waits until all connections are closed.
    ///
    /// Use it to check that dropping a stream closes its connection. A client keeps a connection open after a complete
    /// response, so drop the client first.
    pub async fn wait_for_close(&self) {
        self.wait(|progress| progress.open == 0).await;
    }

    async fn wait(&self, until: impl FnMut(&Progress) -> bool) {
        // Fails only without a sender, which `self` holds.
        drop(self.shared.progress.subscribe().wait_for(until).await);
    }

    /// Returns the address of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the base URL for clients.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Returns a builder for a client of this gateway, with an API key.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder().api_key(API_KEY).base_url(self.base_url())
    }

    /// Creates a client of this gateway with default settings.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Configuration`](crate::ErrorKind::Configuration) if the client can't be built.
    pub fn client(&self) -> Result<Client, Error> {
        self.client_builder().build()
    }
}

impl fmt::Debug for MockGateway {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MockGateway").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl Drop for MockGateway {
    fn drop(&mut self) {
        for connection in lock(&self.shared.connections).take().into_iter().flatten() {
            // The client may have closed it.
            let _ = connection.1.shutdown(Shutdown::Both);
        }
        // Wakes the acceptor.
        drop(TcpStream::connect(self.address));
        let _ = self.acceptor.take().map(JoinHandle::join);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, connection) in (0..).zip(listener.incoming()) {
        let Ok((connection, registered)) = connection.and_then(|it| it.try_clone().map(|other| (it, other))) else {
            continue;
        };
        match &mut *lock(&shared.connections) {
            Some(connections) => drop(connections.insert(number, registered)),
            None => return,
        }
        shared.progress.send_modify(|progress| {
            progress.accepted += 1;
            progress.open += 1;
        });
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // If a client closes its connection early, it isn't an error of the gateway.
            let _ = serve(&connection, &shared);
            drop(connection);
            if let Some(connections) = &mut *lock(&shared.connections) {
                connections.remove(&number);
            }
            shared.progress.send_modify(|progress| progress.open -= 1);
        });
    }
}

fn serve(connection: &TcpStream, shared: &Shared) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection);
    while let Some(request) = RecordedRequest::read(&mut reader)? {
        lock(&shared.requests).push(request.clone());
        let reply = lock(&shared.script).reply(&request);
        let fault = reply.send(connection);
        shared.progress.send_modify(|progress| progress.replies += 1);
        if let Some(fault) = fault? {
            return fault.perform(connection);
        }
    }
    Ok(())
}

impl Script {
    fn reply(&mut self, request: &RecordedRequest) -> Reply {
        if let Some(problem) = self.validates.then(|| refuse(request)).flatten() {
            return problem;
        }
        match self.rules.iter_mut().find_map(|respond| respond(request)) {
            Some(reply) if request.creates_response() => self.store.create(request, reply),
            Some(Reply { content: Content::Response(response), .. }) => Reply::json(&response),
            Some(reply) => reply,
            None => self.store.reply(request).unwrap_or_else(|| {
                let (method, path) = (request.method(), request.path());
                Reply::error(400, format!("no reply for {method} {path}; add one with MockGateway::reply"))
            }),
        }
    }
}

/// Returns the reply to a request the gateway refuses.
fn refuse(request: &RecordedRequest) -> Option<Reply> {
    if request.api_key().is_none() {
        return Some(Reply::error(401, "missing API key"));
    }
    let violation = match request.definition() {
        Some(definition) => validate_definition(definition, &request.json()),
        None if request.creates_response() => validate_request(&request.json()),
        None => Ok(()),
    };
    violation.err().map(|violation| Reply::error(400, violation.to_string()))
}
