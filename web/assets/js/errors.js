// Leads to what is wrong: focus goes to the fault summary when a page shows one.
function focusSummary() {
  document.getElementById("error-summary")?.focus();
}
document.addEventListener("page-replaced", focusSummary);
focusSummary();

// A date's link leads into its first box, not only to its frame.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a");
  const target = link && document.getElementById(link.hash.slice(1));
  if (target?.matches("fieldset")) {
    event.preventDefault();
    target.querySelector("input, select").focus();
    target.scrollIntoView();
  }
});
