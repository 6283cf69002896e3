import { NONE } from '../analysis/index.ts';

/** @returns a whole number of a question of the page; -1 where it is none */
export function numberIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : NONE;
}
