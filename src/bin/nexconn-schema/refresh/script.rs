//! JavaScript literals as JSON: the state documentation sites keep in their scripts.

use std::collections::HashMap;

use serde_json::Value;

/// Returns a script with its strings, keys and constants as JSON has them; everything else is copied.
///
/// If the script calls a function at once, its parameters are replaced by the arguments.
pub(super) fn to_json(script: &str) -> String {
    convert(script, &arguments(script).unwrap_or_default())
}

/// The arguments of a function a script calls at once: `(function(a,b){…}(1,"x"))`.
fn arguments(script: &str) -> Option<HashMap<&str, String>> {
    let (parameters, rest) = script.split_once("function(")?.1.split_once(')')?;
    let (_, arguments) = rest.rsplit_once("}(")?;
    let arguments = convert(&arguments[..arguments.rfind(')')?], &HashMap::new());
    let values: Vec<Value> = serde_json::from_str(&format!("[{}]", arguments.trim_end_matches([')', ';']))).ok()?;
    Some(parameters.split(',').map(str::trim).zip(values.iter().map(Value::to_string)).collect())
}

fn convert(script: &str, variables: &HashMap<&str, String>) -> String {
    let mut json = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' | '\'' | '`' => {
                let (text, length) = string(rest, c);
                json += &Value::from(text).to_string();
                length
            }
            '!' if rest.starts_with("!0") || rest.starts_with("!1") => {
                json += if rest.starts_with("!0") { "true" } else { "false" };
                2
            }
            _ if c.is_ascii_alphabetic() || c == '_' || c == '$' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$');
                let length = length.unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                let is_key = after.trim_start().starts_with(':') && json.trim_end().ends_with(['{', ',']);
                match variables.get(word) {
                    _ if is_key => json += &format!("{word:?}"),
                    Some(value) => json += value,
                    None if word == "undefined" => json += "null",
                    None => json += word,
                }
                length
            }
            _ => {
                json.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    json
}

/// The string literal at the start of a text, and its length.
fn string(text: &str, quote: char) -> (String, usize) {
    let mut decoded = String::new();
    let mut rest = &text[1..];
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == quote {
            break;
        }
        if c != '\\' {
            decoded.push(c);
            continue;
        }
        let Some(escape) = rest.chars().next() else { break };
        let digits = match escape {
            'u' => 4,
            'x' => 2,
            _ => 0,
        };
        let units = units(rest, escape, digits);
        if units.is_empty() {
            rest = &rest[escape.len_utf8()..];
            decoded.extend(simple_escape(escape));
        } else {
            // The first backslash is read; each further unit has one.
            rest = &rest[units.len() * (digits + 2) - 1..];
            decoded += &String::from_utf16_lossy(&units);
        }
    }
    (decoded, text.len() - rest.len())
}

/// The UTF-16 units of the escapes `\uXXXX` or `\xXX` in a row, the first without its backslash.
fn units(text: &str, escape: char, digits: usize) -> Vec<u16> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(unit) = rest.strip_prefix(escape).and_then(|rest| rest.get(..digits)).filter(|_| digits > 0) {
        let Ok(unit) = u16::from_str_radix(unit, 16) else { break };
        units.push(unit);
        let Some(next) = rest[1 + digits..].strip_prefix('\\') else { break };
        rest = next;
    }
    units
}

fn simple_escape(escape: char) -> Option<char> {
    match escape {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'v' => Some('\u{b}'),
        '0' => Some('\0'),
        '\n' => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_become_json() {
        for (script, json) in [
            ("{a:1,'b':\"c\"}", "{\"a\":1,\"b\":\"c\"}"),
            (
                "{$schema:`x\\u002Fy`,t:!0,f:!1,n:null,u:undefined}",
                "{\"$schema\":\"x/y\",\"t\":true,\"f\":false,\"n\":null,\"u\":null}",
            ),
            ("'it\\'s \\x41 \\ud83d\\ude00\\\n'", "\"it's A 😀\""),
            ("window.x={a:[1]};", "window.x={\"a\":[1]};"),
            ("'\\u12", "\"u12\""),
            ("\"\\", "\"\""),
        ] {
            assert_eq!(to_json(script), json);
        }
    }

    #[test]
    fn parameters_are_replaced_by_arguments() {
        let script = "window.__NUXT__=(function(a,b){return {type:a,list:[b,a],a:\"a\"}}(\"object\",null));";
        let json = to_json(script);
        assert!(json.contains("{\"type\":\"object\",\"list\":[null,\"object\"],\"a\":\"a\"}"), "{json}");
    }
}
