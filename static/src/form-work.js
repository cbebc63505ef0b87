// Work that is not saved survives a reload: <form data-work="user/rule" data-work-version="3" data-history=…>.
// It is kept in this browser and never sent. Each tab keeps its own; what a tab has left behind is taken up by
// the next that opens the same form. Made on another version, it is offered and not put into the form.
import { announce, everywhere, on } from "./everywhere.js";
import { go, text } from "./form-history.js";
import { pristine } from "./pristine.js";

const KEY = "switchyard.work.";
const SENT = `${KEY}sent`;
const TAB = `${KEY}tab`;
const PAUSE = 400;
const BEAT = 5_000;
const STALE = 150_000; // a tab in the background may be slow to say that it is still there
const OLD = 30 * 24 * 3_600_000;
const MOST = 1_500_000; // characters

const me = crypto.getRandomValues(new Uint32Array(2)).join("-");
const works = new WeakMap(); // form -> {key, base, timer, waits}

/** Whatever a browser forbids (private windows, a full store) means only that nothing is kept. */
function safely(act, otherwise = null) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

const sent = safely(() => sessionStorage.getItem(SENT));
const before = safely(() => sessionStorage.getItem(TAB));
safely(() => sessionStorage.setItem(TAB, me));

const read = (key) => safely(() => JSON.parse(localStorage.getItem(key)));
const write = (key, kept) => safely(() => (localStorage.setItem(key, JSON.stringify(kept)), true), false);
const drop = (key) => safely(() => localStorage.removeItem(key));
const keys = (prefix) => safely(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), []);

const free = (kept) => !kept.tab || kept.tab === before || Date.now() - kept.beat > STALE;

function left(form) {
  const found = keys(`${KEY}${form.dataset.work}/`).map((key) => ({ key, ...read(key) }));
  return found.filter((kept) => kept.now && free(kept)).sort((a, b) => b.at - a.at);
}

const notice = (form) => form.querySelector("[data-work-notice]");

function tell(form, kept, back) {
  const place = notice(form);
  if (!place) return;
  const at = new Date(kept.at);
  const today = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleString(document.documentElement.lang || undefined, today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
  const said = place.dataset[back ? "back" : "older"].replace("{time}", () => time);
  place.querySelector("[data-work-text]").textContent = said;
  place.querySelector("[data-work-restore]").hidden = back;
  place.hidden = false;
  announce(said);
}

function hide(form) {
  const place = notice(form);
  if (place) place.hidden = true;
}

/** Keep what the form holds, or nothing where it holds what is saved. Returns whether nothing would be lost. */
function keep(form) {
  const own = works.get(form);
  clearTimeout(own.timer);
  if (own.waits || own.done) return own.done;
  const now = text(form);
  const kept = own.key && read(own.key);
  if (kept && kept.tab !== me) own.key = ""; // another tab has taken it up: this one goes on with its own
  if (now === own.base) {
    if (own.key) drop(own.key);
    own.key = "";
    return true;
  }
  own.key ||= `${KEY}${form.dataset.work}/${me}-${Date.now()}`;
  const at = kept?.now === now ? kept.at : Date.now();
  return now.length <= MOST && write(own.key, { version: form.dataset.workVersion, at, tab: me, beat: Date.now(), base: own.base, now });
}

function later(form) {
  const own = works.get(form);
  clearTimeout(own.timer);
  own.timer = setTimeout(() => keep(form), PAUSE);
}

function take(form, kept) {
  const own = works.get(form);
  if (text(form) === kept.now) return hide(form);
  own.key = kept.key;
  write(kept.key, { version: form.dataset.workVersion, at: kept.at, tab: me, beat: Date.now(), base: own.base, now: kept.now });
  own.waits = true;
  own.kept = kept;
  const done = (event) => {
    for (const type of ["history:changed", "history:failed"]) form.removeEventListener(type, done);
    own.waits = false;
    tell(form, kept, event.type === "history:changed");
  };
  go(form, kept.now); // says at once that it has changed; what is waited for comes with the server's answer
  for (const type of ["history:changed", "history:failed"]) form.addEventListener(type, done);
}

everywhere("form[data-work][data-history]", (form) => {
  const base = text(pristine(form));
  const own = { key: "", base, timer: 0, waits: false, done: false, kept: null };
  works.set(form, own);
  for (const key of keys(KEY)) if (Date.now() - (read(key)?.at ?? Date.now()) > OLD) drop(key);
  const [newest] = left(form);
  const same = newest?.version === form.dataset.workVersion;
  if (newest && (newest.key === sent || (same && newest.now === base))) {
    own.key = newest.key; // it was sent and came back with faults: it stands in the form, and is not saved yet
    write(own.key, { ...read(own.key), tab: me });
    own.base = newest.base;
    keep(form);
  } else if (same) take(form, newest);
  else if (newest) {
    own.kept = newest;
    tell(form, newest, false);
  }
  form.addEventListener("history:changed", () => later(form));
  form.addEventListener("input", () => later(form));
  form.addEventListener("work:keep", () => {
    form.dataset.workKept = keep(form) ? "yes" : "";
  });
  form.addEventListener("submit", () => {
    if (keep(form) && own.key) safely(() => sessionStorage.setItem(SENT, own.key));
  });
  const beat = setInterval(() => {
    if (!form.isConnected) clearInterval(beat);
    else if (own.key && read(own.key)?.tab === me) write(own.key, { ...read(own.key), beat: Date.now() });
  }, BEAT);
  window.addEventListener("pagehide", () => {
    keep(form);
    const kept = own.key && read(own.key);
    if (kept?.tab === me) write(own.key, { ...kept, tab: "" });
  });
  window.addEventListener("pageshow", (event) => {
    const kept = event.persisted && own.key && read(own.key);
    if (kept && !kept.tab) write(own.key, { ...kept, tab: me });
  });
});

on("click", "[data-work-restore]", (_event, button) => {
  const { form } = button;
  const own = works.get(form);
  if (own.kept) take(form, own.kept);
});
on("click", "[data-work-drop]", (_event, button) => {
  const { form } = button;
  const own = works.get(form);
  if (own.kept) drop(own.kept.key);
  if (own.key === own.kept?.key) {
    own.key = "";
    go(form, own.base);
  }
  own.kept = null;
  hide(form);
  form.querySelector("[data-form-undo]")?.focus();
});
// Leaving by *Discard* means that it is not wanted.
on("click", "[data-work-discard]", (_event, link) => {
  const form = link.closest("form");
  const own = works.get(form);
  if (!own) return;
  if (own.key) drop(own.key);
  own.done = true;
});

// What was sent is saved where the page that answers shows the rule or card; anywhere else it is kept on.
if (sent) {
  safely(() => sessionStorage.removeItem(SENT));
  if (/^#(rule|card)-/.test(window.location.hash)) drop(sent);
}
