/**
 * The conformance suite under each isolation: `npm run conformance:isolations [-- MACHINE…] [-- --topic=NAME…]`. Ends
 * with 1 if a case differs that `isolations/cannot.ts` does not list, or one passes that it lists.
 */
import { cannot } from './isolations/cannot.ts';
import { MACHINES } from './isolations/machines.ts';
import { runCases } from './isolations/run-cases.ts';
import { chosenCases, reportCases } from './report-cases.ts';

const chosen = chosenCases(process.argv.slice(2));
const { words } = chosen;
const machines = MACHINES.filter((name) => words.length === 0 || words.includes(name));

let isAsListed = true;
for (const machine of machines) {
  const listed = cannot(machine);
  const isFine = await reportCases(machine, chosen, {
    listed,
    run: (half, options) => runCases(machine, half, options),
  });
  isAsListed &&= isFine;
}
process.exitCode = isAsListed ? 0 : 1;
