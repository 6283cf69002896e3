/** More cases about cache keys, by what is in the key of each kind of step. */
import { symlink, type Topic, withDifferences } from '../case.ts';
import { cacheCases } from './cache-cases.ts';
import { cacheFiles, cacheOthers } from './cache-files.ts';
import { cacheRun } from './cache-run.ts';

const steps = (...all: readonly string[]) => ({ outcome: { steps: all } });
const CACHE_MOUNTS =
  'how a cache mount is shared, and its namespace, do not make another step, where BuildKit runs it again';
const COPIED =
  'a copy is found by the files it copies, where BuildKit also looks at the wildcards and `--exclude` that chose them';

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
      reason:
        'mounts in another order are another step, where BuildKit sorts them by their targets',
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
        'a new mode of a directory of the context is a change, where BuildKit does not see it while the files in it are the same',
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
      reason: '`--no-cache` is for the first WORKDIR of a stage, too',
      lamina: steps('run COPY a /a', 'run RUN touch /x', 'run WORKDIR /no-cache', 'run WORKDIR /w'),
    },
  }),
};
