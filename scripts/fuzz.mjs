// Feeds mutated bytes to everything that reads what strangers write:
// `npm run fuzz -- [--seconds 60] [--target dockerfile] [--target tar]… [--seed N]`; seconds are CPU time, for each target.
// What leads somewhere new is kept in test/fuzz-seeds/ and test/fuzz-decoder-seeds/, which unit tests read again.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', multiple: true, default: [] },
  },
});

const all = values.target.length === 0;
const decoders = values.target.filter((target) => target !== 'dockerfile');
const failed = [
  (all || decoders.length < values.target.length) && fuzz('fuzz-dockerfile.mjs', []),
  (all || decoders.length > 0) && fuzz('fuzz-decoders.mjs', decoders),
].some((isFailure) => isFailure);
process.exitCode = failed ? 1 : 0;

/** @returns whether something failed */
function fuzz(program, targets) {
  const args = ['--seconds', values.seconds, '--seed', values.seed];
  for (const target of targets) args.push('--target', target);
  const path = `${import.meta.dirname}/${program}`;
  return spawnSync(process.execPath, [path, ...args], { stdio: 'inherit' }).status !== 0;
}
