// How the editor looks: the colours of the page, in light and dark.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { EditorView } from "codemirror";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "light-dark(#7a3e00, #f0b36b)" },
  { tag: [tags.string, tags.number, tags.bool], color: "light-dark(#1a6e43, #7fd6a4)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.namespace, tags.propertyName, tags.typeName, tags.url], color: "light-dark(#6a2c91, #d7a6ff)" },
]);

const theme = EditorView.theme({
  "&": { minHeight: "16rem", color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "3px solid var(--link)" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", minHeight: "16rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--shade)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "light-dark(#00000008, #ffffff0d)" },
  ".cm-content ::selection": { backgroundColor: "light-dark(#b7d4f5, #2f4f73)" },
  ".cm-matchingBracket": { backgroundColor: "light-dark(#d7e8d0, #2f5a3d) !important" },
  // The package draws these with images in the style sheet, which the policy of the page keeps out.
  ".cm-lintRange": { backgroundImage: "none !important", textDecoration: "underline wavy var(--wrong)", textUnderlineOffset: "3px" },
  ".cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info, .cm-lint-marker-hint": {
    content: "normal",
    width: "0.7em",
    height: "0.7em",
    marginBlock: "0.35em",
    borderRadius: "50%",
    backgroundColor: "var(--wrong)",
  },
  ".cm-lint-marker-warning": { borderRadius: "0" },
  ".cm-tooltip, .cm-panels": { color: "var(--ink)", backgroundColor: "var(--shade)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--link)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem", lineHeight: "1.3" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { maxWidth: "min(46rem, 92vw)", maxHeight: "15rem" },
  ".cm-completionDetail": { color: "var(--quiet)", fontStyle: "normal", marginInlineStart: "1.5rem" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { fontWeight: "700" },
  ".cm-diagnosticAction": { color: "var(--paper)", backgroundColor: "var(--link)", fontSize: "0.9rem", minHeight: "1.5rem" },
});

export const look = [theme, syntaxHighlighting(colours)];
