/** `--attest`, `--sbom` and `--provenance`. */
import type { AttestationSpec } from '../api/index.ts';
import { badValue, splitCsv } from './values.ts';

interface Flags {
  readonly attest: readonly string[];
  readonly sbom: string | undefined;
  readonly provenance: string | undefined;
}

const FORM = 'type=sbom, or type=provenance,mode=min|max';

/** One of each type; the last one wins. @throws AppError CLI_FLAG_VALUE */
export function attestations({ attest, sbom, provenance }: Flags): readonly AttestationSpec[] {
  const texts = [
    ...attest.map((text) => ({ text, flag: '--attest' })),
    ...(sbom === undefined ? [] : [{ text: `type=sbom,${expanded(sbom)}`, flag: '--sbom' }]),
    ...(provenance === undefined
      ? []
      : [{ text: `type=provenance,${expanded(provenance)}`, flag: '--provenance' }]),
  ];
  const byType = new Map<string, AttestationSpec | undefined>();
  for (const { text, flag } of texts) {
    const fields = new Map(splitCsv(text).map(pair));
    const type = fields.get('type') ?? '';
    byType.set(type, attestation(fields, { text, flag }));
  }
  return [...byType.values()].filter((one) => one !== undefined);
}

/** `true` and `false` are short for attributes. */
function expanded(text: string): string {
  if (text === 'true' || text === '') return 'disabled=false';
  if (text === 'false') return 'disabled=true';
  return /^(?:min|max)$/.test(text) ? `mode=${text}` : text;
}

function pair(field: string): [key: string, value: string] {
  const equals = field.indexOf('=');
  return equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
}

function attestation(
  fields: ReadonlyMap<string, string>,
  { text, flag }: { readonly text: string; readonly flag: string },
): AttestationSpec | undefined {
  const type = fields.get('type');
  const mode = fields.get('mode') ?? 'min';
  const isKnown = type === 'sbom' || type === 'provenance';
  if (!isKnown || (mode !== 'min' && mode !== 'max')) throw badValue(flag, text, FORM);
  if (fields.get('disabled') === 'true') return undefined;
  if (type === 'sbom') return { type };
  return { type, mode, builderId: fields.get('builder-id') };
}
