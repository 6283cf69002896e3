import type { BuildOptions } from '../../api/index.ts';
import { parseReference } from '../../oci/index.ts';
import type { PushTarget } from '../solver/solver.ts';
import { epochOf, type Output } from './output.ts';
import { parseOutputs } from './parse-output.ts';

/**
 * The repository that gets the layers of a build, if nothing else does: then this machine need not have them.
 * @returns undefined if layers are needed here: for files and archives, or since their bytes are made here
 */
export function pushTargetOf(options: BuildOptions): PushTarget | undefined {
  const { squash, attestations = [], sourceDateEpoch } = options;
  if (squash !== undefined || attestations.length > 0) return undefined;
  const outputs = parseOutputs(options).outputs.filter(({ kind }) => kind !== 'nothing');
  const pushed = outputs.flatMap((output) => isPushedAsItIs(output, sourceDateEpoch));
  const [first] = pushed;
  const name = first?.names[0];
  if (first === undefined || name === undefined) return undefined;
  if (pushed.length !== outputs.length) return undefined;
  const { registry, repository } = parseReference(name);
  const insecure = first.push?.insecure === true;
  return { repository: { registry, repository }, encoding: first.form.encoding, insecure };
}

/** eStargz layers have annotations, and recompressed base images other layers. */
function isPushedAsItIs(
  output: Output,
  epoch: number | undefined,
): readonly Extract<Output, { kind: 'image' }>[] {
  if (output.kind !== 'image' || output.push === undefined) return [];
  const { compression, force } = output.form.encoding;
  const isChanged = epochOf(epoch, output.times) !== undefined;
  return isChanged || force === true || compression === 'estargz' ? [] : [output];
}
