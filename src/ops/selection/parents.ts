/** COPY --parents: parses its sources, and explains why one of them selects nothing. */
import { AppError, type Warning } from '../../errors.ts';
import {
  type BytePath,
  cleanPath,
  cleanPattern,
  type FileTree,
  hasWildcard,
  joinPath,
  PathPatterns,
  resolveInTree,
  toBytes,
  toText,
} from '../../files/index.ts';

/** A source of --parents. */
export interface ParentsSource {
  /** As written. */
  readonly source: string;
  /** The part before `/./`, which is not kept. */
  readonly root: BytePath;
  /** The part after it, or the whole: its directories are kept. */
  readonly pattern: BytePath;
  readonly isLiteral: boolean;
}

export function parentsSource(source: string): ParentsSource {
  const pivot = source.indexOf('/./');
  const root = toBytes(pivot < 0 ? '' : source.slice(0, pivot));
  const pattern = cleanPath(toBytes(pivot < 0 ? source : source.slice(pivot + 3)));
  return { source, root, pattern, isLiteral: !hasWildcard(root) && !hasWildcard(pattern) };
}

export interface Include {
  readonly patterns: PathPatterns;
  /** Literal leading names: only these need to be read. */
  readonly literal: readonly BytePath[];
}

export function includeOf(pattern: BytePath): Include {
  const text = Buffer.from(pattern, 'latin1').toString('utf8');
  const literal: BytePath[] = [];
  for (const part of cleanPattern(pattern).split('/')) {
    if (/[*?[\\]/.test(part)) break;
    literal.push(part);
  }
  return { patterns: new PathPatterns([text]), literal };
}

/** A symbolic link on the way to a pattern's matches; as in BuildKit, none is followed. */
export interface LinkOnTheWay {
  readonly link: BytePath;
  /** Its target. */
  readonly target: BytePath;
  /** The pattern with the link's target instead of the link. */
  readonly meant: BytePath;
}

/** @param root a directory that exists */
export function linkOnTheWay(
  tree: FileTree,
  root: BytePath,
  pattern: BytePath,
): LinkOnTheWay | undefined {
  let at = resolveInTree(tree, root).path;
  const parts = pattern.split('/');
  for (const [index, part] of parts.slice(0, -1).entries()) {
    if (hasWildcard(part)) return undefined;
    const path = joinPath(at, part);
    const type = tree.lookup(path)?.type;
    if (type === 'symlink') {
      const target = resolveInTree(tree, path).path;
      const meant = joinPath(target, parts.slice(index + 1).join('/'));
      return { link: path, target, meant };
    }
    if (type !== 'directory') return undefined;
    at = path;
  }
  return undefined;
}

const CODE = 'COPY_PARENTS_THROUGH_LINK';

/** BuildKit finds nothing there, and fails. */
export function literalThroughLink(source: string, link: LinkOnTheWay): AppError {
  const { message, hint } = textsOf(source, link);
  return new AppError(CODE, message, { hint, details: { source } });
}

/** BuildKit does not warn: a pattern may match nothing. */
export function patternThroughLink(source: string, link: LinkOnTheWay): Warning {
  const { message, hint } = textsOf(source, link);
  return { code: CODE, message: `${message}, so it copies nothing`, hint };
}

function textsOf(source: string, { link, target, meant }: LinkOnTheWay) {
  return {
    message: `'${source}' is behind the symbolic link '/${toText(link)}', which --parents does not follow`,
    hint: `the link points to '/${toText(target)}': write '/${toText(meant)}'`,
  };
}

export function excludedSource(source: string): Warning {
  return {
    code: 'COPY_NOTHING_MATCHED',
    message: `--exclude excludes all of '${source}', so it copies nothing`,
    hint: 'correct --exclude, or remove the source',
  };
}
