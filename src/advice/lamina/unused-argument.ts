import type { ArgDeclaration, ArgInstruction } from '../../dockerfile/index.ts';
import { replace, riskyFix } from '../edits.ts';
import type { LintedFile } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';

export const unusedArgument = adviceRule({
  code: 'UnusedArgument',
  severity: 'info',
  requires: 'the file uses each ARG',
  why: 'An argument before the first FROM is for FROM only; a stage sees it if the stage declares it again. One that nothing uses misleads whoever sets it.',
  check(file, report) {
    const used = usedNames(file);
    for (const arg of file.instructions) {
      if (arg.kind === 'from') return;
      if (arg.kind !== 'arg') continue;
      for (const declared of arg.args) {
        const name = declared.name.text;
        if (used.has(name)) continue;
        report({
          what: `nothing uses the argument '${name}'`,
          hint: 'remove it, or declare it in the stage that needs it with ARG after FROM',
          range: declared.name.range,
          instruction: arg,
          fix: fixOf(arg, declared),
        });
      }
    }
  },
});

/** Names that FROM and global ARGs use, and that stages declare. By text, since FROM may be invalid. */
function usedNames({ instructions, tree }: LintedFile): ReadonlySet<string> {
  const first = instructions.findIndex(({ kind }) => kind === 'from');
  const texts = tree.instructions.flatMap((node) => (node.name === 'from' ? node.original : []));
  const declared: string[] = [];
  for (const [index, one] of instructions.entries()) {
    if (one.kind !== 'arg') continue;
    if (index > first) declared.push(...one.args.map(({ name }) => name.text));
    else texts.push(...one.args.flatMap(({ value }) => value?.text ?? []));
  }
  const used = texts.flatMap((text) =>
    [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name),
  );
  return new Set([...declared, ...used]);
}

function fixOf({ args, node }: ArgInstruction, declared: ArgDeclaration) {
  return args.length === 1 && args[0] === declared
    ? riskyFix('remove the ARG', replace(node.extent, ''))
    : undefined;
}
