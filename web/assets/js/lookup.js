// Shows the facility as soon as its code is whole. What is typed stays as it is; without an answer the button still works.
function offerLookup() {
  for (const region of document.querySelectorAll("[data-lookup]")) {
    const fields = [...region.closest("form").querySelectorAll("[name=prefecture], [name=code]")];
    let timer, asked;
    const show = (html) => (region.innerHTML = html);
    const ask = async () => {
      const query = new URLSearchParams({ kind: region.dataset.kind });
      for (const field of fields) query.set(field.name, field.value);
      // An older answer must not overtake a newer one.
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(`${region.dataset.lookup}?${query}`, { signal: asked.signal, credentials: "omit" });
        if (answer.ok) show(await answer.text());
      } catch {
        // Aborted, or no connection.
      }
    };
    const typed = (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      asked?.abort();
      show("");
      timer = setTimeout(ask, 300);
    };
    for (const field of fields) {
      for (const name of ["input", "change", "compositionend"]) field.addEventListener(name, typed);
    }
  }
}
document.addEventListener("page-replaced", offerLookup);
offerLookup();
