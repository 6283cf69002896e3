/** More cases about cache keys, by what is in the key of each kind of step. */
import { symlink, type Topic, withDifferences } from '../case.ts';
import { cacheCases } from './cache-cases.ts';
import { cacheFiles, cacheOthers } from './cache-files.ts';
import { cacheRun } from './cache-run.ts';

const steps = (...all: readonly string[]) => ({ outcome: { steps: all } });
const CACHE_MOUNTS =
  'The sharing mode and namespace of a cache mount do not make a different step; BuildKit runs the step again';
const COPIED =
  'A copy is identified by the files it copies; BuildKit also includes the wildcards and `--exclude` that selected them';

const files = {
  a: 'a\n',
  b: 'b\n',
  same: 'a\n',
  'd/c': 'c\n',
  'e/c': 'c\n',
  'deep/sub/f': 'f\n',
  'links/l': symlink('../a'),
  'one.txt': 'one\n',
  ignored: 'ignored\n',
  '.dockerignore': 'ignored\n',
};

export const cacheInputs: Topic = {
  name: '2.2-cache-inputs',
  cases: withDifferences(cacheCases([...cacheRun, ...cacheFiles, ...cacheOthers], files), {
    'order of mounts': {
      reason: 'Mounts in a different order make a different step; BuildKit sorts them by target',
      lamina: steps(
        'cached WORKDIR /order-of-mounts',
        'run RUN --mount=source=b,target=/j --mount=source=a,target=/i touch /x',
      ),
    },
    'cache mount sharing': {
      reason: CACHE_MOUNTS,
      lamina: steps(
        'cached RUN --mount=type=cache,target=/c,sharing=locked touch /x',
        'cached WORKDIR /cache-mount-sharing',
      ),
    },
    'cache mount namespace': {
      reason: CACHE_MOUNTS,
      lamina: steps(
        'cached RUN --mount=type=cache,target=/c touch /x',
        'cached WORKDIR /cache-mount-namespace',
      ),
    },
    'copy by a wildcard': {
      reason: COPIED,
      lamina: steps('cached COPY [a] /x/', 'cached WORKDIR /copy-by-a-wildcard'),
    },
    'copy exclude': {
      reason: COPIED,
      lamina: steps('cached COPY --exclude=none d /x', 'cached WORKDIR /copy-exclude'),
    },
    'copy of a directory whose mode changes': {
      reason:
        'A new mode of a directory in the context is a change; BuildKit does not notice it while the files in the directory are the same',
      lamina: {
        outcome: {
          files: {
            'copy-of-a-directory-whose-mode-changes': 'directory 0755 0:0',
            x: 'directory 0755 0:0',
            'x/sub': 'directory 0700 0:0',
            'x/sub/f': 'file 0644 0:0 "f\\n"',
          },
          steps: ['cached WORKDIR /copy-of-a-directory-whose-mode-changes', 'run COPY deep /x'],
        },
      },
    },
    'no-cache': {
      reason: '`--no-cache` also applies to the first WORKDIR of a stage',
      lamina: steps('run COPY a /a', 'run RUN touch /x', 'run WORKDIR /no-cache', 'run WORKDIR /w'),
    },
  }),
};
