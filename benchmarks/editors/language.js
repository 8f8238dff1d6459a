// CodeMirror with the SPARQL language and nothing else, in the place of the workbench.

import { EditorView } from "codemirror";
import { sparql } from "codemirror-lang-sparql";
import { put } from "./put.js";

put([sparql()], EditorView);
