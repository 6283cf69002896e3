import { describe, expect, it } from 'vitest';
import { type TestFiles, treeOf } from '../../test/support/image-tree.ts';
import { neededFiles } from './needed-files.ts';

const NOWHERE = { workdir: '', volumes: [] };

function needed(files: TestFiles, used: string[], place = NOWHERE) {
  const { files: found, unneeded } = neededFiles(treeOf(files), used, place);
  return { files: [...found].sort(), unneeded };
}

describe('the files that a program needs', () => {
  it('are those that it used, with the links on the way to them', () => {
    const files = {
      lib: { link: 'usr/lib' },
      'usr/lib/libz.so.1': { link: 'libz.so.1.2' },
      'usr/lib/libz.so.1.2': 'z',
      'usr/lib/liby.so': 'y',
    };
    expect(needed(files, ['/lib/./../lib/libz.so.1']).files).toEqual([
      'lib',
      'usr/lib/libz.so.1',
      'usr/lib/libz.so.1.2',
    ]);
  });

  it('are inside the image, whatever its links say', () => {
    const files = { out: { link: '../../../etc' }, 'etc/secret': 's', loop: { link: 'loop' } };
    expect(needed(files, ['/out/secret', '/loop/x', '/etc/../../../gone']).files).toEqual([
      'etc/secret',
      'out',
    ]);
  });

  it('include users, name services and certificates', () => {
    const files = {
      'etc/passwd': '',
      'etc/ssl/certs/ca-certificates.crt': '',
      'usr/lib/libc.so.6': '',
      'usr/lib/libnss_dns.so.2': '',
      'usr/lib/other': '',
    };
    expect(needed(files, ['/usr/lib/libc.so.6']).files).toEqual([
      'etc/passwd',
      'etc/ssl/certs/ca-certificates.crt',
      'usr/lib/libc.so.6',
      'usr/lib/libnss_dns.so.2',
    ]);
  });

  it('include the configuration and data that a library looks up by name', () => {
    const files = {
      'usr/lib/libfontconfig.so.1': '',
      'etc/fonts/fonts.conf': '',
      'etc/fonts/conf.d/60.conf': { link: '/usr/share/fontconfig/60.conf' },
      'etc/hosts': '',
      'usr/share/fontconfig/60.conf': '',
      'usr/share/fonts/dejavu.ttf': '',
      'usr/share/ImageMagick-7/type.xml': '',
    };
    expect(needed(files, ['/usr/lib/libfontconfig.so.1']).files).toEqual([
      'etc/fonts/conf.d/60.conf',
      'etc/fonts/fonts.conf',
      'usr/lib/libfontconfig.so.1',
      'usr/share/fontconfig/60.conf',
      'usr/share/fonts/dejavu.ttf',
    ]);
    expect(needed(files, ['/etc/hosts']).files).toEqual(['etc/hosts']);
  });

  it('include data beside a compiled program, but no sources', () => {
    const files = {
      'srv/target/release/app': '',
      'srv/target/release/app.d': '',
      'srv/src/main.rs': '',
      'srv/Cargo.toml': '',
      'srv/notes.txt': 'few',
      'srv/pages/index.html': '',
    };
    const compiled = new Set(['srv/target/release/app']);
    const place = { workdir: '/srv', volumes: [], compiled };
    const used = ['/srv/target/release/app'];
    const data = ['srv/notes.txt', 'srv/pages/index.html', 'srv/target/release/app'];
    expect(needed(files, used, place).files).toEqual(data);
    const large = { ...files, 'srv/dump': 'x'.repeat(5 << 20) };
    expect(needed(large, used, place).files).toEqual(used.map((path) => path.slice(1)));
    const elsewhere = { ...place, workdir: '/srv/pages' };
    expect(needed(files, used, elsewhere).files).toEqual(['srv/target/release/app']);
  });

  it('include all of an interpreted library, but not what is for developers', () => {
    const files = {
      'usr/lib/python3.11/os.py': '',
      'usr/lib/python3.11/unused.py': '',
      'usr/lib/python3.11/ensurepip/x.whl': '',
      'opt/venv/lib/python3.11/site-packages/app/a.py': '',
      'opt/venv/lib/python3.11/site-packages/other/b.py': '',
      'opt/venv/lib/python3.11/site-packages/pip/c.py': '',
    };
    const used = ['/usr/lib/python3.11/os.py', '/opt/venv/lib/python3.11/site-packages/app/a.py'];
    expect(needed(files, used)).toEqual({
      files: [
        'opt/venv/lib/python3.11/site-packages/app/a.py',
        'opt/venv/lib/python3.11/site-packages/other/b.py',
        'usr/lib/python3.11/os.py',
        'usr/lib/python3.11/unused.py',
      ],
      unneeded: ['usr/lib/python3.11/ensurepip', 'opt/venv/lib/python3.11/site-packages/pip'],
    });
  });

  it('include a package of the system for Node.js, and no other', () => {
    const files = {
      'usr/share/nodejs/undici/a.js': '',
      'usr/share/nodejs/undici/b.js': '',
      'usr/share/nodejs/npm/c.js': '',
    };
    expect(needed(files, ['/usr/share/nodejs/undici/a.js']).files).toEqual([
      'usr/share/nodejs/undici/a.js',
      'usr/share/nodejs/undici/b.js',
    ]);
  });

  it('keep what is for developers when the program uses it', () => {
    const files = { 'x/site-packages/pip/a.py': '', 'x/site-packages/pip/b.py': '' };
    expect(needed(files, ['/x/site-packages/pip/a.py'])).toEqual({
      files: ['x/site-packages/pip/a.py', 'x/site-packages/pip/b.py'],
      unneeded: [],
    });
  });

  it('include the whole working directory of a program that reads data there', () => {
    const files = { 'app/main.js': '', 'app/views/unused.html': '', 'app/.git/HEAD': '' };
    const place = { workdir: '/app', volumes: [] };
    expect(needed(files, ['/app/main.js'], place)).toEqual({
      files: ['app/main.js', 'app/views/unused.html'],
      unneeded: ['app/.git'],
    });
  });

  it('leave out the sources of a compiled program that only starts there', () => {
    const files = { 'src/app': '', 'src/main.go': '', 'src/lib.rs': '' };
    const place = { workdir: '/src', volumes: [], compiled: new Set(['src/app']) };
    expect(needed(files, ['/src/app'], place).files).toEqual(['src/app']);
    expect(needed(files, ['/src/app', '/src/lib.rs'], place).files).toContain('src/main.go');
    expect(needed(files, ['/src/app'], { workdir: '/src', volumes: [] }).files).toHaveLength(3);
  });

  it('include all plugins of a library of which one is used', () => {
    const library = 'usr/lib/x86_64-linux-gnu';
    const files = {
      [`${library}/libmagick.so.7`]: '',
      [`${library}/magick/coders/png.so`]: '',
      [`${library}/magick/coders/jpeg.so`]: '',
      [`${library}/other/x.so`]: '',
    };
    expect(needed(files, [`/${library}/magick/coders/png.so`]).files).toEqual([
      `${library}/magick/coders/jpeg.so`,
      `${library}/magick/coders/png.so`,
    ]);
  });

  it('include the time zones of a language that reads them when it is asked for one', () => {
    const files = {
      'usr/share/zoneinfo/UTC': '',
      'usr/lib/python3.13/zoneinfo/__init__.py': '',
      'usr/bin/app': '',
    };
    expect(needed(files, ['/usr/lib/python3.13/zoneinfo/__init__.py']).files).toContain(
      'usr/share/zoneinfo/UTC',
    );
    expect(needed(files, ['/usr/bin/app']).files).toEqual(['usr/bin/app']);
  });

  it('include all libraries of Perl for a script that uses only the smallest', () => {
    const platform = 'usr/lib/x86_64-linux-gnu';
    const files = {
      [`${platform}/perl-base/strict.pm`]: '',
      [`${platform}/perl/5.40.1/Time/Piece.pm`]: '',
      'usr/share/perl/5.40.1/Carp.pm': '',
      'usr/share/perl5/JSON.pm': '',
      'usr/share/doc/perl': '',
    };
    expect(needed(files, [`/${platform}/perl-base/strict.pm`]).files).toEqual(
      Object.keys(files)
        .filter((path) => path.endsWith('.pm'))
        .sort(),
    );
  });

  it('include the whole library of Perl, Ruby or PHP', () => {
    const files = {
      'usr/share/perl/5.40.1/JSON.pm': '',
      'usr/share/perl/5.40.1/Time.pm': '',
      'usr/share/perl5/A.pm': '',
      'usr/lib/ruby/3.3.0/set.rb': '',
      'usr/lib/ruby/3.3.0/json.rb': '',
      'usr/lib/ruby/vendor_ruby/x.rb': '',
      'usr/lib/php/20240924/a.so': '',
      'usr/lib/php/20240924/b.so': '',
    };
    const used = ['/usr/share/perl/5.40.1/JSON.pm', '/usr/lib/ruby/3.3.0/set.rb'];
    expect(needed(files, [...used, '/usr/lib/php/20240924/a.so']).files).toEqual([
      'usr/lib/php/20240924/a.so',
      'usr/lib/php/20240924/b.so',
      'usr/lib/ruby/3.3.0/json.rb',
      'usr/lib/ruby/3.3.0/set.rb',
      'usr/share/perl/5.40.1/JSON.pm',
      'usr/share/perl/5.40.1/Time.pm',
      'usr/share/perl5/A.pm',
    ]);
  });
});
