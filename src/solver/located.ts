/** Where a failure of a step is in its text: the one place in which errors of operations get their locations. */
import { type AppError, type InstructionPart, locate, type SourceLocation } from '../errors.ts';
import type { Locations } from '../graph/index.ts';

/** The same error, at the part of the instruction that it names. */
export function located(error: AppError, locations: Locations): AppError {
  const location = locationOf(error.part, locations);
  return location === undefined ? error : locate(error, location);
}

/** Of a part that is not written, the location of what it belongs to. */
function locationOf(
  part: InstructionPart | undefined,
  locations: Locations,
): SourceLocation | undefined {
  const own = part === undefined ? undefined : (locations[part] ?? locations[wholeOf(part)]);
  return own ?? locations.instruction;
}

/** The mount that a field is of, else the instruction; a checksum that stands in a URL is in its source. */
function wholeOf(part: InstructionPart): InstructionPart {
  if (part === 'checksum') return 'source:0';
  const [, mount] = /^mount:(\d+)\./.exec(part) ?? [];
  return mount === undefined ? 'instruction' : `mount:${Number(mount)}`;
}
