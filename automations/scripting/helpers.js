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

  function pick(list, of) {
    if (!Array.isArray(list)) return [];
    if (of === undefined) return list;
    return typeof of === "function" ? list.map((item) => of(item)) : list.map((item) => item?.[of]);
  }

  function sum(list, of) {
    const amounts = pick(list, of).map(scaled);
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

  // ---- dates: instants go in as Date or ISO text, wall clocks belong to a named timezone

  const MINUTE = 60_000;
  const DAY = 86_400_000;
  const NAIVE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;
  const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

  function formatter(zone) {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23",
      year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
  }

  // The wall clock of an instant, written as if it were UTC: then all arithmetic on it is plain.
  function wall(ms, zone) {
    if (zone === "UTC") return ms;
    const parts = {};
    for (const { type, value } of formatter(zone).formatToParts(ms)) parts[type] = Number(value);
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) + (((ms % 1000) + 1000) % 1000);
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
    isBefore: (one, other) => parse(one).getTime() < parse(other).getTime(),
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

  function fold(value) {
    if (value === null || value === undefined) return "";
    const text = String(value);
    if (!/[^\x00-\x7f]/.test(text)) return text.trim().toLowerCase();
    return text
      .normalize("NFKD")
      .replace(/\p{M}/gu, (mark) => (isCombining(mark) ? "" : mark))
      .replace(/[A-Z]|[^\x00-\x7f]/gu, foldCase)
      .normalize("NFC")
      .trim();
  }

  const list = (value) => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]);

  function words(value) {
    return fold(value).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  }

  const text = {
    fold,
    equal: (one, other) => fold(one) === fold(other),
    contains: (value, part) => fold(value).includes(fold(part)),
    startsWith: (value, part) => fold(value).startsWith(fold(part)),
    endsWith: (value, part) => fold(value).endsWith(fold(part)),
    isEmpty: (value) => fold(value) === "",
    isOneOf: (value, options) => list(options).some((option) => fold(option) === fold(value)),
    containsAny: (value, parts) => list(parts).some((part) => fold(value).includes(fold(part))),
    hasAny: (values, options) => list(values).some((value) => list(options).some((option) => fold(option) === fold(value))),
    hasAll: (values, options) => list(options).every((option) => list(values).some((value) => fold(option) === fold(value))),
    words,
    digits: (value) => String(value ?? "").replace(/\D/g, ""),
  };

  return { money, dates, text };
})
