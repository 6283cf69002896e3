/**
 * The given ones and all they need, each once, inputs before their users. Deep chains must not recurse.
 *
 * @param inputsOf leaves out inputs that are not visited
 */
export function inputsFirst<T>(
  targets: readonly T[],
  inputsOf: (one: T) => readonly T[],
): readonly T[] {
  const found: T[] = [];
  const entered = new Set<T>();
  const open: { readonly one: T; readonly leave: boolean }[] = [];
  const enter = (ones: readonly T[]) => {
    for (const one of [...ones].reverse()) open.push({ one, leave: false });
  };
  enter(targets);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.leave) {
      found.push(next.one);
    } else if (!entered.has(next.one)) {
      entered.add(next.one);
      open.push({ one: next.one, leave: true });
      enter(inputsOf(next.one));
    }
  }
  return found;
}
