// The pages work without this file; it adds the running total and the copy buttons.
(() => {
  const output = document.querySelector("[data-total]");
  if (output) {
    const pieces = [...document.querySelectorAll("input[data-price]")];
    const option = document.querySelector("select[data-rates]");
    const precision = Number(output.dataset.precision);
    const write = () => {
      const goods = pieces.reduce((sum, piece) => sum + Number(piece.value || 0) * Number(piece.dataset.price), 0);
      const rate = goods && option ? Number(option.selectedOptions[0].dataset.rate) : 0;
      const tax = goods * Number(output.dataset.tax) / 100;
      output.textContent = output.dataset.mark + (goods + rate + tax).toFixed(precision);
    };
    document.addEventListener("input", write);
    write();
  }
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
})();
