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
    for (const [index, arg] of file.instructions.entries()) {
      if (arg.kind === 'from') return;
      if (arg.kind !== 'arg') continue;
      for (const declared of arg.args) {
        const name = declared.name.text;
        if (isUsed(name, index, file)) continue;
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

/** FROM and ARGs after it can use it, and a stage that declares it. By text, since FROM may be invalid. */
function isUsed(name: string, index: number, { instructions, tree }: LintedFile): boolean {
  const use = new RegExp(`\\$(?:\\{${name}\\b|${name}(?!\\w))`);
  if (tree.instructions.some((node) => node.name === 'from' && use.test(node.original)))
    return true;
  const first = instructions.findIndex(({ kind }) => kind === 'from');
  return instructions.some((one, at) => {
    if (one.kind !== 'arg') return false;
    if (at > first) return one.args.some((declared) => declared.name.text === name);
    return at >= index && one.args.some(({ value }) => value !== undefined && use.test(value.text));
  });
}

function fixOf({ args, node }: ArgInstruction, declared: ArgDeclaration) {
  return args.length === 1 && args[0] === declared
    ? riskyFix('remove the ARG', replace(node.extent, ''))
    : undefined;
}
