/** All cases. */
import type { Topic } from './case.ts';
import { directives } from './cases/directives.ts';
import { expansion } from './cases/expansion.ts';
import { lexical } from './cases/lexical.ts';

export const topics: readonly Topic[] = [lexical, directives, expansion];
