// Several values as tokens, over a <select multiple> (only its options) or a <textarea> with a value on each line
// (anything may be written, except where it holds countries).
import { announce } from "./everywhere.js";
import { before, refocus } from "./pick-shown.js";
import { combobox } from "./pick-box.js";
import { fold, meant } from "./pick-match.js";
import { among, ofAddress, ofCountries, ofSelect } from "./pick-source.js";
import { fire, say } from "./pick-words.js";

// What the control holds, and how it is written: the one difference between the two kinds.
function store(control) {
  if (control.tagName === "SELECT") {
    return {
      list: () => ofSelect(control),
      get: () => [...control.selectedOptions].map((one) => one.value),
      set: (values) => {
        for (const one of control.options) one.selected = values.includes(one.value);
      },
    };
  }
  const { countries } = control.dataset;
  return {
    list: countries ? () => ofCountries(countries) : undefined,
    get: () => control.value.split("\n").map((one) => one.trim()).filter(Boolean),
    set: (values) => {
      control.value = values.join("\n");
    },
  };
}

/** Split what was pasted: into lines, or a single line at its commas. */
export function pieces(text) {
  const lines = text.split(/[\r\n\t]+/).map((one) => one.trim()).filter(Boolean);
  return lines.length > 1 ? lines : text.split(/[,;]/).map((one) => one.trim()).filter(Boolean);
}

function icon(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.querySelector("meta[name=assets]").dataset.icons}#${name}`);
  drawn.append(use);
  return drawn;
}

export function tokens(control) {
  const { list, get, set } = store(control);
  const free = !list;
  const url = control.dataset.pickerUrl;
  const input = before(control);
  const words = input.placeholder;
  input.className = "pick-entry";
  const box = document.createElement("span");
  box.className = `pick-tokens form-control${control.className.includes("-sm") ? " form-control-sm" : ""}${control.matches(".is-invalid") ? " is-invalid" : ""}`;
  box.dataset.madeFor = control.id;
  const shown = document.createElement("ul");
  shown.className = "pick-token-list";
  shown.ariaLabel = say("chosen");
  box.append(shown, input);
  control.after(box);

  const label = (value) => list?.().find((one) => one.value.toLowerCase() === value.toLowerCase())?.label ?? value;
  const has = (value) => get().some((own) => fold(own) === fold(value));

  function token(value) {
    const made = document.createElement("li");
    made.className = "pick-token";
    const away = document.createElement("button");
    away.type = "button";
    away.className = "pick-token-away";
    away.ariaLabel = say("remove", { name: label(value) });
    away.disabled = control.disabled;
    away.append(icon("x"));
    away.addEventListener("click", () => {
      remove(value);
      input.focus();
    });
    const text = document.createElement("span");
    text.className = "pick-token-text";
    text.textContent = label(value);
    made.append(text, away);
    return made;
  }

  function draw() {
    const values = get();
    shown.replaceChildren(...values.map(token));
    shown.hidden = values.length === 0;
    input.placeholder = values.length ? "" : words;
  }

  function write(values) {
    set(values);
    draw();
    fire(control);
  }

  function add(found) {
    const fresh = found.filter((value, at) => !has(value) && found.findIndex((one) => fold(one) === fold(value)) === at);
    if (!fresh.length) return;
    write([...get(), ...fresh]);
    announce(say("added", { name: fresh.map(label).join(", ") }));
  }

  function remove(value) {
    write(get().filter((one) => one !== value));
    announce(say("removed", { name: label(value) }));
  }

  // What was typed or pasted becomes values; what is none of the choices stays where it is, to be seen.
  function take(texts) {
    const taken = free ? texts : texts.map((one) => meant(list(), one)?.value).filter(Boolean);
    input.value = free ? "" : texts.filter((one) => !meant(list(), one)).join(", ");
    add(taken);
  }

  const left = (found) => found.filter((one) => !has(one.value));
  const own = (typed, found) => {
    const text = typed.trim();
    return text && !has(text) && !meant(found, text) ? { value: text, label: say("take", { text }) } : undefined;
  };
  const chooser = combobox(input, {
    find: async (typed) => left(list ? among(list)(typed) : url ? await ofAddress(url, typed) : []),
    take: (option) => {
      input.value = "";
      add([option.value]);
    },
    first: !free,
    typed: free ? own : undefined,
    stays: !free,
    slow: free,
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const text = input.value.trim();
    if (text && (event.key === "Enter" || event.key === "," || event.key === ";")) {
      event.preventDefault();
      take([text]);
      chooser.close();
    } else if (event.key === "Backspace" && !input.value && get().length) {
      remove(get().at(-1));
    }
  });
  input.addEventListener("paste", (event) => {
    const found = pieces(event.clipboardData.getData("text"));
    if (found.length < 2) return;
    event.preventDefault();
    take(found);
    chooser.close();
  });
  input.addEventListener("blur", () => {
    if (input.value.trim()) take([input.value.trim()]);
  });
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target === shown) input.focus();
  });
  control.form?.addEventListener("reset", () => setTimeout(draw));
  draw();
  refocus(control, input);
}
