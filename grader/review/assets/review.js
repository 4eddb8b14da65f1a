"use strict";
// Saves what is ticked or written as soon as it is, says what another person has saved meanwhile,
// and has a key for everything. Without it the form's buttons do the same.
(() => {
  const form = document.getElementById("review");
  const help = document.getElementById("keys");
  if (!form) return;
  const said = document.getElementById("said");
  const newer = document.getElementById("newer");
  const points = form.elements.points;
  const remark = form.elements.remark;
  const items = [...form.querySelectorAll(".item input")];
  const POLL = 3000;
  let saving = null; // the save that is under way
  let changed = false; // something was changed since it began

  function text(number) {
    return String(Math.round(number * 100) / 100);
  }

  // The same as `score_of` on the server.
  function byRubric() {
    const most = Number(form.dataset.most);
    const start = items.every((item) => Number(item.dataset.points) <= 0) ? most : 0;
    const ticked = items.filter((item) => item.checked);
    const sum = ticked.reduce((all, item) => all + Number(item.dataset.points), start);
    return Math.min(Math.max(sum, 0), most);
  }

  function ask(words, choices) {
    newer.replaceChildren(words, " ");
    for (const [label, act] of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", act);
      newer.append(button, " ");
    }
    newer.hidden = false;
  }

  const showSaved = ["Show what is saved", () => location.assign(location.pathname)];

  function taken(state) {
    form.elements.instead_of.value = state.number;
    document.getElementById("progress").textContent = state.progress;
  }

  async function send() {
    const body = new URLSearchParams(new FormData(form));
    body.set("shown_points", points.value); // the points are those in the field
    body.delete("shown_item");
    for (const item of items) if (item.checked) body.append("shown_item", item.value);
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { accept: "application/json" },
      keepalive: true,
    });
    const state = await answer.json();
    if (answer.ok) {
      taken(state);
      newer.hidden = true;
      said.textContent = `Saved: ${state.decided}.`;
    } else if (answer.status === 409) {
      said.textContent = "Not saved.";
      ask(`Not saved: ${state.problem}.`, [
        ["Save mine instead", () => {
          taken(state);
          save();
        }],
        showSaved,
      ]);
    } else {
      said.textContent = `Not saved: ${state.problem}.`;
    }
  }

  // One save at a time: what is changed meanwhile is saved after it.
  function save() {
    if (saving) {
      changed = true;
      return saving;
    }
    said.textContent = "Saving…";
    saving = send()
      .catch(() => {
        said.textContent = "Not saved: the server does not answer. Is grade review still running?";
      })
      .finally(() => {
        saving = null;
        if (changed) {
          changed = false;
          save();
        }
      });
    return saving;
  }

  function ticked() {
    points.value = text(byRubric());
    save();
  }

  async function go(name) {
    const link = document.querySelector(`[data-go="${name}"]`);
    if (!link) return;
    while (saving) await saving;
    location.assign(link.href);
  }

  function focus(field) {
    field.focus();
    field.select();
  }

  const actions = {
    j: () => go("next"),
    ArrowRight: () => go("next"),
    k: () => go("previous"),
    ArrowLeft: () => go("previous"),
    n: () => go("n"),
    u: () => go("u"),
    p: () => focus(points),
    r: () => focus(remark),
    "?": () => help.showModal(),
  };

  function typing(target) {
    return target === points || target === remark;
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || help.open) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const item = items.find((each) => each.dataset.key === event.key);
    if (!item && !actions[event.key]) return;
    event.preventDefault();
    if (!item) return actions[event.key]();
    item.checked = !item.checked;
    ticked();
  });
  points.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    points.blur();
  });
  for (const item of items) item.addEventListener("change", ticked);
  points.addEventListener("change", save);
  remark.addEventListener("change", () => {
    if (points.value.trim() || items.some((item) => item.checked)) save();
    else said.textContent = "The remark is not saved yet: it is saved with the points.";
  });
  document.getElementById("show-keys").hidden = false;
  document.getElementById("show-keys").addEventListener("click", () => help.showModal());
  help.querySelector("button").addEventListener("click", () => help.close());

  async function look() {
    const before = form.elements.instead_of.value;
    try {
      const answer = await fetch(form.dataset.state, { headers: { accept: "application/json" } });
      const state = await answer.json();
      if (saving || form.elements.instead_of.value !== before) return; // saved here since it asked
      document.getElementById("progress").textContent = state.progress;
      if (!newer.hidden || state.number === Number(before)) return;
      ask(`Meanwhile another person saved ${state.decided || "that there is no decision"}.`, [showSaved]);
    } catch {
      // The next look tells, or what is saved next.
    }
  }
  setInterval(look, POLL);
})();
