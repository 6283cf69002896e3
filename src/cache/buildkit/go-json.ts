/** JSON as Go's encoder writes it: BuildKit's digests are made over such texts, byte for byte. */

export type GoValue =
  | string
  | number
  | boolean
  | undefined
  | readonly GoValue[]
  | { readonly [name: string]: GoValue };

/** Members keep their order; those that are undefined are left out. */
export function goJson(value: GoValue): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What Go leaves out of a member marked `omitempty`: what has no value. */
export function orAbsent<T extends string | number | boolean | readonly unknown[]>(
  value: T,
): T | undefined {
  const isEmpty =
    value === '' ||
    value === 0 ||
    value === false ||
    (typeof value === 'object' && value.length === 0);
  return isEmpty ? undefined : value;
}
