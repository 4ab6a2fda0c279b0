//! A proxy: decodes requests and responses as typed values, and forwards them without loss.
//!
//! ```text
//! cargo run --example proxy                     # sends itself one request
//! cargo run --example proxy -- 127.0.0.1:8080   # serves POST http://127.0.0.1:8080/… until it's stopped
//! ```
//!
//! With `NEXCONN_API_KEY`, it forwards every client's requests with your key. Without, it forwards to a mock
//! gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use futures_util::{StreamExt, future::ready};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response, header::CONTENT_TYPE, server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::TokioIo;
use nexconn_responses::{Client, Error, ErrorKind, testing::Reply, types::CreateResponseRequest};
use tokio::net::TcpListener;

mod loopback;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, BoxError>;
type Outgoing = (u16, &'static str, Body); // status, media type, body

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
    let body = request.into_body().collect().await?.to_bytes();
    let (status, kind, body) = respond(&body, &gateway).await.unwrap_or_else(|error| error);
    Ok(Response::builder().status(status).header(CONTENT_TYPE, kind).body(body)?)
}

async fn respond(body: &[u8], gateway: &Client) -> Result<Outgoing, Outgoing> {
    let failed = |error: Error| json(error.status().unwrap_or(502), error.raw_body().unwrap_or(error.message()));
    let request: CreateResponseRequest = serde_json::from_slice(body).map_err(|e| json(400, &e.to_string()))?;
    if request.stream != Some(true) {
        let response = gateway.create(&request).await.map_err(failed)?;
        return Ok(json(200, &serde_json::to_string(&response).unwrap_or_default()));
    }
    // The event of a failed response has been forwarded. Any other error ends this stream too.
    let is_sent = |event: &Result<_, Error>| matches!(event, Err(error) if error.kind() == ErrorKind::ResponseFailed);
    let events = gateway.stream(&request).await.map_err(failed)?.take_while(move |event| ready(!is_sent(event)));
    let frames = events.map(|event| {
        let event = event?;
        let (kind, data) = (event.type_().unwrap_or("message"), serde_json::to_string(&event)?);
        Ok(Frame::data(Bytes::from(format!("event: {kind}\ndata: {data}\n\n"))))
    });
    Ok((200, "text/event-stream", StreamBody::new(frames).boxed_unsync()))
}

fn json(status: u16, text: &str) -> Outgoing {
    (status, "application/json", Full::from(text.to_owned()).map_err(|never| match never {}).boxed_unsync())
}
