//! Finds the JSON Schema that is pasted in the text of a page, whole or cut.
//!
//! Place in the flow: `form.rs` hands it a text whose lines end in `\n`; what it finds becomes
//! `published.json`. The text of the schema is kept, but for the non-breaking blanks that web pages
//! indent with, which are no JSON. Where it is cut it is closed (`scan.rs`), and the cut is described.

use super::scan::{DEPTH, Scan};
use crate::generate::source::Cut;

/// What a page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The schema's text as published, up to the cut if there is one.
    pub(crate) schema: String,
    /// Where it is cut, and what closes it.
    pub(crate) cut: Option<Cut>,
    /// The URL in the page's `curl` example.
    pub(crate) url: Option<String>,
    /// The line `Modified at …`.
    pub(crate) modified: Option<String>,
    /// The list below `Currently supported models:`.
    pub(crate) models: Vec<String>,
}

/// Reads a page, or a text that is nothing but a schema.
///
/// A page may paste the schema several times, whole or escaped or cut. The longest copy counts, and
/// among equals the first.
pub(crate) fn read(text: &str) -> Result<Page, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut best: Option<(usize, Scan<'_>)> = None;
    let mut next = 0;
    for start in starts(text) {
        if start < next {
            continue;
        }
        let scan = Scan::run(&text[start..]);
        next = start + scan.last_token();
        if best.as_ref().is_none_or(|(_, best)| scan.text().len() > best.text().len()) {
            best = Some((start, scan));
        }
    }
    let Some((start, scan)) = best else {
        return Err("there is no JSON Schema in it: no object that begins with `$schema`".to_owned());
    };
    if scan.is_too_deep() {
        let offset = start + scan.text().len();
        return Err(format!("the schema in it is nested deeper than {DEPTH} levels, at byte {offset}"));
    }
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
    let listed = after("Currently supported models:").unwrap_or_default().trim_start();
    Ok(Page {
        schema: with_plain_blanks(scan.text()),
        cut: scan.cut(),
        url: after("curl --location '").and_then(|rest| rest.split_once('\'')).map(|(url, _)| url.to_owned()),
        modified: text.lines().find_map(|line| Some(line.trim().strip_prefix("Modified at")?.trim().to_owned())),
        models: listed.lines().map_while(model).map(str::to_owned).collect(),
    })
}

/// Where an object begins whose first property is `$schema`.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices("\"$schema\"").filter_map(|(at, _)| {
        let before = text[..at].trim_end();
        before.ends_with('{').then(|| before.len() - 1)
    })
}

/// The model in a line of a list, as plain text or Markdown; `None` if that is the end of the list.
fn model(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches(['-', '*', '•']).trim().trim_matches('`');
    let is_name = line.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.:".contains(c));
    (is_name && line.contains(|c: char| c == '/' || c.is_ascii_digit())).then_some(line)
}

/// The text with a plain blank for each non-breaking one outside its strings.
fn with_plain_blanks(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let plain = text.chars().map(|c| {
        match c {
            '"' if !escaped => in_string = !in_string,
            '\u{a0}' if !in_string => return ' ',
            _ => {}
        }
        escaped = in_string && c == '\\' && !escaped;
        c
    });
    plain.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use serde_json::Value;

    use super::*;

    /// A schema with everything that JSON has: escapes, other alphabets, numbers, literals, empty lists.
    const SCHEMA: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Ünïcödé \"quoted\" \\ \u00e9 \ud83d\ude00 ✓",
  "properties": {
    "a/b~c": { "type": ["string", "null"], "maxLength": 512, "default": null },
    "n": { "minimum": -1.5e+3, "deprecated": true, "examples": [[], {}, false, 10] }
  },
  "required": []
}"#;

    /// The page of the gateway in small, with this schema.
    fn page(schema: &str) -> String {
        format!(
            "Bypass Responses protocol\nPOST\nModified at 2026-04-24 10:39:56\n\nCurrently supported models:\nopenai/gpt-5\n\
             openai/gpt-5.2\n\nRequest\n{schema}\n\nExample\ncurl --location 'https://api.example.com/v1/responses' \\\n--data '{{}}'\n"
        )
    }

    fn schema_of(text: &str) -> (String, Option<Cut>) {
        let page = read(text).unwrap();
        (page.schema, page.cut)
    }

    /// The text with what closes it, as `refresh` writes it.
    fn closed(text: &str) -> (String, Value) {
        let (schema, cut) = schema_of(text);
        let closed = schema.clone() + &cut.map_or_else(|| "\n".to_owned(), |cut| cut.appended);
        let value = serde_json::from_str(&closed).unwrap_or_else(|error| panic!("{error} in\n{closed}\nfrom\n{text}"));
        (schema, value)
    }

    #[test]
    fn a_whole_schema_is_found_in_a_page() {
        let read = read(&page(SCHEMA)).unwrap();
        assert_eq!(read.schema, SCHEMA);
        assert_eq!(read.cut, None);
        assert_eq!(read.url.as_deref(), Some("https://api.example.com/v1/responses"));
        assert_eq!(read.modified.as_deref(), Some("2026-04-24 10:39:56"));
        assert_eq!(read.models, ["openai/gpt-5", "openai/gpt-5.2"]);
    }

    #[test]
    fn a_bare_schema_is_a_page_that_says_nothing_else() {
        let read = read(SCHEMA).unwrap();
        assert_eq!((read.schema.as_str(), read.cut), (SCHEMA, None));
        assert_eq!((read.url, read.modified, read.models), (None, None, Vec::new()));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_schema() {
        assert_eq!(schema_of(&format!("\u{feff}{SCHEMA}\n")).0, SCHEMA);
    }

    #[test]
    fn text_around_the_schema_is_left_out() {
        for (before, after) in
            [("{", "}"), ("[1, {\"a\": ", "}]"), ("```json\n", "\n```\n"), ("\"$schema\" {", "{\"b\": 1}")]
        {
            assert_eq!(schema_of(&format!("{before}{SCHEMA}{after}")), (SCHEMA.to_owned(), None), "{before} {after}");
        }
    }

    #[test]
    fn a_text_without_a_schema_is_refused() {
        let html = "<!doctype html><html><body><pre>{&quot;$schema&quot;: &quot;x&quot;}</pre></body></html>";
        for text in [
            "",
            "Not found",
            html,
            "{\"type\": \"object\"}",
            "{\"type\": \"object\", \"$schema\": \"x\"}",
            "\"$schema\"",
        ] {
            let problem = read(text).unwrap_err();
            assert!(problem.contains("there is no JSON Schema in it"), "{text}: {problem}");
        }
    }

    #[test]
    fn a_schema_in_html_is_read_to_where_it_ends() {
        let html = format!("<!doctype html>\n<pre>{SCHEMA}</pre>\n<script>var a = {{\"b\": 1}};</script>");
        assert_eq!(schema_of(&html), (SCHEMA.to_owned(), None));
    }

    #[test]
    fn the_longest_copy_counts_and_the_first_of_equals() {
        let short = "{\"$schema\": \"http://json-schema.org/draft-07/schema#\"}";
        assert_eq!(schema_of(&format!("{short}\n{SCHEMA}\n{short}\n")).0, SCHEMA);
        let other = SCHEMA.replace("512", "256");
        assert_eq!(schema_of(&format!("{SCHEMA}\n{other}\n")).0, SCHEMA);
    }

    #[test]
    fn a_copy_that_is_escaped_for_the_shell_is_not_preferred() {
        let schema = "{\"$schema\": \"s\", \"properties\": {\"a\": {\"description\": \"the 'a' of all\"}, \"b\": {}}}";
        let shell = format!("curl --location 'u' --data '{}'", schema.replace('\'', "'\\''"));
        for text in [format!("{schema}\n{shell}"), format!("{shell}\n{schema}")] {
            assert_eq!(schema_of(&text), (schema.to_owned(), None));
        }
        let (cut, value) = closed(&shell);
        assert!(cut.ends_with("\"the '"), "{cut}");
        assert_eq!(value["properties"]["a"]["description"], "the '");
    }

    #[test]
    fn a_cut_is_described() {
        let start = "{\n  \"$schema\": \"s\",\n  \"properties\": {\n    \"a/b\": {\n      \"enum\": [1, \"tw";
        let (schema, cut) = schema_of(&page(start));
        assert_eq!(schema, start);
        let appended = "\"\n      ]\n    }\n  }\n}\n".to_owned();
        assert_eq!(cut, Some(Cut { line: 5, pointer: "/properties/a~1b/enum/1".to_owned(), appended }));
    }

    #[test]
    fn a_cut_leaves_out_what_is_not_whole() {
        let kept = "{\"$schema\": \"s\", \"a\": [true";
        for rest in ["", ",", ", ", ", {\"b\": ", ", {\"b\"", ", {\"b", ", {\"", ", fal", ", -", ", 1.", ", 1e"] {
            let (schema, value) = closed(&format!("{kept}{rest}"));
            let opened = rest.contains('{');
            assert_eq!(schema, if opened { format!("{kept}, {{") } else { kept.to_owned() }, "{rest:?}");
            let list = if opened { serde_json::json!([true, {}]) } else { serde_json::json!([true]) };
            assert_eq!(value["a"], list, "{rest:?}");
        }
    }

    #[test]
    fn a_number_that_the_text_ends_with_may_not_be_whole() {
        let (schema, value) = closed("{\"$schema\": \"s\", \"maxLength\": 51");
        assert_eq!(schema, "{\"$schema\": \"s\"");
        assert_eq!(value, serde_json::json!({ "$schema": "s" }));
    }

    #[test]
    fn a_cut_in_a_string_leaves_out_half_an_escape() {
        for half in ["\\", "\\u", "\\u0", "\\u00", "\\u00e", "\\ud83d", "\\ud83d\\", "\\ud83d\\ude"] {
            let (schema, value) = closed(&format!("{{\"$schema\": \"s\", \"title\": \"abc{half}"));
            assert_eq!(schema, "{\"$schema\": \"s\", \"title\": \"abc", "{half}");
            assert_eq!(value["title"], "abc");
        }
        for whole in ["\\\\", "\\\"", "\\n", "\\u00e9", "\\ud83d\\ude00"] {
            let start = format!("{{\"$schema\": \"s\", \"title\": \"abc{whole}");
            assert_eq!(closed(&start).0, start);
        }
    }

    #[test]
    fn what_is_no_json_is_a_cut() {
        for wrong in [
            ", }",
            ", \"a\": }",
            ", \"a\": [1,]}",
            ", \"a\": [,]}",
            ", \"a\": \"\\u00zz\"}",
            ", \"a\": 012}",
            ", 'a': 1}",
        ] {
            let text = format!("{{\"$schema\": \"s\"{wrong}");
            let (schema, _) = closed(&text);
            assert!(text.starts_with(&schema) && schema.len() < text.len(), "{schema}");
        }
    }

    #[test]
    fn a_page_cut_anywhere_gives_json_that_was_published() {
        let whole: Value = serde_json::from_str(SCHEMA).unwrap();
        let page = page(SCHEMA);
        let start = page.find('{').unwrap();
        let recognisable = start + SCHEMA.find(':').unwrap();
        let ends = (recognisable..=page.len()).filter(|end| page.is_char_boundary(*end));
        for end in ends {
            let (schema, value) = closed(&page[..end]);
            assert!(SCHEMA.starts_with(&schema), "{schema}");
            assert!(is_part_of(&value, &whole), "{value} of\n{}", &page[start..end]);
        }
    }

    /// Whether nothing is made up: keys and items are those of the whole, and strings its beginnings.
    fn is_part_of(part: &Value, whole: &Value) -> bool {
        match (part, whole) {
            (Value::Object(part), Value::Object(whole)) => {
                part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| is_part_of(value, whole)))
            }
            (Value::Array(part), Value::Array(whole)) => {
                part.len() <= whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part_of(part, whole))
            }
            (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
            (part, whole) => part == whole,
        }
    }
}
