// The editor of plans: line numbers that follow the text, colours behind it, and the lines that have a finding.
const editor = document.querySelector("[data-editor]");
const text = editor?.querySelector("textarea");
const gutter = editor?.querySelector(".gutter");
const paint = editor?.querySelector(".paint");

function span(kind, words) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = words;
  return made;
}

// A remark, a key before its colon, words in quotes, a number; everything else stays as it is.
const PARTS = /(#.*$)|("(?:[^"\\]|\\.)*"|'[^']*')|([A-Za-z_][\w.-]*)(?=:(?:\s|$))|(\b\d[\d.,:-]*%?)/g;

function painted(line) {
  const made = document.createDocumentFragment();
  let at = 0;
  for (const found of line.matchAll(PARTS)) {
    if (found[1] && found.index > 0 && !/\s/.test(line[found.index - 1])) continue;
    made.append(line.slice(at, found.index));
    made.append(span(found[1] ? "remark" : found[2] ? "words" : found[3] ? "key" : "value", found[0]));
    at = found.index + found[0].length;
  }
  made.append(line.slice(at), "\n");
  return made;
}

function draw() {
  const lines = text.value.split("\n");
  text.rows = Math.max(12, lines.length + 1);
  while (gutter.children.length < lines.length) {
    const made = document.createElement("li");
    made.id = `line-${gutter.children.length + 1}`;
    gutter.append(made);
  }
  while (gutter.children.length > lines.length) gutter.lastElementChild.remove();
  paint.replaceChildren(...lines.map(painted));
  paint.scrollLeft = text.scrollLeft;
}

function mark() {
  const said = document.getElementById("findings")?.dataset.marks ?? "";
  [...gutter.children].forEach((line) => { line.className = ""; });
  for (const one of said.split(",").filter(Boolean)) {
    const [line, level] = one.split(":");
    gutter.children[line - 1]?.classList.add(level);
  }
}

function goTo(line) {
  const before = text.value.split("\n").slice(0, line - 1).join("\n");
  const start = line > 1 ? before.length + 1 : 0;
  const end = text.value.indexOf("\n", start);
  text.focus({ preventScroll: true });
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
  gutter.children[line - 1]?.scrollIntoView({ block: "center" });
}

if (text) {
  let saved = text.value;
  const words = document.getElementById("saved");
  const said = words?.textContent;
  editor.classList.add("painted");
  text.addEventListener("input", () => {
    draw();
    if (words) words.textContent = text.value === saved ? said : words.dataset.changed;
  });
  text.addEventListener("scroll", () => { paint.scrollLeft = text.scrollLeft; });
  text.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s" && !text.readOnly) {
      event.preventDefault();
      text.form.requestSubmit();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (link) { event.preventDefault(); goTo(Number(link.dataset.line)); }
  });
  document.addEventListener("htmx:afterSettle", mark);
  window.addEventListener("beforeunload", (event) => { if (text.value !== saved) event.preventDefault(); });
  text.form.addEventListener("submit", () => { saved = text.value; });
  draw();
  mark();
}
