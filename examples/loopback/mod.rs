//! Lets the examples run without a key and without a network.

use std::error::Error;
use std::sync::OnceLock;

use nexconn_responses::Client;
use nexconn_responses::testing::{MockGateway, Reply};

/// Runs as long as the process.
static GATEWAY: OnceLock<MockGateway> = OnceLock::new();

/// Returns a client of the gateway if `NEXCONN_API_KEY` is set, or else of a mock gateway with these replies.
pub(crate) fn client(replies: impl IntoIterator<Item = Reply>) -> Result<Client, Box<dyn Error>> {
    if std::env::var_os("NEXCONN_API_KEY").is_some() {
        println!("connecting to the gateway, with the key in NEXCONN_API_KEY\n");
        return Ok(Client::from_env()?);
    }
    let gateway = MockGateway::start()?;
    replies.into_iter().for_each(|reply| gateway.reply(reply));
    println!("connecting to a mock gateway in this process; set NEXCONN_API_KEY to use the real one\n");
    Ok(GATEWAY.get_or_init(|| gateway).client()?)
}
