//! A thousand concurrent streams over loopback, on one thread of the client.

use std::rc::Rc;

use tokio::task::{JoinSet, LocalSet};

use crate::Outcome;
use crate::clients::{AsyncOpenai, Ours, runtime};
use crate::clock::cpu_seconds;
use crate::memory::Count;
use crate::report::Row;
use crate::server::Server;

const STREAMS: usize = 1000;

/// Events per stream.
const EVENTS: usize = 1000;

pub(crate) fn measure() -> Outcome<Vec<Row>> {
    let server = Server::start()?;
    let (ours, peer) = (Ours::new(&server.base_url(EVENTS))?, AsyncOpenai::new(&server.base_url(EVENTS))?);
    let (ours, peer) = (Rc::new(ours), Rc::new(peer));
    let of_ours = all(move || {
        let ours = Rc::clone(&ours);
        async move { ours.stream(|| {}).await.unwrap_or_default() }
    })?;
    let of_peer = all(move || {
        let peer = Rc::clone(&peer);
        async move { peer.stream().await.unwrap_or_default() }
    })?;
    let row = |name: &str, value: &dyn Fn(&Load) -> f64| Row {
        name: format!("{STREAMS} streams of {EVENTS} events at once, {name}"),
        ours: format!("{:.0}", value(&of_ours)),
        peer: format!("async-openai: {:.0}", value(&of_peer)),
        figure: Some(value(&of_ours) / value(&of_peer)),
        bar: None,
    };
    Ok(vec![
        row("thousands of events per CPU second", &|load| (STREAMS * EVENTS) as f64 / load.seconds / 1e3),
        row("peak memory per stream, KiB", &|load| load.peak as f64 / STREAMS as f64 / 1024.0),
    ])
}

/// CPU time and memory of all streams.
struct Load {
    seconds: f64,
    peak: isize,
}

fn all<F: Future<Output = usize> + 'static>(stream: impl Fn() -> F) -> Outcome<Load> {
    let runtime = runtime()?;
    let count = Count::start();
    let start = cpu_seconds();
    let deltas = LocalSet::new().block_on(&runtime, async {
        let mut tasks = JoinSet::new();
        for _ in 0..STREAMS {
            tasks.spawn_local(stream());
        }
        tasks.join_all().await
    });
    let load = Load { seconds: cpu_seconds() - start, peak: count.peak() };
    let whole = deltas.iter().filter(|deltas| **deltas == EVENTS).count();
    if whole < STREAMS {
        Err(format!("only {whole} of {STREAMS} streams were read to the end").into())
    } else {
        Ok(load)
    }
}
