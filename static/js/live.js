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

/** The control that had the focus there, as [what it does, which one of those]. */
let held = null;

/** What a control does, which stays the same when its words change. */
function purpose(control) {
  const address = control.getAttribute("href") ?? control.form?.getAttribute("action");
  return [control.tagName, control.parentElement.id, address, control.name, control.value].join(" ");
}

/** All controls in a part that do this. */
function controlsFor(part, wanted) {
  return [...part.querySelectorAll("a[href], button, input, summary, [tabindex]")]
    .filter((control) => purpose(control) === wanted);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const details = event.detail.target.querySelectorAll("details[id]");
  folds = new Map([...details].map((one) => [one.id, one.open]));
  const focused = event.detail.target.contains(document.activeElement) && document.activeElement;
  held = focused && [purpose(focused), controlsFor(event.detail.target, purpose(focused)).indexOf(focused)];
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
  } else if (held && document.activeElement === document.body) {
    // Who goes by keyboard stays where they were; without this every refresh sends them to the top.
    const [wanted, n] = held;
    const part = document.getElementById(event.detail.target.id);
    const again = part ? controlsFor(part, wanted) : [];
    (again[n] ?? again[0])?.focus({ preventScroll: true });
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

function focusFaults() {
  document.querySelector("main .naast-errors")?.focus();
}

focusFaults();
// An address with a place in it takes the focus away once the page is there.
if (location.hash) {
  window.addEventListener("load", () => window.requestAnimationFrame(focusFaults));
}
window.setInterval(refreshTimeLeft, 15000);
