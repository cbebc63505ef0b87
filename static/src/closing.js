// A dialog with data-close-on="orderChanged" closes when the page hears that event: what was asked for is done.
document.addEventListener("DOMContentLoaded", () => {
  const names = new Set([...document.querySelectorAll("dialog[data-close-on]")].map((dialog) => dialog.dataset.closeOn));
  for (const name of names) {
    document.body.addEventListener(name, () => {
      for (const dialog of document.querySelectorAll(`dialog[open][data-close-on="${name}"]`)) dialog.close();
    });
  }
});
