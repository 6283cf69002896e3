/** The fields that a template's datum can have, even if its JSON omits empty ones. */

/**
 * `value`: a text, a number, a list: it has no fields. `map`: any key. `any`: not looked at. Else the fields of a
 * struct; what the datum has besides is allowed too.
 */
export type Shape = 'value' | 'map' | 'any' | { readonly [field: string]: Shape };

/** A struct whose fields are not looked into. */
export function shapeOf(fields: readonly string[]): Shape {
  return Object.fromEntries(fields.map((field) => [field, 'any']));
}
