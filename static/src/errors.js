// What HTMX could not do is said where it was asked for, and what was typed stays.
import { announce } from "./everywhere.js";

const WORDS = {
  0: "The server could not be reached. Nothing was changed; try again.",
  403: "Your role does not include this. Nothing was changed.",
  404: "This record is no longer there. Reload the page.",
  409: "Somebody changed this in the meantime. Reload to see it, then try again.",
  429: "Too many tries. Wait a moment, then try again.",
};

function say(element, status) {
  const text = WORDS[status] || "That did not work. Nothing was changed; try again.";
  const host = element.closest("[data-error-place], form, tr, .list-region, .card") || document.getElementById("content");
  const place = host.matches("tr") ? host.closest(".list-region, .card") || document.getElementById("content") : host;
  let notice = place.querySelector(":scope > [data-request-error]");
  if (!notice) {
    notice = document.createElement("div");
    notice.className = "notice tone-red";
    notice.setAttribute("role", "alert");
    notice.dataset.requestError = "";
    place.prepend(notice);
  }
  notice.textContent = text;
  announce(text);
  element.dispatchEvent(new CustomEvent("request:failed", { bubbles: true }));
}

document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.elt.hasAttribute("data-refresh")) say(event.detail.elt, event.detail.xhr.status);
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.detail.elt.hasAttribute("data-refresh")) say(event.detail.elt, 0);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  event.detail.elt.closest?.("[data-error-place], form, .list-region, .card")?.querySelector(":scope > [data-request-error]")?.remove();
});
