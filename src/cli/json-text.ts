/** JSON that commands print. */
import { printableJson } from '../progress/index.ts';

/**
 * Characters that a terminal would obey, or that hide or reorder text, are escaped: names of files may hold any.
 *
 * @param indent spaces, or the text of one step; undefined: one line
 * @returns whole lines
 */
export function jsonText(value: unknown, indent?: number | string): string {
  return `${printableJson(JSON.stringify(value, undefined, indent))}\n`;
}
