/**
 * The conformance suite under each isolation: `npm run conformance:isolations [-- MACHINE…] [-- --topic=NAME…]`. Ends
 * with 1 if a case differs that `isolations/cannot.ts` does not list, or one passes that it lists.
 */

import { cannot } from './isolations/cannot.ts';
import { MACHINES } from './isolations/machines.ts';
import { type CaseResult, runCases } from './isolations/run-cases.ts';
import { topics } from './topics.ts';

const words = process.argv.slice(2);
const given = (flag: string) =>
  words.flatMap((word) => (word.startsWith(`--${flag}=`) ? [word.slice(flag.length + 3)] : []));
const wantedTopics = given('topic');
const wantedCases = given('case');
const machines = MACHINES.filter(
  (name) => words.includes(name) || words.every((word) => word.startsWith('--')),
);
const chosen = topics.filter(
  ({ name }) => wantedTopics.length === 0 || wantedTopics.includes(name),
);
const wants = (name: string) => wantedCases.length === 0 || wantedCases.includes(name);

let failed = false;
for (const machine of machines) {
  const begun = performance.now();
  const listed = cannot(machine);
  let done = 0;
  const tell = ({ name, difference }: CaseResult) => {
    const isListed = listed.has(name);
    done += 1;
    if (done % 100 === 0) process.stderr.write(`${machine}: ${done}\n`);
    if (isListed === (difference !== undefined)) return;
    failed = true;
    const what = difference ?? 'passes, and is listed as a case that cannot';
    process.stdout.write(`${machine}: ${name}: ${what}\n`);
  };
  // Two processors; the cases of one store do not run at the same time.
  const halves = [0, 1].map((rest) => chosen.filter((_, index) => index % 2 === rest));
  const results = (
    await Promise.all(halves.map((half) => runCases(machine, half, { wants, onResult: tell })))
  ).flat();
  const passed = results.filter(({ difference }) => difference === undefined).length;
  const seconds = Math.round((performance.now() - begun) / 1000);
  process.stdout.write(
    `${machine}: ${passed} of ${results.length} cases pass, ${results.length - passed} do not (${seconds} s)\n`,
  );
}
process.exitCode = failed ? 1 : 0;
