// uPlot makes a format for the browser's language while it is being loaded, and ends there where that is no language:
// under LANG=C a browser says “en-US@posix”. Imported before it; the page's own language takes the place of such a one.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: document.documentElement.lang, configurable: true });
}
