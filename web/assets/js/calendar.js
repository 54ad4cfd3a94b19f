// A calendar beside a box for a date. It fills the box, which can be typed into as ever.
function offerCalendars() {
  for (const place of document.querySelectorAll("[data-calendar]")) {
    const box = document.getElementById(place.dataset.calendar);
    if (!box || place.childElementCount > 0 || !("showPicker" in HTMLInputElement.prototype)) continue;
    const picker = document.createElement("input");
    Object.assign(picker, { type: "date", className: "visually-hidden", tabIndex: -1 });
    picker.setAttribute("aria-hidden", "true");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button-outline", textContent: "カレンダーから選ぶ" });
    button.addEventListener("click", () => {
      picker.value = box.value;
      picker.showPicker();
    });
    picker.addEventListener("change", () => {
      box.value = picker.value;
      box.focus();
    });
    place.append(button, picker);
  }
}
document.addEventListener("page-replaced", offerCalendars);
offerCalendars();
