//! Streams over loopback: events a CPU second of the client, and the memory that a long one takes.

use crate::Outcome;
use crate::clients::{AsyncOpenai, Ours, runtime};
use crate::clock::compete;
use crate::memory::Count;
use crate::report::{Bar, Row};
use crate::samples::EVENT_BYTES;
use crate::server::Server;

/// How many events the stream has whose time is taken.
const EVENTS: usize = 20_000;

/// How many events make a gibibyte.
const GIBIBYTE_OF_EVENTS: usize = (1 << 30) / EVENT_BYTES + 1;

/// How many events make a mebibyte.
const MEBIBYTE_OF_EVENTS: usize = (1 << 20) / EVENT_BYTES;

pub(crate) fn speed() -> Outcome<Vec<Row>> {
    let server = Server::start()?;
    let (ours, peer) = (Ours::new(&server.base_url(EVENTS))?, AsyncOpenai::new(&server.base_url(EVENTS))?);
    let runtime = runtime()?;
    let times = compete(vec![
        Box::new(|| assert!(runtime.block_on(ours.stream(|| {})).is_ok_and(|events| events == EVENTS))),
        Box::new(|| assert!(runtime.block_on(peer.stream()).is_ok_and(|events| events == EVENTS))),
    ]);
    let rate = |of| EVENTS as f64 / times.seconds(of) / 1e3;
    Ok(vec![Row {
        what: "events of 300 bytes through a socket, thousands in a CPU second".to_owned(),
        ours: format!("{:.0}", rate(0)),
        peer: format!("async-openai: {:.0}", rate(1)),
        judged: Some(times.speed(0, 1)),
        bar: Some(Bar::AtLeast(2.0)),
    }])
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
        what: "a stream of 1 GiB: growth of the peak of memory after the first MiB, MiB".to_owned(),
        ours: format!("{:.3}, from {:.3}", mebibytes(count.peak() - early), mebibytes(early)),
        peer: String::new(),
        judged: Some(mebibytes(count.peak() - early)),
        bar: Some(Bar::LessThan(1.0)),
    }])
}
