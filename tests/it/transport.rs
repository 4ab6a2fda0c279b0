//! Certificates, proxies, changing API keys, and the user's own HTTP client, against real counterparts on loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{ApiKeyFuture, ApiKeyProvider, Client, ClientBuilder, Error, ErrorKind};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};

use crate::clock::{TIMEOUT, TestClock};
use crate::server::{KEY, Server, reply};

pub(crate) const CA: &[u8] = include_bytes!("certificates/ca.pem");
pub(crate) const SERVER: &[u8] = include_bytes!("certificates/server.pem");
const OTHER_HOST: &[u8] = include_bytes!("certificates/other_host.pem");
const EXPIRED: &[u8] = include_bytes!("certificates/expired.pem");
const CLIENT: &[u8] = include_bytes!("certificates/client.pem");
const RESPONSE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\nconnection: close\r\n\r\n{\"id\": \"resp_1\"}";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

// ---- TLS -----------------------------------------------------------------------------------------------------------

/// Starts a TLS server, which replies to every connection, and returns its address.
fn tls_server(pem: &[u8], wants_client_certificate: bool) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let builder = if wants_client_certificate {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(CA).unwrap()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().unwrap();
    let config = builder.with_single_cert(certificates, PrivateKeyDer::from_pem_slice(pem).unwrap()).unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::Stream::new(&mut connection, &mut socket);
            if read_head(&mut stream).is_some() {
                // If the client rejects the certificate, it closes the connection.
                let _ = stream.write_all(RESPONSE.as_bytes());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    address
}

/// Reads a request with a body up to the end of the body.
fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next().and_then(|length| length.parse::<usize>().ok()));
            if body.len() >= length.unwrap_or_default() {
                return Some(text);
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

fn https(address: SocketAddr) -> ClientBuilder {
    Client::builder()
        .api_key(KEY)
        .base_url(format!("https://{address}/v1"))
        .max_retries(2)
        .clock(TestClock::new())
        .timeout(TIMEOUT)
}

/// Asserts a permanent error with its cause.
fn assert_permanent(error: &Error, cause: &str) {
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, false), "{error:?}");
    assert!(error.to_string().contains(cause), "{error}");
}

#[tokio::test]
async fn a_private_ca_is_trusted_if_its_certificate_is_added() {
    let address = tls_server(SERVER, false);
    let response = https(address).root_certificate(CA).build().unwrap().create(&request()).await.unwrap();
    assert_eq!(response.id, "resp_1");
    let tls13 = https(address).root_certificate(CA).tls13_only(true).build().unwrap();
    assert_eq!(tls13.create(&request()).await.unwrap().id, "resp_1");
}

#[tokio::test]
async fn a_certificate_that_is_unknown_expired_or_of_another_host_is_not_retried() {
    for (pem, has_ca, cause) in
        [(SERVER, false, "UnknownIssuer"), (EXPIRED, true, "expired"), (OTHER_HOST, true, "not valid for name")]
    {
        let builder = https(tls_server(pem, false));
        let builder = if has_ca { builder.root_certificate(CA) } else { builder };
        let error = builder.build().unwrap().create(&request()).await.unwrap_err();
        assert_permanent(&error, cause);
    }
}

#[tokio::test]
async fn the_client_certificate_is_sent_on_request() {
    let address = tls_server(SERVER, true);
    let builder = https(address).root_certificate(CA);
    assert_eq!(builder.clone().build().unwrap().create(&request()).await.unwrap_err().kind(), ErrorKind::Connection);
    let client = builder.client_certificate(CLIENT).build().unwrap();
    assert_eq!(client.create(&request()).await.unwrap().id, "resp_1");
}

#[test]
fn files_without_certificate_or_key_are_rejected() {
    for builder in [
        https(([127, 0, 0, 1], 1).into()).root_certificate("nonsense"),
        https(([127, 0, 0, 1], 1).into()).client_certificate(CA),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Configuration);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_missing_ca_bundle_is_a_configuration_error_that_names_the_variable() {
    let set_up = "export SSL_CERT_FILE=/nonexistent.pem; unset SSL_CERT_DIR";
    if crate::support::child::is_child(
        "transport::a_missing_ca_bundle_is_a_configuration_error_that_names_the_variable",
        set_up,
    ) {
        let error = Client::new(KEY).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error:?}");
        assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
        // Plain http needs no certificates.
        Client::builder().api_key(KEY).base_url("http://127.0.0.1:1").build().unwrap();
    }
}

// ---- proxies -------------------------------------------------------------------------------------------------------

/// Starts a forward proxy for plain http with these credentials. Returns its address and its requests.
fn proxy(credentials: Option<&'static str>) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let requests = Arc::clone(&seen);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let Some(request) = read_head(&mut socket) else { continue };
            let is_allowed = credentials.is_none_or(|credentials| request.contains(credentials));
            requests.lock().unwrap().push(request.clone());
            if !is_allowed {
                let refusal =
                    "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                socket.write_all(refusal.as_bytes()).unwrap();
                continue;
            }
            let target = request.split_whitespace().nth(1).unwrap();
            let host = target.trim_start_matches("http://").split('/').next().unwrap().to_owned();
            let mut server = TcpStream::connect(host).unwrap();
            server.write_all(request.as_bytes()).unwrap();
            let mut response = Vec::new();
            server.read_to_end(&mut response).unwrap();
            socket.write_all(&response).unwrap();
        }
    });
    (address, seen)
}

#[tokio::test]
async fn a_configured_proxy_is_used_even_for_loopback() {
    let server = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let (address, seen) = proxy(Some("proxy-authorization: Basic dXNlcjpvcGVuLXNlc2FtZQ=="));
    let client = server.builder().proxy(format!("http://user:open-sesame@{address}")).build().unwrap();
    assert_eq!(client.create(&request()).await.unwrap().id, "resp_1");
    assert_eq!(seen.lock().unwrap().len(), 1);
    let error =
        server.builder().proxy(format!("http://{address}")).build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!((error.status(), error.is_retryable()), (Some(407), false));
    let direct = server.builder().no_proxy().build().unwrap();
    assert_eq!(direct.create(&request()).await.unwrap().id, "resp_1");
    assert_eq!(seen.lock().unwrap().len(), 2);
    drop((client, direct));
    server.finish().await;
}

#[tokio::test]
async fn a_proxy_that_rejects_a_tunnel_is_not_retried_and_its_password_is_not_shown() {
    let (address, seen) = proxy(Some("nobody"));
    let builder = https(([127, 0, 0, 1], 1).into()).proxy(format!("http://user:open-sesame@{address}"));
    assert!(!format!("{builder:?}").contains("open-sesame"));
    let error = builder.build().unwrap().create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, false), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("open-sesame"), "{error:?}");
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[test]
fn an_invalid_proxy_url_is_rejected_without_showing_it() {
    for url in ["", "nonsense", "ftp://user:open-sesame@127.0.0.1", "//user:open-sesame@127.0.0.1"] {
        let error = https(([127, 0, 0, 1], 1).into()).proxy(url).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
        assert!(!format!("{error} {error:?}").contains("open-sesame"), "{error:?}");
    }
}

/// Starts a SOCKS5 proxy with this user name and password. Returns its address and the hosts it was asked for.
#[cfg(feature = "socks")]
fn socks_proxy(user: &'static str, password: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let targets = Arc::clone(&seen);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let read = |socket: &mut TcpStream, length: u8| {
                let mut bytes = vec![0; length.into()];
                socket.read_exact(&mut bytes).map(|()| bytes).unwrap_or_default()
            };
            // The methods the client offers. We choose user name and password, RFC 1929.
            let methods = read(&mut socket, 2)[1];
            read(&mut socket, methods);
            socket.write_all(&[5, 2]).unwrap();
            let [_, length] = read(&mut socket, 2)[..] else { continue };
            let given_user = read(&mut socket, length);
            let length = read(&mut socket, 1)[0];
            let given_password = read(&mut socket, length);
            let is_allowed = (given_user, given_password) == (user.into(), password.into());
            socket.write_all(&[1, u8::from(!is_allowed)]).unwrap();
            if !is_allowed {
                continue;
            }
            // A request to connect to a name, RFC 1928.
            let [5, 1, 0, 3, length] = read(&mut socket, 5)[..] else { panic!("not a connection to a name") };
            let host = String::from_utf8(read(&mut socket, length)).unwrap();
            let [high, low] = read(&mut socket, 2)[..] else { panic!("no port") };
            targets.lock().unwrap().push(host.clone());
            let mut server = TcpStream::connect((host, u16::from_be_bytes([high, low]))).unwrap();
            socket.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).unwrap();
            let request = read_head(&mut socket).unwrap();
            server.write_all(request.as_bytes()).unwrap();
            std::io::copy(&mut server, &mut socket).unwrap();
        }
    });
    (address, seen)
}

#[cfg(feature = "socks")]
#[tokio::test]
async fn a_socks_proxy_resolves_names_and_checks_the_password() {
    let server = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let (address, seen) = socks_proxy("user", "open-sesame");
    let base_url = format!("http://localhost:{}/v1", server.address().port());
    let client = |password: &str| {
        let proxy = format!("socks5h://user:{password}@{address}");
        server.builder().base_url(&base_url).proxy(proxy).build().unwrap()
    };
    assert_eq!(client("open-sesame").create(&request()).await.unwrap().id, "resp_1");
    assert_eq!(*seen.lock().unwrap(), ["localhost"]);
    let error = client("wrong-password").create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connection, false), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("wrong-password"), "{error:?}");
    assert_eq!(server.finish().await.len(), 1);
}

#[cfg(not(feature = "socks"))]
#[test]
fn a_socks_proxy_without_the_feature_is_a_configuration_error() {
    let error = https(([127, 0, 0, 1], 1).into()).proxy("socks5://127.0.0.1:1").build().unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && error.to_string().contains("`socks`"), "{error}");
}

// ---- headers and connections ---------------------------------------------------------------------------------------

#[tokio::test]
async fn headers_and_user_agent_of_the_client_are_sent_with_each_request() {
    let server = Server::start([reply("200 OK", r#"{"id": "resp_1"}"#)]);
    let client = server.builder().header("x-tenant", "blue").user_agent("my-app/1.0").build().unwrap();
    client.create(&request()).await.unwrap();
    client.create(&request()).header("x-tenant", "red").unwrap().await.unwrap();
    drop(client);
    let requests = server.finish().await;
    assert!(requests[0].contains("x-tenant: blue\r\n") && requests[0].contains("user-agent: my-app/1.0\r\n"));
    assert!(requests[1].contains("x-tenant: red\r\n") && !requests[1].contains("blue"));
    for (name, value) in [("x y", "a"), ("x", "a\nb"), ("authorization", "a")] {
        let error =
            Client::builder().api_key(KEY).base_url("http://localhost").header(name, value).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
    }
}

#[tokio::test]
async fn a_custom_client_that_follows_redirects_does_not_forward_the_key() {
    let elsewhere = Server::start([reply("200 OK", r#"{"id": "evil"}"#)]);
    let location = format!("http://{}/v1/responses", elsewhere.address());
    let server = Server::start([reply(&format!("307 Temporary Redirect\nlocation: {location}"), "")]);
    let http = reqwest::Client::builder().tls_backend_preconfigured(tls_config()).no_proxy().build().unwrap();
    let client = server.builder().http_client(http).build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Redirect, false), "{error:?}");
    drop(client);
    assert!(server.finish().await[0].contains(KEY));
    assert!(!elsewhere.finish().await[0].contains(KEY));
}

fn tls_config() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Starts a server with open connections.
fn keeping_server() -> ClientBuilder {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            thread::spawn(move || {
                while read_head(&mut socket).is_some() {
                    let response = RESPONSE.replace("connection: close\r\n", "");
                    let _ = socket.write_all(response.as_bytes());
                }
            });
        }
    });
    Client::builder().api_key(KEY).base_url(base_url).max_retries(0)
}

#[test]
fn a_client_outlives_the_runtime_that_it_was_used_on() {
    let client = keeping_server().build().unwrap();
    for _ in 0..3 {
        assert_eq!(runtime().block_on(client.create(&request()).into_future()).unwrap().id, "resp_1");
    }
}

/// As the docs of `Client` advise: a shared client could wait for a connection the idle runtime drives.
#[test]
fn two_runtimes_with_a_client_each_do_not_wait_for_each_other() {
    let builder = keeping_server();
    let (first, second) = (runtime(), runtime());
    let clients = [builder.clone().build().unwrap(), builder.build().unwrap()];
    for _ in 0..3 {
        for (runtime, client) in [&first, &second].into_iter().zip(&clients) {
            assert_eq!(runtime.block_on(client.create(&request()).into_future()).unwrap().id, "resp_1");
        }
    }
}

// ---- changing keys -------------------------------------------------------------------------------------------------

/// Provides `sk-first-0123`, then a new key each time the last one is rejected.
#[derive(Debug, Default)]
struct Rotating {
    refreshed: AtomicUsize,
}

impl ApiKeyProvider for Rotating {
    fn api_key(&self, refresh: bool) -> ApiKeyFuture {
        let number = if refresh {
            self.refreshed.fetch_add(1, Ordering::SeqCst) + 1
        } else {
            self.refreshed.load(Ordering::SeqCst)
        };
        Box::pin(async move { Ok(format!("sk-key-number-{number}")) })
    }
}

#[tokio::test]
async fn a_rejected_key_is_refreshed_once() {
    let rejected = || reply("401 Unauthorized", r#"{"error": "expired"}"#);
    let ok = || reply("200 OK", r#"{"id": "resp_1"}"#);
    let server = Server::start([rejected(), ok(), ok(), rejected(), rejected()]);
    let client = server.builder().api_key_provider(Arc::new(Rotating::default())).build().unwrap();
    let (_, metadata) = client.create(&request()).with_metadata().await.unwrap();
    assert_eq!(metadata.attempts(), 2);
    client.create(&request()).await.unwrap();
    assert_eq!(client.create(&request()).await.unwrap_err().kind(), ErrorKind::Authentication);
    drop(client);
    let requests = server.finish().await;
    let keys: Vec<_> = requests
        .iter()
        .map(|request| request.split("authorization: Bearer sk-key-number-").nth(1).unwrap().chars().next().unwrap())
        .collect();
    assert_eq!(keys, ['0', '1', '1', '1', '2']);
}

#[tokio::test]
async fn keys_that_were_sent_earlier_are_redacted_too() {
    let body = r#"{"error": "neither sk-key-number-0 nor sk-key-number-1"}"#;
    let server = Server::start([reply("401 Unauthorized", body)]);
    let client = server.builder().api_key_provider(Arc::new(Rotating::default())).build().unwrap();
    let error = client.create(&request()).await.unwrap_err();
    assert!(!format!("{error} {error:?} {:?}", error.raw_body()).contains("sk-key"), "{error:?}");
    drop(client);
    assert_eq!(server.finish().await.len(), 2);
}

#[derive(Debug)]
struct Broken(&'static str);

impl ApiKeyProvider for Broken {
    fn api_key(&self, _: bool) -> ApiKeyFuture {
        let key = self.0;
        Box::pin(async move { if key.is_empty() { Err("the vault is sealed".into()) } else { Ok(key.to_owned()) } })
    }
}

#[tokio::test]
async fn a_provider_that_fails_or_returns_an_invalid_key_is_an_authentication_error() {
    for (key, has_source) in [("", true), ("two words", false), ("line\nbreak", false)] {
        let server = Server::start([reply("200 OK", "{}")]);
        let client = server.builder().api_key_provider(Arc::new(Broken(key))).build().unwrap();
        let error = client.create(&request()).await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Authentication, false));
        assert_eq!(std::error::Error::source(&error).is_some(), has_source);
        assert!(key.is_empty() || !format!("{error:?}").contains(key), "{error:?}");
        drop(client);
        assert_eq!(server.finish().await.len(), 0);
    }
}

#[derive(Debug)]
struct Stuck;

impl ApiKeyProvider for Stuck {
    fn api_key(&self, _: bool) -> ApiKeyFuture {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn waiting_for_a_key_counts_against_the_timeout() {
    let client = Client::builder().api_key_provider(Arc::new(Stuck)).base_url("http://127.0.0.1:1").max_retries(0);
    let client = client.timeout(Duration::from_millis(20)).build().unwrap();
    assert_eq!(client.create(&request()).await.unwrap_err().kind(), ErrorKind::Timeout);
}

/// The server changes the key after every 50 requests. There are 20 at once, so no request meets two changes.
#[tokio::test]
async fn keys_that_change_under_load_fail_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let keys = Arc::new(Vault::default());
    let accepted = Arc::clone(&keys);
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let Some(request) = read_head(&mut socket) else { continue };
            let response = if accepted.accepts(&request) {
                RESPONSE.to_owned()
            } else {
                RESPONSE.replace("200 OK", "401 Unauthorized")
            };
            let _ = socket.write_all(response.as_bytes());
        }
    });
    let builder = Client::builder().api_key_provider(keys.clone()).base_url(base_url);
    let client = builder.max_retries(0).build().unwrap();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        running.spawn(async move {
            for _ in 0..10 {
                client.create(&request()).await?;
            }
            Ok::<_, Error>(())
        });
    }
    for outcome in running.join_all().await {
        outcome.unwrap();
    }
    let state = keys.0.lock().unwrap();
    assert!(state.number == 4 && state.asked_again > 0, "{state:?}");
}

/// The current key, which both sides know. The previous key is valid until the next change.
#[derive(Debug, Default)]
struct Vault(Mutex<VaultState>);

#[derive(Debug, Default)]
struct VaultState {
    number: usize,
    served: usize,
    asked_again: usize,
    /// The number for clients unless they ask for a fresh one.
    cached: usize,
}

impl Vault {
    fn accepts(&self, request: &str) -> bool {
        let mut state = self.0.lock().unwrap();
        let number = request.split("sk-key-number-").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let number: usize = number.parse().unwrap();
        if number + 1 < state.number {
            return false;
        }
        state.served += 1;
        state.number = state.served / 50;
        true
    }
}

impl ApiKeyProvider for Vault {
    fn api_key(&self, refresh: bool) -> ApiKeyFuture {
        let mut state = self.0.lock().unwrap();
        if refresh {
            state.asked_again += 1;
            state.cached = state.number;
        }
        let number = state.cached;
        Box::pin(async move { Ok(format!("sk-key-number-{number}")) })
    }
}
