/** The git repositories that cases add and build from. Dates and names are fixed, so commits have the same ids everywhere. */
import { chmodSync, cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { commit, git, makeRepository } from '../support/git-server.ts';

/**
 * Makes `lib.git` and `app.git`, whose branches are `main`, `topic` and `with-submodule`, and whose tags are `v1`
 * (annotated, at the first commit of `main`) and `light` (at the second).
 *
 * @returns the first commit of `main` of app.git
 */
export function makeRepositories(directory: string): string {
  const lib = join(directory, 'lib.git');
  makeRepository(lib, { 'lib.txt': 'lib\n' });
  const app = join(directory, 'app.git');
  mkdirSync(app, { recursive: true });
  symlinkSync('README', join(app, 'link'));
  makeRepository(app, { README: 'read\n', 'src/main.txt': 'one\n', 'src/run': '#!/bin/sh\n' });
  chmodSync(join(app, 'src/run'), 0o755);
  git(app, 'commit', '-q', '-a', '--amend', '-m', 'first');
  const first = git(app, 'rev-parse', 'HEAD');
  git(app, 'tag', '-a', 'v1', '-m', 'one');
  commit(app, { 'src/main.txt': 'two\n' });
  git(app, 'tag', 'light');
  git(app, 'switch', '-q', '-c', 'topic');
  commit(app, { 'src/main.txt': 'topic\n' });
  git(app, 'switch', '-q', '-c', 'with-submodule', 'main');
  git(app, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', '../lib.git', 'lib');
  commit(app, {});
  git(app, 'switch', '-q', 'main');
  return first;
}

/** Makes a repository of a directory's files, with one commit on `main`. */
export function makeRepositoryOf(files: string, directory: string): void {
  cpSync(files, directory, { recursive: true, verbatimSymlinks: true });
  makeRepository(directory, {});
}
