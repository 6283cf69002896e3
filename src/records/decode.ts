/** Records as they are written and read. */
import { AppError } from '../errors.ts';
import { type BuildRecord, RECORD_VERSION } from './types.ts';

export function encodeRecord(record: BuildRecord): string {
  return JSON.stringify(record);
}

/**
 * @param id of the record, for messages
 * @throws AppError BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED
 */
export function decodeRecord(id: string, text: string): BuildRecord {
  const value = parse(id, text);
  if (typeof value !== 'object' || value === null || !('version' in value)) throw damaged(id);
  if (value.version !== RECORD_VERSION) throw otherVersion(id, value.version);
  const isWhole = ['steps', 'variables', 'stages', 'images', 'work'].every(
    (name) => name in value && Array.isArray(value[name as keyof typeof value]),
  );
  if (!isWhole || !('id' in value) || value.id !== id) throw damaged(id);
  // The text of the Dockerfile came later.
  return { dockerfileText: null, ...value } as unknown as BuildRecord;
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
    hint: `remove it with \`lamina builds rm ${id}\`, and build again`,
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
