// Uses openai-node with the gateway at the base URL in the second argument. The first is the folder of node_modules, and
// the third is `stored` or `unstored`.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const OpenAI = require("openai").default;
const { zodTextFormat } = require("openai/helpers/zod");
const { z } = require("zod");

const client = new OpenAI({ apiKey: "mock-key", baseURL: process.argv[3] });
const model = "openai/gpt-5.2";

let response = await client.responses.create({ model, input: "Hello" });
assert.equal(response.output_text, "Good morning!");

const deltas = [];
const stream = client.responses.stream({ model, input: "Count" });
for await (const event of stream) {
  if (event.type === "response.output_text.delta") deltas.push(event.delta);
}
assert.deepEqual(deltas, ["one ", "two ", "six"]);
assert.equal((await stream.finalResponse()).output_text, "one two six");

const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const tools = [{ type: "function", name: "weather", strict: true, parameters }];
response = await client.responses.create({ model, input: "Weather in Oslo?", tools });
const call = response.output.find((item) => item.type === "function_call");
assert.deepEqual(JSON.parse(call.arguments), { city: "Oslo" });
const output = { type: "function_call_output", call_id: call.call_id, output: "4 °C" };
response = await client.responses.create({ model, previous_response_id: response.id, input: [output], tools });
assert.equal(response.output_text, "It's cold.");

const Order = z.object({ customer: z.string(), mugs: z.number() });
const format = zodTextFormat(Order, "order");
response = await client.responses.parse({ model, input: "A dozen mugs. Ada", text: { format } });
assert.deepEqual(response.output_parsed, { customer: "Ada", mugs: 12 });

if (process.argv[4] === "stored") {
  const stored = await client.responses.retrieve(response.id);
  assert.deepEqual(stored.output, response.output.map(({ parsed, ...item }) => ({
    ...item,
    content: item.content?.map(({ parsed, ...part }) => part),
  })));
}
console.log("passed");
