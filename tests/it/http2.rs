//! The feature `http2`, with a server for HTTP/2 only.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use nexconn_responses::types::CreateResponseRequest;
use nexconn_responses::{Client, ErrorKind};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::server::KEY;
use crate::transport::{CA, SERVER};

/// Starts the server, which responds with the length of the request, or with status 413 beyond 1 MB.
async fn start() -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let certificates = CertificateDer::pem_slice_iter(SERVER).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(SERVER).unwrap();
    let mut config = builder.with_no_client_auth().with_single_cert(certificates, key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(connection) = acceptor.accept(socket).await else { continue };
            let server = http2::Builder::new(TokioExecutor::new());
            tokio::spawn(server.serve_connection(TokioIo::new(connection), service_fn(respond)));
        }
    });
    address
}

async fn respond(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.version(), hyper::Version::HTTP_2);
    let is_stream = request.headers()["accept"] == "text/event-stream";
    let length: usize = request.headers()["content-length"].to_str().unwrap().parse().unwrap();
    if length > 1_000_000 {
        let body = Bytes::from(r#"{"error": {"code": "too_large"}}"#);
        return Ok(Response::builder().status(413).body(body.into()).unwrap());
    }
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let response = format!(r#"{{"id": "resp_{}", "status": "completed"}}"#, body.len() / 1000);
    if !is_stream {
        return Ok(Response::new(response.into()));
    }
    let event = format!("data: {{\"type\": \"response.completed\", \"response\": {response}}}\n\n");
    Ok(Response::builder().header("content-type", "text/event-stream").body(event.into()).unwrap())
}

#[tokio::test]
async fn a_server_that_only_speaks_http2_is_reached() {
    let base_url = format!("https://{}/v1", start().await);
    let client = Client::builder().api_key(KEY).base_url(base_url).root_certificate(CA).build().unwrap();
    let request = |size: usize| CreateResponseRequest::new("m", "x".repeat(size));
    assert_eq!(client.create(&request(1)).await.unwrap().id, "resp_0");
    assert_eq!(client.create(&request(300_000)).await.unwrap().id, "resp_300");
    assert_eq!(client.stream(&request(1)).await.unwrap().into_response().await.unwrap().id, "resp_0");
    let error = client.create(&request(4_000_000)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("too_large")), "{error:?}");
}
