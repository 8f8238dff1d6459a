// Puts the editor in the place of the text field of /sparql. Without this script the form works as it is.

import { autocompletion } from "@codemirror/autocomplete";
import { lintGutter } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { Prec, Text } from "@codemirror/state";
import { EditorView } from "codemirror";
import { sparql } from "codemirror-lang-sparql";
import { completeWith } from "./complete.js";
import { adviseWith, problemIn } from "./advise.js";
import { Drafting } from "./drafting.js";
import { look } from "./look.js";
import { declaringPrefixes } from "./prefixes.js";
import { setup } from "./setup.js";
import { readTerms } from "./terms.js";

function mount(form) {
  const field = form.querySelector("textarea");
  const host = document.createElement("div");
  host.className = "editor";
  host.dir = "ltr";
  field.after(host);
  const terms = readTerms(form.dataset.terms);
  // What was written and not asked yet is kept in the history entry of the page, for reload and back.
  const drafting = new Drafting();
  const draft = drafting.found;
  const text = Text.of((draft ?? field.value).split(/\r\n?|\n/));
  const problem = draft === undefined ? problemIn(text, document.getElementById("fault")) : null;

  const send = () => {
    form.requestSubmit();
    return true;
  };
  // Style sheets of the editor are made by script, which the policy of the page allows in a shadow tree only.
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    doc: text,
    selection: { anchor: problem?.from ?? 0 },
    parent: root,
    root,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: send }])),
      setup,
      sparql(),
      autocompletion({
        override: [completeWith(terms, form.dataset)],
        icons: false,
        maxRenderedOptions: 20,
        activateOnTypingDelay: 10, // all that it offers is in the page already: there is no request to spare
      }),
      declaringPrefixes(terms),
      adviseWith(terms, form.dataset, problem),
      lintGutter(),
      look,
      EditorView.lineWrapping,
      EditorView.updateListener.of((update) => update.docChanged && drafting.keep(update.state.doc)),
      EditorView.contentAttributes.of({ "aria-label": form.dataset.editorLabel, spellcheck: "false" }),
    ],
  });

  field.hidden = true;
  field.required = false;
  form.addEventListener("submit", () => {
    field.value = view.state.doc.toString();
    drafting.forget(); // what was sent has a page of its own
  });
  form.querySelector(`label[for="${field.id}"]`).addEventListener("click", () => view.focus());
  form.querySelector("#keys").hidden = false;
  host.view = view; // what tests and measurements take hold of
}

mount(document.querySelector("form.workbench"));
