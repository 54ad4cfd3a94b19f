// How long a text is by now, where its box says how long it may be.
function countTexts() {
  for (const box of document.querySelectorAll("textarea[data-count]:not([data-counted])")) {
    const words = document.createElement("p");
    words.className = "hint";
    const say = () => {
      const now = [...box.value.trim()].length;
      words.textContent = `今は${now.toLocaleString("ja-JP")}文字です（${Number(box.dataset.count).toLocaleString("ja-JP")}文字まで）`;
    };
    box.dataset.counted = "";
    box.addEventListener("input", say);
    box.after(words);
    say();
  }
}
document.addEventListener("page-replaced", countTexts);
countTexts();
