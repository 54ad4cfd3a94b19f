// Copy a code, print the page: buttons that exist only where they can work.
function offerTools() {
  for (const code of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-outline button-small";
    button.textContent = "コピー";
    button.setAttribute("aria-label", code.dataset.copy + "をコピー");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent.trim());
      button.textContent = "コピーしました";
      button.setAttribute("aria-label", code.dataset.copy + "をコピーしました");
    });
    code.after(button);
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}
document.addEventListener("page-replaced", offerTools);
offerTools();
