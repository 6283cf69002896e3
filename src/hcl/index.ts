/** HCL, the HashiCorp Configuration Language: its two syntaxes, its values, its expressions. */
export {
  childScope,
  evaluate,
  type HclFunction,
  type HclMacro,
  type Scope,
  valueError,
} from './evaluate.ts';
export { parseCsv } from './functions/csv.ts';
export { jsonText } from './functions/encodings.ts';
export { standardFunctions } from './functions/index.ts';
export { keywordOf } from './keyword.ts';
export { parseHcl } from './parse-body.ts';
export { type BlockSchema, parseHclJson } from './parse-json.ts';
export type { Attribute, Block, Body, Expression } from './syntax.ts';
export { convert, type Type, typeOf, typeText } from './types.ts';
export {
  areEqual,
  asBoolean,
  asEntries,
  asInteger,
  asItems,
  asNumber,
  asText,
  compareTexts,
  fromJson,
  isLazy,
  isList,
  isMap,
  kindOf,
  type LazyObject,
  toJson,
  type Value,
  ValueFault,
  ValueSet,
} from './value.ts';
