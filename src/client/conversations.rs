//! Conversations, which the server stores: `/conversations`.

use std::borrow::Cow;

use http::Method;

use crate::client::Client;
use crate::client::input_items::InputItems;
use crate::client::request_builder::{RequestBuilder, call};
use crate::error::Error;
use crate::transport::body::ResponseBody;
use crate::transport::request::{CONVERSATIONS, Request, Segment};
use crate::types::{
    ConversationObject, CreateConversationItemsRequest, CreateConversationRequest, DeletedConversation, InputItem,
    InputItemList, JsonText, UpdateConversationRequest,
};

/// The list of items below a conversation.
const ITEMS: Segment<'_> = Segment::Name("items");

/// # Conversations
///
/// These endpoints are from OpenAI's reference. The gateway doesn't publish them and may return 404
/// ([`ErrorKind::NotFound`](crate::ErrorKind::NotFound)). They're retried like [`create`](Self::create): a conversation
/// or its items may be created twice.
///
/// Pass the id of a conversation to
/// [`CreateResponseRequest::conversation`](crate::types::CreateResponseRequest::conversation). The server then puts
/// its items before the input, and adds the input and the output to it.
impl Client {
    /// Creates a conversation: `POST /conversations`.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{
    ///     CreateConversationRequest, CreateResponseRequest, Message, models,
    /// };
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let request = CreateConversationRequest::new()
    ///     .items([Message::developer("Answer in one sentence.")])
    ///     .metadata([("topic", "weather")]);
    /// let conversation = client.create_conversation(&request).await?;
    ///
    /// let question = "Why is the sky blue?";
    /// let request = CreateResponseRequest::new(models::GPT_5_2, question)
    ///     .conversation(conversation.id);
    /// println!("{}", client.create(&request).await?.output_text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`create`](Self::create).
    pub fn create_conversation(&self, request: &CreateConversationRequest) -> RequestBuilder<ConversationObject> {
        let to = self.request_to("create_conversation", Method::POST, &[CONVERSATIONS]);
        self.typed(to.map(|to| to.encoded(request.to_json())))
    }

    /// Retrieves a conversation, without its items: `GET /conversations/{id}`.
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve).
    pub fn retrieve_conversation(&self, id: &str) -> RequestBuilder<ConversationObject> {
        self.typed(self.request_to("retrieve_conversation", Method::GET, &[CONVERSATIONS, Segment::Id(id)]))
    }

    /// Replaces the metadata of a conversation: `POST /conversations/{id}`.
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve).
    pub fn update_conversation(
        &self,
        id: &str,
        request: &UpdateConversationRequest,
    ) -> RequestBuilder<ConversationObject> {
        let to = self.request_to("update_conversation", Method::POST, &[CONVERSATIONS, Segment::Id(id)]);
        self.typed(to.map(|to| to.encoded(request.to_json())))
    }

    /// Deletes a conversation: `DELETE /conversations/{id}`. OpenAI's server keeps its items.
    ///
    /// If the server confirms without a body, only the id is set.
    ///
    /// # Errors
    ///
    /// See [`delete`](Self::delete).
    pub fn delete_conversation(&self, id: &str) -> RequestBuilder<DeletedConversation> {
        let request = self.request_to("delete_conversation", Method::DELETE, &[CONVERSATIONS, Segment::Id(id)]);
        RequestBuilder::new(&self.context, request, |context, request| {
            let of_id = |id: Cow<'_, str>| DeletedConversation { deleted: None, ..DeletedConversation::new(id, true) };
            Box::pin(call(context, request, move |body| body.into_deleted(of_id), |_, _| {}))
        })
    }

    /// Adds items to a conversation, and returns them as the server stores them: `POST /conversations/{id}/items`.
    ///
    /// ```no_run
    /// use nexconn_responses::types::{CreateConversationItemsRequest, Message};
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let items = [Message::user("It's raining."), Message::assistant("Where?")];
    /// let request = CreateConversationItemsRequest::new(items);
    /// let added = client.create_conversation_items("conv_1", &request).await?;
    /// println!("{} items added", added.data.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve).
    pub fn create_conversation_items(
        &self,
        id: &str,
        request: &CreateConversationItemsRequest,
    ) -> RequestBuilder<InputItemList> {
        let to = self.request_to("create_conversation_items", Method::POST, &[CONVERSATIONS, Segment::Id(id), ITEMS]);
        let to = to.map(|to| to.encoded(request.to_json()));
        RequestBuilder::new(&self.context, to, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_input_items, |_, _| {}))
        })
    }

    /// Returns the items of a conversation as a stream: `GET /conversations/{id}/items`. The stream requests each page
    /// when you reach it, and returns errors as its last item; see [`InputItems`].
    ///
    /// ```no_run
    /// use nexconn_responses::Order;
    ///
    /// # async fn run(client: nexconn_responses::Client) -> Result<(), nexconn_responses::Error> {
    /// let mut items = client
    ///     .conversation_items("conv_1")
    ///     .order(Order::OldestFirst);
    /// while let Some(item) = items.next().await {
    ///     println!("{:?}", item?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn conversation_items(&self, id: &str) -> InputItems {
        InputItems::of_conversation(&self.context, id)
    }

    /// Retrieves an item of a conversation: `GET /conversations/{id}/items/{item_id}`.
    ///
    /// # Errors
    ///
    /// See [`retrieve`](Self::retrieve).
    pub fn retrieve_conversation_item(&self, id: &str, item_id: &str) -> RequestBuilder<InputItem> {
        let path = [CONVERSATIONS, Segment::Id(id), ITEMS, Segment::Id(item_id)];
        self.typed(self.request_to("retrieve_conversation_item", Method::GET, &path))
    }

    /// Deletes an item of a conversation, and returns the conversation: `DELETE /conversations/{id}/items/{item_id}`.
    ///
    /// # Errors
    ///
    /// See [`delete`](Self::delete).
    pub fn delete_conversation_item(&self, id: &str, item_id: &str) -> RequestBuilder<ConversationObject> {
        let path = [CONVERSATIONS, Segment::Id(id), ITEMS, Segment::Id(item_id)];
        self.typed(self.request_to("delete_conversation_item", Method::DELETE, &path))
    }

    /// Returns the builder of a request whose response is a `T`.
    fn typed<T: JsonText + Send + 'static>(&self, request: Result<Request, Error>) -> RequestBuilder<T> {
        RequestBuilder::new(&self.context, request, |context, request| {
            Box::pin(call(context, request, ResponseBody::into_value, |_, _| {}))
        })
    }
}
