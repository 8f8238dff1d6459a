// Declares a prefix that is known when somebody writes it, such as `pg:`.

import { EditorState } from "@codemirror/state";
import { bare, declarationFor } from "./terms.js";

export function declaringPrefixes(terms) {
  return EditorState.transactionFilter.of((transaction) => {
    if (!transaction.isUserEvent("input.type")) return transaction;
    let place = -1;
    transaction.changes.iterChanges((_fromA, _toA, _fromB, toB, inserted) => {
      if (inserted.length === 1 && inserted.toString() === ":") place = toB;
    });
    if (place < 0) return transaction;
    const text = transaction.newDoc.toString();
    const word = /(?:^|[\s({\[^|/!,;.])([A-Za-z][\w-]*):$/.exec(bare(text).slice(0, place));
    if (!word || /\bPREFIX\s+$/i.test(text.slice(0, place - word[1].length - 1))) return transaction;
    const declaration = declarationFor(`${word[1]}:`, text, terms);
    if (!declaration) return transaction;
    return [transaction, { changes: { from: 0, insert: declaration }, sequential: true }];
  });
}
