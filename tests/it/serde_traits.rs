//! The types with serde: inside other types, from a reader, and in another format.

use nexconn_responses::types::{CreateResponseRequest, ErrorBody, Response, StreamEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const REQUEST: &str = r#""model":"m","input":[{"role":"user","content":"Hi"}],"temperature":1.0,"top_p":1,"instructions":null,"new":[1,2.5]"#;

fn request() -> CreateResponseRequest {
    CreateResponseRequest::from_json(&format!("{{{REQUEST}}}")).unwrap()
}

#[test]
fn a_flattened_request_is_lossless() {
    #[derive(Serialize, Deserialize)]
    struct Logged {
        at: u64,
        #[serde(flatten)]
        request: CreateResponseRequest,
    }

    let text = format!(r#"{{"at":1,{REQUEST}}}"#);
    let value: Value = serde_json::from_str(&text).unwrap();
    for logged in [serde_json::from_str::<Logged>(&text), serde_json::from_value(value.clone())] {
        let logged = logged.unwrap();
        assert_eq!((logged.at, &logged.request), (1, &request()));
        assert_eq!(serde_json::to_value(&logged).unwrap(), value);
    }
}

#[test]
fn an_untagged_or_tagged_enum_holds_the_types() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Body {
        Error { error: ErrorBody },
        Text(String),
        Event(StreamEvent),
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(tag = "kind")]
    enum Logged {
        Request(Box<CreateResponseRequest>),
    }

    let event = json!({"type": "response.output_text.delta", "delta": "Hi", "output_index": null});
    let error = json!({"error": {"message": "no", "code": null}});
    for (value, is_expected) in [
        (event, (|body| matches!(body, Body::Event(StreamEvent::OutputTextDelta(_)))) as fn(&Body) -> bool),
        (error, |body| matches!(body, Body::Error { error } if error.message.as_deref() == Some("no"))),
        (json!("Hi"), |body| *body == Body::Text("Hi".to_owned())),
    ] {
        let body: Body = serde_json::from_value(value.clone()).unwrap();
        assert!(is_expected(&body), "{body:?}");
        assert_eq!(body, serde_json::from_str(&value.to_string()).unwrap());
        assert_eq!(serde_json::to_value(&body).unwrap(), value);
    }
    let text = format!(r#"{{"kind":"Request",{REQUEST}}}"#);
    let logged: Logged = serde_json::from_str(&text).unwrap();
    assert_eq!(logged, Logged::Request(Box::new(request())));
    assert_eq!(serde_json::to_value(&logged).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
}

#[test]
fn a_reader_and_bytes_decode_as_text_does() {
    let text = format!("{{{REQUEST}}}");
    assert_eq!(serde_json::from_reader::<_, CreateResponseRequest>(text.as_bytes()).unwrap(), request());
    assert_eq!(serde_json::from_slice::<CreateResponseRequest>(text.as_bytes()).unwrap(), request());
    assert_eq!(CreateResponseRequest::from_slice(text.as_bytes()).as_ref(), Ok(&request()));
    for text in ["{}", r#"{"id":7,"output":null}"#] {
        let responses: [Response; 2] =
            [serde_json::from_reader(text.as_bytes()).unwrap(), Response::from_json(text).unwrap()];
        assert_eq!(responses.each_ref().map(|response| serde_json::to_string(response).unwrap()), [text; 2]);
    }
}

/// Crates of the feature `cli` are at hand only with it.
#[cfg(feature = "cli")]
#[test]
fn a_request_in_toml_is_lossless() {
    let text = "model = \"m\"\ntemperature = 1.0\nnew = [1, 2.5]\n\n[[input]]\nrole = \"user\"\ncontent = \"Hi\"\n";
    let request: CreateResponseRequest = toml::from_str(text).unwrap();
    let expected =
        json!({"model": "m", "temperature": 1.0, "new": [1, 2.5], "input": [{"role": "user", "content": "Hi"}]});
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    assert_eq!(toml::from_str::<CreateResponseRequest>(&toml::to_string(&request).unwrap()).unwrap(), request);
}
