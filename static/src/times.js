// Relative times tick. The same words as portal/ui/times.py; beyond a week the date stands still.
const rules = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
  [604800, 86400, "day"],
];

function span(seconds) {
  for (const [below, unit, word] of rules) {
    if (seconds < below) {
      const count = Math.floor(seconds / unit);
      return `${count} ${word === "day" && count !== 1 ? "days" : word}`;
    }
  }
  return "";
}

function tick() {
  if (document.documentElement.lang !== "en") return; // other languages keep the server's words until the next refresh
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = (now - Date.parse(time.dateTime)) / 1000;
    if (Math.abs(seconds) >= 604800) continue;
    let text = seconds < 60 ? "just now" : `${span(seconds)} ago`;
    if (seconds < 0) {
      const clock = time.textContent.split("·")[1];
      if (!clock) continue;
      text = `in ${span(-seconds)} ·${clock}`;
    }
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(() => {
  if (!document.hidden) tick();
}, 5000);
document.addEventListener("visibilitychange", tick);
