/** RUN --mount before expansion: the fields with their ranges. */
import { type CsvField, splitCsv } from '../csv.ts';
import { InstructionFault } from '../fault.ts';
import { partFinder, type SourceMap } from '../source.ts';
import type { Word } from '../tree.ts';
import type { MountField, MountFlag } from './types.ts';

/** @throws {InstructionFault} for invalid quoting, or a variable in `from` */
export function parseMountFlag(text: Word, source: SourceMap): MountFlag {
  const partOf = partFinder(source, text);
  const fields = splitFlagFields(text, source).map((field) => mountField(field, partOf));
  const from = fields.find(({ key, value }) => key === 'from' && hasVariable(value?.text ?? ''));
  if (from !== undefined) {
    throw new InstructionFault('DOCKERFILE_VARIABLE_IN_FROM', 'from= cannot contain variables', {
      range: from.value?.range ?? from.range,
      expected: 'the name of a stage, a named context, or an image reference',
      hint: 'add FROM $… AS name, and use that name here',
    });
  }
  return { text, fields };
}

/** The comma-separated fields of a flag's value. */
export function splitFlagFields(text: Word, source: SourceMap): readonly CsvField[] {
  const fields = splitCsv(text.text);
  if (!('reason' in fields)) return fields;
  throw new InstructionFault(
    'DOCKERFILE_INVALID_FLAG_VALUE',
    `invalid comma-separated list: ${fields.reason}`,
    {
      range: partFinder(source, text)(fields.start, fields.end),
      expected: 'key=value,key=value',
      hint: 'put a whole field that contains a comma in double quotes, and the flag in single quotes',
    },
  );
}

function mountField(field: CsvField, partOf: ReturnType<typeof partFinder>): MountField {
  const { text, start, end, textStart } = field;
  const range = partOf(start, end);
  const equals = text.indexOf('=');
  const keyEnd = equals < 0 ? text.length : equals;
  const keyRange = partOf(textStart, Math.min(textStart + keyEnd, end));
  const key = text.slice(0, keyEnd).toLowerCase();
  if (equals < 0) return { key, keyRange, value: undefined, range };
  const valueEnd = textStart === start ? end : end - 1;
  const valueRange = partOf(textStart + equals + 1, valueEnd);
  return { key, keyRange, value: { text: text.slice(equals + 1), range: valueRange }, range };
}

function hasVariable(text: string): boolean {
  const dollar = text.indexOf('$');
  return dollar >= 0 && dollar !== text.length - 1;
}
