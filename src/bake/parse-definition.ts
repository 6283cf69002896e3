/** From the texts of files to a definition: HCL, its JSON form, and Compose files. */
import { homedir } from 'node:os';
import {
  type ComposeFile,
  isComposeText,
  type LoadOptions,
  loadCompose,
} from '../compose/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import {
  type BlockSchema,
  type Body,
  type HclFunction,
  parseHcl,
  parseHclJson,
  ValueFault,
} from '../hcl/index.ts';
import { Blocks } from './blocks.ts';
import { composeDefinition } from './compose-targets.ts';
import { type Definition, mergeDefinitions } from './target.ts';
import type { VariableSources } from './variable-overrides.ts';
import { type ListedVariable, Names } from './variables.ts';

/** A file with a definition; its name tells the format. */
export interface BakeFile {
  readonly name: string;
  readonly text: string;
}

export interface ParseOptions extends VariableSources {
  readonly builtins: ReadonlyMap<string, string>;
  /** The variables of Compose files, those of a `.env` file included. */
  readonly composeEnv: Environment;
  /** Reads files that Compose files include or extend. */
  readonly readFile?: LoadOptions['readFile'];
  /** Services without an image name get `PROJECT-SERVICE`. */
  readonly composeProject?: string | undefined;
}

export interface ParsedDefinition extends Definition {
  readonly variables: readonly ListedVariable[];
}

const JSON_BLOCKS: BlockSchema = {
  target: { labels: 1 },
  group: { labels: 1 },
  function: { labels: 1 },
  variable: { labels: 1, blocks: { validation: { labels: 0 } } },
};

/** @throws AppError HCL_…, BAKE_…, COMPOSE_… */
export function parseDefinition(
  files: readonly BakeFile[],
  options: ParseOptions,
): ParsedDefinition {
  const bodies: Body[] = [];
  const composeFiles: ComposeFile[] = [];
  for (const file of files) {
    if (isCompose(file)) composeFiles.push(file);
    else bodies.push(parseBody(file));
  }
  const definitions: Definition[] = [];
  if (composeFiles.length > 0) {
    definitions.push(
      composeDefinition(
        loadCompose(composeFiles, {
          env: { COMPOSE_PROJECT_NAME: options.composeProject ?? 'bake', ...options.composeEnv },
          readFile: options.readFile,
        }),
        options.composeProject,
      ),
    );
  }
  if (bodies.length === 0) return { ...mergeDefinitions(definitions), variables: [] };
  const names: Names = new Names(bodies, {
    ...options,
    functions: surroundingFunctions(options.composeEnv),
    blockValue: (type) => blocks.value(type),
  });
  const blocks: Blocks = new Blocks(bodies, names);
  names.checkAll();
  definitions.push(blocks.definition());
  return { ...mergeDefinitions(definitions), variables: names.list() };
}

function isCompose({ name, text }: BakeFile): boolean {
  if (/\.ya?ml$/i.test(name)) return true;
  if (/\.(?:json|hcl)$/i.test(name)) return false;
  return isComposeText(text);
}

function parseBody({ name, text }: BakeFile): Body {
  const isJson = /\.json$/i.test(name) || (!/\.hcl$/i.test(name) && /^\s*\{/.test(text));
  if (!isJson) return parseHcl(text, name);
  const body = parseHclJson(text, name, JSON_BLOCKS);
  if (body.attributes.length + body.blocks.length === 0) {
    throw new AppError('BAKE_DEFINITION', `'${name}' defines nothing`);
  }
  return body;
}

/** Functions whose results depend on this machine, and one that no build should depend on. */
function surroundingFunctions(env: Environment): ReadonlyMap<string, HclFunction> {
  return new Map<string, HclFunction>([
    ['homedir', { arity: [0, 0], apply: () => env.HOME || homedir() }],
    [
      'bcrypt',
      {
        arity: [1, 2],
        apply: () => {
          throw new ValueFault(
            'not supported: each call has another result, and so would the build',
          );
        },
      },
    ],
  ]);
}
