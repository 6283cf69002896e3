/** Runs before each file of tests, also where files share a process: a module that they share is loaded only once. */
import { afterAll } from 'vitest';
import { removeTemporaryDirectories } from './temporary-directory.ts';

afterAll(removeTemporaryDirectories);
