//! A gateway of your own: requests and answers pass through the types, and nothing is lost.
//!
//! ```text
//! cargo run --example proxy                     # asks itself once, and ends
//! cargo run --example proxy -- 127.0.0.1:8080   # serves POST http://127.0.0.1:8080/… until it is stopped
//! ```
//!
//! With `NEXCONN_API_KEY` set it forwards to the real gateway, with your key, whoever asks. Without, it
//! needs no key and no network: it forwards to a server on loopback (`loopback/mod.rs`).

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use futures_util::{StreamExt, future::ready};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response, header::CONTENT_TYPE, server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::TokioIo;
use nexconn_responses::{Client, Error, ErrorKind, types::CreateResponseRequest};
use tokio::net::TcpListener;

mod loopback;

type Failed = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Failed>;
type Answer = (u16, &'static str, Body); // status, media type, body

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = loopback::client([loopback::events("resp_1", "Hello through the proxy.")])?;
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

async fn forward(request: Request<Incoming>, gateway: Client) -> Result<Response<Body>, Failed> {
    let body = request.into_body().collect().await?.to_bytes();
    let (status, kind, body) = answer(&body, &gateway).await.unwrap_or_else(|refusal| refusal);
    Ok(Response::builder().status(status).header(CONTENT_TYPE, kind).body(body)?)
}

async fn answer(body: &[u8], gateway: &Client) -> Result<Answer, Answer> {
    let refused = |error: Error| whole(error.status().unwrap_or(502), error.raw_body().unwrap_or(error.message()));
    let request: CreateResponseRequest = serde_json::from_slice(body).map_err(|e| whole(400, &e.to_string()))?;
    if request.stream != Some(true) {
        let response = gateway.create(&request).await.map_err(refused)?;
        return Ok(whole(200, &serde_json::to_string(&response).unwrap_or_default()));
    }
    // A failure that the server tells has been passed on, as an event. Any other error breaks off this stream too.
    let told = |event: &Result<_, Error>| matches!(event, Err(error) if error.kind() == ErrorKind::ResponseFailed);
    let events = gateway.stream(&request).await.map_err(refused)?.take_while(move |event| ready(!told(event)));
    let frames = events.map(|event| {
        let event = event?;
        let (kind, data) = (event.type_().unwrap_or("message"), serde_json::to_string(&event)?);
        Ok(Frame::data(Bytes::from(format!("event: {kind}\ndata: {data}\n\n"))))
    });
    Ok((200, "text/event-stream", StreamBody::new(frames).boxed_unsync()))
}

fn whole(status: u16, text: &str) -> Answer {
    (status, "application/json", Full::from(text.to_owned()).map_err(|never| match never {}).boxed_unsync())
}
