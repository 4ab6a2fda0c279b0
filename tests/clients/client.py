"""Uses openai-python with the gateway at the base URL in the first argument. The second is `stored` or `unstored`."""

import json
import sys

from openai import OpenAI
from pydantic import BaseModel


class Order(BaseModel):
    customer: str
    mugs: int


client = OpenAI(api_key="mock-key", base_url=sys.argv[1])
MODEL = "openai/gpt-5.2"

response = client.responses.create(model=MODEL, input="Hello")
assert response.output_text == "Good morning!", response

deltas = []
with client.responses.stream(model=MODEL, input="Count") as stream:
    for event in stream:
        if event.type == "response.output_text.delta":
            deltas.append(event.delta)
    final = stream.get_final_response()
assert deltas == ["one ", "two ", "six"], deltas
assert final.output_text == "one two six", final

tool = {
    "type": "function",
    "name": "weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
response = client.responses.create(model=MODEL, input="Weather in Oslo?", tools=[tool])
[call] = [item for item in response.output if item.type == "function_call"]
assert json.loads(call.arguments) == {"city": "Oslo"}, call
output = {"type": "function_call_output", "call_id": call.call_id, "output": "4 °C"}
response = client.responses.create(model=MODEL, previous_response_id=response.id, input=[output], tools=[tool])
assert response.output_text == "It's cold.", response

response = client.responses.parse(model=MODEL, input="A dozen mugs. Ada", text_format=Order)
assert response.output_parsed == Order(customer="Ada", mugs=12), response

if sys.argv[2] == "stored":
    stored = client.responses.retrieve(response.id)
    assert stored.output_text == response.output_text, stored
print("passed")
