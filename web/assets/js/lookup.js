// Says which facility a code names while it is typed. What was typed stays as it is.
const PAUSE_MS = 300;
let timer;
let asked = new AbortController();

async function look(region, { prefecture, code }) {
  const { kind, lookup } = region.dataset;
  const typed = new URLSearchParams({ kind, prefecture: prefecture?.value ?? "", code: code.value });
  const { signal } = (asked = new AbortController());
  try {
    const answer = await fetch(`${lookup}?${typed}`, { signal, redirect: "error" });
    const piece = answer.status === 200 ? await answer.text() : "";
    if (!signal.aborted) region.innerHTML = piece;
  } catch {
    // Without an answer the button still finds the facility.
  }
}

function follow({ target, isComposing }) {
  const region = target.form?.querySelector("[data-lookup]");
  if (!region || !["prefecture", "code"].includes(target.name)) return;
  clearTimeout(timer);
  asked.abort();
  // The name of the code before must not stand beside another.
  region.replaceChildren();
  const { elements } = target.form;
  if (!isComposing && elements.code.value.trim().length >= 7) timer = setTimeout(look, PAUSE_MS, region, elements);
}
document.addEventListener("input", follow);
document.addEventListener("compositionend", follow);

// A code that stands there already, unless the page says what is wrong with it.
function greet() {
  const code = document.querySelector("[data-lookup]")?.closest("form").elements.code;
  if (code && !code.matches("[aria-invalid]")) follow({ target: code });
}
document.addEventListener("page-replaced", greet);
greet();
