// The library that rules get as `helpers`: pure functions, nothing that reaches outside or remembers.
// Documented in docs/javascript.md, where each function has a line.
(function (now) {
  "use strict";

  // ---- money: exact decimals in whole units of their last place, as BigInt

  const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

  function scaled(value) {
    if (value === null || value === undefined || value === "") return [0n, 0];
    const match = DECIMAL.exec(String(value).trim());
    if (!match) throw new TypeError(`“${String(value).slice(0, 40)}” is not an amount`);
    const [, sign, whole, part = "", power = "0"] = match;
    const exponent = Number(power);
    if (Math.abs(exponent) > 60 || whole.length + part.length > 60) throw new RangeError("The amount has too many digits");
    let digits = BigInt(whole + part);
    let places = part.length - exponent;
    if (places < 0) [digits, places] = [digits * 10n ** BigInt(-places), 0];
    return [sign === "-" ? -digits : digits, places];
  }

  function unscaled(digits, places) {
    const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, "0");
    const whole = text.slice(0, text.length - places);
    const sign = digits < 0n ? "-" : "";
    return Number(places === 0 ? sign + whole : `${sign}${whole}.${text.slice(text.length - places)}`) + 0;
  }

  const stretched = ([digits, places], to) => digits * 10n ** BigInt(to - places);

  function round(value, decimals = 2) {
    const [digits, places] = scaled(value);
    if (places <= decimals) return unscaled(digits, places);
    const unit = 10n ** BigInt(places - decimals);
    const half = digits < 0n ? -(unit / 2n) : unit / 2n;
    return unscaled((digits + half) / unit, decimals);
  }

  function taken(list, of) {
    if (!Array.isArray(list)) return [];
    if (of === undefined) return list;
    return typeof of === "function" ? list.map((item) => of(item)) : list.map((item) => item?.[of]);
  }

  function sum(list, of) {
    const amounts = taken(list, of).map(scaled);
    const places = Math.max(0, ...amounts.map((amount) => amount[1]));
    return unscaled(amounts.reduce((total, amount) => total + stretched(amount, places), 0n), places);
  }

  function multiply(...values) {
    const amounts = values.map(scaled);
    return unscaled(
      amounts.reduce((product, amount) => product * amount[0], 1n),
      amounts.reduce((places, amount) => places + amount[1], 0),
    );
  }

  const money = {
    round,
    sum,
    multiply,
    add: (...values) => sum(values),
    subtract: (from, ...values) => sum([from, ...values.map((value) => multiply(value, -1))]),
    equal: (one, other) => sum([one, multiply(other, -1)]) === 0,
  };

  // ---- what is there: as in filters, a value of another type counts as missing; NaN stands for nothing

  const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value + 0 : NaN);
  const choice = (value) => (typeof value === "string" && value !== "" ? value : NaN);
  const flag = (value) => (typeof value === "boolean" ? value : NaN);
  number.isEmpty = (value) => Number.isNaN(number(value));
  choice.isEmpty = (value) => Number.isNaN(choice(value));
  flag.isEmpty = (value) => Number.isNaN(flag(value));

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const lines = (value) => (Array.isArray(value) ? value.filter(isObject) : []);

  function dig(holder, names) {
    for (const name of names) {
      if (!isObject(holder) || !Object.hasOwn(holder, name)) return undefined;
      holder = holder[name];
    }
    return holder;
  }

  const pick = (list, path) => lines(list).map((item) => dig(item, String(path).split(".")));

  function named(list, name, key = "name", member = "value") {
    const wanted = fold(name);
    return lines(list).find((item) => typeof item[key] === "string" && fold(item[key]) === wanted)?.[member];
  }

  // The exact sum of what are numbers.
  number.sum = (list, path) => {
    const amounts = pick(list, path).filter((value) => !number.isEmpty(value)).map(unbounded);
    const places = amounts.reduce((most, amount) => Math.max(most, amount[1]), 0);
    return unscaled(amounts.reduce((total, amount) => total + stretched(amount, places), 0n), places);
  };

  function unbounded(value) {
    const [, sign, whole, part = "", power = "0"] = DECIMAL.exec(String(value));
    const digits = BigInt(sign + whole + part);
    const places = part.length - Number(power);
    return places < 0 ? [digits * 10n ** BigInt(-places), 0] : [digits, places];
  }

  // ---- what a record was: `of` gives what is compared, or says whether something holds

  const isSame = (one, other) =>
    Array.isArray(one) && Array.isArray(other)
      ? one.length === other.length && one.every((item, index) => isSame(item, other[index]))
      : one === other || (Number.isNaN(one) && Number.isNaN(other));
  const changed = (before, now, of) => isObject(before) && !isSame(of(before), of(now));
  const changedTo = (before, now, of) => isObject(before) && of(now) === true && of(before) !== true;
  const changedFrom = (before, now, of) => isObject(before) && of(before) === true && of(now) !== true;

  // ---- dates: instants go in as Date or ISO text, wall clocks belong to a named timezone

  const MINUTE = 60_000;
  const DAY = 86_400_000;
  const NAIVE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;
  const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

  const formatters = new Map(); // making one takes longer than most rules

  function formatter(zone) {
    const known = formatters.get(zone);
    if (known !== undefined) return known;
    if (formatters.size >= 20) formatters.clear();
    const made = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23",
      year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    formatters.set(zone, made);
    return made;
  }

  // As Date.UTC, which takes the years 0 to 99 for those of the last century.
  function clockOf(year, month, day, hour, minute, second) {
    return new Date(0).setUTCFullYear(year, month - 1, day) + ((hour * 60 + minute) * 60 + second) * 1000;
  }

  // The wall clock of an instant, written as if it were UTC: then all arithmetic on it is plain.
  function wall(ms, zone) {
    if (zone === "UTC") return ms;
    const parts = {};
    for (const { type, value } of formatter(zone).formatToParts(ms)) parts[type] = Number(value);
    return clockOf(parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second) + (((ms % 1000) + 1000) % 1000);
  }

  // The instant at which the wall clock shows this. A time that is skipped in spring lies one gap later,
  // one that comes twice in autumn is the first of the two.
  function instant(clock, zone) {
    if (zone === "UTC") return clock;
    const before = clock - DAY - wall(clock - DAY, zone);
    const after = clock + DAY - wall(clock + DAY, zone);
    const early = clock + Math.min(before, after);
    const late = clock + Math.max(before, after);
    if (wall(early, zone) === clock) return early;
    return wall(late, zone) === clock ? late : clock + before;
  }

  function parse(value, zone = "UTC") {
    if (value instanceof Date) return new Date(checkedMs(value.getTime(), value));
    const naive = NAIVE.exec(String(value));
    if (!naive) return new Date(checkedMs(Date.parse(String(value)), value));
    const [, year, month, day, hour = "00", minute = "00", second = "00"] = naive;
    const clock = Date.UTC(year, month - 1, day, hour, minute, second);
    const again = new Date(clock).toISOString().slice(0, 19);
    // A thirteenth month or a 30th of February would roll over to another day without a word.
    if (again !== `${year}-${month}-${day}T${hour}:${minute}:${second}`) checkedMs(NaN, value);
    return new Date(instant(clock, zone));
  }

  function checkedMs(ms, value) {
    if (Number.isNaN(ms)) throw new TypeError(`“${String(value).slice(0, 40)}” is not a date`);
    return ms;
  }

  const at = (value, zone = "UTC") => wall(parse(value, zone).getTime(), zone);
  const pad = (number, length = 2) => String(number).padStart(length, "0");

  function day(value, zone) {
    const clock = new Date(at(value, zone));
    return `${pad(clock.getUTCFullYear(), 4)}-${pad(clock.getUTCMonth() + 1)}-${pad(clock.getUTCDate())}`;
  }

  function addDays(value, days, zone = "UTC") {
    return new Date(instant(at(value, zone) + Math.trunc(days) * DAY, zone));
  }

  const isoWeekday = (value, zone) => ((new Date(at(value, zone)).getUTCDay() + 6) % 7) + 1;
  const isWeekend = (value, zone) => isoWeekday(value, zone) >= 6;

  function addBusinessDays(value, days, zone = "UTC") {
    const step = days < 0 ? -1 : 1;
    let moment = parse(value, zone);
    let left = Math.min(Math.abs(Math.trunc(days)), 1000);
    while (left > 0) {
      moment = addDays(moment, step, zone);
      if (!isWeekend(moment, zone)) left -= 1;
    }
    return moment;
  }

  // As filters read a moment: ISO text with a timezone (or a Date), to the millisecond; NaN for everything else.
  const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):(\d\d))$/;
  const FIRST = -62_135_596_800_000; // the years 1 to 9999
  const END = 253_402_300_800_000;

  function ms(value) {
    if (value instanceof Date) return value.getTime();
    const match = typeof value === "string" ? MOMENT.exec(value) : null;
    if (match === null) return NaN;
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
    const [, , , , , , , part = "", sign = "+", zoneHour = "0", zoneMinute = "0"] = match;
    const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === "-" ? -MINUTE : MINUTE);
    const clock = clockOf(year, month, day, hour, minute, second) + Number(part.slice(0, 3).padEnd(3, "0"));
    const real = year >= 1 && month >= 1 && month <= 12 && new Date(clock).getUTCDate() === day && hour < 24;
    const at = clock - offset;
    return real && minute < 60 && second < 60 && Math.abs(offset) < DAY && at >= FIRST && at < END ? at : NaN;
  }

  // From where to where (not included) something lies that is named by a day, an instant or milliseconds.
  function span(when, zone = "UTC") {
    const day = typeof when === "string" ? /^(\d{4})-(\d\d)-(\d\d)$/.exec(when) : null;
    if (day === null) {
      const at = typeof when === "number" ? when : ms(when);
      return [at, at + 1];
    }
    const clock = clockOf(Number(day[1]), Number(day[2]), Number(day[3]), 0, 0, 0);
    return [instant(clock, zone), instant(clock + DAY, zone)];
  }

  const UNITS = { minutes: MINUTE, hours: 60 * MINUTE, days: DAY, weeks: 7 * DAY };
  const lasting = (amount, unit) => amount * (Object.hasOwn(UNITS, unit) ? UNITS[unit] : NaN);

  function isBetweenTimes(value, from, to, zone = "UTC") {
    const at = ms(value);
    if (Number.isNaN(at)) return false;
    const clock = (((wall(at, zone) % DAY) + DAY) % DAY) / MINUTE;
    const [start, end] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)));
    return start < end ? start <= clock && clock < end : clock >= start || clock < end;
  }

  const since = (unit) => (from, to) => (parse(to).getTime() - parse(from).getTime()) / unit;

  const dates = {
    parse,
    addMinutes: (value, minutes) => new Date(parse(value).getTime() + minutes * MINUTE),
    addHours: (value, hours) => new Date(parse(value).getTime() + hours * 60 * MINUTE),
    addDays,
    addBusinessDays,
    day,
    time: (value, zone) => new Date(at(value, zone)).toISOString().slice(11, 16),
    hour: (value, zone) => new Date(at(value, zone)).getUTCHours(),
    minute: (value, zone) => new Date(at(value, zone)).getUTCMinutes(),
    weekday: (value, zone) => WEEKDAYS[isoWeekday(value, zone) - 1],
    isWeekend,
    startOfDay: (value, zone = "UTC") => new Date(instant(Math.floor(at(value, zone) / DAY) * DAY, zone)),
    minutesBetween: since(MINUTE),
    hoursBetween: since(60 * MINUTE),
    daysBetween: (from, to, zone) => Math.floor(at(to, zone) / DAY) - Math.floor(at(from, zone) / DAY),
    ms,
    isEmpty: (value) => Number.isNaN(ms(value)),
    isBefore: (value, when, zone) => ms(value) < span(when, zone)[0],
    isAfter: (value, when, zone) => ms(value) >= span(when, zone)[1],
    isOn: (value, when, zone) => ms(value) >= span(when, zone)[0] && ms(value) < span(when, zone)[1],
    isBetween: (value, from, to, zone) => ms(value) >= span(from, zone)[0] && ms(value) < span(to, zone)[1],
    isInLast: (value, amount, unit) => ms(value) >= now() - lasting(amount, unit) && ms(value) <= now(),
    isInNext: (value, amount, unit) => ms(value) >= now() && ms(value) <= now() + lasting(amount, unit),
    isOlderThan: (value, amount, unit) => ms(value) < now() - lasting(amount, unit),
    isOnWeekday: (value, days, zone) => !Number.isNaN(ms(value)) && list(days).includes(WEEKDAYS[isoWeekday(new Date(ms(value)), zone) - 1]),
    isBetweenTimes,
  };

  // ---- text: compared as everywhere else in the portal, without case and accents

  // JavaScript does not tell which marks combine; but those are the ones that normalization puts in order.
  function isCombining(mark) {
    const [before, after] = ["\u0301" + mark, mark + "\u0334"];
    return before.normalize("NFD") !== before || after.normalize("NFD") !== after;
  }

  // There is no case folding either: up and down again comes to the same, but for the letters named here.
  function foldCase(char) {
    if (char === "ı") return char;
    if (/[\u13a0-\u13ff\uab70-\uabbf]/.test(char)) return char.toUpperCase(); // Cherokee folds upwards
    return char.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
  }

  // What Python calls white space: `trim` knows some of it and takes the byte order mark for one.
  const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

  function strip(text) {
    let [from, to] = [0, text.length];
    while (from < to && BLANK.test(text[from])) from += 1;
    while (to > from && BLANK.test(text[to - 1])) to -= 1;
    return text.slice(from, to);
  }

  // The same few texts are folded again and again: those of a rule for each line, those of tags for each option.
  // What is kept follows from the text alone, so that no record can leave a mark here.
  const foldings = new Map();

  function fold(value) {
    if (typeof value !== "string") return "";
    if (value.length > 100) return foldAfresh(value);
    const known = foldings.get(value);
    if (known !== undefined) return known;
    if (foldings.size >= 4000) foldings.clear();
    const made = foldAfresh(value);
    foldings.set(value, made);
    return made;
  }

  function foldAfresh(text) {
    if (!/[^\x00-\x7f]/.test(text)) return strip(text).toLowerCase();
    const bare = text
      .normalize("NFKD")
      .replace(/\p{M}/gu, (mark) => (isCombining(mark) ? "" : mark))
      .replace(/[A-Z]|[^\x00-\x7f]/gu, foldCase)
      .normalize("NFC");
    return strip(bare);
  }

  const list = (value) => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]);

  function words(value) {
    return fold(value).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  }

  const folded = (value) => [...new Set(list(value).map(fold))].filter((item) => item !== "");
  const set = (value) => (Array.isArray(value) ? folded(value) : []);

  function equal(one, other) {
    const first = fold(one);
    return first !== "" && first === fold(other);
  }

  // A pattern cut at its `*`, each piece as a regular expression of as many characters as it has signs.
  function pieces(pattern) {
    const found = [""];
    const characters = [...fold(pattern)];
    for (let at = 0; at < characters.length; at += 1) {
      const sign = characters[at] === "\\" ? characters[(at += 1)] ?? "" : null;
      if (sign === null && characters[at] === "*") found.push("");
      else if (sign === null && characters[at] === "?") found[found.length - 1] += ".";
      else found[found.length - 1] += (sign ?? characters[at]).replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
    }
    return found;
  }

  // Each piece takes the first place where it fits, and no place is looked for again: the time does not
  // grow with a power of the number of stars, as it would in one regular expression.
  function matches(value, pattern) {
    const text = fold(value);
    const found = pieces(pattern);
    if (text === "") return false;
    let at = 0;
    return found.every((piece, index) => {
      const [start, end] = [index === 0 ? "^" : "", index === found.length - 1 ? "$" : ""];
      const search = new RegExp(start + piece + end, "gsu");
      search.lastIndex = at;
      const fits = search.test(text);
      at = search.lastIndex;
      return fits;
    });
  }

  const text = {
    fold,
    equal,
    matches,
    set: (value) => set(value).sort(),
    length: (value) => [...fold(value)].length || NaN,
    count: (value) => set(value).length || NaN,
    hasSome: (value) => set(value).length > 0,
    contains: (value, part) => fold(value).includes(fold(part)),
    startsWith: (value, part) => fold(value).startsWith(fold(part)),
    endsWith: (value, part) => fold(value).endsWith(fold(part)),
    isEmpty: (value) => fold(value) === "",
    isOneOf: (value, options) => {
      const wanted = fold(value);
      return wanted !== "" && list(options).some((option) => fold(option) === wanted);
    },
    containsAny: (value, parts) => folded(parts).some((part) => fold(value).includes(part)),
    hasAny: (values, options) => {
      const wanted = new Set(folded(options));
      return set(values).some((value) => wanted.has(value));
    },
    hasAll: (values, options) => {
      const held = new Set(set(values));
      return folded(options).every((option) => held.has(option));
    },
    words,
    digits: (value) => String(value ?? "").replace(/\D/g, ""),
  };

  return { money, dates, text, number, choice, flag, lines, pick, named, changed, changedTo, changedFrom };
})
