"use strict";
(() => {
  const input = document.getElementById("filter");
  const buttons = [...document.querySelectorAll(".filters button")];
  const fields = [...document.querySelectorAll("#fields > li")];
  let action = "";
  const show = () => {
    const text = input.value.toLowerCase();
    for (const field of fields) {
      const fits = !action || field.dataset.action === action;
      field.hidden = !(fits && field.textContent.toLowerCase().includes(text));
    }
  };
  input.addEventListener("input", show);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      action = button.dataset.action;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      show();
    });
  }
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
})();
