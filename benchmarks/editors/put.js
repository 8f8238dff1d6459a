// Puts an editor where the workbench puts its own, in a shadow tree as well.

export function put(extensions, EditorView) {
  const field = document.querySelector("form.workbench textarea");
  const host = document.createElement("div");
  host.className = "editor";
  host.dir = "ltr";
  field.after(host);
  field.hidden = true;
  const root = host.attachShadow({ mode: "open" });
  host.view = new EditorView({ doc: field.value, parent: root, root, extensions });
}
