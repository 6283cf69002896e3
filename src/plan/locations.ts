/** Locations of an instruction and its parts, for the errors of its step. */
import type { AddInstruction, CopyInstruction, RunInstruction } from '../dockerfile/index.ts';
import type { InstructionPart, SourceLocation, SourceRange } from '../errors.ts';
import type { Locations } from '../graph/index.ts';
import { maskUrls } from '../http/index.ts';

type Part = readonly [InstructionPart, { readonly range: SourceRange } | undefined];

/** In an ADD with a URL that has a login, without the login. */
export function locationsOfCopy(copy: CopyInstruction | AddInstruction): Locations {
  const hasSecrets = copy.sources.some((word) => maskUrls(word.text) !== word.text);
  const { location } = copy;
  const instruction = hasSecrets ? { ...location, text: maskUrls(location.text) } : location;
  return locationsIn(instruction, [
    ...copy.sources.map((word, index): Part => [`source:${index}`, word]),
    ...copy.files.map(({ heredoc }, index): Part => [`heredoc:${index}`, heredoc]),
    ...copy.exclude.map((word, index): Part => [`exclude:${index}`, word]),
    ['destination', copy.destination],
    ['chown', copy.chown],
    ['chmod', copy.chmod],
    ['checksum', copy.kind === 'add' ? copy.checksum : undefined],
  ]);
}

/** Of an operation that fetches one source: its only one. */
export function locationsOfSource(copy: Locations, index: number): Locations {
  const { instruction, checksum } = copy;
  const url = copy[`source:${index}`];
  return {
    ...(instruction && { instruction }),
    ...(checksum && { checksum }),
    ...(url && { 'source:0': url }),
  };
}

export function locationsOfRun(run: RunInstruction, user: SourceLocation | undefined): Locations {
  const mounts = run.mounts.flatMap(({ text, fields }, index): readonly Part[] => {
    const field = (...keys: string[]) => fields.findLast(({ key }) => keys.includes(key));
    return [
      [`mount:${index}`, text],
      [`mount:${index}.source`, field('source', 'src')],
      [`mount:${index}.target`, field('target', 'dst', 'destination')],
    ];
  });
  return { ...locationsIn(run.location, mounts), ...(user && { user }) };
}

export function locationsIn(instruction: SourceLocation, parts: readonly Part[]): Locations {
  const located = parts.flatMap(([part, at]) =>
    at === undefined ? [] : [[part, { ...instruction, range: at.range }] as const],
  );
  return { instruction, ...Object.fromEntries(located) };
}
