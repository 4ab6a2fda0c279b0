//! A proxy: forwards every request with your key, and returns status, headers and body as the server sent them.
//!
//! ```text
//! cargo run --example proxy                     # sends itself one request
//! cargo run --example proxy -- 127.0.0.1:8080   # serves http://127.0.0.1:8080/v1/… until it's stopped
//! ```
//!
//! With `NEXCONN_API_KEY`, it forwards to the gateway. Without, it forwards to a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use futures_util::StreamExt;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{HeaderMap, Request, Response, server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::TokioIo;
use nexconn_responses::{Client, testing::Reply, types::CreateResponseRequest};
use tokio::net::TcpListener;

mod loopback;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Headers that belong to one connection, or that the client sets.
const OWN: [&str; 7] =
    ["accept-encoding", "authorization", "connection", "content-length", "content-type", "host", "transfer-encoding"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = loopback::client([Reply::text("Hello through the proxy.")])?;
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let base_url = format!("http://{}/v1", listener.local_addr()?);
    println!("serving {base_url}");
    let serving = tokio::spawn(serve(listener, gateway));
    if address.is_some() {
        return Ok(serving.await??);
    }
    let client = Client::builder().api_key("any").base_url(base_url).build()?;
    let request = CreateResponseRequest::new("openai/gpt-5.2", "Say hello.");
    println!("{}", client.stream(&request).await?.into_response().await?.output_text());
    Ok(())
}

async fn serve(listener: TcpListener, gateway: Client) -> std::io::Result<()> {
    loop {
        let (connection, _) = listener.accept().await?;
        let gateway = gateway.clone();
        let service = service_fn(move |request| forward(request, gateway.clone()));
        tokio::spawn(Builder::new().serve_connection(TokioIo::new(connection), service));
    }
}

async fn forward(request: Request<Incoming>, gateway: Client) -> Result<Response<Body>, BoxError> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    // The clients of this proxy retry by themselves.
    let mut call = gateway.request(head.method, path.strip_prefix("/v1").unwrap_or(path)).max_retries(0);
    for (name, value) in head.headers.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        call = call.header(name, value)?;
    }
    let body = body.collect().await?.to_bytes();
    if let Some(content_type) = head.headers.get("content-type") {
        call = call.body(content_type, body);
    }
    let (status, headers, body) = match call.raw().await {
        Ok(response) => {
            let metadata = response.metadata().clone();
            let frames = response.map(|bytes| Ok(Frame::data(bytes?)));
            (metadata.status(), metadata.headers().clone(), StreamBody::new(frames).boxed_unsync())
        }
        Err(error) => (502, HeaderMap::new(), Full::from(error.to_string()).map_err(Into::into).boxed_unsync()),
    };
    let mut response = Response::builder().status(status).body(body)?;
    *response.headers_mut() = headers;
    Ok(response)
}
