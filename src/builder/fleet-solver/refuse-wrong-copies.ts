/** What is wrong with a COPY whatever the files are: a daemon cuts such a mode, and finds nothing by such a pattern. */
import { AppError, inPart } from '../../errors.ts';
import { compileGoPattern, hasWildcard, parseMode, toBytes } from '../../files/index.ts';
import { type CopyOp, type Graph, sourcesBefore, type Vertex } from '../../graph/index.ts';
import { located } from '../../solver/index.ts';

/** @throws AppError MODE_INVALID, PATTERN_INVALID, at the instruction */
export function refuseWrongCopies(steps: readonly Vertex[], { info }: Graph): void {
  for (const { id, op } of steps) {
    if (op.kind !== 'copy') continue;
    try {
      checkCopy(op);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw located(error, info.get(id)?.locations ?? {});
    }
  }
}

function checkCopy(op: CopyOp): void {
  const { mode, parents, sources } = op;
  if (mode !== undefined) inPart('chmod', () => parseMode(mode));
  for (const source of sources) {
    // The patterns of --parents are others, which a daemon checks itself.
    if (source.kind !== 'tree' || parents) continue;
    const before = sourcesBefore(op, source);
    for (const [position, path] of source.paths.entries()) {
      const parts = toBytes(path).split('/').filter(hasWildcard);
      inPart(`source:${before + position}`, () => parts.map(compileGoPattern));
    }
  }
}
