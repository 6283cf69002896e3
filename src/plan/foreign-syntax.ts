/** Frontends requested by a Dockerfile or its user: lamina is the frontend, and fetches none. */
import { detectSyntax } from '../dockerfile/index.ts';
import type { Warning } from '../errors.ts';
import type { PlanOptions } from './stage-plan.ts';

/** Docker's own, in any version or channel: lamina knows its syntax. */
const KNOWN = /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/;

/** Warns about a frontend that is not Docker's, from BUILDKIT_SYNTAX or else from `# syntax=`. */
export function foreignSyntax({ tree, buildArgs }: PlanOptions): readonly Warning[] {
  const given = buildArgs.get('BUILDKIT_SYNTAX');
  const reference = given?.trim().split(' ', 1)[0] ?? detectSyntax(tree.text)?.reference;
  if (reference === undefined || KNOWN.test(reference)) return [];
  const directive =
    given === undefined ? tree.directives.find(({ name }) => name === 'syntax') : undefined;
  return [
    {
      code: 'PLAN_FOREIGN_SYNTAX',
      message: `the frontend ${reference} is not used: lamina reads the file as a Dockerfile`,
      ...(directive && { location: tree.source.location(directive.valueRange) }),
      hint: 'instructions and flags that only this frontend supports are errors',
    },
  ];
}
