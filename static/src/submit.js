// A form is sent once: its button says so until the answer comes. Forms with data-auto are sent on change.
import { on } from "./everywhere.js";

const LONG = 4000; // by then a page that was asked for is there, or something went wrong

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.classList.add("is-busy");
  setTimeout(() => delete form.dataset.sent, LONG);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
});
on("change", "form[data-auto]", (_event, form) => form.requestSubmit());

// What HTMX sends: pressed twice, it would be sent again after the answer. Where another page is the answer, the
// one that is left can be pressed until that is there. What changes by itself counts each time, and so does what
// has an order of its own (hx-sync).
const under = new WeakSet(); // forms and buttons whose answer is under way

document.addEventListener("htmx:confirm", (event) => {
  const { elt, verb, triggeringEvent } = event.detail;
  const pressed = ["click", "submit"].includes(triggeringEvent?.type);
  if (pressed && verb !== "get" && under.has(elt) && !elt.closest("[hx-sync]")) event.preventDefault();
});
document.addEventListener("htmx:beforeRequest", (event) => under.add(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  const leaves = ["HX-Redirect", "HX-Location", "HX-Refresh"].some((name) => xhr.getResponseHeader(name));
  setTimeout(() => under.delete(elt), leaves ? LONG : 0);
});
