"use strict";
(() => {
  // Filters of the exceptions; their state is the URL hash (#exceptions?state=held&text=...), so that it can be mailed.
  const form = document.getElementById("filter");
  const groups = [...document.querySelectorAll("[data-group]")];
  document.documentElement.classList.add("scripted");

  // What is jumped to stands below the bar, whatever the bar's height is at this width.
  const bar = document.querySelector("header.bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);

  // On a phone a row of a table is a card: every cell says what it is.
  for (const table of document.querySelectorAll("table[data-table], .examples, .cluster table")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      [...row.children].forEach((cell, i) => { if (heads[i]) cell.dataset.label = heads[i]; });
    }
  }

  // One bridge at a time; what is jumped to is the one that is shown.
  const chooser = document.querySelector("[data-chooser]");
  function choose(value) {
    for (const each of document.querySelectorAll("[data-choice]")) each.hidden = value !== "" && each.dataset.choice !== value;
    for (const each of document.querySelectorAll("[data-choices]")) each.hidden = value !== "" && !value.startsWith(each.dataset.choices);
    for (const input of chooser.elements) input.checked = input.value === value;
  }
  if (chooser) {
    chooser.addEventListener("change", (event) => choose(event.target.value));
    choose(chooser.querySelector("input").value);
  }

  // On paper nothing can be opened: what belongs there is opened, and closed again afterwards. Of the exceptions the
  // first of those that the filter shows are printed.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details[data-paper]:not([open])")];
    for (const each of closed) each.open = true;
    const printed = groups.filter((group) => !group.classList.contains("off-paper")).length;
    const shown = groups.filter((group) => !group.hidden);
    for (const group of groups) group.classList.add("off-paper");
    for (const group of shown.slice(0, printed)) group.classList.remove("off-paper");
    const left = document.getElementById("groups-off-paper");
    if (left) left.textContent = shown.length > printed ? left.dataset.text.replace("{count}", number(shown.length - printed)) : "";
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
      key: row.querySelector("code").textContent, text: fold(row.textContent), owner: row.dataset.owner,
    })),
  }));

  // Of whom the exceptions are: the lines of a cause that say so, and how many exceptions of one owner it has.
  const owned = groups.map((group) => [...group.querySelectorAll(".stakes tbody tr")]);
  const count = (i, owner) => owner
    ? owned[i].reduce((sum, row) => sum + (row.dataset.owner === owner ? Number(row.dataset.count) : 0), 0)
    : Number(groups[i].dataset.count);

  // Of one owner only the own lines are shown, and no sum is that of others too.
  function narrow(group, i, owner) {
    const others = (row) => owner !== "" && row.dataset.owner !== owner;
    for (const row of group.querySelectorAll(".stakes tbody tr, .examples tbody tr")) row.hidden = others(row);
    const sum = group.querySelector("[data-sum]");
    if (!sum) return;
    sum.dataset.whole ??= sum.textContent;
    const own = owned[i].filter((row) => !others(row));
    sum.textContent = owner === "" ? sum.dataset.whole : own.map((row) => row.cells[2].textContent).filter(Boolean).join(" · ");
    sum.hidden = sum.textContent === "";
  }

  // Keys are folded when somebody searches for the first time: there may be fifty thousand.
  const folded = [];
  const keysOf = (i) => (folded[i] ??= (keys[i] ?? []).map((key) => ({ key, text: fold(key) })));

  // The records of a cause that a text finds: by key, wherever they are; by any other word, where they are shown. Whose
  // a key is the page knows of those only that it shows.
  function found(i, text, owner) {
    if (owner) return searched[i].rows.filter((row) => row.owner === owner && row.text.includes(text));
    const byKey = keysOf(i).map((each, at) => ({ ...each, at })).filter((each) => each.text.includes(text));
    const known = new Set(byKey.map((each) => each.key));
    return [...byKey, ...searched[i].rows.filter((row) => row.text.includes(text) && !known.has(row.key))];
  }

  // A key that was found, as a link to its line in the list beside this page where there is one.
  function named(group, { key, at }) {
    if (at === undefined || !group.dataset.beside) return key;
    const link = document.createElement("a");
    const place = Number(group.dataset.beside) + at, page = Math.ceil(place / index.dataset.page);
    link.href = `${index.dataset.folder}/${String(page).padStart(4, "0")}.html#r${place}`;
    link.textContent = key;
    return link;
  }

  function search(i, text, owner) {
    const group = groups[i];
    const note = group.querySelector(".found");
    note.hidden = true;
    if (!text || searched[i].head.includes(text)) return count(i, owner);
    const records = found(i, text, owner);
    if (!records.length) return 0;
    note.hidden = false;
    const once = [...new Map(records.map((each) => [each.key, each])).values()].slice(0, 50);
    note.replaceChildren(`${note.dataset.text.replace("{found}", number(records.length))} `,
      ...once.flatMap((each, n) => [n ? "; " : "", named(group, each)]), records.length > 50 ? " …" : "");
    return Math.min(records.length, count(i, owner));
  }

  const number = (value) => value.toLocaleString(document.documentElement.lang);

  function apply(scroll) {
    const wanted = fields().filter((e) => e.value).map((e) => [e.name, e.value]);
    const text = fold(form.elements.text.value.trim());
    const owner = form.elements.owner?.value ?? "";
    const shown = groups.map((group, i) => {
      narrow(group, i, owner);
      return wanted.every(([name, value]) => ["text", "owner"].includes(name) || group.dataset[name] === value)
        ? search(i, text, owner) : 0;
    });
    const few = shown.filter(Boolean).length <= (text ? 10 : wanted.length ? 1 : 0);
    groups.forEach((group, i) => {
      group.hidden = !shown[i];
      if (few && shown[i]) group.open = true;
    });
    const output = document.getElementById("filter-shown");
    output.textContent = output.dataset.text.replace("{shown}", number(shown.reduce((a, b) => a + b, 0)));
    if (scroll) document.getElementById("exceptions").scrollIntoView();
    return wanted;
  }

  // j and k go from one exception that is shown to the next; Enter opens it, as it does any summary.
  function step(by) {
    const heads = groups.filter((group) => !group.hidden).map((group) => group.querySelector("summary"));
    if (!heads.length) return;
    const at = heads.findIndex((head) => head.parentElement.contains(document.activeElement));
    heads[Math.min(heads.length - 1, Math.max(0, at < 0 ? 0 : at + by))].focus();
  }

  function readHash() {
    const [section, query] = decodeHash();
    if (section === "exceptions" && form) {
      const asked = new URLSearchParams(query);
      for (const field of fields()) field.value = asked.get(field.name) ?? "";
      apply(query !== "");
    }
    const sheet = document.getElementById(section);
    if (sheet && sheet.tagName === "DETAILS") {
      const bridge = sheet.closest("[data-choice]");
      if (bridge) choose(bridge.dataset.choice);
      sheet.open = true;
      sheet.scrollIntoView();
    }
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
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      if (event.key === "/") form.elements.text.focus();
      else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
      else return;
      event.preventDefault();
    });
    apply(false);
  }
  window.addEventListener("hashchange", readHash);
  readHash();
})();
