/** JSON from strangers. */
import { isNestedTooDeep } from '../oci/index.ts';

/** The value of a text in JSON; undefined for anything else, and for what is made to exhaust whoever walks it. */
export function parseJson(text: string): unknown {
  if (isNestedTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
