//! Renders the results as two Markdown tables: a [`Column`] per kind of payload, and a [`Row`] per measure.

use std::fmt;

use crate::decode::SERDE;

/// Megabytes of JSON decoded per CPU second for one kind of payload, and the ratios.
pub(crate) struct Column {
    pub(crate) kind: &'static str,
    pub(crate) payloads: usize,
    pub(crate) decoded: usize,
    pub(crate) peer_decoded: usize,
    pub(crate) ours: f64,
    pub(crate) floor: f64,
    pub(crate) value: f64,
    /// Ours on the payloads the peer decodes.
    pub(crate) ours_on_peers: f64,
    /// The same, through serde_json.
    pub(crate) serde_on_peers: f64,
    pub(crate) peer: f64,
    pub(crate) over_floor: f64,
    pub(crate) over_peer: f64,
    pub(crate) serde_over_peer: f64,
}

impl Column {
    pub(crate) fn row(&self, entry: &str, peer: &str, ratio: f64, bar: Option<Bar>) -> Row {
        let (ours, peers) = match (entry, peer) {
            (SERDE, _) => (self.serde_on_peers, self.peer),
            (_, "async-openai") => (self.ours_on_peers, self.peer),
            _ => (self.ours, self.floor),
        };
        Row {
            name: format!("decode {} with {entry}, MB/s", self.kind),
            ours: format!("{ours:.0}"),
            peer: format!("{peer}: {peers:.0}"),
            figure: Some(ratio),
            bar,
        }
    }
}

/// A bound for a figure.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    AtLeast(f64),
    AtMost(f64),
    LessThan(f64),
    MoreThan(f64),
}

impl Bar {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bar) => value >= bar,
            Self::AtMost(bar) => value <= bar,
            Self::LessThan(bar) => value < bar,
            Self::MoreThan(bar) => value > bar,
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bar) => write!(f, "≥ {bar}"),
            Self::AtMost(bar) => write!(f, "≤ {bar}"),
            Self::LessThan(bar) => write!(f, "< {bar}"),
            Self::MoreThan(bar) => write!(f, "> {bar}"),
        }
    }
}

/// A measured figure of this crate and of a peer.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ours: String,
    pub(crate) peer: String,
    /// The figure the bar applies to: the ratio if there's a peer, or else our own figure.
    pub(crate) figure: Option<f64>,
    pub(crate) bar: Option<Bar>,
}

pub(crate) fn print_columns(columns: &[Column]) {
    let line = |name: &str, cell: &dyn Fn(&Column) -> String| {
        let cells: Vec<String> = columns.iter().map(cell).collect();
        println!("| {name} | {} |", cells.join(" | "));
    };
    line("MB of JSON decoded in a CPU second", &|column| column.kind.to_owned());
    println!("|---{}|", "|---".repeat(columns.len()));
    line("validate only (`IgnoredAny`): the floor", &|column| format!("{:.0}", column.floor));
    line("`serde_json::Value`", &|column| format!("{:.0}", column.value));
    line("async-openai 0.43, payloads it decodes", &|column| format!("{:.0}", column.peer));
    line("this crate with `from_slice`, the same payloads", &|column| format!("{:.0}", column.ours_on_peers));
    line("this crate with `serde_json::from_slice`, the same", &|column| format!("{:.0}", column.serde_on_peers));
    line("this crate with `from_slice`, all payloads", &|column| format!("{:.0}", column.ours));
    line("payloads async-openai decodes", &|column| format!("{} of {}", column.peer_decoded, column.payloads));
    line("payloads this crate decodes", &|column| format!("{} of {}", column.decoded, column.payloads));
    println!();
}

pub(crate) fn print_rows(rows: &[Row]) {
    println!("| | nexconn-responses | peer | figure | bar |\n|---|---|---|---|---|");
    for Row { name, ours, peer, figure, bar } in rows {
        let shown = figure.map_or(String::new(), |figure| format!("{figure:.2}"));
        let bar = bar.map_or(String::new(), |bar| {
            let met = if figure.is_some_and(|figure| bar.is_met(figure)) { "" } else { ", not met" };
            format!("{bar}{met}")
        });
        println!("| {name} | {ours} | {peer} | {shown} | {bar} |");
    }
}
