/** Where a number stands on a slider, and which number a place on it means. */
import type { TriedField } from "@/shared/api/types";

/** Places on a slider: fine enough to choose, coarse enough for the arrow keys. */
export const STEPS = 100;

/** A slider goes so many times below and above the design's own number. */
const SPAN = 20;

/** Availability has no middle: what matters are the nines. */
const NINES = [95, 98, 99, 99.5, 99.9, 99.95, 99.99, 99.999];

export interface Scale {
  readonly steps: number;
  readonly valueAt: (place: number) => number;
  readonly placeOf: (value: number) => number;
}

/** To two digits, which is what one can mean with a slider. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function logScale(own: number, minimum: number, maximum: number): Scale {
  const floor = Math.max(minimum, 0.001);
  const middle = Math.min(Math.max(own, floor), maximum);
  const low = Math.max(middle / SPAN, floor);
  const high = Math.max(Math.min(middle * SPAN, maximum), low * 2);
  const width = Math.log(high / low);
  const placeOf = (value: number) => (value <= low ? 0 : value >= high ? STEPS : Math.round((STEPS * Math.log(value / low)) / width));
  const home = placeOf(middle);
  return {
    steps: STEPS,
    placeOf,
    // The design's own number is exactly on the slider, so that one can come back to it.
    valueAt: (place) => (place === home ? own : Math.min(Math.max(rounded(low * Math.exp((width * place) / STEPS)), minimum), maximum)),
  };
}

function listScale(own: number, values: readonly number[]): Scale {
  const all = [...new Set([...values, own])].toSorted((a, b) => a - b);
  return {
    steps: all.length - 1,
    valueAt: (place) => all[place] ?? own,
    placeOf: (value) => all.reduce((best, one, place) => (Math.abs(one - value) < Math.abs((all[best] ?? 0) - value) ? place : best), 0),
  };
}

/** The slider of a field around a number: the design's own, or one to begin with. */
export function scaleOf(field: TriedField, own: number, minimum: number, maximum: number): Scale {
  return field === "availability_percent"
    ? listScale(own, NINES.filter((value) => value >= minimum && value <= maximum))
    : logScale(own, minimum, maximum);
}
