"use strict";
// Sorts the class table. Without this script the table reads the same, in its first order.
(() => {
  const table = document.querySelector("table.sortable");
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const said = document.getElementById("sorted");
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const rows = [...body.rows].map((row) => ({
    row,
    last: row.classList.contains("ungraded"),
    keys: [...row.cells].map((cell, column) => keyOf(cell, headers[column].dataset.sort)),
  }));

  // A blank has the key null; nothing is never 0.
  function keyOf(cell, kind) {
    const text = (cell.dataset.key ?? cell.textContent).trim();
    if (text === "") return null;
    return kind === "number" ? Number(text) : text;
  }

  function compareKeys(one, other, kind) {
    return kind === "number" ? one - other : collator.compare(one, other);
  }

  // Ungraded submissions come last, then blanks, in both directions.
  function comparison(column, kind, sign) {
    return (one, other) => {
      if (one.last !== other.last) return one.last - other.last;
      const [a, b] = [one.keys[column], other.keys[column]];
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * compareKeys(a, b, kind);
    };
  }

  function sortBy(column) {
    const header = headers[column];
    const upward = header.getAttribute("aria-sort") !== "ascending";
    const order = [...rows].sort(comparison(column, header.dataset.sort, upward ? 1 : -1));
    body.append(...order.map((entry) => entry.row));
    headers.forEach((each) => each.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", upward ? "ascending" : "descending");
    said.textContent = `Sorted by ${header.textContent.trim()}, ${upward ? "ascending" : "descending"}`;
  }

  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sortBy(column));
    header.append(button);
  });
  table.classList.add("ready");
})();
