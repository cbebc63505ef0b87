// The entry. Each behaviour is one file, found by data attributes; `everywhere` runs it for the
// page and again for every part that HTMX brings.
import "@tabler/core/js/src/bootstrap/dropdown.ts"; // menus are the only behaviour of the library that pages use
import { everywhere } from "./everywhere.js";
import "./charts.js";
import "./chips.js";
import "./closing.js";
import "./confirm.js";
import "./copy.js";
import "./dialogs.js";
import "./editor-console.js";
import "./editors.js";
import "./errors.js";
import "./filter.js";
import "./filter-menu.js";
import "./filter-move.js";
import "./focus.js";
import "./followed.js";
import "./form-history.js";
import "./form-work.js";
import "./guard.js";
import "./insert.js";
import "./late.js";
import "./late-press.js";
import "./narrow.js";
import "./navigation.js";
import "./pick.js";
import "./refresh.js";
import "./reorder.js";
import "./selection.js";
import "./shortcuts.js";
import "./submit.js";
import "./themes.js";
import "./times.js";
import "./toasts.js";
import "./toggles.js";
import "./who.js";
import "./wide.js";

everywhere.start();
