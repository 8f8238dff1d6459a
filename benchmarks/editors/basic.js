// CodeMirror as it comes ("basicSetup") with the SPARQL language, in the place of the workbench.

import { EditorView, basicSetup } from "codemirror";
import { sparql } from "codemirror-lang-sparql";
import { put } from "./put.js";

put([basicSetup, sparql()], EditorView);
