// Loads a bundle of our own once; the addresses stand in <meta name="assets">.
const coming = new Map();

export function load(name) {
  if (!coming.has(name)) {
    coming.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = document.querySelector("meta[name=assets]").dataset[`${name}Bundle`];
        script.onload = resolve;
        script.onerror = () => reject(new Error(`The bundle ${name} did not load.`));
        document.head.append(script);
      }),
    );
  }
  return coming.get(name);
}
