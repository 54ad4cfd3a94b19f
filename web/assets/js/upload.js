// Checks a chosen file before it travels, and shows how far it is. Sends to the form's own address.
const MB = 1048576;

function faultOf(input) {
  const { label, maxBytes, kinds } = input.dataset;
  for (const file of input.files) {
    const type = "." + file.name.split(".").pop().toLowerCase();
    if (file.size === 0) return "中身のないファイルです";
    if (file.size > maxBytes) {
      return `${label}は${Math.floor(maxBytes / MB)}MBより小さくしてください（今は${Math.ceil(file.size / MB)}MBです）。写真は1枚ずつ送ると小さくなります`;
    }
    if (type === ".xlsm") return "マクロ付きのExcel（.xlsm）は受け取れません。.xlsxで保存し直してください";
    const known = input.accept.split(",").map((one) => one.trim());
    if (input.accept && !known.includes(type)) {
      return `${label}は${kinds}のどれかにしてください（選ばれたのは ${type} です）`;
    }
  }
  return "";
}

function stateOf(input) {
  return input.closest(".field").querySelector("[data-upload-state]");
}

function say(input, text, percent) {
  const state = stateOf(input);
  const bar = state.querySelector("progress");
  state.hidden = false;
  bar.hidden = percent === undefined;
  bar.value = percent ?? 0;
  state.querySelector("p").textContent = text;
  state.classList.toggle("fault", percent === undefined && text !== "");
}

function replacePage(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  document.body.replaceWith(page.body);
  scrollTo(0, 0);
  document.dispatchEvent(new Event("page-replaced"));
}

function send(form, input, body) {
  const request = new XMLHttpRequest();
  const url = new URL(form.getAttribute("action") ?? "", location.href);
  request.open("POST", url);
  request.upload.addEventListener("progress", (event) => {
    const percent = event.lengthComputable ? Math.floor((event.loaded / event.total) * 100) : 0;
    say(input, percent < 100 ? `送信中 ${percent}%` : "確認中です。このままお待ちください", percent);
  });
  request.addEventListener("load", () => {
    if (request.status < 400 && request.responseURL !== url.href) location.assign(request.responseURL);
    else replacePage(request.responseText);
  });
  request.addEventListener("error", () => {
    delete form.dataset.sending;
    say(input, "途中で切れました。もう一度選んでください。ほかの入力は残っています");
  });
  form.dataset.sending = "1";
  say(input, "送信中 0%", 0);
  request.send(body);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-max-bytes]")) say(event.target, faultOf(event.target));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const input = form.matches("[data-upload]") && form.querySelector("input[type=file]");
  if (!input || !input.files.length) return;
  event.preventDefault();
  if (form.dataset.sending || faultOf(input)) return input.focus();
  send(form, input, new FormData(form, event.submitter));
});
