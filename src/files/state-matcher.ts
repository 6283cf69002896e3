/**
 * Matches path patterns by simulating a nondeterministic automaton: time is the product of the lengths of pattern and
 * name. A RegExp is faster on most patterns, but backtracks; several stars can make that exponential.
 */
import { matchesOne, type PatternToken } from './go-pattern.ts';

/** `parts` is a `**` followed by a pattern: it matches nothing, or anything up to a slash, which `inParts` reads. */
type State =
  | { readonly kind: 'one'; readonly token: PatternToken }
  | { readonly kind: 'star' | 'rest' | 'parts' | 'inParts' };

/**
 * Whether a backtracking matcher may have to retry one star because of another. Not with a single star, nor if there is
 * at most one star among the plain characters between two slashes, after at most one `**`.
 */
export function isAmbiguous(tokens: readonly PatternToken[]): boolean {
  const states = statesOf(tokens);
  if (states.filter(({ kind }) => kind !== 'one' && kind !== 'inParts').length < 2) return false;
  let starsInPart = 0;
  let doubled = 0;
  for (const state of states) {
    if (state.kind === 'one') {
      if (state.token.kind === 'class') return true;
      if (state.token.kind === 'literal' && state.token.character === '/') starsInPart = 0;
    } else if (state.kind === 'inParts') starsInPart = 0;
    else {
      starsInPart += 1;
      if (state.kind !== 'star') doubled += 1;
      if (starsInPart > 1 || doubled > 1) return true;
    }
  }
  return false;
}

/** @returns a test of whole names (decoded text) */
export function matchInStates(tokens: readonly PatternToken[]): (name: string) => boolean {
  const states = statesOf(tokens);
  return (name) => {
    let active = new Uint8Array(states.length + 1);
    active[0] = 1;
    skipEmpty(states, active);
    for (const character of name) {
      active = advance(states, active, character);
      if (!active.includes(1)) return false;
    }
    return active[states.length] === 1;
  };
}

function statesOf(tokens: readonly PatternToken[]): readonly State[] {
  const states: State[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.kind !== 'star') states.push({ kind: 'one', token });
    else if (tokens[index + 1]?.kind !== 'star') states.push({ kind: 'star' });
    else {
      index += 1;
      const after = tokens[index + 1];
      if (after?.kind === 'literal' && after.character === '/') index += 1;
      if (index + 1 >= tokens.length) states.push({ kind: 'rest' });
      else states.push({ kind: 'parts' }, { kind: 'inParts' });
    }
  }
  return states;
}

/** Also activates the states that need no character. */
function skipEmpty(states: readonly State[], active: Uint8Array): void {
  states.forEach(({ kind }, index) => {
    if (active[index] !== 1 || kind === 'one' || kind === 'inParts') return;
    active[index + 1] = 1;
    if (kind === 'parts') active[index + 2] = 1;
  });
}

function advance(
  states: readonly State[],
  active: Uint8Array,
  character: string,
): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(active.length);
  states.forEach((state, index) => {
    if (active[index] !== 1) return;
    if (state.kind === 'one') {
      if (matchesOne(state.token, character)) next[index + 1] = 1;
    } else if (state.kind === 'star') {
      if (character !== '/') next[index] = 1;
    } else if (state.kind === 'rest') next[index] = 1;
    else if (state.kind === 'inParts') {
      next[index] = 1;
      if (character === '/') next[index + 1] = 1;
    }
  });
  skipEmpty(states, next);
  return next;
}
