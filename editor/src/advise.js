// Marks what is wrong at its place: what the service said, terms that do not occur, prefixes that are not declared.

import { linter } from "@codemirror/lint";
import { bare, declarationFor, declared } from "./terms.js";

const NAME = /(?<![\w:?$@-])([A-Za-z][\w-]*):([\w-]*)/g;

// `problem` is what the service said of the text as it was at first; see `problemIn`.
export function adviseWith(terms, words, problem) {
  let first = null;
  return linter(
    async (view) => {
      first ??= view.state.doc;
      await terms.ready;
      const said = problem && view.state.doc.eq(first) ? [problem] : [];
      return [...said, ...advice(view.state.doc.toString(), terms, words)];
    },
    { delay: 400 },
  );
}

function* advice(text, terms, words) {
  const known = declared(text);
  for (const found of bare(text).matchAll(NAME)) {
    const [name, prefix, local] = found;
    const from = found.index;
    const to = from + name.length;
    if (/\bPREFIX\s+$/i.test(text.slice(0, from))) continue;
    if (!known.has(prefix) && prefix in terms.prefixes) {
      const declaration = declarationFor(name, text, terms);
      const message = words.declare.replace("{names}", `${prefix}:`);
      const apply = (view) => view.dispatch({ changes: { from: 0, insert: declaration } });
      yield { from, to, severity: "error", message, actions: [{ name: message, apply }] };
    } else if (local && terms.spaces.has(prefix) && !terms.named.has(name)) {
      yield {
        from,
        to,
        severity: "warning",
        message: words.absent,
        actions: near(name, terms).map((other) => ({
          name: words.use.replace("{name}", other),
          apply: (view, start, end) => view.dispatch({ changes: { from: start, to: end, insert: other } }),
        })),
      };
    }
  }
}

function near(name, terms) {
  const prefix = name.split(":")[0];
  const most = Math.max(2, Math.floor(name.length / 4));
  return [...terms.named.values()]
    .filter((each) => each.name.startsWith(`${prefix}:`) && (each.instances ?? each.triples))
    .map((each) => [distance(name.toLowerCase(), each.name.toLowerCase()), each.name])
    .filter(([steps]) => steps <= most)
    .sort(([one], [other]) => one - other)
    .slice(0, 3)
    .map(([, other]) => other);
}

// How many letters have to be put in, left out or replaced (Levenshtein).
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[other.length];
}

// The place of a mistake that the page tells of; null where it tells of none.
export function problemIn(doc, fault) {
  if (!fault?.dataset.line) return null;
  const line = doc.line(Math.min(Number(fault.dataset.line), doc.lines));
  const from = Math.min(line.from + Number(fault.dataset.column) - 1, line.to);
  const length = /^\S*/.exec(doc.sliceString(from, line.to))[0].length;
  const told = [...fault.querySelectorAll(".detail, .remedy")].map((each) => each.textContent.trim());
  return { from, to: from + length, severity: "error", message: told.join(" ") };
}
