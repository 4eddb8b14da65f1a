"use strict";
// Builds the table of submissions, a page of it at a time, and searches, filters and sorts it.
// Without this script every row is there in a plain table. Text is only ever set as text.
(() => {
  const PAGE = 100;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const form = byId("controls");
  const table = document.querySelector("table.sortable");
  const headers = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const people = data.rows.map((row, place) => {
    const [name, slug, code, total, leftOut, reason, flags, seconds, cells, mistakes] = row;
    const status = data.statuses[code];
    const graded = code === 0;
    return { place, name, slug, status, graded, total, leftOut, reason, flags, seconds, cells, mistakes };
  });
  people.forEach((person) => (person.searched = folded(`${person.name} ${person.slug}`)));

  // A blank has the key null; nothing is never 0.
  const numeric = (text) => (text === "" ? null : Number(text));
  const keys = [
    (person) => person.name,
    (person) => numeric(person.total),
    (person) => `${person.status} ${person.reason}`,
    ...(data.rows[0]?.[8] ?? []).map((_, index) => (person) => {
      const cell = person.cells[index];
      return cell ? numeric(cell[1]) : null;
    }),
    (person) => person.flags || null,
    (person) => numeric(person.seconds),
  ];

  let order = people;
  let found = people;
  let page = 0;
  let waiting = 0;

  // Ungraded submissions come last, then blanks, in both directions.
  function comparison(column, sign) {
    const key = keys[column];
    const text = headers[column].dataset.sort === "text";
    const compare = text ? collator.compare : (one, other) => one - other;
    return (one, other) => {
      if (one.graded !== other.graded) return other.graded - one.graded;
      const [a, b] = [key(one), key(other)];
      if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
      return sign * compare(a, b) || one.place - other.place;
    };
  }

  function sortBy(column) {
    const header = headers[column];
    const upward = header.getAttribute("aria-sort") !== "ascending";
    order = [...people].sort(comparison(column, upward ? 1 : -1));
    headers.forEach((each) => each.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", upward ? "ascending" : "descending");
    filter();
    say(`Sorted by ${header.textContent.trim()}, ${upward ? "ascending" : "descending"}`);
  }

  function statusFits(person, status) {
    if (status === "") return true;
    if (status === "flagged") return person.flags > 0;
    return status === person.status;
  }

  function filter() {
    const words = folded(byId("search").value).split(/\s+/);
    const status = byId("status").value;
    const mistake = byId("mistake")?.value ?? "";
    const verdicts = [...form.querySelectorAll("[data-exercise]")].filter((each) => each.value);
    found = order.filter(
      (person) =>
        words.every((word) => person.searched.includes(word)) &&
        statusFits(person, status) &&
        (mistake === "" || person.mistakes.includes(Number(mistake))) &&
        verdicts.every((each) => {
          const cell = person.cells[each.dataset.exercise];
          return cell && data.words[cell[0]][0] === each.value;
        }),
    );
    page = 0;
    show();
  }

  function element(name, text = "", className = "") {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function badge([word, icon, tone]) {
    const made = element("span", "", `word ${tone}`);
    const space = document.querySelector(".symbols").namespaceURI;
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(space, "use"));
    svg.firstChild.setAttribute("href", `#${icon}`);
    made.append(svg, ` ${word}`);
    return made;
  }

  function nameCell(person) {
    const made = element("th");
    made.scope = "row";
    const link = element("a");
    link.href = `students/${encodeURIComponent(person.slug)}.html`;
    link.append(element("bdi", person.name));
    made.append(link);
    return made;
  }

  function totalCell(person) {
    const made = element("td", person.total, "total");
    if (person.leftOut) made.append(element("small", `${person.leftOut} not graded`));
    return made;
  }

  function statusCell(person) {
    if (person.graded) return element("td", person.status);
    const made = element("td");
    const said = badge([person.status, "question", "neutral"]);
    said.classList.add("status");
    made.append(said, element("span", person.reason, "reason"));
    return made;
  }

  function verdictCell(cell) {
    const made = element("td");
    if (!cell) return made;
    const [word, score, adjusted] = cell;
    made.append(badge(data.words[word]));
    if (score !== "") made.append(element("b", score));
    if (adjusted) made.append(element("small", "by a person"));
    return made;
  }

  function rowOf(person) {
    const made = element("tr");
    made.append(nameCell(person), totalCell(person), statusCell(person));
    made.append(...person.cells.map(verdictCell));
    made.append(element("td", person.flags || ""), element("td", person.seconds));
    return made;
  }

  function show(from = page * PAGE, to = from + PAGE) {
    const shown = found.slice(from, to);
    table.tBodies[0].replaceChildren(...shown.map(rowOf));
    const where = shown.length < found.length ? `${from + 1} to ${from + shown.length} of ` : "";
    const all = found.length < people.length ? ` (${people.length} in all)` : "";
    byId("shown").textContent = found.length ? `${where}${found.length} shown${all}` : `None of ${people.length} fits`;
    byId("previous").disabled = page === 0;
    byId("next").disabled = to >= found.length;
  }

  function say(text) {
    byId("said").textContent = text;
  }

  function turn(by) {
    page += by;
    show();
    say(byId("shown").textContent);
    byId("table").scrollIntoView({ block: "start" });
  }

  function changed() {
    filter();
    // Not with every letter: a screen reader says it when the typing has stopped.
    clearTimeout(waiting);
    waiting = setTimeout(() => say(byId("shown").textContent), 400);
  }

  headers.forEach((header, column) => {
    const button = element("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sortBy(column));
    header.append(button);
  });
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  addEventListener("beforeprint", () => show(0, found.length));
  addEventListener("afterprint", () => show());
  table.classList.add("ready");
  for (const id of ["controls", "table", "pager"]) byId(id).hidden = false;
  filter();
})();
