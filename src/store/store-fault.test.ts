import { expect, it } from 'vitest';
import { storeFault } from './store-fault.ts';

/** As Node's rmSync throws for codes that it does not know. */
function removal(text: string): Error {
  const path = '/store/tmp/x';
  const error = new Error(`, Unknown error: ${text} '${path}'`);
  return Object.assign(error, { code: '', errno: -4094, path, syscall: 'rm' });
}

it.each([
  ['No space left on device', 'STORE_DISK_FULL'],
  ['Disk quota exceeded', 'STORE_DISK_FULL'],
  ['Read-only file system', 'STORE_READ_ONLY'],
  ['Input/output error', 'STORE_WRITE_FAILED'],
])('a removal that fails without a code (%s) is %s', (text, code) => {
  expect(storeFault('/store', removal(text))).toMatchObject({ code });
});
