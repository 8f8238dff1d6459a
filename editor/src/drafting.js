// Keeps what was written and not asked yet in the history entry of the page, which outlasts reload and back.

const PAUSE = 400; // milliseconds without a key; browsers refuse to note every one

export class Drafting {
  #timer = 0;

  // The text that was kept of this page; undefined where there is none.
  get found() {
    return history.state?.draft;
  }

  keep(doc) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#note(doc.toString()), PAUSE);
  }

  forget() {
    clearTimeout(this.#timer);
    this.#note(undefined);
  }

  #note(draft) {
    history.replaceState({ ...history.state, draft }, "");
  }
}
