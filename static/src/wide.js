// A table wider than its place scrolls inside it; one that fits keeps its head in view instead.
import { everywhere } from "./everywhere.js";

const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const table = target.querySelector("table");
    if (table) target.classList.toggle("scrolls", table.scrollWidth > target.clientWidth + 1);
  }
});

everywhere("[data-wide]", (element) => watch.observe(element));
