import { describe, expect, it } from 'vitest';
import { configPath, plannedPath } from './windows-paths.ts';

const WINDOWS = { os: 'windows', architecture: 'amd64' };
const LINUX = { os: 'linux', architecture: 'amd64' };

describe('a path in an image for Windows', () => {
  it.each([
    ['C:\\a\\b', '/a/b'],
    ['c:/a/', '/a/'],
    ['C:rel', 'rel'],
    ['\\a\\..\\b', '/b'],
    ['a\\b', 'a/b'],
    ['.', '.'],
    ['', ''],
  ])('is planned without drive and backslashes: %j', (written, planned) => {
    expect(plannedPath(written, WINDOWS)).toBe(planned);
    expect(plannedPath(written, LINUX)).toBe(written);
  });

  it.each(['D:\\a', 'C:', '\\\\host\\share', '//host', 'ab:c'])('is refused: %j', (written) => {
    expect(() => plannedPath(written, WINDOWS)).toThrow(
      expect.objectContaining({ code: 'PLAN_WINDOWS_PATH' }),
    );
  });

  it('has backslashes in the config', () => {
    expect(configPath('/a/b', WINDOWS)).toBe('\\a\\b');
    expect(configPath('/a/b', LINUX)).toBe('/a/b');
  });
});
