import { hasOption, runs } from '../../shell/index.ts';
import { safeFix } from '../edits.ts';
import { CACHES, cacheSavings } from '../making/caches.ts';
import { addWords, commandRule, wordAmong } from '../making/make.ts';
import { hasScratchMount } from '../making/mounts.ts';

export const dl3019 = commandRule(
  {
    code: 'DL3019',
    severity: 'info',
    requires: 'apk add has --no-cache',
    why: 'apk otherwise keeps its package index in the layer, some megabytes that nothing uses.',
  },
  (command, run, file) => {
    if (!runs(command, 'apk', 'add') || hasOption(command, 'no-cache')) return undefined;
    if (hasScratchMount(run.instruction, '/var/cache/apk')) return undefined;
    const add = wordAmong(command, 'add') ?? command;
    return {
      what: 'apk add keeps its package index in the layer',
      hint: 'add --no-cache',
      savings: cacheSavings(file, run, CACHES.apk),
      fix: safeFix('add --no-cache', addWords(run, add, '--no-cache')),
    };
  },
);
