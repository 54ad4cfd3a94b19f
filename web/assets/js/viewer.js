// Turns pages of evidence in place, and by keys while the focus is in the viewer.
const KEYS = { ArrowLeft: "previous", ArrowRight: "next", "+": "larger", "-": "smaller", r: "turn", "[": "previous-file", "]": "next-file" };
const viewer = () => document.querySelector("[data-viewer]");
let asked = new AbortController();
let says;

/** Shows what is new to whoever does not see it. */
function announce(words) {
  if (!says) {
    says = document.createElement("p");
    says.className = "visually-hidden";
    says.setAttribute("role", "status");
    viewer().before(says);
  }
  says.textContent = words;
}

/** The same control in the new piece, or the page itself where it is gone. */
function focusAgain(act, fresh) {
  const control = act && act !== "page" && fresh.querySelector(`[data-act="${act}"]`);
  (control || fresh.querySelector("[data-scroll]") || fresh.querySelector("a")).focus({ preventScroll: true });
}

async function follow(link, held) {
  const old = viewer();
  asked.abort();
  const { signal } = (asked = new AbortController());
  old.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(link.href, { signal, redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-viewer]");
    if (!answer.ok || !fresh) throw new Error("no viewer");
    const open = old.querySelector("details")?.open;
    old.replaceWith(document.adoptNode(fresh));
    if (open && fresh.querySelector("details")) fresh.querySelector("details").open = true;
    history.replaceState(null, "", link.href);
    offerKeys();
    focusAgain(held, fresh);
    announce(fresh.dataset.says);
  } catch {
    // The session is over, or the line: the whole page says more.
    if (!signal.aborted) location.assign(link.href);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-viewer] a[data-act]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  follow(link, link.dataset.act);
});

/** Whether the key moves a page that is wider than its frame. */
function scrolls(key) {
  const frame = viewer().querySelector("[data-scroll]");
  const room = frame ? frame.scrollWidth - frame.clientWidth : 0;
  if (key === "ArrowLeft") return frame?.scrollLeft > 0;
  return key === "ArrowRight" && Math.ceil(frame?.scrollLeft ?? 0) < room;
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  const act = KEYS[key.length === 1 ? key.toLowerCase() : key];
  const typing = event.isComposing || target.matches?.("input, select, textarea");
  if (!act || typing || event.ctrlKey || event.metaKey || event.altKey || !target.closest?.("[data-viewer]")) return;
  if (scrolls(key)) return;
  const link = viewer().querySelector(`a[data-act="${act}"]`);
  if (!link) return;
  event.preventDefault();
  follow(link, target.closest("[data-act]")?.dataset.act);
});

function offerKeys() {
  for (const words of document.querySelectorAll("[data-keys]")) words.hidden = false;
}
document.addEventListener("page-replaced", offerKeys);
offerKeys();
