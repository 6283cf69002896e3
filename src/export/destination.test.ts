import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFailure } from './destination.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-destination-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('a destination that cannot be written', () => {
  it('says what to do about a file in the place of a directory', async () => {
    const path = join(directory, 'out');
    writeFileSync(path, '');
    const error: unknown = await mkdir(path).catch((cause: unknown) => cause);
    expect(writeFailure(path, error)).toMatchObject({
      code: 'EXPORT_DESTINATION',
      hint: 'what is there is no directory; choose another place, or move it away',
    });
  });
});
