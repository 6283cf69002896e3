/** The functions that every file can call. */
import type { HclFunction, HclMacro } from '../evaluate.ts';
import { addressFunctions } from './addresses.ts';
import { collectionFunctions } from './collections.ts';
import { dateFunctions } from './dates.ts';
import { encodingFunctions } from './encodings.ts';
import { macros } from './macros.ts';
import { numberFunctions } from './numbers.ts';
import { textFunctions } from './texts.ts';
import { versionFunctions } from './versions.ts';

/** By their names. */
export const standardFunctions: ReadonlyMap<string, HclFunction | HclMacro> = new Map<
  string,
  HclFunction | HclMacro
>([
  ...Object.entries(numberFunctions),
  ...Object.entries(textFunctions),
  ...Object.entries(collectionFunctions),
  ...Object.entries(encodingFunctions),
  ...Object.entries(dateFunctions),
  ...Object.entries(addressFunctions),
  ...Object.entries(versionFunctions),
  ...Object.entries(macros),
]);
