//! A request, a response and an event for the measures that need no recordings. Both crates decode them.

use serde_json::{Value, json};

/// Size of an event of a stream with its frame, in bytes.
pub(crate) const EVENT_BYTES: usize = 300;

/// A request with a tool, of about a kilobyte.
pub(crate) fn request(stream: bool) -> Value {
    json!({
        "model": "openai/gpt-5.2",
        "instructions": "You help sailors. ".repeat(30),
        "input": [{"type": "message", "role": "user", "content": [
            {"type": "input_text", "text": "What will the weather be like in Porto?"},
        ]}],
        "tools": [{"type": "function", "name": "weather", "strict": true, "parameters": {
            "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
            "additionalProperties": false,
        }}],
        "max_output_tokens": 500,
        "stream": stream,
    })
}

/// A response with a text of half a kilobyte.
pub(crate) fn reply() -> String {
    response(&[message(&"The sea is calm. ".repeat(30))])
}

/// A response with the given items, as OpenAI writes it: with this envelope, and in this order.
pub(crate) fn response(output: &[String]) -> String {
    const BEFORE: &str = concat!(
        r#"{"id":"resp_1","object":"response","created_at":1790000000,"status":"completed","background":false,"#,
        r#""billing":{"payer":"developer"},"completed_at":1790000002,"error":null,"frequency_penalty":0.0,"#,
        r#""incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"#,
        r#""model":"gpt-5.2-2025-12-11","output":["#,
    );
    const AFTER: &str = concat!(
        r#"],"parallel_tool_calls":true,"presence_penalty":0.0,"previous_response_id":null,"#,
        r#""prompt_cache_key":null,"reasoning":{"effort":"low","summary":null},"safety_identifier":null,"#,
        r#""service_tier":"default","store":true,"temperature":1.0,"text":{"format":{"type":"text"},"#,
        r#""verbosity":"medium"},"tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":0.98,"#,
        r#""truncation":"disabled","usage":{"input_tokens":328,"input_tokens_details":{"cached_tokens":0},"#,
        r#""output_tokens":52,"output_tokens_details":{"reasoning_tokens":24},"total_tokens":380},"user":null,"#,
        r#""metadata":{}}"#,
    );
    [BEFORE, &output.join(","), AFTER].concat()
}

/// An item of a response, with a text without escapes.
pub(crate) fn message(text: &str) -> String {
    let content = format!(r#"[{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}]"#);
    format!(r#"{{"id":"msg_1","type":"message","status":"completed","content":{content},"role":"assistant"}}"#)
}

/// The JSON of a text delta.
pub(crate) fn text_delta_json(delta: &str) -> String {
    let begin =
        r#"{"type":"response.output_text.delta","sequence_number":17,"item_id":"msg_68a1f0c2","output_index":1"#;
    format!(r#"{begin},"content_index":0,"delta":"{delta}","logprobs":[],"obfuscation":"aB3dE6gH9"}}"#)
}

/// A text delta in its frame, [`EVENT_BYTES`] long.
pub(crate) fn text_delta() -> String {
    let frame = |delta: &str| format!("event: response.output_text.delta\ndata: {}\n\n", text_delta_json(delta));
    frame(&"x".repeat(EVENT_BYTES - frame("").len()))
}

/// The terminal event in its frame.
pub(crate) fn completed() -> String {
    let reply = reply();
    format!(
        "event: response.completed\ndata: {}\n\n",
        format_args!(r#"{{"type":"response.completed","sequence_number":18,"response":{reply}}}"#)
    )
}
