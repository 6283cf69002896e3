/** Records as they are written and read. */
import { AppError } from '../errors.ts';
import { isRecord } from './record-shape.ts';
import { type BuildRecord, RECORD_VERSION } from './types.ts';

export function encodeRecord(record: BuildRecord): string {
  return JSON.stringify(record);
}

/**
 * Whether a text is surely no record of this version, without reading all of it: one that was cut off, or overwritten.
 *
 * @param id of the record
 */
export function isNoRecord(id: string, text: string): boolean {
  const beginning = JSON.stringify({ version: RECORD_VERSION, id }).slice(0, -1);
  return !text.startsWith(beginning) || !text.endsWith('}');
}

/**
 * @param id of the record, for messages
 * @throws AppError BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED
 */
export function decodeRecord(id: string, text: string): BuildRecord {
  const value = parse(id, text);
  if (typeof value !== 'object' || value === null || !('version' in value)) throw damaged(id);
  if (value.version !== RECORD_VERSION) throw otherVersion(id, value.version);
  // The text of the Dockerfile came later.
  const record = { dockerfileText: null, ...value };
  if (!isRecord(record) || record.id !== id) throw damaged(id);
  return record;
}

function parse(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(id, cause);
  }
}

function damaged(id: string, cause?: unknown): AppError {
  return new AppError('BUILD_RECORD_DAMAGED', `the record of build ${id} is damaged`, {
    hint: `remove it with \`lamina builds rm ${id}\``,
    cause,
  });
}

function otherVersion(id: string, version: unknown): AppError {
  return new AppError(
    'BUILD_RECORD_VERSION',
    `the record of build ${id} was written by another version of lamina: its format is ${String(version)}, not ${RECORD_VERSION}`,
    {
      hint: `use that version of lamina, or remove the record with \`lamina builds rm ${id}\``,
      details: { version: Number(version), supported: RECORD_VERSION },
    },
  );
}
