// Small comforts for pages that refresh themselves. Everything works without this file.

/** Write the minutes that are left into the words beside a bar, so that they never lag a poll. */
function refreshTimeLeft() {
  for (const element of document.querySelectorAll("[data-left-until]")) {
    const minutes = Math.floor((Date.parse(element.dataset.leftUntil) - Date.now()) / 60000);
    // Outside these bounds the server says it in other words, and one minute has its own form.
    if (minutes > 1 && minutes < 120) {
      element.textContent = element.dataset.leftWords.replace("{n}", String(minutes));
    }
  }
}

/** What a person had opened or folded in the part that is about to be replaced. */
let folds = new Map();

document.addEventListener("htmx:beforeSwap", (event) => {
  const details = event.detail.target.querySelectorAll("details[id]");
  folds = new Map([...details].map((one) => [one.id, one.open]));
  // A person who is typing in that part is not disturbed; the next refresh comes soon enough.
  const typing = event.detail.target.contains(document.activeElement)
    && document.activeElement.matches("input:not([type=radio], [type=checkbox]), textarea, select");
  const polled = event.detail.requestConfig.triggeringEvent === undefined;
  if (typing && polled) {
    event.detail.shouldSwap = false;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  // Folded stays folded too: somebody may have closed a question because of who sits beside them.
  for (const [id, open] of folds) {
    const details = document.getElementById(id);
    if (details) {
      details.open = open;
    }
  }
  const errors = event.detail.target.querySelector(".naast-errors");
  if (errors) {
    errors.focus();
  }
  refreshTimeLeft();
});

/** Say so when the page can no longer be trusted to be fresh. */
function connection(lost) {
  const notice = document.querySelector("[data-offline]");
  if (notice) {
    notice.hidden = !lost;
  }
}

document.addEventListener("htmx:sendError", () => connection(true));
document.addEventListener("htmx:afterOnLoad", () => connection(false));
window.addEventListener("offline", () => connection(true));
window.addEventListener("online", () => connection(false));

document.querySelector("main .naast-errors")?.focus();
window.setInterval(refreshTimeLeft, 15000);
