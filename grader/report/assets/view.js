// Which submissions are looked at, in which order. All of that stands in the address behind `#`, as
// `URLSearchParams`: so Back, Reload and a link that is sent to a colleague show the same again.
// Its keys: q (what was searched), status, verdict.EXERCISE, mistake, fails (a case), only (cases
// that fail together, and no others), flag, reason, sort (with `-` from the highest), page, columns.
const data = JSON.parse(document.getElementById("data").textContent);
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const numeric = (text) => (text === "" ? null : Number(text)); // a blank is null; nothing is never 0

const people = data.rows.map((row, place) => {
  const [name, slug, code, total, leftOut, reason, reasonKey, flags, seconds, cells, mistakes, ...more] = row;
  const [knownAs, email, ids, section, late, adjusted] = more;
  const status = data.statuses[code];
  return {
    place, name, slug, status, graded: code < 2, total, leftOut, reason, reasonKey, flags, seconds,
    cells, mistakes, knownAs, email, ids, section, late, adjusted,
  };
});
const exerciseNumber = new Map(data.exercises.map(([name], index) => [name, index]));

// What is before the first colon is the exercise's name.
function exerciseOf(key) {
  return exerciseNumber.get(key.slice(0, key.indexOf(":")));
}

function viewOf(text) {
  return new URLSearchParams(text.includes("=") ? text.replace(/^[#?]/, "") : "");
}

const tests = {
  q: (value) => {
    const words = folded(value).split(/\s+/);
    return (person) => {
      person.searched ??= folded([person.name, person.slug, person.knownAs, person.email, person.ids].join(" "));
      return words.every((word) => person.searched.includes(word));
    };
  },
  status: (value) => (person) => (value === "flagged" ? person.flags.length > 0 : value === person.status),
  mistake: (value) => {
    const number = data.mistakes.findIndex(([key]) => key === value);
    return (person) => person.mistakes.includes(number);
  },
  fails: (value) => {
    const exercise = exerciseOf(value);
    const name = value.slice(value.indexOf(":") + 1);
    return withPattern(exercise, ([, cases]) => cases.includes(name));
  },
  only: (value) => withPattern(exerciseOf(value), ([key]) => key === value),
  flag: (value) => {
    const number = data.flags.findIndex(([key]) => key === value);
    return (person) => person.flags.includes(number);
  },
  reason: (value) => (person) => person.reasonKey === value,
};

function withPattern(exercise, fits) {
  const fitting = new Set();
  (data.patterns[exercise] ?? []).forEach((pattern, number) => fits(pattern) && fitting.add(number));
  return (person) => fitting.has(person.cells[exercise]?.[3]);
}

function hasVerdict(exercise, word) {
  const number = exerciseNumber.get(exercise);
  return (person) => {
    const cell = person.cells[number];
    return cell ? data.words[cell[0]][0] === word : false;
  };
}

// The names that the address has for what the table can be sorted by, and what each sorts by.
const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const orders = {
  student: (person) => person.name,
  total: (person) => numeric(person.total),
  status: (person) => person.status,
  flags: (person) => person.flags.length || null,
  seconds: (person) => numeric(person.seconds),
  ids: (person) => person.ids || null,
  email: (person) => person.email || null,
  section: (person) => person.section || null,
  late: (person) => person.late || null,
  adjusted: (person) => person.adjusted || null,
};
data.exercises.forEach(([name], index) => {
  orders[`points.${name}`] = (person) => numeric(person.cells[index]?.[1] ?? "");
});

// Ungraded submissions come last, then blanks, in both directions.
function sorted(view) {
  const wanted = view.get("sort") ?? "";
  const sign = wanted.startsWith("-") ? -1 : 1;
  const key = orders[wanted.replace(/^-/, "")];
  if (!key) return people;
  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);
  return [...people].sort((one, other) => {
    if (one.graded !== other.graded) return other.graded - one.graded;
    const [a, b] = [key(one), key(other)];
    if (a === null || b === null) return (a === null) - (b === null) || one.place - other.place;
    return sign * compare(a, b) || one.place - other.place;
  });
}

function found(view) {
  const fits = [];
  for (const [key, value] of view) {
    if (key.startsWith("verdict.")) fits.push(hasVerdict(key.slice("verdict.".length), value));
    else if (tests[key]) fits.push(tests[key](value));
  }
  return sorted(view).filter((person) => fits.every((fit) => fit(person)));
}

// A student's page, at the exercise that the view is about. It gets the view as well, to go on in it.
function pageOf(person, view) {
  const kept = new URLSearchParams(view);
  ["page", "columns", "go", "from"].forEach((key) => kept.delete(key));
  const about = ["mistake", "fails", "only"].map((key) => view.get(key)).find(Boolean);
  const exercise = about ? exerciseOf(about) : undefined;
  const anchor = exercise === undefined ? "" : `#exercise-${exercise + 1}`;
  const query = kept.size ? `?${kept}` : "";
  return `students/${encodeURIComponent(person.slug)}.html${query}${anchor}`;
}

// A student's page knows no other student's, since it is handed out. So its links to the next and the
// previous one lead here with `go` and `from`, and from here to that page.
function destination(view) {
  const order = view.has("sort") ? sorted(view) : people;
  const among = new Set(found(view));
  const here = order.findIndex((person) => person.slug === view.get("from"));
  const ahead = view.get("go") === "previous" ? order.slice(0, Math.max(here, 0)).reverse() : order.slice(here + 1);
  return ahead.find((person) => among.has(person));
}
