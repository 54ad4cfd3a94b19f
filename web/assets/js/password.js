// A button beside each password box that shows what was typed.
function offerShow() {
  for (const box of document.querySelectorAll("input[data-password]")) {
    const button = document.createElement("button");
    const name = () => {
      button.textContent = box.type === "password" ? "表示する" : "隠す";
      button.setAttribute("aria-label", box.dataset.password + "を" + button.textContent);
    };
    button.type = "button";
    button.className = "button button-outline";
    button.addEventListener("click", () => {
      box.type = box.type === "password" ? "text" : "password";
      name();
    });
    name();
    box.after(button);
    // Sent as a password, so that the browser neither keeps nor suggests it as text.
    box.form?.addEventListener("submit", () => (box.type = "password"));
  }
}
document.addEventListener("page-replaced", offerShow);
offerShow();
