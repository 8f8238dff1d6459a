// Asks the service with Comunica: one JSON array of tasks in, one of answers out.
// A task is {query, sources, options, token}; an answer is rows, quads or a truth value.
// Sources that begin with @prefix are Turtle, which joins what the service says.

import { text } from "node:stream/consumers";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { QueryEngine } = require("@comunica/query-sparql");

const engine = new QueryEngine();
const term = (it) => it.value + (it.language ? `@${it.language}` : "");
const source = (it) =>
  it.startsWith("@prefix")
    ? { type: "serialized", value: it, mediaType: "text/turtle", baseIRI: "http://example.org/" }
    : it.startsWith("service ") ? { type: "sparql", value: it.slice(8) } : it;

async function carryOut({ query, sources, options, token }) {
  if (token) {
    // The library's own way to send a header of one's own.
    options.fetch = (address, request) => {
      const headers = new Headers(request?.headers);
      headers.set("Authorization", `Bearer ${token}`);
      return fetch(address, { ...request, headers });
    };
  }
  const context = { sources: sources.map(source), ...options };
  const answer = await engine.query(query, context);
  switch (answer.resultType) {
    case "boolean":
      return answer.execute();
    case "void":
      return answer.execute().then(() => "done");
    case "quads":
      return (await (await answer.execute()).toArray()).map((quad) =>
        [quad.subject, quad.predicate, quad.object].map(term));
    default:
      return (await (await answer.execute()).toArray()).map((row) =>
        Object.fromEntries([...row].map(([variable, value]) => [variable.value, term(value)])));
  }
}

const answers = [];
for (const task of JSON.parse(await text(process.stdin))) answers.push(await carryOut(task));
console.log(JSON.stringify(answers));
