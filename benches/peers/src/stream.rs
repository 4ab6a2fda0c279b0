//! Streams over loopback: events per CPU second of the client, and peak memory of a long stream.

use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::Outcome;
use crate::clients::{AsyncOpenai, Ours, runtime};
use crate::clock::compete;
use crate::memory::Count;
use crate::report::{Bar, Row};
use crate::samples::EVENT_BYTES;
use crate::server::Server;

/// Events of the stream that is timed.
const EVENTS: usize = 20_000;

/// Events in a gibibyte.
const GIBIBYTE_OF_EVENTS: usize = (1 << 30) / EVENT_BYTES + 1;

/// Events in a mebibyte.
const MEBIBYTE_OF_EVENTS: usize = (1 << 20) / EVENT_BYTES;

/// Measures twice, because results depend on where the stream is read. In `block_on`, the runtime parks after each
/// event; in a task, as in a server, reading alternates with the task of the connection.
pub(crate) fn speed() -> Outcome<Vec<Row>> {
    let server = Server::start()?;
    let ours = Arc::new(Ours::new(&server.base_url(EVENTS))?);
    let peer = Arc::new(AsyncOpenai::new(&server.base_url(EVENTS))?);
    let runtime = runtime()?;
    let our_stream = || {
        let ours = Arc::clone(&ours);
        async move { ours.stream(|| {}).await.unwrap_or_default() }
    };
    let their_stream = || {
        let peer = Arc::clone(&peer);
        async move { peer.stream().await.unwrap_or_default() }
    };
    let times = compete(vec![
        Box::new(|| assert_eq!(runtime.block_on(our_stream()), EVENTS)),
        Box::new(|| assert_eq!(runtime.block_on(their_stream()), EVENTS)),
        Box::new(|| assert_eq!(in_task(&runtime, our_stream()), EVENTS)),
        Box::new(|| assert_eq!(in_task(&runtime, their_stream()), EVENTS)),
    ]);
    let rate = |of| EVENTS as f64 / times.seconds(of) / 1e3;
    let row = |name: &str, ours, peer| Row {
        name: name.to_owned(),
        ours: format!("{:.0}", rate(ours)),
        peer: format!("async-openai: {:.0}", rate(peer)),
        figure: Some(times.speed(ours, peer)),
        bar: Some(Bar::AtLeast(2.0)),
    };
    Ok(vec![
        row("events of 300 bytes through a socket, thousands per CPU second", 0, 1),
        row("the same, read in a spawned task", 2, 3),
    ])
}

fn in_task(runtime: &Runtime, stream: impl Future<Output = usize> + Send + 'static) -> usize {
    runtime.block_on(runtime.spawn(stream)).unwrap_or_default()
}

pub(crate) fn gibibyte() -> Outcome<Vec<Row>> {
    let server = Server::start()?;
    let ours = Ours::new(&server.base_url(GIBIBYTE_OF_EVENTS))?;
    let count = Count::start();
    let (mut events, mut early) = (0, 0);
    let deltas = runtime()?.block_on(ours.stream(|| {
        events += 1;
        if events == MEBIBYTE_OF_EVENTS {
            early = count.peak();
        }
    }))?;
    assert_eq!(deltas, GIBIBYTE_OF_EVENTS);
    let mebibytes = |bytes: isize| bytes as f64 / f64::from(1 << 20);
    Ok(vec![Row {
        name: "a stream of 1 GiB, growth of peak memory after the first MiB, MiB".to_owned(),
        ours: format!("{:.3}, from {:.3}", mebibytes(count.peak() - early), mebibytes(early)),
        peer: String::new(),
        figure: Some(mebibytes(count.peak() - early)),
        bar: Some(Bar::LessThan(1.0)),
    }])
}
