/** The settings for Neovim in docs/editors.md, in the Neovim of the distribution. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { COMMAND, execute, Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const CHECK = `
local function finish()
  local messages = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do table.insert(messages, one.code) end
  vim.lsp.buf.formatting_sync(nil, 20000)
  io.stdout:write(vim.fn.json_encode({
    codes = messages,
    text = vim.api.nvim_buf_get_lines(0, 0, -1, false),
  }))
end
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end)
finish()
vim.cmd('qa!')
`;

it('Neovim shows diagnostics and formats', async () => {
  const docs = readFileSync(resolve(import.meta.dirname, '../../docs/editors.md'), 'utf8');
  const [, , settings = ''] = docs.split('```lua\n').map((part) => part.split('```')[0]);
  const cwd = bench.project(
    {
      Dockerfile: 'from a:1 as b\nrun   x\nfrom a:1 as b\n',
      'init.lua': settings,
      'check.lua': CHECK,
    },
    'neovim',
  );
  const bin = join(bench.directory, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'lamina'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`);
  chmodSync(join(bin, 'lamina'), 0o755);
  const { stdout, stderr, status } = await execute(
    'nvim',
    ['--headless', '--clean', '-u', 'init.lua', 'Dockerfile', '-c', 'luafile check.lua'],
    {
      cwd,
      env: {
        ...process.env,
        PATH: [bin, process.env.PATH].join(delimiter),
        HOME: bench.directory,
        LAMINA_ROOT: bench.store,
      },
    },
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({
    codes: ['UnusedStage', 'DL3024'],
    text: ['FROM a:1 AS b', 'RUN x', '', 'FROM a:1 AS b'],
  });
});
