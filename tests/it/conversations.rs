//! Conversations and their items, and the parameters `include` and `include_obfuscation`.

use nexconn_responses::ErrorKind;
use nexconn_responses::types::{
    ConversationObject, CreateConversationItemsRequest, CreateConversationRequest, CreateResponseRequest, Include,
    InputItem, Message, UpdateConversationRequest,
};
use serde_json::{Value, json};

use crate::endpoints::{body, line, ok, page, read};
use crate::server::{Server, reply};

const BASE: &str = "/bypass/openai/v1/conversations";

fn conversation() -> Value {
    json!({"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {"topic": "rain"}, "new": true})
}

#[track_caller]
fn assert_conversation(conversation: &ConversationObject) {
    assert_eq!((conversation.id.as_str(), conversation.created_at), ("conv_1", Some(1)));
    assert_eq!(serde_json::to_value(conversation).unwrap(), self::conversation());
}

#[tokio::test]
async fn a_conversation_is_created_read_updated_and_deleted() {
    let deleted = json!({"id": "conv_1", "object": "conversation.deleted", "deleted": true});
    let server = Server::start([
        ok(&conversation()),
        ok(&conversation()),
        ok(&conversation()),
        ok(&deleted),
        reply("200 OK", ""),
    ]);
    let client = server.builder().build().unwrap();
    let create = CreateConversationRequest::new().items([Message::user("Hi")]).metadata([("topic", "rain")]);
    assert_conversation(&client.create_conversation(&create).await.unwrap());
    assert_conversation(&client.retrieve_conversation("conv_1").await.unwrap());
    let update = UpdateConversationRequest::new([("topic", "snow")]);
    assert_conversation(&client.update_conversation("conv_1", &update).await.unwrap());
    let deleted = client.delete_conversation("conv_1").await.unwrap();
    assert_eq!((deleted.id.as_str(), deleted.deleted), ("conv_1", Some(true)));
    let confirmed = client.delete_conversation("conv_1").await.unwrap();
    assert_eq!((confirmed.id.as_str(), confirmed.deleted), ("conv_1", None));
    drop(client);
    let requests = server.finish().await;
    let lines: Vec<_> = requests.iter().map(|request| line(request)).collect();
    let of_one = format!("{BASE}/conv_1");
    let expected = [("POST", BASE), ("GET", &of_one), ("POST", &of_one), ("DELETE", &of_one), ("DELETE", &of_one)];
    assert_eq!(lines, expected.map(|(method, path)| format!("{method} {path}")));
    let sent: Value = serde_json::from_str(body(&requests[0])).unwrap();
    assert_eq!((&sent["metadata"], &sent["items"][0]["content"]), (&json!({"topic": "rain"}), &json!("Hi")));
    assert_eq!(serde_json::from_str::<Value>(body(&requests[2])).unwrap(), json!({"metadata": {"topic": "snow"}}));
    assert!([1, 3, 4].iter().all(|at| body(&requests[*at]).is_empty()), "{requests:?}");
}

#[tokio::test]
async fn items_of_a_conversation_are_added_read_and_deleted() {
    let item = json!({"type": "message", "id": "msg_1", "role": "user", "content": "a"});
    let server = Server::start([
        ok(&page(&["a", "b"], false)),
        ok(&page(&["a"], true)),
        ok(&page(&["b"], false)),
        ok(&item),
        ok(&conversation()),
    ]);
    let client = server.builder().build().unwrap();
    let include = [Include::WebSearchCallActionSources, Include::from("a&b")];
    let add = CreateConversationItemsRequest::new([Message::user("a"), Message::user("b")]);
    let added = client.create_conversation_items("conv_1", &add).include(include.clone()).await.unwrap();
    assert_eq!(added.data.len(), 2);
    let mut items = client.conversation_items("conv_1").include(include.clone()).page_size(1);
    assert_eq!(read(&mut items).await, (vec!["a".to_owned(), "b".to_owned()], None));
    let item = client.retrieve_conversation_item("conv_1", "msg/1").include(include).await.unwrap();
    assert!(matches!(item, InputItem::Message(_)), "{item:?}");
    assert_conversation(&client.delete_conversation_item("conv_1", "msg_1").await.unwrap());
    drop((client, items));
    let requests = server.finish().await;
    let lines: Vec<_> = requests.iter().map(|request| line(request)).collect();
    let (items, include) =
        (format!("{BASE}/conv_1/items"), "include%5B%5D=web_search_call.action.sources&include%5B%5D=a%26b");
    assert_eq!(
        lines,
        [
            format!("POST {items}?{include}"),
            format!("GET {items}?{include}&order=desc&limit=1"),
            format!("GET {items}?{include}&order=desc&limit=1&after=a"),
            format!("GET {items}/msg%2F1?{include}"),
            format!("DELETE {items}/msg_1"),
        ]
    );
    assert_eq!(serde_json::from_str::<Value>(body(&requests[0])).unwrap()["items"][1]["content"], "b");
}

#[tokio::test]
async fn stored_responses_take_include_and_obfuscation_as_parameters() {
    let response = || ok(&json!({"id": "resp_1", "status": "completed"}));
    let server = Server::start([response(), response(), response(), ok(&page(&["a"], false))]);
    let client = server.builder().build().unwrap();
    client.retrieve("resp_1").include([Include::ReasoningEncryptedContent]).await.unwrap();
    client.wait("resp_1").include([Include::ReasoningEncryptedContent]).await.unwrap();
    let resumed = client.resume("resp_1", Some(3)).include_obfuscation(false);
    resumed.include([Include::ReasoningEncryptedContent]).await.unwrap().into_response().await.unwrap();
    let mut items = client.input_items("resp_1").include([Include::ReasoningEncryptedContent]);
    items.next().await.unwrap().unwrap();
    drop((client, items));
    let requests = server.finish().await;
    let targets: Vec<_> = requests.iter().map(|request| line(request).split_once('?').unwrap().1).collect();
    let include = "include%5B%5D=reasoning.encrypted_content";
    assert_eq!(
        targets,
        [
            include.to_owned(),
            include.to_owned(),
            format!("stream=true&starting_after=3&include_obfuscation=false&{include}"),
            format!("{include}&order=desc"),
        ]
    );
}

/// In a request for a new response, they're properties.
#[tokio::test]
async fn new_responses_take_no_include_as_a_parameter() {
    let server = Server::start([ok(&json!({"id": "resp_1"}))]);
    let client = server.builder().build().unwrap();
    let request = CreateResponseRequest::new("m", "i");
    let include = [Include::ReasoningEncryptedContent];
    let outcomes = [
        client.create(&request).include(include.clone()).await.err(),
        client.stream(&request).include(include).await.err(),
        client.stream(&request).include_obfuscation(true).await.err(),
    ];
    assert_eq!(outcomes.map(|error| error.unwrap().kind()), [ErrorKind::Configuration; 3]);
    drop(client);
    assert_eq!(server.finish().await, [""; 0]);
}
