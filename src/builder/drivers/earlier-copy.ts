/** The layer that an earlier build made for the same COPY of the same context. */
import { type CopyOp, stableJson } from '../../graph/index.ts';
import { EarlierLayer } from '../../layers/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { SourceSession } from '../session/session.ts';

/** Facts kind. */
const COPIED_FACT = 'copied-layer';

/** @returns undefined if there is none, or a source is not a context */
export function earlierCopy(
  session: SourceSession,
  step: StepContext,
  op: CopyOp,
): EarlierLayer | undefined {
  const key = copyName(session, step, op);
  const id = key === undefined ? undefined : session.store.facts.get<LayerId>(COPIED_FACT, key);
  return id === undefined ? undefined : EarlierLayer.open(session.store, id);
}

/** Remembers the layer for the next build. */
export function rememberCopy(
  session: SourceSession,
  step: StepContext,
  { op, layer }: { readonly op: CopyOp; readonly layer: LayerId },
): void {
  const key = copyName(session, step, op);
  if (key !== undefined) session.store.facts.put(COPIED_FACT, key, layer);
}

function copyName(
  { contextAt }: SourceSession,
  { vertex }: StepContext,
  op: CopyOp,
): string | undefined {
  const contexts: string[] = [];
  for (const source of op.sources) {
    if (source.kind !== 'tree') continue;
    const context = contextAt(vertex, source.input);
    if (context === undefined) return undefined;
    contexts.push(context.hostPath);
  }
  return contexts.length === 0 ? undefined : stableJson({ op, contexts });
}
