/** Every option of Docker's commands is known: it works, has no effect, or is refused with what to do instead. */
import { expect, it } from 'vitest';
import { dockerFlags } from '../../test/support/docker-flags.ts';
import { buildxFlags } from './command.ts';
import { findCommand } from './command-list.ts';
import type { FlagTable } from './flags.ts';

it.each(Object.keys(dockerFlags))('docker %s', async (typed) => {
  const found = findCommand(typed.split(' '));
  if (found?.typed !== typed) throw new Error(`lamina has no command '${typed}'`);
  const { flags } = await found.entry.load();
  const table: FlagTable = typed.startsWith('buildx ') ? { ...buildxFlags, ...flags } : flags;
  const known = Object.entries(table).flatMap(([name, { short }]) => [name, `${short}/${name}`]);
  const lacks = dockerFlags[typed]?.split(' ').filter((flag) => !known.includes(flag));
  expect(lacks).toEqual([]);
});
