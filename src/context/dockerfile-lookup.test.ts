import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDockerfile, loadIgnoreFile } from './dockerfile-lookup.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'lamina-lookup-'));
  mkdirSync(join(cwd, 'app'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(...names: readonly string[]): void {
  for (const name of names) writeFileSync(join(cwd, name), name);
}

describe('findDockerfile', () => {
  it('takes Dockerfile, else dockerfile, of the context', () => {
    write('app/dockerfile');
    expect(findDockerfile('app', { cwd })).toEqual({
      path: join(cwd, 'app/dockerfile'),
      name: 'dockerfile',
      within: join(cwd, 'app'),
    });
    write('app/Dockerfile');
    expect(findDockerfile('app', { cwd }).name).toBe('Dockerfile');
  });

  it('takes the named file, which may lie outside the context', () => {
    write('other.Dockerfile');
    expect(findDockerfile('app', { cwd, file: 'other.Dockerfile' })).toEqual({
      path: join(cwd, 'other.Dockerfile'),
      name: 'other.Dockerfile',
    });
  });

  it('suggests files with similar names', () => {
    write('app/Dockerfile.dev', 'app/prod.Dockerfile', 'app/Dockerfile.dev.dockerignore');
    expect(() => findDockerfile('app', { cwd })).toThrowError(
      expect.objectContaining({
        code: 'DOCKERFILE_NOT_FOUND',
        hint: "found 'app/Dockerfile.dev', 'app/prod.Dockerfile'; select it with --file",
      }),
    );
  });

  it('tells a missing context from a missing Dockerfile', () => {
    const code = (value: string): unknown => expect.objectContaining({ code: value });
    expect(() => findDockerfile('app', { cwd })).toThrowError(code('DOCKERFILE_NOT_FOUND'));
    expect(() => findDockerfile('nowhere', { cwd })).toThrowError(code('CONTEXT_NOT_FOUND'));
    expect(() => findDockerfile('app', { cwd, file: 'app' })).toThrowError(/is a directory/);
  });
});

describe('loadIgnoreFile', () => {
  it('takes the file of the Dockerfile instead of that of the context', () => {
    const context = join(cwd, 'app');
    const dockerfile = join(context, 'Dockerfile');
    expect(loadIgnoreFile(context, dockerfile)).toBeUndefined();
    write('app/.dockerignore');
    expect(loadIgnoreFile(context, dockerfile)?.file).toBe('.dockerignore');
    write('app/Dockerfile.dockerignore');
    expect(loadIgnoreFile(context, dockerfile)?.file).toBe('Dockerfile.dockerignore');
    expect(loadIgnoreFile(context)?.file).toBe('.dockerignore');
  });
});
