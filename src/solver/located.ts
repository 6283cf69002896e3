/** The location of a failed step's error: the only code that gives locations to errors of operations. */
import { type AppError, type InstructionPart, locate, type SourceLocation } from '../errors.ts';
import type { Locations } from '../graph/index.ts';

/** The same error, at the part of the instruction that it names. */
export function located(error: AppError, locations: Locations): AppError {
  const location = locationOf(error.part, locations);
  return location === undefined ? error : locate(error, location);
}

/** A part that is not written gets the location of what it belongs to. */
function locationOf(
  part: InstructionPart | undefined,
  locations: Locations,
): SourceLocation | undefined {
  const own = part === undefined ? undefined : (locations[part] ?? locations[wholeOf(part)]);
  return own ?? locations.instruction;
}

/** The mount of a field, else the instruction; a checksum in a URL belongs to its source. */
function wholeOf(part: InstructionPart): InstructionPart {
  if (part === 'checksum') return 'source:0';
  const [, mount] = /^mount:(\d+)\./.exec(part) ?? [];
  return mount === undefined ? 'instruction' : `mount:${Number(mount)}`;
}
