// Each looks for its mark and returns false when it finds one; then it leaves the mark. Read by test_isolation.py.

// == global
if (globalThis.mark) return false;
try { globalThis.mark = 1 } catch {}
return true;

// == global by function
const g = (function () { return this })() ?? globalThis;
if (g.mark) return false;
try { g.mark = 1 } catch {}
return true;

// == Object.prototype
if (({}).mark) return false;
try { Object.prototype.mark = 1 } catch {}
return true;

// == Array.prototype
if ([].mark) return false;
try { Array.prototype.mark = 1 } catch {}
return true;

// == array method
const was = String([].map).includes('native');
try { Array.prototype.map = () => [] } catch {}
return was;

// == generator prototype
const p = Object.getPrototypeOf(function* () {});
if (p.mark) return false;
try { p.mark = 1 } catch {}
return true;

// == async prototype
const p = Object.getPrototypeOf(async () => {});
if (p.mark) return false;
try { p.mark = 1 } catch {}
return true;

// == iterator prototype
const p = Object.getPrototypeOf([].values());
if (p.mark) return false;
try { p.mark = 1 } catch {}
return true;

// == matchAll prototype
const p = Object.getPrototypeOf('a'.matchAll(/a/g));
if (p.mark) return false;
try { p.mark = 1 } catch {}
return true;

// == Intl prototype
const p = Intl.NumberFormat.prototype;
if (p.mark) return false;
try { p.mark = 1 } catch {}
return true;

// == helpers
if (helpers.mark) return false;
try { helpers.mark = 1 } catch {}
return true;

// == helpers function
if (helpers.money.round.mark) return false;
try { helpers.money.round.mark = 1 } catch {}
return true;

// == console
if (console.log.mark) return false;
try { console.log.mark = 1; console.mark = 1 } catch {}
return true;

// == RegExp statics
if (RegExp.$1 || RegExp.lastMatch || RegExp.input) return false;
/(secret)/.test('secret');
return true;

// == symbol registry
const s = Symbol.for('mark');
if (globalThis[s] || Object[s]) return false;
try { Object[s] = 1 } catch {}
return true;

// == own function
const f = (function () { try { return arguments.callee } catch { return null } })();
if (f?.mark) return false;
if (f) f.mark = 1;
return true;

// == template object
const tag = (strings) => strings;
const t = tag`x`;
if (t.mark) return false;
try { t.mark = 1 } catch {}
return true;

// == stack trace hook
if (Error.prepareStackTrace) return false;
try { Error.prepareStackTrace = () => 1 } catch {}
return true;

// == stack trace limit
const was = Error.stackTraceLimit === 30;
try { Error.stackTraceLimit = 1 } catch {}
return was;

// == class field
class A { static n = 0 } A.n += 1;
return A.n === 1;

// == date now
const was = new Date().getFullYear() === 2026;
try { Date.now = () => 0; new Date().setFullYear(1999) } catch {}
return was;

// == related
if (related.mark) return false;
try { related.mark = 1 } catch {}
return true;

// == later microtask
let late = false;
Promise.resolve().then(() => { try { globalThis.mark = 1 } catch {} late = true });
return !globalThis.mark && !late;

// == error prototype
if (TypeError.prototype.mark) return false;
try { TypeError.prototype.mark = 1 } catch {}
return true;

// == override of a frozen name
const was = ({}).toString();
try { Object.prototype.toString = () => 'mark' } catch {}
return was === '[object Object]';

// == formatter
const f = new Intl.DateTimeFormat('en');
if (f.mark || f.format.mark) return false;
f.mark = 1;
f.format.mark = 1;
return true;
