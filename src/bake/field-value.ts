/** Values of expressions as values of attributes. */
import { asBoolean, asEntries, asItems, asText, type Value } from '../hcl/index.ts';
import { entriesOfValue } from './entries.ts';
import { type FieldName, type FieldValue, fieldKind } from './fields.ts';

/**
 * @returns undefined for null: the attribute is not given
 * @throws ValueFault
 */
export function fieldValue(field: FieldName, value: Value): FieldValue | undefined {
  if (value === null) return undefined;
  switch (fieldKind(field)) {
    case 'text':
      return asText(value);
    case 'flag':
      return asBoolean(value);
    case 'texts':
      return asItems(value).flatMap((item) => (item === null ? [] : [asText(item)]));
    case 'entries':
      return asItems(value).flatMap((item) => (item === null ? [] : entriesOfValue(field, item)));
    case 'map':
      return new Map(
        [...asEntries(value)].flatMap(([key, item]) =>
          item === null ? [] : [[key, asText(item)] as const],
        ),
      );
  }
}

/** The value as expressions see it. */
export function hclValue(value: FieldValue): Value {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Map) return value;
  return [...value];
}
