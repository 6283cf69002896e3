/** JSON as Go's encoder writes it: BuildKit's digests cover such texts, byte for byte. */

/** Members keep their order; undefined ones are left out. */
export function goJson(value: object): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
