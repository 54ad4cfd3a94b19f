// Evidence by keyboard, while its frame has the focus: each key presses the link
// that says so. Nothing here decides anything.
for (const frame of document.querySelectorAll("[data-viewer]")) {
  frame.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    const tools = document.getElementById(frame.dataset.viewer);
    const link = [...tools.querySelectorAll("[data-key]")].find((it) => it.dataset.key.split(" ").includes(event.key));
    if (!link) return;
    event.preventDefault();
    link.click();
  });
  if (location.hash === "#viewer") frame.focus({ preventScroll: true });
}
