//! Images and documents as input: local files as data URLs, and web addresses.
//!
//! ```text
//! cargo run --example files                                # sends a chart and a PDF of this example
//! cargo run --example files -- photo.jpg https://example.com/paper.pdf
//! ```
//!
//! Without `NEXCONN_API_KEY`, it uses a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nexconn_responses::testing::Reply;
use nexconn_responses::types::{
    CreateResponseRequest, ImageDetail, InputContent, InputFile, InputImage, InputText, Message, models,
};

mod loopback;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([Reply::text("Four quarters, of which the last is the best.")])?;
    let mut parts: Vec<InputContent> = vec![InputText::new("What do these have in common? One sentence.").into()];
    for name in env::args().skip(1) {
        parts.push(part(&name)?);
    }
    if parts.len() == 1 {
        parts.push(local("chart.png", include_bytes!("loopback/chart.png")));
        parts.push(local("report.pdf", include_bytes!("loopback/report.pdf")));
    }

    let names: Vec<_> = parts.iter().filter_map(InputContent::type_).collect();
    println!("sending {}", names.join(", "));
    let request = CreateResponseRequest::new(models::GPT_5_2, [Message::user(parts)]).max_output_tokens(2_000);
    println!("{}", client.create(&request).await?.output_text());
    Ok(())
}

fn part(name: &str) -> Result<InputContent, Box<dyn Error>> {
    if name.starts_with("https://") {
        // The server downloads it.
        return Ok(match media_type(name) {
            kind if kind.starts_with("image/") => InputImage::new().image_url(name).detail(ImageDetail::Auto).into(),
            _ => InputFile::new().file_url(name).into(),
        });
    }
    let bytes = fs::read(name).map_err(|error| format!("{name}: {error}"))?;
    Ok(local(name.rsplit(['/', '\\']).next().unwrap_or(name), &bytes))
}

/// Sends the file itself. The server recognizes the kind of document by its name.
fn local(name: &str, bytes: &[u8]) -> InputContent {
    let kind = media_type(name);
    let url = format!("data:{kind};base64,{}", STANDARD.encode(bytes));
    match kind {
        kind if kind.starts_with("image/") => InputImage::new().image_url(url).detail(ImageDetail::Auto).into(),
        _ => InputFile::new().filename(name).file_data(url).into(),
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "pdf" => "application/pdf",
        _ => "text/plain",
    }
}
