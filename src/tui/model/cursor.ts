/** A selected row of a list of which a window is shown. */

export interface Window {
  readonly row: number;
  /** The first row that is shown. */
  readonly top: number;
}

export const START: Window = { row: 0, top: 0 };

/** Selects a row, and scrolls no further than needed. */
export function moveTo(
  { top }: Window,
  row: number,
  { length, height }: { readonly length: number; readonly height: number },
): Window {
  const to = Math.max(0, Math.min(row, length - 1));
  const room = Math.max(1, height);
  const highest = Math.max(0, Math.min(top, length - room));
  return { row: to, top: Math.max(to - room + 1, Math.min(highest, to)) };
}
