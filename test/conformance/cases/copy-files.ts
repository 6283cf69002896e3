/** The context of the cases about COPY. */
import { type ContextFiles, directory, file, symlink } from '../case.ts';

export const files: ContextFiles = {
  'a.txt': 'a\n',
  'b.txt': file('b\n', 0o640),
  'run.sh': file('#!/bin/sh\n', 0o755),
  'd/one': 'one\n',
  'd/two.txt': 'two\n',
  'd/sub/three.txt': file('three\n', 0o600),
  'd/sub/deep/four': 'four\n',
  'd/sub': directory(0o711),
  'e/one': 'other one\n',
  'e/five': 'five\n',
  empty: directory(0o750),
  link: symlink('a.txt'),
  'link-d': symlink('d'),
  'd/up': symlink('../a.txt'),
  dangling: symlink('nowhere'),
  outside: symlink('../../../etc/passwd'),
  absolute: symlink('/a.txt'),
  'x[1].txt': 'brackets\n',
  'with blank': 'blank\n',
};

/** BuildKit stumbles over dangling links when it looks for what --exclude and --parents leave. */
const { dangling: _, outside: __, ...plainFiles } = files;

export { plainFiles };
