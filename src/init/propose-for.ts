/** The directory of a project → what is proposed for it. */
import { AppError } from '../errors.ts';
import { type ProjectPlan, planProject } from './plan-project.ts';
import { readProject } from './read-project.ts';

/**
 * @param parts only these directories; none: all
 * @throws AppError INIT_UNKNOWN, INIT_MANIFEST, INIT_NAME, CONTEXT_…
 */
export function proposeFor(directory: string, parts?: readonly string[]): ProjectPlan {
  const plan = planProject(readProject(directory), parts);
  if (plan !== undefined) return plan;
  const where = (parts ?? []).map((part) => JSON.stringify(part)).join(', ');
  throw new AppError(
    'INIT_UNKNOWN',
    `no project was recognised in '${directory}'${where === '' ? '' : `: ${where}`}`,
    {
      expected:
        'package.json, pyproject.toml, requirements.txt, go.mod, Cargo.toml, pom.xml, build.gradle, Gemfile, composer.json, a .csproj, or index.html, here or one directory below',
      hint: 'run it where the manifest is, or write a Dockerfile by hand',
    },
  );
}
