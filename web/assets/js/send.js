// Sends a form once. The server guards too; this only spares people the doubt.
const sent = new Map();

function release() {
  for (const was of sent.values()) {
    if (!was) continue;
    was.button.removeAttribute("aria-disabled");
    was.button.textContent = was.label;
  }
  sent.clear();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Attributes, not properties: a field called `method` would hide those.
  if (form.getAttribute("method") !== "post" || form.matches("[data-upload], [data-download]") || event.defaultPrevented) return;
  if (sent.has(form)) return event.preventDefault();
  const button = event.submitter;
  sent.set(form, button && { button, label: button.textContent });
  if (!button) return;
  // Not `disabled`: that would drop the button's own value.
  button.setAttribute("aria-disabled", "true");
  button.textContent = "送信しています";
  // Stopped by hand, or no answer: another try must be possible.
  setTimeout(release, 30000);
});

// Coming back by the browser's button finds the form alive again.
addEventListener("pageshow", (event) => event.persisted && release());
