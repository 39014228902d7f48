"use strict";
(() => {
  // Filters of the exceptions; their state is the URL hash (#exceptions?state=held&text=...), so that it can be mailed.
  const form = document.getElementById("filter");
  const groups = [...document.querySelectorAll("[data-group]")];
  document.documentElement.classList.add("scripted");

  const fields = () => [...form.elements].filter((e) => e.name);

  function apply(scroll) {
    const wanted = fields().filter((e) => e.value).map((e) => [e.name, e.value]);
    let shown = 0;
    for (const group of groups) {
      const fits = wanted.every(([name, value]) =>
        name === "text"
          ? group.textContent.toLocaleLowerCase().includes(value.toLocaleLowerCase())
          : group.dataset[name] === value);
      group.hidden = !fits;
      if (fits) shown += Number(group.dataset.count);
    }
    const output = document.getElementById("filter-shown");
    output.textContent = output.dataset.text.replace("{shown}", shown);
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
