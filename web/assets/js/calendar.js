// A calendar beside a box for a date. It fills the box, which can be typed into as ever.
function offerCalendars() {
  for (const place of document.querySelectorAll("[data-calendar]:empty")) {
    const box = document.getElementById(place.dataset.calendar);
    const picker = document.createElement("input");
    if (!picker.showPicker) return;
    Object.assign(picker, { type: "date", className: "visually-hidden", tabIndex: -1, ariaHidden: "true" });
    picker.onchange = () => { box.value = picker.value; };
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button button-outline", textContent: "カレンダーから選ぶ" });
    button.onclick = () => picker.showPicker();
    place.append(button, picker);
  }
}
document.addEventListener("page-replaced", offerCalendars);
offerCalendars();
