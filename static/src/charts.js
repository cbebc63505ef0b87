// Brings the chart library when a page has a chart.
import { everywhere } from "./everywhere.js";
import { load } from "./load.js";

everywhere("[data-chart]", async (element) => {
  await load("chart");
  // A refresh may have replaced it meanwhile; and while the page is being left, its numbers go before it does.
  if (element.isConnected && document.getElementById(element.dataset.chart)) window.switchyardChart(element);
});
