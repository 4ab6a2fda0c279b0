//! Structured output as a Rust value while it arrives.
//!
//! ```text
//! cargo run --features schemars --example partial
//! ```
//!
//! Without `NEXCONN_API_KEY`, it uses a mock gateway in this process.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::error::Error;

use nexconn_responses::testing::Reply;
use nexconn_responses::types::{CreateResponseRequest, TextFormatJsonSchema, models};
use schemars::JsonSchema;
use serde::Deserialize;

mod loopback;

/// While the recipe arrives, the end of it is missing, so all fields have defaults.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Recipe {
    title: String,
    ingredients: Vec<Ingredient>,
    steps: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Ingredient {
    name: String,
    /// Null for a pinch.
    grams: Option<f64>,
}

const OUTPUT: &str = r#"{"title": "Waffles", "ingredients": [{"name": "flour", "grams": 250},
    {"name": "butter", "grams": 125}, {"name": "salt", "grams": null}], "steps": ["Melt the butter", "Mix", "Bake"]}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = loopback::client([Reply::text(OUTPUT)])?;
    let request = CreateResponseRequest::new(models::GPT_5_2, "A recipe for waffles.")
        .text(TextFormatJsonSchema::from_type::<Recipe>()?);

    let mut recipes = client.stream(&request).await?.partial::<Recipe>();
    let mut shown = 0;
    while let Some(partial) = recipes.next().await {
        let Recipe { title, ingredients, steps } = partial?.get().unwrap_or_default();
        // The last ingredient may be incomplete until a step follows.
        let complete = if steps.is_empty() { ingredients.len().saturating_sub(1) } else { ingredients.len() };
        for ingredient in ingredients.iter().take(complete).skip(shown) {
            let grams = ingredient.grams.map_or("a pinch".to_owned(), |grams| format!("{grams} g"));
            println!("{title}: {grams} of {}", ingredient.name);
        }
        shown = complete;
    }

    let recipe: Recipe = recipes.into_response().await?.parse()?;
    println!("{} in {} steps: {}", recipe.title, recipe.steps.len(), recipe.steps.join(", "));
    Ok(())
}
