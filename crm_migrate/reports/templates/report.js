"use strict";
(() => {
  // Filters of the exceptions; their state is the URL hash (#exceptions?state=held&text=...), so that it can be mailed.
  const form = document.getElementById("filter");
  const groups = [...document.querySelectorAll("[data-group]")];
  document.documentElement.classList.add("scripted");

  // What is jumped to stands below the bar, whatever the bar's height is at this width.
  const bar = document.querySelector("header.bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);

  // On paper nothing can be opened: evidence is printed, and closed again afterwards.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const each of closed) each.open = true;
  });
  window.addEventListener("afterprint", () => closed.forEach((each) => { each.open = false; }));

  const fields = () => [...form.elements].filter((e) => e.name);

  // Letters as people type them: without accents, capitals and the two kinds of i.
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ı", "i");

  const index = document.getElementById("keys");
  const keys = index ? JSON.parse(index.textContent).map((text) => (text ? text.split("\n") : [])) : [];
  const searched = groups.map((group, i) => ({
    head: fold([...group.children].filter((e) => !e.matches("table, .scroll, .found")).map((e) => e.textContent).join(" ")),
    rows: [...group.querySelectorAll(".examples tbody tr")].map((row) => ({
      key: row.querySelector("code").textContent, text: fold(row.textContent),
    })),
    keys: (keys[i] ?? []).map((key) => ({ key, text: fold(key) })),
  }));

  // The records of a cause that a text finds: by key, wherever they are; by any other word, where they are shown.
  function found(i, text) {
    const { keys, rows } = searched[i];
    const byKey = keys.filter((each) => each.text.includes(text)).map((each) => each.key);
    const known = new Set(byKey);
    return [...byKey, ...rows.filter((row) => row.text.includes(text) && !known.has(row.key)).map((row) => row.key)];
  }

  function search(i, text) {
    const group = groups[i];
    const note = group.querySelector(".found");
    note.hidden = true;
    if (!text || searched[i].head.includes(text)) return Number(group.dataset.count);
    const records = found(i, text);
    if (!records.length) return 0;
    note.hidden = false;
    note.textContent = `${note.dataset.text.replace("{found}", number(records.length))} `
      + [...new Set(records)].slice(0, 50).join("; ") + (records.length > 50 ? " …" : "");
    return Math.min(records.length, Number(group.dataset.count));
  }

  const number = (value) => value.toLocaleString(document.documentElement.lang);

  function apply(scroll) {
    const wanted = fields().filter((e) => e.value).map((e) => [e.name, e.value]);
    const text = fold(form.elements.text.value.trim());
    const shown = groups.map((group, i) =>
      wanted.every(([name, value]) => name === "text" || group.dataset[name] === value) ? search(i, text) : 0);
    const few = text && shown.filter(Boolean).length <= 10;
    groups.forEach((group, i) => {
      group.hidden = !shown[i];
      if (few && shown[i]) group.open = true;
    });
    const output = document.getElementById("filter-shown");
    output.textContent = output.dataset.text.replace("{shown}", number(shown.reduce((a, b) => a + b, 0)));
    if (scroll) document.getElementById("exceptions").scrollIntoView();
    return wanted;
  }

  function readHash() {
    const [section, query] = decodeHash();
    if (section === "exceptions" && form) {
      const asked = new URLSearchParams(query);
      for (const field of fields()) field.value = asked.get(field.name) ?? "";
      apply(query !== "");
    }
    const sheet = document.getElementById(section);
    if (sheet && sheet.tagName === "DETAILS") sheet.open = true;
  }

  function decodeHash() {
    const hash = location.hash.slice(1);
    const at = hash.indexOf("?");
    return at < 0 ? [hash, ""] : [hash.slice(0, at), hash.slice(at + 1)];
  }

  function writeHash() {
    const query = new URLSearchParams(apply(false)).toString();
    history.replaceState(null, "", query ? `#exceptions?${query}` : "#exceptions");
  }

  if (form) {
    form.addEventListener("input", writeHash);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(writeHash));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      event.preventDefault();
      form.elements.text.focus();
    });
    apply(false);
  }
  window.addEventListener("hashchange", readHash);
  readHash();
})();
