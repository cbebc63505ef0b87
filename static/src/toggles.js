// A switch that posts (hx-post on the input) changes at once and goes back visibly when it failed.
import { on } from "./everywhere.js";

on("request:failed", "input[type=checkbox][hx-post], input[type=checkbox][role=switch]", (_event, input) => {
  input.checked = !input.checked;
  input.classList.add("is-refused");
  setTimeout(() => input.classList.remove("is-refused"), 1500);
});
