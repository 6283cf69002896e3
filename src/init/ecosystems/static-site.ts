/** Sites of plain files. */
import { has, type ProjectFiles } from '../project-files.ts';
import { DEBIAN, type Recipe } from '../recipe.ts';
import { serveStages } from './serve.ts';

export function staticRecipe(files: ProjectFiles): Recipe | undefined {
  const directory = ['', 'public/', 'site/', 'docs/', 'www/'].find((one) =>
    has(files, `${one}index.html`),
  );
  if (directory === undefined) return undefined;
  return {
    label: 'static site',
    port: 8080,
    ignored: [],
    bases: [DEBIAN],
    stages: ({ path, stage }) =>
      serveStages(stage('web'), path(directory === '' ? '.' : directory.slice(0, -1)), {
        isSinglePage: false,
      }),
  };
}
