(() => {
  // What people say of exceptions: nothing is sent; changed lines are saved as a file that the command line takes.
  const NAMES = ["status", "assignee", "decision", "note"];
  const edits = [...document.querySelectorAll("[data-edit]")];
  const save = document.getElementById("save-edits");
  if (!save) return;

  const values = (edit) => NAMES.map((name) => edit.querySelector(`[data-name="${name}"]`).value.trim());
  const before = new Map(edits.map((edit) => [edit, values(edit).join("\n")]));
  const changed = () => edits.filter((edit) => values(edit).join("\n") !== before.get(edit));
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;

  function lines() {
    const rows = changed().map((edit) => [edit.dataset.edit, ...values(edit), edit.dataset.mark, document.getElementById("run").dataset.run]);
    return [["id", ...NAMES, "mark", "run"], ...rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
  }

  const output = document.getElementById("edits");
  document.addEventListener("input", (event) => {
    if (!event.target.closest("[data-edit]")) return;
    const count = changed().length;
    save.disabled = !count;
    output.textContent = count ? output.dataset.text.replace("{count}", count) : "";
  });

  // Who leaves with lines that no file has is asked first.
  let saved = lines();
  window.addEventListener("beforeunload", (event) => { if (lines() !== saved) event.preventDefault(); });

  save.addEventListener("click", () => {
    const link = document.createElement("a");
    saved = lines();
    link.href = URL.createObjectURL(new Blob(["\ufeff" + saved], { type: "text/csv" }));
    link.download = "exceptions-edits.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });

  // Firefox keeps what was typed when a page is loaded again, and no event tells of it.
  for (const edit of edits) for (const field of edit.querySelectorAll("input, select")) field.autocomplete = "off";
})();
