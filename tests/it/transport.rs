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

const CA: &[u8] = include_bytes!("certificates/ca.pem");
const SERVER: &[u8] = include_bytes!("certificates/server.pem");
const OTHER_HOST: &[u8] = include_bytes!("certificates/other_host.pem");
const EXPIRED: &[u8] = include_bytes!("certificates/expired.pem");
const CLIENT: &[u8] = include_bytes!("certificates/client.pem");
const RESPONSE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\nconnection: close\r\n\r\n{\"id\": \"resp_1\"}";

fn request() -> CreateResponseRequest {
    CreateResponseRequest::new("m", "i")
}

// ---- TLS -----------------------------------------------------------------------------------------------------------

/// Starts a TLS server that replies to every connection, and returns its address.
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
                // A client that rejects the certificate closes the connection.
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

/// Asserts that an error isn't retried and names its cause.
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

// ---- proxies -------------------------------------------------------------------------------------------------------

/// Starts a forward proxy for plain http that requires these credentials. Returns its address and its requests.
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
