/** RUN --device. */
import { parseBoolean } from '../check-config.ts';
import { InstructionFault } from '../fault.ts';
import { quote } from '../quote.ts';
import { partFinder, type SourceMap } from '../source.ts';
import type { Word } from '../tree.ts';
import { splitFlagFields } from './mount-flag.ts';
import type { DeviceFlag } from './types.ts';

/** `NAME[,required]` or `name=NAME[,required=true]`; a name may contain an equals sign. */
export function parseDevice(text: Word, source: SourceMap): DeviceFlag {
  const partOf = partFinder(source, text);
  let name = '';
  let required = false;
  for (const field of splitFlagFields(text, source)) {
    const equals = field.text.indexOf('=');
    const key = (equals < 0 ? field.text : field.text.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? undefined : field.text.slice(equals + 1);
    const range = partOf(field.start, field.end);
    if (key === 'required') {
      const flag = value === undefined ? true : parseBoolean(value);
      if (flag === undefined) throw invalidField(field.text, range);
      required = flag;
    } else if (name === '') name = key === 'name' && value !== undefined ? value : field.text;
    else throw invalidField(field.text, range);
  }
  return { name, required, range: text.range };
}

function invalidField(text: string, range: Word['range']): InstructionFault {
  return new InstructionFault(
    'DOCKERFILE_INVALID_FLAG_VALUE',
    `unknown field ${quote(text)} in --device`,
    { range, expected: 'NAME or NAME,required', hint: 'use one --device for each device' },
  );
}
