// What the keyboard meets on a page. Every function is called by name from the tests.
window.keyboard = (() => {
  // A control cannot be taken out of the order by a tabindex; only what is none may have -1.
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, "
    + "[tabindex]:not([tabindex='-1']), [contenteditable], audio[controls], video[controls]";

  const shown = (one) => one.checkVisibility({ visibilityProperty: true })
    && one.getClientRects().length > 0;

  /** A group of radio buttons is one stop: the chosen one, or the first. */
  const stopOf = (one) => {
    if (one.type !== "radio") return one;
    const scope = one.form ?? document;
    const group = [...scope.querySelectorAll(`input[type=radio][name="${one.name}"]`)]
      .filter((other) => !other.disabled && shown(other));
    return group.find((other) => other.checked) ?? group[0];
  };

  const expected = () => [...document.querySelectorAll(CONTROLS)].filter((one) =>
    !one.disabled && !one.closest("[inert]") && shown(one) && stopOf(one) === one);

  const named = (one) => {
    if (!one || one === document.body || one === document.documentElement) return "the page";
    const words = (one.labels?.[0]?.innerText ?? one.innerText ?? "").trim().replace(/\s+/g, " ");
    const mark = one.name || one.id || one.getAttribute("href") || one.className;
    return `${one.tagName.toLowerCase()} "${words.slice(0, 40)}" (${mark})`;
  };

  /** What is drawn around a control, or around the label that holds it. */
  const marks = (one) => [one, one.closest("label")].filter(Boolean).map((each) => {
    const style = getComputedStyle(each);
    const outline = style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2
      || /^rgba.*, 0\)$/.test(style.outlineColor)
      ? "none" : `${style.outlineWidth} ${style.outlineColor}`;
    return `${outline} | ${style.boxShadow}`;
  });

  /** The place of a control; a tick is as large as the label around it. */
  const box = (one) => {
    const label = one.matches("input[type=radio], input[type=checkbox]") && one.closest("label");
    return (label || one).getBoundingClientRect();
  };

  const pinned = (one) => {
    for (let each = one; each; each = each.parentElement) {
      if (["fixed", "sticky"].includes(getComputedStyle(each).position)) return each;
    }
    return null;
  };

  /** A bar that lies over the control, if one does. */
  const coveredBy = (one) => {
    const { left, right, top, bottom } = one.getClientRects()[0];
    const points = [
      [(left + right) / 2, (top + bottom) / 2],
      [left + 3, top + 3], [right - 3, top + 3], [left + 3, bottom - 3], [right - 3, bottom - 3],
    ];
    for (const [x, y] of points) {
      const bar = pinned(document.elementFromPoint(x, y));
      if (bar && !bar.contains(one)) return bar;
    }
    return null;
  };

  const inSentence = (one) => {
    const around = one.parentElement;
    return getComputedStyle(one).display === "inline"
      && around.textContent.trim().length > one.textContent.trim().length;
  };

  /** Does the eye jump back between these two? Columns from left to right do not count. */
  const jumpsBack = (from, to) => {
    if (pinned(from) || pinned(to)) return false;
    const [a, b] = [box(from), box(to)];
    const above = b.bottom <= a.top + 1 && b.left < a.right - 1;
    const overlap = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const left = overlap > Math.min(a.height, b.height) / 2 && b.right <= a.left + 1;
    return above || left;
  };

  const problems = [];
  let stops = [];
  let last = null;
  let lastMarks = [];
  let stays = 0;

  const leave = () => {
    // Now that the focus is elsewhere, the mark must be gone: so it was one.
    const now = last && marks(last);
    if (last?.isConnected && now.every((each, n) => each === lastMarks[n])) {
      problems.push(`no focus mark: ${named(last)}`);
    }
  };

  /** Look at where the focus is after a Tab. Says: go on, open (a disclosure), or done. */
  const step = () => {
    const one = document.activeElement;
    const none = one === document.body || one === document.documentElement || one === null;
    if (one === last && !none) {
      stays += 1;
      // A day has three parts and a picker; whoever stays longer does not let go.
      if (stays < 6) return "on";
      problems.push(`trap: ${named(one)}`);
      return "done";
    }
    leave();
    stays = 0;
    if (none || one === stops[0]) { last = null; return "done"; }
    if (stops.includes(one)) {
      problems.push(`goes in a circle: ${named(one)}`);
      return "done";
    }
    stops.push(one);
    last = one;
    lastMarks = marks(one);
    const rect = box(one);
    if (!shown(one) || rect.width < 2 || rect.height < 2) {
      problems.push(`hidden, yet it has the focus: ${named(one)}`);
    } else {
      const place = one.getBoundingClientRect();
      // A table that is about as tall as the room between the bars shows one end at a time.
      const tall = place.height > innerHeight * 0.7;
      const inside = tall
        ? place.top < innerHeight * 0.8 && place.bottom > innerHeight * 0.2
        : place.top >= -1 && place.bottom <= innerHeight + 1;
      if (!inside || place.left < -1 || place.right > innerWidth + 1) {
        problems.push(`outside the window: ${named(one)}`);
      }
      const bar = tall ? null : coveredBy(one);
      if (bar) problems.push(`under ${bar.className}: ${named(one)}`);
      if ((rect.width < 24 || rect.height < 24) && !inSentence(one)) {
        problems.push(`${Math.round(rect.width)} x ${Math.round(rect.height)}: ${named(one)}`);
      }
    }
    return one.tagName === "SUMMARY" ? "open" : "on";
  };

  /** From the top of the page, wherever a summary of errors had taken the focus. */
  const begin = () => {
    // A page that fetches itself anew during the walk would take the stops away.
    document.addEventListener("htmx:beforeRequest", (event) => event.preventDefault());
    stops = [];
    last = null;
    problems.length = 0;
    if (document.activeElement !== document.body) {
      document.body.tabIndex = -1;
      document.body.focus({ preventScroll: true });
      document.body.removeAttribute("tabindex");
    }
    scrollTo(0, 0);
  };

  /** All problems of the walk, with what was skipped and what came out of order. */
  const end = () => {
    const all = expected();
    const scrolls = (one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight;
    const met = stops.filter((one) => one.isConnected && (all.includes(one) || !scrolls(one)));
    problems.push(...all.filter((one) => !met.includes(one)).map((one) => `skipped: ${named(one)}`));
    const order = met.filter((one) => all.includes(one));
    order.forEach((one, n) => {
      if (n && all.indexOf(one) < all.indexOf(order[n - 1])) {
        problems.push(`out of order: ${named(one)} after ${named(order[n - 1])}`);
      } else if (n && jumpsBack(order[n - 1], one)) {
        problems.push(`jumps back on the screen: ${named(one)} after ${named(order[n - 1])}`);
      }
    });
    met.filter((one) => !all.includes(one)).forEach((one) =>
      problems.push(`no control, yet it has the focus: ${named(one)}`));
    return problems;
  };

  const isOpen = () => document.activeElement.parentElement.open;

  const first = () => {
    const link = document.activeElement;
    const place = link.getBoundingClientRect();
    return link.classList.contains("utrecht-skip-link") && place.left >= 0 && place.top >= 0;
  };

  return { begin, step, end, isOpen, first, named: () => named(document.activeElement) };
})();
