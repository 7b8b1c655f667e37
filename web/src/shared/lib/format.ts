/** Numbers and times for people. */

const money = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const exactMoney = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 2 });
const unitPrice = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumSignificantDigits: 4 });
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
const dateTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** US dollars: cents only where they matter. */
export function usd(amount: number): string {
  return Math.abs(amount) < 100 ? exactMoney.format(amount) : money.format(amount);
}

/** A price per unit, which may be far below a cent. */
export function usdPerUnit(amount: number): string {
  return unitPrice.format(amount);
}

export function signedUsd(amount: number): string {
  return `${amount > 0 ? "+" : ""}${usd(amount)}`;
}

export function number(value: number): string {
  return plain.format(value);
}

/** The most that something can do a second: rounded down, and without digits that say nothing. */
export function capacity(perSecond: number): string {
  return plain.format(perSecond >= 100 ? Math.floor(perSecond) : perSecond);
}

interface Money {
  readonly amount: number;
  readonly currency: string;
  readonly usd_per_month: number;
}

/** A budget as it was given, with the dollars that are planned with. */
export function budget({ amount, currency, usd_per_month }: Money): string {
  if (currency === "USD") return usd(usd_per_month);
  const given = new Intl.NumberFormat("en", { style: "currency", currency, maximumFractionDigits: 0 });
  return `${given.format(amount)} ≈ ${usd(usd_per_month)}`;
}

/** Availability in percent, rounded down: 99.9999 % is not 100 %. */
export function availability(value: number): string {
  // The small addition takes back what binary fractions lose: 99.9 must not become 99.899.
  const floored = Math.floor(value * 1_000 + 1e-6) / 1_000;
  return `${fine.format(floored)} %`;
}

/** A share from 0 to 1 as percent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return both(`${minutes} min`, Math.floor(seconds % 60), "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return both(`${hours} h`, minutes % 60, "min");
  return `${Math.floor(hours / 24)} days`;
}

/** A rest of nothing is not told. */
function both(whole: string, rest: number, unit: string): string {
  return rest === 0 ? whole : `${whole} ${rest} ${unit}`;
}

export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1_000).toFixed(1)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

export function time(iso: string): string {
  return dateTime.format(new Date(iso));
}

const exact = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

/** To the second, with the day of the week and the zone. */
export function exactTime(iso: string): string {
  return exact.format(new Date(iso));
}

const timeOfDay = new Intl.DateTimeFormat("en", { timeStyle: "short" });
const day = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const dayOfYear = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** Where there is little room: the time of what is of today, the day of what is older. */
export function briefTime(iso: string, now: Date = new Date()): string {
  const at = new Date(iso);
  if (at.toDateString() === now.toDateString()) return timeOfDay.format(at);
  return at.getFullYear() === now.getFullYear() ? day.format(at) : dayOfYear.format(at);
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** The time of day to the millisecond, where things follow each other fast. */
export function clockTime(iso: string): string {
  return clock.format(new Date(iso));
}

/** `data_class` as a person writes it. */
export function words(name: string): string {
  const text = name.replaceAll(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
