/** Length in Unicode scalar values, as the API counts; `length` would count an emoji twice. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Piece extends Span {
  readonly text: string;
  readonly marked: boolean;
}

/** Cuts a text at spans that count Unicode scalar values; spans may overlap, touch, or lie outside. */
export function markSpans(text: string, spans: readonly Span[]): Piece[] {
  const characters = [...text];
  const marked = new Uint8Array(characters.length);
  for (const { start, end } of spans) marked.fill(1, Math.max(0, start), Math.max(0, end));
  const pieces: Piece[] = [];
  let from = 0;
  for (let place = 1; place <= characters.length; place += 1) {
    if (place < characters.length && marked[place] === marked[from]) continue;
    pieces.push({ text: characters.slice(from, place).join(""), marked: marked[from] === 1, start: from, end: place });
    from = place;
  }
  return pieces;
}
