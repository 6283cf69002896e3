import { insertAt, riskyFix } from '../edits.ts';
import { imageParts } from '../making/image-name.ts';
import { adviceRule } from '../making/make.ts';
import { compiles } from './compilers.ts';

/** Bytes that the slim variant of an official image has less, unpacked, in 2026. */
const SLIMMER: Readonly<Record<string, number>> = {
  node: 870_000_000,
  perl: 760_000_000,
  python: 880_000_000,
  ruby: 790_000_000,
  rust: 700_000_000,
};

export const largeBaseImage = adviceRule({
  code: 'LargeBaseImage',
  severity: 'info',
  requires: 'the final stage has a slim base where one would do',
  why: 'The full variants of language images have compilers and headers for building native packages, which a finished program does not use.',
  check({ stages, runs }, report) {
    const last = stages.at(-1);
    if (last?.from === undefined || last.parent !== undefined) return;
    const { image } = last.from;
    const { name, tag, digest } = imageParts(image.text);
    const bytes = SLIMMER[name.replace(/^(?:docker\.io\/)?library\//, '')];
    if (bytes === undefined || tag === undefined || digest !== undefined) return;
    if (!/^\d[\w.]*(?:-(?:bookworm|bullseye|trixie))?$/.test(tag)) return;
    if (runs.some(({ stage, script }) => stage === last && script.commands.some(compiles))) return;
    const [, version, system] = /^(\d[\w.]*)(?:-(\w+))?$/.exec(tag) ?? [];
    const slim =
      system === undefined
        ? `${version}-slim`
        : name === 'node'
          ? `${version}-${system}-slim`
          : `${version}-slim-${system}`;
    const start = image.text.length - tag.length;
    const isPlain = image.range.end.offset - image.range.start.offset === image.text.length;
    report({
      what: `the final stage is based on the full variant of ${name}`,
      hint: `use ${name}:${slim}, and install what native packages need in another stage`,
      range: image.range,
      instruction: last.from,
      savings: { bytes, measured: false },
      fix:
        isPlain && start > 0 && system === undefined
          ? riskyFix(`use ${name}:${slim}`, insertAt(image.range.end, '-slim'))
          : undefined,
    });
  },
});
