/* What makes the pages quicker. Without it everything works; it keeps nothing in the browser. */
(() => {
  "use strict";
  const $ = (what, within = document) => [...within.querySelectorAll(what)];

  // The log moved: ask for this page again and exchange the parts that may change, unless somebody is at work in one.
  const busy = (part) => part.querySelector("input[form]:checked") || (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
  let asked = false;
  async function refresh() {
    if (asked || document.hidden) return;
    const parts = $("[data-refresh]").filter((part) => part.id && !busy(part));
    if (!parts.length) return;
    asked = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" }, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const next = fresh.getElementById(part.id);
        if (!next || next.innerHTML === part.innerHTML) continue;
        const at = document.activeElement && part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
        const open = new Set($("details[open] > summary", part).map((s) => s.textContent));
        part.replaceChildren(...next.childNodes);
        $("details > summary", part).forEach((s) => { if (open.has(s.textContent)) s.parentElement.open = true; });
        part.classList.add("fresh");
        setTimeout(() => part.classList.remove("fresh"), 2000);
        if (at) part.querySelector(`[href="${CSS.escape(at)}"]`)?.focus();
      }
    } catch { /* the line is poor; the next event asks again */ } finally { asked = false; }
  }
  const where = document.body.dataset.live;
  if (where && $("[data-refresh]").length && window.EventSource) {
    const source = new EventSource(where);
    source.addEventListener("moved", refresh);
    document.addEventListener("visibilitychange", refresh);
    addEventListener("pagehide", () => source.close());
  }

  // What takes long: the page asks how far it is while a part says so, whether the log moves or not.
  if ($("[data-every]").length) {
    const asking = setInterval(() => { if ($("[data-every]").length) refresh(); else clearInterval(asking); }, 1500);
  }

  // A second click on a form that was sent does nothing; the server would take it as the same command anyway.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    setTimeout(() => { delete form.dataset.sent; form.removeAttribute("aria-busy"); $("[aria-disabled]", form).forEach((b) => b.removeAttribute("aria-disabled")); }, 8000);
  });

  // Drafts go to the server, sealed there, a few seconds after the last key.
  for (const form of $("form[data-draft]")) {
    let later;
    form.addEventListener("input", () => {
      clearTimeout(later);
      later = setTimeout(async () => {
        const data = new FormData(form);
        for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
        const told = form.querySelector(".saved-at");
        try {
          const answer = await fetch("/drafts", { method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin" });
          if (told) told.textContent = answer.ok ? (await answer.json()).said : "";
        } catch { if (told) told.textContent = ""; }
      }, 2000);
    });
  }

  // Keys: shown under Help, and off for whoever switched them off (WCAG 2.1.4).
  if (!document.body.dataset.nokeys) {
    addEventListener("keydown", (event) => {
      const typing = event.target.matches?.("input, select, textarea, [contenteditable]");
      if (event.key === "Enter" && event.ctrlKey && event.target.form) { event.target.form.requestSubmit(); return; }
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const rows = $("[data-row]");
      const at = rows.indexOf(document.activeElement);
      if (event.key === "j" && rows.length) rows[Math.min(at + 1, rows.length - 1)].focus();
      else if (event.key === "k" && rows.length) rows[Math.max(at - 1, 0)].focus();
      else if (event.key === "/") { const field = document.querySelector("[data-key='/']"); if (field) { field.closest("details")?.setAttribute("open", ""); field.focus(); event.preventDefault(); } }
      else if (event.key === "?") location.href = "/help";
    });
  }

  // After a refusal the first thing that is read is why.
  document.getElementById("problem")?.focus();
})();
