// What can stand where the cursor is: whole patterns, classes, properties of the subject's class, variables, words.

import { pickedCompletion, snippetCompletion } from "@codemirror/autocomplete";
import { bare, declarationFor } from "./terms.js";

const WORD = /[?$]?[\w-]*(?::[\w-]*)?$/;
const TOKEN = /<[^<>]*>|[?$]\w+|[\w-]*:[\w-]*|[A-Za-z]\w*|[^\s\w]|\d+/g;

const QUERIES = [
  snippetCompletion("SELECT * WHERE {\n  ${}\n}", { label: "SELECT * WHERE { }", type: "keyword", boost: 9 }),
  snippetCompletion("SELECT ?${kind} (COUNT(*) AS ?number) WHERE {\n  ${}\n}\nGROUP BY ?${kind}\nORDER BY DESC(?number)", {
    label: "SELECT (COUNT(*) AS ?number) … GROUP BY",
    type: "keyword",
    boost: 8,
  }),
  snippetCompletion("ASK { ${} }", { label: "ASK { }", type: "keyword" }),
  snippetCompletion("CONSTRUCT { ${} } WHERE { ${} }", { label: "CONSTRUCT { } WHERE { }", type: "keyword" }),
];
const WORDS_AFTER = ["GROUP BY", "HAVING", "ORDER BY", "DESC", "LIMIT", "OFFSET"].map(word);
const WORDS_BEFORE = ["DISTINCT", "WHERE", "FROM", "COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "AS"].map(word);
const WORDS_INSIDE = [
  snippetCompletion("OPTIONAL { ${} }", { label: "OPTIONAL { }", type: "keyword" }),
  snippetCompletion("FILTER(${})", { label: "FILTER( )", type: "keyword" }),
  snippetCompletion("FILTER NOT EXISTS { ${} }", { label: "FILTER NOT EXISTS { }", type: "keyword" }),
  snippetCompletion("BIND(${} AS ?${name})", { label: "BIND( AS ?name)", type: "keyword" }),
  snippetCompletion("VALUES ?${name} { ${} }", { label: "VALUES ?name { }", type: "keyword" }),
  snippetCompletion("{ ${} } UNION { ${} }", { label: "{ } UNION { }", type: "keyword" }),
  snippetCompletion("GRAPH ?${source} { ${} }", { label: "GRAPH ?source { }", type: "keyword" }),
  snippetCompletion("MINUS { ${} }", { label: "MINUS { }", type: "keyword" }),
];

function word(label) {
  return { label, type: "keyword", boost: -5 };
}

export function completeWith(terms, words) {
  return (context) => {
    const text = context.state.doc.toString();
    const blank = bare(text);
    const before = blank.slice(0, context.pos);
    if (text.slice(0, context.pos) !== before && /\s/.test(before.at(-1) ?? "") && !/\s/.test(text[context.pos - 1])) return null;
    const typed = WORD.exec(before)[0];
    if (!typed && !context.explicit) return null;
    const from = context.pos - typed.length;
    return { from, options: optionsAt(blank.slice(0, from), blank, terms, words), validFor: /^[?$]?[\w-]*(?::[\w-]*)?$/ };
  };
}

function optionsAt(before, text, terms, words) {
  const depth = (before.match(/{/g) ?? []).length - (before.match(/}/g) ?? []).length;
  const variables = variablesIn(text);
  if (depth <= 0) {
    if (/}\s*[^{}]*$/.test(before)) return [...WORDS_AFTER, ...variables];
    if (/\b(?:SELECT|CONSTRUCT|DESCRIBE|ASK)\b/i.test(before)) return [...WORDS_BEFORE, ...variables];
    return QUERIES;
  }
  const { subject, predicate, place } = patternAt(before);
  if (place === "predicate") return [{ label: "a", detail: "rdf:type", boost: 5 }, ...propertiesOf(subject, text, terms)];
  if (place === "object") return [...objects(predicate, text, terms, words), ...variables];
  return [...WORDS_INSIDE, ...patterns(text, terms, words), ...variables];
}

// Which part of a triple pattern comes next, and of which pattern.
function patternAt(before) {
  const tokens = before.match(TOKEN) ?? [];
  let subject = null;
  let predicate = null;
  let place = "subject";
  for (const token of tokens) {
    if ("{}.".includes(token)) [subject, predicate, place] = [null, null, "subject"];
    else if (token === ";") [predicate, place] = [null, "predicate"];
    else if (token === ",") place = "object";
    else if (place === "subject" && /^[?$<]|:/.test(token)) [subject, place] = [token, "predicate"];
    else if (place === "predicate" && !"^/|*+?!()".includes(token)) [predicate, place] = [token, "object"];
    else if (place === "predicate") continue;
    else if (place === "object") place = "end";
  }
  return { subject, predicate, place };
}

function typesIn(text) {
  const types = new Map();
  for (const [, subject, type] of text.matchAll(/([?$]\w+)\s+(?:a|rdf:type)\s+([\w-]*:[\w-]+)/g)) {
    types.set(subject, [...(types.get(subject) ?? []), type]);
  }
  return types;
}

function variablesIn(text) {
  const names = new Set(text.match(/[?$]\w+/g) ?? []);
  return [...names].map((label) => ({ label, type: "variable" }));
}

function propertiesOf(subject, text, terms) {
  const known = (typesIn(text).get(subject) ?? []).map((type) => terms.classOf?.get(type)).filter(Boolean);
  const own = new Map();
  for (const use of known.flatMap((each) => each.properties)) own.set(use.name, use);
  const rest = terms.properties.filter((each) => !own.has(each.name));
  return [
    ...[...own.values()].map((use, at) => named(use.name, terms, { detail: use.leadsTo.slice(0, 3).join(", "), count: use.triples, boost: 4 - at / 100 })),
    ...rest.map((each) => named(each.name, terms, { count: each.triples, boost: each.triples ? 0 : -9 })),
  ];
}

function objects(predicate, text, terms, words) {
  if (predicate === "a" || predicate === "rdf:type") {
    return terms.classes.map((each, at) => named(each.name, terms, { count: each.instances, boost: 4 - at / 100, words }));
  }
  return [{ label: fresh(`?${local(predicate)}`, text), type: "variable", boost: 6 }];
}

// Whole patterns: an instance of a class, and what is said of a variable that has a class.
function patterns(text, terms, words) {
  const found = [];
  for (const [variable, types] of typesIn(text)) {
    const uses = types.flatMap((type) => terms.classOf?.get(type)?.properties ?? []);
    uses.forEach((use, at) => {
      if (use.name === "rdf:type" || new RegExp(`${use.name}\\b`).test(text)) return;
      const pattern = `${variable} ${written(use.name, terms)} ${fresh(`?${local(use.name)}`, text)} .`;
      found.push(inserting(pattern, use.name, terms, { detail: labelOf(use.name, terms), count: use.triples, boost: 7 - at / 100 }));
    });
  }
  terms.classes.forEach((each, at) => {
    if (!each.instances) return;
    const variable = local(each.name);
    const pattern = `${fresh(`?${variable[0].toLowerCase()}${variable.slice(1)}`, text)} a ${written(each.name, terms)} .`;
    found.push(inserting(pattern, each.name, terms, { detail: each.label, count: each.instances, boost: 3 - at / 100, words }));
  });
  return found;
}

function labelOf(name, terms) {
  return terms.named.get(name)?.label ?? "";
}

function local(name) {
  return (/([A-Za-z]\w*)\W*$/.exec(name) ?? ["", "value"])[1];
}

function fresh(variable, text) {
  const taken = new Set(text.match(/[?$]\w+/g) ?? []);
  let name = variable;
  for (let number = 2; taken.has(name); number += 1) name = `${variable}${number}`;
  return name;
}

// A name as a query can have it: by a prefix that is known, or else as an IRI.
function written(name, terms) {
  return name.split(":")[0] in terms.prefixes ? name : `<${terms.named.get(name)?.iri ?? name}>`;
}

function named(name, terms, { detail, count, boost, words }) {
  const about = [detail ?? "", count === undefined ? "" : String(count)].filter(Boolean).join(" · ");
  const info = [labelOf(name, terms), words && count !== undefined ? `${words.instances}: ${count}` : ""].filter(Boolean).join(". ");
  return { label: written(name, terms), detail: about, info: info || undefined, boost, apply: applying(written(name, terms), name, terms) };
}

function inserting(pattern, name, terms, { detail, count, boost }) {
  return { label: pattern, detail: [detail, String(count)].filter(Boolean).join(" · "), boost, apply: applying(`${pattern}\n`, name, terms) };
}

function applying(insert, name, terms) {
  return (view, completion, from, to) => {
    const declaration = declarationFor(written(name, terms).startsWith("<") ? "" : name, view.state.doc.toString(), terms);
    const indent = insert.endsWith("\n") ? insert + /^\s*/.exec(view.state.doc.lineAt(from).text)[0] : insert;
    view.dispatch({
      changes: [
        { from: 0, insert: declaration },
        { from, to, insert: indent },
      ],
      selection: { anchor: from + declaration.length + indent.length },
      scrollIntoView: true,
      userEvent: "input.complete",
      annotations: pickedCompletion.of(completion),
    });
  };
}
