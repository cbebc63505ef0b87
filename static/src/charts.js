// Brings the chart library when a page has a chart.
import { everywhere } from "./everywhere.js";
import { load } from "./load.js";

everywhere("[data-chart]", async (element) => {
  await load("chart");
  if (element.isConnected) window.switchyardChart(element); // a refresh may have replaced it meanwhile
});
