/** What a broken rule means, where it is, and what to do about it. */
import type { ImageReport, ReportedSecret, ReportPath } from '../report/types.ts';
import type { SecretBytes } from '../secrets/index.ts';
import { type CheckedBase, ruleValue } from './rules.ts';
import type { CheckedLimit, ImageFinding, ImageRule } from './types.ts';

/** What findings are made of. */
export interface Findings {
  readonly report: ImageReport;
  readonly base: CheckedBase;
  /** The layer of a file of the final file system. */
  readonly layerOf: (path: ReportPath) => number | undefined;
  /** Secrets of the build, which no text is to show. */
  readonly secrets?: readonly SecretBytes[] | undefined;
}

/** A finding without what is the same for all of its rule. */
export interface Fault extends Pick<ImageFinding, 'message' | 'hint'> {
  readonly layer?: number | null | undefined;
  readonly line?: number | null | undefined;
  readonly paths?: readonly ReportPath[] | undefined;
}

export interface BrokenRule {
  readonly rule: ImageRule;
  readonly actual: number | string | null;
  readonly limit: CheckedLimit | null;
}

const MOST_PATHS = 10;

export function faultsOf(broken: BrokenRule, all: Findings): readonly Fault[] {
  const { rule } = broken;
  const { report, base } = all;
  const { reclaimable, security, secrets } = report;
  const over = againstLimit(broken);
  switch (rule) {
    case 'max-size':
      return [
        {
          ...{ message: `the layers ship ${over}`, hint: SIZE_HINT },
          ...heaviest(report, ({ unpacked }) => unpacked, report.largest.files),
        },
      ];
    case 'max-compressed':
      return [
        {
          ...{ message: `the compressed image has ${over}`, hint: SIZE_HINT },
          ...heaviest(report, ({ compressed }) => compressed ?? 0),
        },
      ];
    case 'max-layers':
      return [
        {
          message: `the number of layers is ${over}`,
          hint: 'join RUN instructions with &&, copy several files in one COPY, or build with a further stage',
        },
      ];
    case 'max-reclaimable':
    case 'min-efficiency':
    case 'max-wasted-bytes':
    case 'max-user-wasted':
      return [
        {
          message: `${WASTE[rule]} ${over}`,
          hint: 'remove files in the instruction that makes them, and set owner and mode with COPY --chown and --chmod',
          ...heaviest(report, (layer) => layer.reclaimable, reclaimable.files),
        },
      ];
    case 'non-root':
      return [
        { message: 'the image runs as root', hint: 'set USER to another user in the last stage' },
      ];
    case 'no-shell':
      return byLayer(security.shells, all, {
        noun: 'shell',
        hint: 'use a base image without a shell, such as a distroless one',
      });
    case 'no-setuid':
      return byLayer(security.setuid, all, {
        noun: 'setuid or setgid file',
        hint: 'clear the bits where the files are made (chmod a-s), or leave their packages out',
      });
    case 'no-package-manager':
      return byLayer(security.packageManagers, all, {
        noun: 'package manager',
        hint: 'install in a build stage, and copy what is needed into an image without a package manager',
      });
    case 'no-secrets':
      return secrets.map(secretFault);
    case 'base':
      return [
        {
          message:
            base.name === null
              ? `the image is not known to be based on ${ruleValue(rule, broken.limit)}`
              : `the image is based on ${base.name}, not on ${ruleValue(rule, broken.limit)}`,
          hint:
            'the image has to begin with the layers of an allowed image: name it as docker://NAME, or pull it, so that they can ' +
            'be compared',
          layer: report.layers.length > 0 ? 0 : null,
        },
      ];
  }
}

const SIZE_HINT =
  "'lamina report' shows what takes the space, and what can go; copy only what runs into the last stage";

const WASTE = {
  'max-reclaimable': 'bytes that are shipped but hidden by later layers:',
  'min-efficiency': 'the efficiency is',
  'max-wasted-bytes': 'wasted bytes, as dive counts them:',
  'max-user-wasted': 'the wasted part of what was added to the lowest layer, as dive counts it, is',
} as const;

/** `12.4MB; the limit is 10MB`; in bytes where both would read the same. */
function againstLimit({ rule, actual, limit }: BrokenRule): string {
  const [has, allowed] = [ruleValue(rule, actual), ruleValue(rule, limit)];
  if (limit === null) return has;
  return has === allowed ? `${actual}; the limit is ${limit}` : `${has}; the limit is ${allowed}`;
}

type ReportedLayers = ImageReport['layers'];

/** The layer that most of it is in, and the largest of the files there. */
function heaviest(
  { layers }: ImageReport,
  weight: (layer: ReportedLayers[number]) => number,
  files: readonly LayerFile[] = [],
): Pick<Fault, 'layer' | 'paths'> {
  const [most] = [...layers].sort((a, b) => weight(b) - weight(a) || a.index - b.index);
  if (most === undefined || weight(most) === 0) return {};
  const largest = files
    .filter(({ layer }) => layer === most.index)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_PATHS);
  return { layer: most.index, paths: largest.map(({ path }) => path) };
}

interface LayerFile {
  readonly path: ReportPath;
  readonly bytes: number;
  readonly layer: number | null;
}

interface Unwanted {
  /** One of the files. */
  readonly noun: string;
  readonly hint: string;
}

/** One finding a layer: each has a line of its own. */
function byLayer(
  paths: readonly ReportPath[],
  { layerOf }: Findings,
  { noun, hint }: Unwanted,
): readonly Fault[] {
  const layers = new Map<number | null, ReportPath[]>();
  for (const path of paths) {
    const layer = layerOf(path) ?? null;
    layers.set(layer, [...(layers.get(layer) ?? []), path]);
  }
  return [...layers]
    .sort(([a], [b]) => (a ?? -1) - (b ?? -1))
    .map(([layer, some]) => ({
      message: `the image has ${some.length === 1 ? `a ${noun}` : `${some.length} ${noun}s`}: ${listed(some)}`,
      ...{ hint, layer, paths: some },
    }));
}

function listed(paths: readonly ReportPath[]): string {
  const more = paths.length - MOST_PATHS;
  return more > 0 ? `${paths.slice(0, MOST_PATHS).join(', ')} and ${more} more` : paths.join(', ');
}

function secretFault(secret: ReportedSecret): Fault {
  const { kind, layer, line, path } = secret;
  return {
    message: `${secretName(kind)} in ${secretPlace(secret)}`,
    hint:
      path === null
        ? 'replace the secret, since whoever pulls the image can read it, and give it to RUN with --mount=type=secret'
        : 'replace the secret, since whoever pulls the image can read it; keep the file out of the context (.dockerignore), or ' +
          'mount it with RUN --mount=type=secret',
    ...{ layer, line, paths: path === null ? [] : [path] },
  };
}

function secretName(kind: ReportedSecret['kind']): string {
  switch (kind) {
    case 'named-value':
      return 'a value that is named like a secret';
    case 'build-secret':
      return 'a secret of the build';
    case 'env-file':
      return 'variables that are named like secrets';
    default:
      return kind.replaceAll('-', ' ');
  }
}

function secretPlace({ path, env, label, member, history, visible }: ReportedSecret): string {
  if (path !== null) return visible === false ? `${path} (hidden by a later layer)` : path;
  if (history !== null) {
    return env === null ? `history entry ${history}` : `${env} in history entry ${history}`;
  }
  if (member !== null) return env === null ? member : `${env} in ${member}`;
  return env === null ? `the label ${label ?? ''}` : `the variable ${env}`;
}
