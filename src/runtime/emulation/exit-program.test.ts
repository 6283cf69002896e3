import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostPlatform } from '../../oci/index.ts';
import { exitProgram } from './exit-program.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-exit-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const { architecture: own } = hostPlatform();

describe('a program that only ends', () => {
  test.each(own === 'amd64' ? ['amd64', '386'] : [own])('runs on its processor: %s', (name) => {
    const path = join(directory, name);
    writeFileSync(path, exitProgram(name) ?? '');
    chmodSync(path, 0o755);
    expect(() => execFileSync(path)).not.toThrow();
  });

  test('is not known for every processor', () => {
    expect(exitProgram('sparc64')).toBeUndefined();
  });
});
