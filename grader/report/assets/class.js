// Builds the table of submissions, a page of it at a time, out of what the address asks for.
// Without this script every row is there in a plain table. Text is only ever set as text.
(() => {
  const PAGE = 100;
  const byId = (id) => document.getElementById(id);
  const form = byId("controls");
  const table = document.querySelector("table.sortable");
  const headers = [...table.tHead.rows[0].cells];
  const pagers = [...document.querySelectorAll(".pager")];
  let view = viewOf("");
  let rows = [];
  let waiting = 0;

  function element(name, text = "", className = "") {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function badge([word, icon, tone], className = "") {
    const made = element("span", "", `word ${tone}`);
    const space = document.querySelector(".symbols").namespaceURI;
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(space, "use"));
    svg.firstChild.setAttribute("href", `#${icon}`);
    made.append(svg, " ", element("span", word, className));
    made.title = word;
    return made;
  }

  // How a cell of each column is made. An exercise's column is named `points.` and the exercise.
  const cells = {
    total(person) {
      const made = element("td", person.total, "total");
      if (person.graded && person.reason) made.append(element("small", person.reason));
      if (person.leftOut) made.append(element("small", ` ${person.leftOut} not graded`));
      return made;
    },
    status: (person) => element("td", person.status),
    flags: (person) => element("td", person.flags.length || ""),
    seconds: (person) => element("td", person.seconds),
    ids: (person) => element("td", person.ids),
    email: (person) => element("td", person.email),
    section: (person) => element("td", person.section),
    late: (person) => element("td", person.late),
    adjusted: (person) => element("td", person.adjusted || ""),
  };
  data.exercises.forEach(([name], index) => {
    cells[`points.${name}`] = (person) => {
      const made = element("td");
      const cell = person.cells[index];
      if (!cell) return made;
      const [word, score, adjusted] = cell;
      made.append(badge(data.words[word], "hushed"));
      if (score !== "") made.append(" ", element("b", score));
      if (adjusted) made.append(" ", element("small", "by a person"));
      return made;
    };
  });

  function nameCell(person) {
    const made = element("th");
    made.scope = "row";
    const link = element("a");
    link.href = pageOf(person, view);
    link.append(element("bdi", person.name));
    made.append(link);
    return made;
  }

  // Of a submission without verdicts, the reason stands where they would be.
  function reasonCell(person) {
    const made = element("td", "", "reason");
    made.colSpan = data.exercises.length;
    made.append(badge([person.status, "question", "neutral"]), " ", element("span", person.reason));
    return made;
  }

  function rowOf(person, columns) {
    const made = element("tr");
    made.append(nameCell(person));
    let told = person.graded;
    for (const { name, label } of columns) {
      if (!person.graded && name.startsWith("points.")) {
        if (!told) made.append(reasonCell(person));
        told = true;
        continue;
      }
      const cell = cells[name](person);
      cell.dataset.label = label;
      made.append(cell);
    }
    return made;
  }

  function columnsOf() {
    const wanted = new Set((view.get("columns") ?? "").split(","));
    for (const header of headers) header.hidden = "optional" in header.dataset && !wanted.has(header.dataset.column);
    return headers
      .filter((header) => !header.hidden && header.dataset.column !== "student")
      .map((header) => ({ name: header.dataset.column, label: header.dataset.label }));
  }

  function currentPage() {
    const asked = Number.parseInt(view.get("page") ?? "1", 10) || 1;
    return Math.min(Math.max(asked, 1), Math.max(Math.ceil(rows.length / PAGE), 1)) - 1;
  }

  function show(from = currentPage() * PAGE, to = from + PAGE) {
    const shown = rows.slice(from, to);
    const columns = columnsOf();
    table.tBodies[0].replaceChildren(...shown.map((person) => rowOf(person, columns)));
    const where = shown.length < rows.length ? `${from + 1} to ${from + shown.length} of ` : "";
    const all = rows.length < people.length ? ` (${people.length} in all)` : "";
    const text = rows.length ? `${where}${rows.length} shown${all}` : `None of ${people.length} fits`;
    for (const pager of pagers) {
      pager.querySelector(".shown").textContent = text;
      pager.querySelector(".previous").disabled = from === 0;
      pager.querySelector(".next").disabled = to >= rows.length;
    }
    return text;
  }

  function say(text) {
    byId("said").textContent = text;
  }

  // What the controls say is taken from the view, never the other way round without changing it.
  function setControls() {
    for (const control of form.querySelectorAll("[data-key]")) {
      control.value = view.get(control.dataset.key) ?? "";
    }
    const columns = new Set((view.get("columns") ?? "").split(","));
    for (const box of form.querySelectorAll("[data-switches]")) box.checked = columns.has(box.dataset.switches);
    const wanted = view.get("sort") ?? "";
    for (const header of headers) {
      const sorts = wanted.replace(/^-/, "") === header.dataset.column;
      if (sorts) header.setAttribute("aria-sort", wanted.startsWith("-") ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    }
    byId("narrowed").replaceChildren(...["fails", "only", "flag", "reason"].filter((key) => view.has(key)).map(chip));
  }

  function label(key, value) {
    const title = data.exercises[exerciseOf(value)]?.[1] ?? "";
    if (key === "fails") return `fails ${value.slice(value.indexOf(":") + 1)} of ${title}`;
    if (key === "only") {
      const pattern = data.patterns[exerciseOf(value)]?.find(([each]) => each === value);
      return `of ${title} fails ${pattern ? pattern[1].join(", ") : "other cases"}, and no other case`;
    }
    if (key === "flag") return data.flags.find(([each]) => each === value)?.[1] ?? "another flag";
    return people.find((person) => person.reasonKey === value)?.reason ?? "another reason";
  }

  // A filter that has no control of its own, with a button that takes it away.
  function chip(key) {
    const made = element("p", "", "chip");
    const button = element("button", "Show others, too");
    button.type = "button";
    button.addEventListener("click", () => change((next) => next.delete(key)));
    made.append(element("span", `Only: ${label(key, view.get(key))}`), " ", button);
    return made;
  }

  function render(next) {
    view = next;
    rows = found(view);
    setControls();
    return show();
  }

  // Changes the view and the address; `quietly` without a step that Back would go back to.
  function change(how, quietly = false) {
    const next = new URLSearchParams(view);
    how(next);
    const address = next.size ? `#${next}` : location.pathname + location.search;
    history[quietly ? "replaceState" : "pushState"](null, "", address);
    return render(next);
  }

  function changed(event) {
    const { key, switches } = event.target.dataset;
    if (switches) {
      change((next) => {
        const columns = new Set((next.get("columns") ?? "").split(",").filter(Boolean));
        columns[event.target.checked ? "add" : "delete"](switches);
        if (columns.size) next.set("columns", [...columns].join(","));
        else next.delete("columns");
      });
      return;
    }
    if (!key) return;
    const { value } = event.target;
    const goesOn = key === "q" && view.get("q"); // of what is typed, Back goes over all letters at once
    change((next) => {
      if (value) next.set(key, value);
      else next.delete(key);
      next.delete("page");
    }, goesOn);
    // Not with every letter: a screen reader says it when the typing has stopped.
    clearTimeout(waiting);
    waiting = setTimeout(() => say(pagers[0].querySelector(".shown").textContent), 400);
  }

  function sortBy(header) {
    const name = header.dataset.column;
    const upward = view.get("sort") !== name;
    change((next) => {
      next.set("sort", upward ? name : `-${name}`);
      next.delete("page");
    });
    say(`Sorted by ${header.textContent.trim()}, ${upward ? "ascending" : "descending"}`);
  }

  function turn(by) {
    const to = currentPage() + by;
    if (to < 0 || to * PAGE >= rows.length) return;
    const text = change((next) => (to ? next.set("page", to + 1) : next.delete("page")));
    say(text);
    byId("submissions").scrollIntoView({ block: "start" });
    byId("table").scrollTop = 0;
  }

  // Shows what the address asks for, unless it names a part of this page.
  function arrive() {
    const next = viewOf(location.hash);
    if (!next.size && location.hash) return;
    if (!next.has("go")) {
      const text = render(next);
      if (next.size) say(text);
    } else {
      const person = destination(next);
      if (person) return location.replace(pageOf(person, next));
      next.delete("go");
      next.delete("from");
      history.replaceState(null, "", next.size ? `#${next}` : location.pathname + location.search);
      render(next);
      say("There is no further student; these are all of them.");
    }
    if (next.size) byId("submissions").scrollIntoView({ block: "start", behavior: "instant" });
  }

  for (const header of headers) {
    const button = element("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sortBy(header));
    header.append(button);
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("all").addEventListener("click", () => {
    change((next) => [...next.keys()].filter((key) => !["columns", "sort"].includes(key)).forEach((key) => next.delete(key)));
  });
  for (const pager of pagers) {
    pager.querySelector(".previous").addEventListener("click", () => turn(-1));
    pager.querySelector(".next").addEventListener("click", () => turn(1));
    pager.hidden = false;
  }
  // A jump to a part of this page leaves the address to the table.
  for (const link of document.querySelectorAll(".jumps a, .skip")) {
    link.addEventListener("click", (event) => {
      const part = byId(link.hash.slice(1));
      event.preventDefault();
      part.scrollIntoView({ block: "start" });
      part.tabIndex = -1;
      part.focus({ preventScroll: true });
    });
  }
  withKeys({
    "/": () => byId("search").focus(),
    n: () => turn(1),
    p: () => turn(-1),
  });
  addEventListener("popstate", arrive);
  addEventListener("pageshow", setControls); // a browser may have put back what the controls said
  addEventListener("beforeprint", () => show(0, rows.length));
  addEventListener("afterprint", () => show());
  table.classList.add("ready");
  for (const id of ["controls", "table"]) byId(id).hidden = false;
  if (location.hash && !viewOf(location.hash).size) render(view);
  arrive();
})();
