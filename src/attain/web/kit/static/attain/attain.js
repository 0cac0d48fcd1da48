// What a page cannot do without script: the palette, dialogs, toasts that leave, rows by keyboard.
const byId = (id) => document.getElementById(id);

function open(dialog) {
  dialog.showModal();
  dialog.querySelector("input")?.dispatchEvent(new Event("load-results"));
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    const palette = byId("palette");
    if (palette) { event.preventDefault(); palette.open ? palette.close() : open(palette); }
  }
  if (event.key === "Escape") {
    const close = document.querySelector("[data-closes-drawer]");
    if (close && !document.querySelector("dialog[open]")) close.click();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const links = [...document.querySelectorAll("#found a, a.open")].filter((link) => link.offsetParent !== null);
    const list = links.filter((link) => (byId("palette")?.open ? link.closest("#found") : !link.closest("#found")));
    const at = list.indexOf(document.activeElement);
    if (at >= 0 || byId("palette")?.open) {
      const next = list[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(byId(opener.dataset.opens));
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

// The row whose drawer is open is marked, also when the lines are loaded anew meanwhile.
let opened = "";
function mark() {
  document.querySelectorAll("tr[aria-selected]").forEach((one) => one.removeAttribute("aria-selected"));
  const link = [...document.querySelectorAll("tr.row a.open")].find((one) => one.getAttribute("hx-get") === opened);
  if (opened && link) link.closest("tr").setAttribute("aria-selected", "true");
}
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.closest?.("tr.row")) return;
  opened = event.target.getAttribute("hx-get");
  mark();
});

// A drawer that was opened takes the focus. Closed, it gives place to what stood there, and the focus back to its row.
let under = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const place = event.detail.target;
  if (place.id === "why" && !place.querySelector(".drawer")) under = [...place.childNodes];
});

document.addEventListener("click", (event) => {
  if (!under.length || !event.target.closest("[data-closes-drawer]")) return;
  event.preventDefault();
  const row = document.querySelector("tr[aria-selected]");
  byId("why").replaceChildren(...under);
  opened = "";
  mark();
  row?.querySelector("a.open").focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (opened) mark();
  const drawer = event.detail.target.querySelector?.(".drawer");
  if (drawer) drawer.focus({ preventScroll: true });
});

// A toast leaves; one with a way back stays longer, and while one is at it.
document.querySelectorAll("[data-toast]").forEach((toast) => {
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, toast.matches("form") ? 12000 : 6000);
});

// What is chosen is sent at once; what is typed, when it is done. A scope joins what the address says by now: its list
// may have been sorted since the page was loaded.
document.addEventListener("change", (event) => {
  const form = event.target.matches("select, [type=date]") && event.target.closest("form[data-sends]");
  if (!form) return;
  if (!form.matches(".scope")) return form.requestSubmit();
  const asked = new URLSearchParams(location.search);
  asked.delete("page");
  form.querySelectorAll("select").forEach((one) => (one.value ? asked.set(one.name, one.value) : asked.delete(one.name)));
  if (![...asked].length) asked.set("view", "");
  location.search = asked;
});

// Lists: "/" searches, a menu closes when one goes elsewhere, and a list that cannot be loaded says so.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-slash]");
  if (event.key === "/" && field && !event.target.closest("input, textarea, select, [contenteditable]")) {
    event.preventDefault();
    field.focus();
    field.select();
  }
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

document.addEventListener("click", (event) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
  if (!menu.contains(event.target)) menu.open = false;
}));

for (const failure of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failure, (event) => {
  const told = event.target.closest?.(".listing")?.querySelector("[data-failed]");
  if (told) told.hidden = false;
});
