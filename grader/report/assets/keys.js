"use strict";
// Calls what belongs to a key, unless somebody is typing; `?` shows the keys.
function withKeys(actions) {
  const help = document.getElementById("keys");
  document.getElementById("show-keys").hidden = false;
  document.getElementById("show-keys").addEventListener("click", () => help.showModal());
  help.querySelector("button").addEventListener("click", () => help.close());
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || help.open) return;
    if (event.target.closest?.("input, select, textarea")) return;
    const action = event.key === "?" ? () => help.showModal() : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
