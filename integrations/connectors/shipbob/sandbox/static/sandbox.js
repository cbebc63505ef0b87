// The pages work without this file; it adds the copy buttons, and shows what comes without being asked.
(() => {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");
      }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
  const bench = document.querySelector("[data-pulse]");
  if (bench) {
    // Somebody who is typing or choosing is not interrupted.
    const busy = () => document.querySelector("details[open], input:focus, select:focus") !== null;
    setInterval(async () => {
      if (busy() || document.hidden) return;
      try {
        const { mark } = await (await fetch(bench.dataset.pulse)).json();
        if (mark !== bench.dataset.mark && !busy()) location.reload();
      } catch {
        // The sandbox has been stopped; the page stays as it is.
      }
    }, 3000);
  }
})();
