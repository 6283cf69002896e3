/** Whether a text that says it is a record is one: a store may have been damaged, or written by hand. */
import { inputsAreAcyclic } from './step-order.ts';
import type { BuildRecord, RecordedStep } from './types.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isBoolean: Check = (value) => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((one) => one === value);
const textsByName: Check = (value) => isObject(value) && Object.values(value).every(isText);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shape(members: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(members);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
}

const isStep = shape({
  name: isText,
  kind: oneOf('image', 'context', 'http', 'git', 'copy', 'mkdir', 'exec'),
  stage: orNull(isText),
  line: orNull(isNumber),
  instruction: orNull(isText),
  status: oneOf('cached', 'ran', 'skipped'),
  failed: optional((value) => value === true),
  began: orNull(isNumber),
  milliseconds: isNumber,
  bytes: isNumber,
  layer: orNull(isText),
  inputs: listOf(orNull(isNumber)),
  platform: orNull(isText),
  forced: orNull(isText),
  key: orNull(isText),
  outputKey: orNull(isText),
  parameters: textsByName,
  variables: orNull(isNumber),
  content: listOf(
    shape({
      input: orNull(isNumber),
      use: oneOf('source', 'mount', 'fetched'),
      what: isText,
      digest: isText,
    }),
  ),
  heldBy: optional(listOf(isNumber)),
});

const isVariable = shape({
  name: isText,
  value: orNull(isText),
  digest: isText,
  kind: oneOf('arg', 'env', 'base'),
  uses: optional(listOf(isText)),
  isInherited: optional((value) => value === true),
});

const isShapedRecord = shape({
  id: isText,
  started: isNumber,
  milliseconds: isNumber,
  outcome: oneOf('succeeded', 'failed', 'cancelled'),
  error: orNull(isText),
  dockerfile: isText,
  dockerfileText: orNull(isText),
  context: isText,
  target: isText,
  platforms: listOf(isText),
  names: listOf(isText),
  ignore: orNull(isText),
  ignoreFile: optional(isText),
  cacheFrom: listOf(isText),
  cacheAnswers: optional(
    listOf(
      shape({
        answer: oneOf('read', 'empty', 'unreadable', 'unasked', 'lost'),
        results: orNull(isNumber),
        reason: orNull(isText),
      }),
    ),
  ),
  steps: listOf(isStep),
  variables: listOf(listOf(isVariable)),
  beginnings: optional(
    listOf(
      shape({
        ...{ stage: isText, platform: isText, name: isText },
        ...{ step: orNull(isNumber), variables: orNull(isNumber) },
      }),
    ),
  ),
  unneeded: optional(listOf(isText)),
  stages: listOf(
    shape({
      ...{ name: isText, bytes: orNull(isNumber), isTarget: isBoolean },
      layers: optional(listOf(isText)),
      usedBy: optional(shape({ stage: isText, platforms: listOf(isText) })),
    }),
  ),
  images: listOf(
    shape({
      ...{ id: isText, platform: isText },
      layers: listOf(shape({ diffId: isText, step: orNull(isNumber) })),
    }),
  ),
  work: listOf(shape({ name: isText, began: isNumber, milliseconds: isNumber })),
});

/** Whether a value has the shape of a record, whose steps need no step that is not there, and not themselves. */
export function isRecord(value: unknown): value is BuildRecord {
  if (!isShapedRecord(value)) return false;
  const { steps } = value as { readonly steps: readonly RecordedStep[] };
  const isThere = (input: number | null) => input === null || steps[input] !== undefined;
  return steps.every(({ inputs }) => inputs.every(isThere)) && inputsAreAcyclic(steps);
}
