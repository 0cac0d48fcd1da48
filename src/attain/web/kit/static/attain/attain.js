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

// The row whose drawer is open is marked.
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest?.("tr.row");
  if (!row) return;
  document.querySelectorAll("tr[aria-selected]").forEach((one) => one.removeAttribute("aria-selected"));
  row.setAttribute("aria-selected", "true");
});

// A drawer that was opened takes the focus. Closed, it gives place to what stood there, and the focus back to its row.
let under = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  const place = event.detail.target;
  if (place.id === "why" && !place.querySelector(".drawer")) under = [...place.childNodes];
});

document.addEventListener("click", (event) => {
  const row = document.querySelector("tr[aria-selected]");
  if (!row || !event.target.closest("[data-closes-drawer]")) return;
  event.preventDefault();
  byId("why").replaceChildren(...under);
  row.removeAttribute("aria-selected");
  row.querySelector("a.open").focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const drawer = event.detail.target.querySelector?.(".drawer");
  if (drawer) drawer.focus({ preventScroll: true });
});

setTimeout(() => document.querySelectorAll("[data-toast]").forEach((toast) => toast.remove()), 6000);

document.addEventListener("change", (event) => event.target.closest("form[data-sends]")?.requestSubmit());
