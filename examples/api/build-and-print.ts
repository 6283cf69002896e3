/**
 * Builds a directory, and prints each step when it ends:
 *
 *     node examples/api/build-and-print.ts DIRECTORY [TAG]
 *
 * Node.js before 22.18 needs --experimental-strip-types.
 */
import { AppError, type BuildEvent, build, StepError } from 'lamina-build';

const [directory = '.', tag] = process.argv.slice(2);
const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

function print(event: BuildEvent): void {
  if (event.kind === 'step.cached') console.log(`cached  ${event.step.name}`);
  if (event.kind === 'step.completed') console.log(`done    ${event.step.name}`);
  if (event.kind === 'warning') console.log(`warning ${event.warning.message}`);
}

try {
  const { imageId, summary } = await build({
    context: directory,
    tags: tag === undefined ? [] : [tag],
    onEvent: print,
    signal: controller.signal,
  });
  const cached = summary.steps.filter((step) => step.cached).length;
  console.log(`${imageId}: ${cached} of ${summary.steps.length} steps were cached`);
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  if (error.hint !== undefined) console.error(error.hint);
  if (error instanceof StepError) console.error(error.failure.outputTail.join('\n'));
  process.exitCode = 1;
}
