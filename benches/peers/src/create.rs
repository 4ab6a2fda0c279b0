//! `create` over loopback, compared with plain reqwest.

use crate::Outcome;
use crate::clients::{Ours, Plain, runtime};
use crate::clock::compete;
use crate::report::{Bar, Row};
use crate::server::Server;

/// Requests per round, one after another on one connection.
const REQUESTS: usize = 400;

pub(crate) fn measure() -> Outcome<Vec<Row>> {
    let server = Server::start()?;
    let (ours, plain) = (Ours::new(&server.base_url(0))?, Plain::new(&server.base_url(0)));
    let runtime = runtime()?;
    let times = compete(vec![
        Box::new(|| {
            for _ in 0..REQUESTS {
                assert!(runtime.block_on(ours.create()).is_ok_and(|text| text > 0));
            }
        }),
        Box::new(|| {
            for _ in 0..REQUESTS {
                assert!(runtime.block_on(plain.create()).is_ok_and(|text| text > 0));
            }
        }),
    ]);
    let micros = |of| times.seconds(of) * 1e6 / REQUESTS as f64;
    Ok(vec![Row {
        name: "`create` over loopback, CPU µs of the client".to_owned(),
        ours: format!("{:.0}", micros(0)),
        peer: format!("reqwest and `Value`: {:.0}", micros(1)),
        figure: Some(times.speed(1, 0)),
        bar: Some(Bar::AtMost(1.15)),
    }])
}
