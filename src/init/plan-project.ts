/** A listing of files → a Dockerfile and an ignore file. */
import { formatDockerfile } from '../format/index.ts';
import { goRecipe } from './ecosystems/go.ts';
import { javaRecipe } from './ecosystems/java.ts';
import { nodeRecipe } from './ecosystems/node.ts';
import { dotnetRecipe, phpRecipe, rubyRecipe } from './ecosystems/others.ts';
import { pythonRecipe } from './ecosystems/python.ts';
import { rustRecipe } from './ecosystems/rust.ts';
import { staticRecipe } from './ecosystems/static-site.ts';
import { filesIn, type ProjectFiles } from './project-files.ts';
import type { Place, Recipe } from './recipe.ts';

/** One part of a repository: a program, a front end, a site. */
export interface FoundPart {
  /** Relative to the project; empty: the project itself. */
  readonly directory: string;
  readonly label: string;
  /** The stage to build for it. */
  readonly target: string;
  readonly port: number | undefined;
}

export interface ProjectPlan {
  /** The last one is what a build without a target makes. */
  readonly parts: readonly FoundPart[];
  readonly dockerfile: string;
  readonly ignoreFile: string;
  readonly notes: readonly string[];
  /** Base images that `lamina base` can make. */
  readonly bases: readonly string[];
}

/** In this order: a Node.js manifest in a repository of another language is often only for its tools. */
const DETECTORS: readonly ((files: ProjectFiles) => Recipe | undefined)[] = [
  goRecipe,
  rustRecipe,
  javaRecipe,
  dotnetRecipe,
  pythonRecipe,
  rubyRecipe,
  nodeRecipe,
  phpRecipe,
  staticRecipe,
];
const DIRECTORY = /^[a-z0-9][a-z0-9_.-]*$/i;
const NO_PART =
  /^(?:node_modules|vendor|tests?|docs?|examples?|target|dist|build|scripts|public)$/i;
const IGNORED = [
  '.git',
  '.gitignore',
  '.github',
  '.gitlab-ci.yml',
  '.dockerignore',
  'Dockerfile*',
  '.env',
  '.env.*',
  '.idea',
  '.vscode',
  '**/.DS_Store',
  '*.log',
];

/**
 * Recognises what is at the top of a project, else in its directories.
 * @param wanted only these directories; none: all
 * @returns undefined if nothing is recognised
 * @throws AppError INIT_MANIFEST, INIT_NAME
 */
export function planProject(
  files: ProjectFiles,
  wanted: readonly string[] = [],
): ProjectPlan | undefined {
  const whole = wanted.length > 0 ? undefined : recipeOf(files);
  const isWanted = (directory: string) => wanted.length === 0 || wanted.includes(directory);
  const found =
    whole === undefined
      ? partsOf(files).filter(({ directory }) => isWanted(directory))
      : [{ directory: '', recipe: whole }];
  if (found.length === 0) return undefined;
  const parts = found.map(({ directory, recipe }) => {
    const place = placeOf(directory);
    const lines = recipe.stages(place);
    return { directory, recipe, place, lines };
  });
  const text = ['# syntax=docker/dockerfile:1', ...parts.flatMap(({ lines }) => lines)].join('\n');
  const { text: dockerfile } = formatDockerfile(`${text}\n`, { file: 'Dockerfile' });
  return {
    dockerfile,
    ignoreFile: ignoreFile(parts),
    parts: parts.map(({ directory, recipe: { label, port }, lines }) => ({
      ...{ directory, label, port, target: lastStage(lines) },
    })),
    notes: parts.flatMap(({ recipe }) => recipe.notes ?? []),
    bases: [...new Set(parts.flatMap(({ recipe }) => recipe.bases))],
  };
}

function recipeOf(files: ProjectFiles): Recipe | undefined {
  for (const detect of DETECTORS) {
    const recipe = detect(files);
    if (recipe !== undefined) return recipe;
  }
  return undefined;
}

/** Front ends first: what a build makes without a target is a server. */
function partsOf(files: ProjectFiles) {
  const directories = new Set(files.paths.flatMap((path) => path.match(/^([^/]+)\//)?.[1] ?? []));
  const parts = [...directories]
    .filter((name) => DIRECTORY.test(name) && !NO_PART.test(name))
    .sort()
    .flatMap((directory) => {
      const recipe = recipeOf(filesIn(files, directory));
      return recipe === undefined ? [] : [{ directory, recipe }];
    });
  const rank = ({ recipe }: { readonly recipe: Recipe }) =>
    /front end|static/.test(recipe.label) ? 0 : recipe.port === undefined ? 1 : 2;
  return parts.sort((a, b) => rank(a) - rank(b));
}

function placeOf(directory: string): Place {
  if (directory === '') return { path: (path) => path, stage: (name) => name };
  const prefix = directory.toLowerCase().replace(/^[^a-z]/, 'part-$&');
  return {
    path: (path) => (path === '.' ? directory : `${directory}/${path}`),
    stage: (name) => `${prefix}-${name}`,
  };
}

function lastStage(lines: readonly string[]): string {
  const from = lines.findLast((line) => line.startsWith('FROM ')) ?? '';
  return /AS (\S+)$/.exec(from)?.[1] ?? '';
}

function ignoreFile(
  parts: readonly { readonly directory: string; readonly recipe: Recipe }[],
): string {
  const own = parts.flatMap(({ directory, recipe }) =>
    recipe.ignored.map((pattern) => (directory === '' ? pattern : `${directory}/${pattern}`)),
  );
  return `${[...new Set([...IGNORED, ...own])].join('\n')}\n`;
}
