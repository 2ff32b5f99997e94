// The pages work without this file; it links paragraphs, moves by keys, copies lines and applies filters at once.
"use strict";

const rows = [...document.querySelectorAll("[data-row]")];

// rows of the side-by-side page: what says the same lights up together
function light(row, on) {
  for (const cell of row.querySelectorAll(".cell")) cell.classList.toggle("lit", on);
}
for (const row of rows) {
  row.addEventListener("mouseover", () => light(row, true));
  row.addEventListener("mouseout", () => light(row, false));
  row.addEventListener("focusin", () => light(row, true));
  row.addEventListener("focusout", () => light(row, false));
}

function step(list, by) {
  if (!list.length) return;
  const at = list.findIndex((x) => x === document.activeElement || x.contains(document.activeElement));
  const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
  next.focus();
  next.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const cells = rows.map((row) => row.querySelector(".cell[tabindex]")).filter(Boolean);
  if (event.key === "j") step(cells, 1);
  else if (event.key === "k") step(cells, -1);
  else if (event.key === "m") step([...document.querySelectorAll("mark[tabindex]")], 1);
  else if (event.key === "/") {
    const field = document.querySelector("input[type=search]");
    if (!field) return;
    field.focus();
    event.preventDefault();
  }
});

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent.replace(/\s+/g, " ").trim();
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.done;
    document.getElementById("told").textContent = button.dataset.done;
  });
}

// on a small screen the list comes first; filters open on request
if (matchMedia("(max-width: 76rem)").matches) {
  for (const panel of document.querySelectorAll("details.panel")) panel.open = false;
}

for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=checkbox], input[type=radio], select")) form.requestSubmit();
  });
  // an address without what was not asked for can be read and sent
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}

// a page that will soon have more comes again, unless somebody is typing
for (const note of document.querySelectorAll("[data-reload]")) {
  setInterval(() => {
    if (!document.activeElement.matches("input, select")) location.reload();
  }, 1000 * Number(note.dataset.reload));
}
