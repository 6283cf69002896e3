import { expect, test } from 'vitest';
import { probeIsolations } from './probe.ts';

test('reports each isolation of this machine, strongest first', () => {
  expect(probeIsolations(process.env)[0]).toEqual({ isolation: 'oci', works: true, lacks: [] });
});

test('finds programs in the given environment only', () => {
  const env = { ...process.env, LAMINA_RUNTIME: '/nowhere/runc' };
  expect(probeIsolations(env)[0]).toMatchObject({
    works: false,
    reason: "the program '/nowhere/runc' of LAMINA_RUNTIME was not found",
  });
});
