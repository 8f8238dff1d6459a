// Reads records of a service as an application would, with HTTP alone: dereferences, frames,
// flattens, and reads the RDFa of their pages. Prints what differs, as JSON.
import jsonld from "jsonld";
import { RdfaParser } from "rdfa-streaming-parser";

const [address, base] = process.argv.slice(2);
const here = (iri) => iri.replace(base, address);
const fetched = new Map();

async function get(iri, accept = "application/ld+json") {
  const response = await fetch(here(iri), { headers: { Accept: accept } });
  if (!response.ok) throw new Error(`${iri}: ${response.status}`);
  return response.json();
}

jsonld.documentLoader = async (iri) => {
  if (!fetched.has(iri)) fetched.set(iri, await get(iri));
  return { document: fetched.get(iri), documentUrl: iri, contextUrl: null };
};

// The lists of framed JSON-LD are sets.
function settled(value) {
  if (Array.isArray(value)) {
    return value.map(settled).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.keys(value).sort().map((key) => [key, settled(value[key])]));
  }
  return value;
}

// A processor also finds what links to a part, which our document keeps for the part's own, and
// names an organisation by its IRI alone where it told of it under another property.
function withoutLinksOfParts(theirs, ours) {
  if (!theirs.parts || !ours.parts) return theirs;
  const parts = theirs.parts.map((each) => {
    const known = ours.parts.find((other) => other.id === each.id) ?? each;
    return Object.fromEntries(Object.entries(each).filter(([key]) => key in known && !["madeBy", "rollsUpTo"].includes(key)));
  });
  return { ...theirs, parts };
}

const escaped = (text) =>
  text.replace(/[\\"\n\r\t]/g, (c) => ({ "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" })[c]);

function written(term) {
  if (term.termType !== "Literal") return `<${term.value}>`;
  const kind = term.datatype.value.endsWith("#string") ? "" : `^^<${term.datatype.value}>`;
  return `"${escaped(term.value)}"${term.language ? `@${term.language}` : kind}`;
}

// What the page states of the record, as lines of N-Quads; of itself it states its licence.
async function stated(iri) {
  const response = await fetch(`${here(iri)}?view=statements`, { headers: { Accept: "text/html" } });
  const page = response.url.split("?")[0];
  const parser = new RdfaParser({ baseIRI: page, contentType: "text/html" });
  const lines = [];
  parser.on("data", ({ subject, predicate, object }) => {
    if (![page, response.url].includes(subject.value)) {
      lines.push(`${written(subject)} ${written(predicate)} ${written(object)} .`);
    }
  });
  const end = new Promise((resolve, reject) => parser.on("end", resolve).on("error", reject));
  parser.end(await response.text());
  await end;
  return lines;
}

const canonical = (document) => jsonld.canonize(document, { format: "application/n-quads" });
const differing = [];
const madeUp = [];
let read = 0;
let onPages = 0;
for (const [list, kind] of [["commitments", "Commitment"], ["events", "Event"]]) {
  const frame = await get(`${base}/frames/${kind}.jsonld`);
  for (const { id } of (await get(`${base}/${list}`)).items) {
    const framed = await get(id);
    const profile = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"';
    const expanded = await get(id, profile);
    const theirs = await jsonld.frame(expanded, { ...frame, "@id": id }, { omitGraph: true });
    const said = [framed, expanded, await jsonld.flatten(framed)].map(canonical);
    const same = new Set(await Promise.all(said)).size === 1;
    const alike = JSON.stringify(settled(withoutLinksOfParts(theirs, framed))) ===
      JSON.stringify(settled(withoutLinksOfParts(framed, framed)));
    if (!same || !alike) differing.push(id);
    const facts = new Set((await said[0]).split("\n"));
    const shown = await stated(id);
    madeUp.push(...shown.filter((line) => !facts.has(line)));
    onPages += shown.length;
    read += 1;
  }
}
console.log(JSON.stringify({ read, differing, onPages, madeUp }));
