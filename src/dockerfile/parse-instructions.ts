/** Syntax tree → instructions. */
import { AppError, type Warning } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { InstructionFault, located } from './fault.ts';
import { parseCmd, parseEntrypoint, parseShell } from './instructions/command.ts';
import { parseAdd, parseCopy } from './instructions/copy.ts';
import { parseFrom } from './instructions/from.ts';
import { parseHealthcheck } from './instructions/healthcheck.ts';
import { parseArg, parseEnv, parseLabel } from './instructions/key-value.ts';
import { parseOnbuild } from './instructions/onbuild.ts';
import { parseRun } from './instructions/run.ts';
import { keywordOf, type Scope, scopeOf } from './instructions/scope.ts';
import {
  parseExpose,
  parseMaintainer,
  parseStopsignal,
  parseUser,
  parseVolume,
  parseWorkdir,
} from './instructions/simple.ts';
import type { Instruction, InstructionKind } from './instructions/types.ts';
import { parseTriggerTree, type TriggerOptions } from './parse.ts';
import { quote } from './quote.ts';
import type { InstructionNode, SyntaxTree } from './tree.ts';

const PARSERS: { readonly [Kind in InstructionKind]: (scope: Scope) => Instruction } = {
  from: parseFrom,
  arg: parseArg,
  run: parseRun,
  copy: parseCopy,
  add: parseAdd,
  env: parseEnv,
  label: parseLabel,
  user: parseUser,
  workdir: parseWorkdir,
  expose: parseExpose,
  volume: parseVolume,
  cmd: parseCmd,
  entrypoint: parseEntrypoint,
  shell: parseShell,
  healthcheck: parseHealthcheck,
  stopsignal: parseStopsignal,
  maintainer: parseMaintainer,
  onbuild: parseOnbuild,
};

/** All instructions, in upper case. */
export const INSTRUCTION_NAMES: readonly string[] = Object.keys(PARSERS).map((name) =>
  name.toUpperCase(),
);

export interface ParsedInstructions {
  readonly instructions: readonly Instruction[];
  /** Warnings of the tree and its instructions, except those that a `check` setting silences. */
  readonly warnings: readonly Warning[];
}

/**
 * Converts all nodes to typed instructions. Checks that there is a FROM, and only ARG before the first one.
 * @throws {AppError} for the first invalid instruction
 */
export function parseInstructions(tree: SyntaxTree): ParsedInstructions {
  const warnings: Warning[] = [...tree.warnings];
  const instructions: Instruction[] = [];
  let staged = false;
  for (const node of tree.instructions) {
    const instruction = parseInstruction(tree, node, warnings);
    staged ||= instruction.kind === 'from';
    if (!staged && instruction.kind !== 'arg') throw beforeFrom(tree, node);
    instructions.push(instruction);
  }
  const last = tree.instructions.at(-1);
  if (!staged && last !== undefined) throw noFrom(tree, last);
  return { instructions, warnings };
}

/**
 * Converts one node to a typed instruction, regardless of those before it.
 * @param warnings receives the warnings
 * @throws {AppError}
 */
export function parseInstruction(
  tree: SyntaxTree,
  node: InstructionNode,
  warnings: Warning[],
): Instruction {
  return located(tree.source, () => {
    const parser = isKind(node.name) ? PARSERS[node.name] : undefined;
    if (parser === undefined) throw unknownInstruction(node);
    return parser(scopeOf(tree, node, warnings));
  });
}

export interface ParsedTrigger {
  readonly instruction: Instruction;
  readonly tree: SyntaxTree;
  readonly warnings: readonly Warning[];
}

/**
 * Parses an ONBUILD trigger as stored in an image.
 * @param options `file` names the trigger's source in messages; ranges refer to the trigger's own text
 * @throws {AppError} also DOCKERFILE_ONBUILD_TRIGGER unless the text is exactly one instruction
 */
export function parseTrigger(
  text: string,
  options: TriggerOptions = { file: 'ONBUILD trigger' },
): ParsedTrigger {
  const tree = parseTriggerTree(text, options);
  const [node, second] = tree.instructions;
  const range = second?.range ?? tree.source.range(0, text.length);
  if (node === undefined || second !== undefined) {
    throw new AppError(
      'DOCKERFILE_ONBUILD_TRIGGER',
      'an ONBUILD trigger must contain exactly one instruction',
      {
        expected: 'one instruction',
        hint: 'the base image has a broken trigger; use another image',
        location: tree.source.location(range),
      },
    );
  }
  const warnings: Warning[] = [...tree.warnings];
  const instruction = parseInstruction(tree, node, warnings);
  if (instruction.kind === 'from') throw beforeFrom(tree, node);
  return { instruction, tree, warnings };
}

function isKind(name: string): name is InstructionKind {
  return Object.hasOwn(PARSERS, name);
}

function unknownInstruction(node: InstructionNode): InstructionFault {
  const near = nearestName(node.keyword, INSTRUCTION_NAMES);
  const what = node.keyword === '' ? 'the continued lines contain no instruction' : undefined;
  return new InstructionFault(
    'DOCKERFILE_UNKNOWN_INSTRUCTION',
    what ?? `unknown instruction ${quote(node.keyword)}`,
    {
      range: node.keyword === '' ? node.range : node.keywordRange,
      expected: INSTRUCTION_NAMES.join(', '),
      hint:
        near === undefined
          ? 'to continue the previous line, end it with the escape character'
          : `did you mean ${near}?`,
    },
  );
}

function beforeFrom(tree: SyntaxTree, node: InstructionNode): AppError {
  const keyword = keywordOf(node);
  return new InstructionFault('DOCKERFILE_NO_FROM', `${keyword} comes before the first FROM`, {
    range: node.keywordRange,
    expected: 'FROM, or ARG before it',
    hint: 'begin with FROM, for example: FROM alpine',
  }).toError(tree.source);
}

function noFrom(tree: SyntaxTree, node: InstructionNode): AppError {
  return new InstructionFault('DOCKERFILE_NO_FROM', 'the file contains no FROM', {
    range: node.range,
    expected: 'a FROM instruction',
    hint: 'add FROM after the ARG instructions, for example: FROM alpine',
  }).toError(tree.source);
}
