"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const questions = data.questions;
  const place = new Map(questions.map((q, n) => [q.id, n]));
  const KEY = "crm-migrate-review:" + data.pack;
  const word = (key, values = {}) => data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (count) => count.toLocaleString(data.lang);
  const WORDS = { merge: word("merge"), apart: word("apart"), later: word("later") };
  const $ = (id) => document.getElementById(id);
  const state = { who: "", answers: {}, at: 0, keys: true };
  const undone = [];
  let listed = [];
  let remembers = true;

  const element = (tag, options = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === "text") made.textContent = value;
      else if (name === "class") made.className = value;
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter(Boolean));
    return made;
  };

  // -- memory -----------------------------------------------------------------------------------------------------

  const remember = () => {
    try { localStorage.setItem(KEY, JSON.stringify(state)); } catch { forgets(); }
  };
  const forgets = () => { remembers = false; $("memory").hidden = false; };
  const recall = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) || "null");
      if (kept && typeof kept === "object" && kept.answers) Object.assign(state, kept);
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch { forgets(); }
    for (const id of Object.keys(state.answers)) if (!place.has(id)) delete state.answers[id];
    if (!questions[state.at]) state.at = 0;
  };
  const answer = (q) => state.answers[q.id] || {};
  const decided = (q) => answer(q).decision || "";
  const change = (q, what) => {
    state.answers[q.id] = { ...answer(q), ...what };
    const made = state.answers[q.id];
    if (!made.decision && !made.why && !Object.keys(made.keep || {}).length && !Object.keys(made.together || {}).length) delete state.answers[q.id];
    remember();
  };

  // -- the list -----------------------------------------------------------------------------------------------------

  const chosen = (q) => $("show").value === "all" || ($("show").value === "merged") === (q.kind === "merged");
  const shown = (q) => chosen(q) && (!$("unanswered").checked || !decided(q));
  const list = () => {
    listed = questions.map((q, n) => n).filter((n) => shown(questions[n]));
    $("queue").replaceChildren(...listed.map((n) => element("li", {}, entry(n))));
    mark();
  };
  const entry = (n) => {
    const q = questions[n];
    const made = element("button", { type: "button", "data-n": n, onclick: () => go(n) },
      element("span", { class: "no", text: n + 1 + "." }), element("span", { class: "what", text: q.title }),
      element("span", { class: "state " + decided(q), text: WORDS[decided(q)] || "" }));
    return made;
  };
  const mark = () => {
    for (const current of $("queue").querySelectorAll("[aria-current]")) current.removeAttribute("aria-current");
    const here = $("queue").querySelector(`[data-n="${state.at}"]`);
    if (here) { here.setAttribute("aria-current", "true"); here.scrollIntoView({ block: "nearest" }); }
    const asked = questions.filter(chosen), done = asked.filter((q) => decided(q) && decided(q) !== "later").length;
    const later = asked.filter((q) => decided(q) === "later").length;
    $("progress").max = Math.max(asked.length, 1);
    $("progress").value = done;
    $("count").textContent = word("answered", { done: number(done), all: number(asked.length) })
      + (later ? word("put_off", { n: number(later) }) : "")
      + (asked.length && done + later === asked.length ? word("that_was_all") : "");
  };
  const renew = (n) => {
    const old = $("queue").querySelector(`[data-n="${n}"]`);
    if (old) old.replaceWith(entry(n));
  };

  // -- one question -------------------------------------------------------------------------------------------------

  const cell = (field, n) => {
    const [value, sign] = field.cells[n];
    const conflict = field.wins >= 0 || field.cells.some((c) => c[1]);
    const kind = sign === "≠" ? " differs" : conflict && value ? " conflict" : "";
    const made = element("td", { class: "value" + kind });
    if (sign) made.append(element("span", { class: "sign", text: sign, title: word(sign === "≠" ? "differs" : "nearly") }));
    if (field.wins === n) made.append(element("span", { class: "sign", text: "✔", title: word("would_stay") }));
    made.append(value ? document.createTextNode(value) : element("span", { class: "empty", text: "–" }));
    return made;
  };
  const keeper = (q, field, still) => {
    if (!field.choices.length) return element("td", { class: "dim", text: field.cells.some((c) => c[1]) ? `(${field.rule.replaceAll("_", " ")})` : "" });
    const chosen = (answer(q).keep || {})[field.name] || "";
    if (still) return element("td", { text: chosen || word("by_rule") });
    const made = element("select", { "aria-label": word("comes_from", { field: field.name }), onchange: (event) => {
      const keep = { ...(answer(q).keep || {}) };
      if (event.target.value) keep[field.name] = event.target.value; else delete keep[field.name];
      change(q, { keep });
    } }, element("option", { value: "", text: word("by_rule") }), ...field.choices.map((c) => element("option", { value: c, text: c })));
    made.value = chosen;
    return element("td", {}, made);
  };
  const head = (q, record, still) => {
    const made = element("th", { scope: "col" }, element("span", { text: record.label }), element("span", { class: "name", text: record.name }));
    if (record.hangs) made.append(element("span", { class: "name", text: record.hangs }));
    if (record.changed) made.append(element("span", { class: "name", text: word("changed", { day: record.changed.slice(0, 10) }) }));
    const group = (answer(q).together || {})[record.label] || "1";
    if (q.records.length < 3) return made;
    if (still) { made.append(element("span", { class: "name", text: word("together_number", { n: group }) })); return made; }
    const choose = element("select", { "aria-label": word("together_label", { record: record.label }), onchange: (event) => {
      change(q, { together: { ...(answer(q).together || {}), [record.label]: event.target.value } });
    } }, ...q.records.map((_, n) => element("option", { value: n + 1, text: n + 1 })));
    choose.value = group;
    made.append(element("label", { class: "name" }, document.createTextNode(word("together")), choose));
    return made;
  };
  const table = (q, still) => element("div", { class: "scroll", tabindex: still ? null : "0", role: "region", "aria-label": word("side_by_side") },
    element("table", { class: "records" },
      element("thead", {}, element("tr", {}, element("th", { scope: "col", text: word("field") }), ...q.records.map((r) => head(q, r, still)), element("th", { scope: "col", text: word("keep") }))),
      element("tbody", {}, ...q.fields.map((field) => element("tr", { class: field.cells.some((c) => c[1]) ? "" : "same" },
        element("th", { scope: "row", text: field.name.replaceAll("_", " ") }), ...q.records.map((_, n) => cell(field, n)), keeper(q, field, still))))));
  const sides = (q, pair) => {
    const part = (side, title, sign) => {
      const lines = pair.said.filter((line) => line[0] === side);
      return element("div", { class: side }, element("b", { text: `${sign} ${title}` }),
        lines.length ? element("ul", {}, ...lines.map((line) => element("li", { text: line[1] }))) : element("p", { class: "dim", text: word("nothing") }));
    };
    return element("div", {}, element("h3", { text: `${pair.between}: ${pair.verdict}` }),
      q.pairs.length > 1 ? element("p", { class: "dim", text: pair.why }) : null,
      element("div", { class: "sides" }, part("for", word("for_one"), "+"), part("against", word("against"), "−")));
  };
  const body = (q, n, still) => [
    element("h2", { id: still ? null : "title", text: word("question", { n: n + 1, object: q.object }) }),
    element("p", { class: "why" }, element("span", { class: "kind", text: word("kind_" + q.kind) }), document.createTextNode(q.why)),
    ...q.notes.map((note) => element("p", { text: note + "." })),
    q.hangs ? element("p", { class: "hangs", text: word("depends") + q.hangs }) : null,
    still ? element("p", { text: word("answer") + (WORDS[decided(q)] || word("none")) + (answer(q).why ? ", " + answer(q).why : "") }) : null,
    q.records.length ? table(q, still) : null, ...q.pairs.map((pair) => sides(q, pair)),
  ].filter(Boolean);
  const button = (q, choice, key, title) => element("button", {
    type: "button", class: key, "aria-pressed": String(decided(q) === choice), "aria-keyshortcuts": key, onclick: () => decide(choice),
  }, document.createTextNode(title + " "), element("kbd", { text: key }));
  const actions = (q) => [
    button(q, "merge", "m", word("Merge")), button(q, "apart", "a", word("Apart")), button(q, "later", "l", word("Later")),
    element("label", {}, document.createTextNode(word("why")), (() => {
      const why = element("input", { type: "text", maxlength: "2000", id: "why", oninput: (event) => change(q, { why: event.target.value.trim() }) });
      why.value = answer(q).why || "";
      return why;
    })()),
    element("button", { type: "button", id: "undo", "aria-keyshortcuts": "u", disabled: !undone.length, onclick: undo }, document.createTextNode(word("undo")), element("kbd", { text: "u" })),
    element("button", { type: "button", "aria-keyshortcuts": "k", onclick: () => step(-1) }, document.createTextNode(word("previous")), element("kbd", { text: "k" })),
    element("button", { type: "button", "aria-keyshortcuts": "j", onclick: () => step(1) }, document.createTextNode(word("next")), element("kbd", { text: "j" })),
  ];
  const draw = () => {
    const q = questions[state.at];
    $("question").replaceChildren(...(q ? body(q, state.at, false) : [element("h2", { id: "title", text: word("nothing_asked") })]));
    $("actions").replaceChildren(...(q ? actions(q) : []));
    mark();
  };

  // -- what people do -------------------------------------------------------------------------------------------------

  const say = (sentence) => { $("status").textContent = sentence; };
  const go = (n) => {
    if (!questions[n]) return;
    state.at = n;
    remember();
    draw();
    $("question").scrollTop = 0;
    $("question").focus({ preventScroll: true });
    const q = questions[n];
    say(word("at", { n: n + 1, object: q.object, count: q.records.length }) + (decided(q) ? word("at_answered", { word: WORDS[decided(q)] }) : ""));
  };
  const step = (by) => {
    const next = by > 0 ? listed.find((n) => n > state.at) : listed.findLast((n) => n < state.at);
    if (next === undefined) say(word(by > 0 ? "last" : "first")); else go(next);
  };
  const decide = (choice) => {
    const q = questions[state.at], n = state.at;
    if (!q) return;
    undone.push([q.id, structuredClone(state.answers[q.id])]);
    change(q, { decision: decided(q) === choice ? "" : choice });
    renew(n);
    say(word("decided", { n: n + 1, word: decided(q) ? WORDS[choice] : word("no_answer") }));
    const next = decided(q) ? listed.find((m) => m > n && !decided(questions[m])) : undefined;
    if (next === undefined) { draw(); $("question").focus({ preventScroll: true }); } else go(next);
  };
  const undo = () => {
    const last = undone.pop();
    if (!last) { say(word("nothing_to_undo")); return; }
    const [id, before] = last;
    if (before) state.answers[id] = before; else delete state.answers[id];
    remember();
    renew(place.get(id));
    go(place.get(id));
    say(word("undone", { n: place.get(id) + 1 }));
  };
  const collected = () => questions.filter((q) => state.answers[q.id]).map((q) => {
    const { decision = "", why = "", together = {}, keep = {} } = answer(q);
    return { question: q.id, decision, why, together, keep, evidence: q.evidence };
  });
  const save = () => {
    $("nameless").hidden = Boolean(state.who);
    if (!state.who) { say(word("name_first")); $("who").focus(); $("who").setAttribute("aria-invalid", "true"); return; }
    const said = { crm_migrate_review: data.format, project: data.project, run: data.run, pack: data.pack, who: state.who, decisions: collected() };
    const link = element("a", { download: "decisions.json", href: URL.createObjectURL(new Blob([JSON.stringify(said, null, 1)], { type: "application/json" })) });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(word("downloaded", { n: said.decisions.length }));
  };

  const help = () => { if ($("help").open) $("help").close(); else $("help").showModal(); };
  const KEYS = { j: () => step(1), k: () => step(-1), m: () => decide("merge"), a: () => decide("apart"), l: () => decide("later"), u: undo, "?": help };
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest && event.target.closest("input:not([type=checkbox]), select, textarea");
    if (busy && busy.matches("input") && (event.key === "Enter" || event.key === "Escape") && !event.isComposing) {
      event.preventDefault();
      $("question").focus({ preventScroll: true }); // so that the next key answers and is not typed into the field
      return;
    }
    const pressed = event.key.toLowerCase(); // with caps lock as without
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || busy || !KEYS[pressed]) return;
    if (($("help").open || !state.keys) && pressed !== "?") return;
    event.preventDefault();
    KEYS[pressed]();
  });
  window.addEventListener("beforeunload", (event) => { if (!remembers && Object.keys(state.answers).length) event.preventDefault(); });
  window.addEventListener("beforeprint", () => {
    const pages = listed.slice(0, 300).map((n) => element("article", {}, ...body(questions[n], n, true)));
    if (listed.length > 300) pages.push(element("p", { text: word("not_printed", { n: listed.length - 300 }) }));
    $("printed").replaceChildren(...pages);
  });
  window.addEventListener("afterprint", () => $("printed").replaceChildren());

  recall();
  if (!questions.some((q) => q.kind !== "merged")) $("show").value = "all";
  $("who").value = state.who;
  $("keys").checked = state.keys;
  $("who").addEventListener("input", (event) => { state.who = event.target.value.trim(); event.target.removeAttribute("aria-invalid"); $("nameless").hidden = true; remember(); });
  $("keys").addEventListener("change", (event) => { state.keys = event.target.checked; remember(); });
  $("show").addEventListener("change", () => { list(); if (listed.length && !listed.includes(state.at)) go(listed[0]); });
  $("unanswered").addEventListener("change", list);
  $("save").addEventListener("click", save);
  $("help-open").addEventListener("click", help);
  document.documentElement.classList.add("scripted");
  list();
  draw();
})();
