// The classes and properties that the service knows, as they come from /sparql/terms.

export function readTerms(address) {
  const terms = { prefixes: {}, classes: [], properties: [], named: new Map(), spaces: new Set() };
  terms.ready = fetch(address, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((found) => {
      Object.assign(terms, { prefixes: found.prefixes, classes: found.classes, properties: found.properties });
      for (const each of [...found.properties, ...found.classes]) {
        terms.named.set(each.name, each);
        const [prefix] = each.name.split(":");
        if (prefix in found.prefixes && !["xsd", "sh", "void"].includes(prefix)) terms.spaces.add(prefix);
      }
      terms.classOf = new Map(found.classes.map((each) => [each.name, each]));
      terms.propertyOf = new Map(found.properties.map((each) => [each.name, each]));
    })
    .catch(() => {}); // without them there is an editor, and nothing to complete with
  return terms;
}

// The text with what stands in comments, strings and IRIs blanked, so that only names and signs are left.
export function bare(text) {
  return text.replace(
    /"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|<[^<>"{}|^`\\\s]*>|#[^\n]*/g,
    (found) => (found.startsWith("<") ? `<${"_".repeat(found.length - 2)}>` : " ".repeat(found.length)),
  );
}

export function declared(text) {
  return new Set([...text.matchAll(/\bPREFIX\s+([\w-]*):/gi)].map((each) => each[1]));
}

// The declaration that a text lacks to use this name; empty where it lacks none.
export function declarationFor(name, text, terms) {
  const prefix = name.includes(":") ? name.split(":")[0] : null;
  if (prefix === null || !(prefix in terms.prefixes) || declared(text).has(prefix)) return "";
  return `PREFIX ${prefix}: <${terms.prefixes[prefix]}>\n`;
}
