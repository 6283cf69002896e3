import { describe, expect, it } from 'vitest';
import { imageShape } from '../image-shape.ts';
import { compileTemplate, shapeOf } from './index.ts';

const image = {
  Id: 'sha256:1234',
  Size: 10,
  Tags: ['a:1', 'b:2'],
  Config: { User: 'www', Env: ['A=1', 'B=<2>'], Labels: { 'a.b': 'x', c: 'y' }, Cmd: null },
  Empty: [],
  Ports: { '80/tcp': {} },
};

describe('compileTemplate', () => {
  it.each([
    ['{{.Config.User}}', 'www'],
    ['user: {{ .Config.User }}!', 'user: www!'],
    ['{{.Tags}} {{.Config.Labels}}', '[a:1 b:2] map[a.b:x c:y]'],
    ['{{.Ports}}', 'map[80/tcp:{}]'],
    ['{{json .Config.Env}}', '["A=1","B=\\u003c2\\u003e"]'],
    ['{{json .Nothing}}', 'null'],
    ['{{.Nothing.At.All}}', '<no value>'],
    ['{{index .Config.Labels "a.b"}}', 'x'],
    ['{{index .Tags 1}}', 'b:2'],
    ['{{(index .Tags 0)}}', 'a:1'],
    ['{{len .Tags}}', '2'],
    ['{{join .Tags ", "}}', 'a:1, b:2'],
    ['{{.Tags | len}}', '2'],
    ['{{.Config.User | upper | printf "%s-%d" "x"}}', 'x-WWW'],
    ['{{range .Tags}}[{{.}}]{{end}}', '[a:1][b:2]'],
    ['{{range $i, $tag := .Tags}}{{$i}}={{$tag}} {{$.Size}};{{end}}', '0=a:1 10;1=b:2 10;'],
    ['{{range $k, $v := .Config.Labels}}{{$k}}:{{$v}} {{end}}', 'a.b:x c:y '],
    ['{{range .Empty}}x{{else}}none{{end}}', 'none'],
    ['{{if .Empty}}a{{else if .Tags}}b{{else}}c{{end}}', 'b'],
    ['{{if and .Tags (eq .Size 10)}}yes{{end}}', 'yes'],
    ['{{if not .Config.Cmd}}no command{{end}}', 'no command'],
    ['{{with .Config}}{{.User}} {{$.Id}}{{end}}', 'www sha256:1234'],
    ['{{$u := .Config.User}}<{{$u}}>', '<www>'],
    ['a {{- .Size -}} b', 'a10b'],
    ['{{/* nothing */}}x', 'x'],
    ['{{printf "%-5s|%5s|%q" "ab" "cd" "e"}}', 'ab   |   cd|"e"'],
    ['{{"}}"}}', '}}'],
    ['{{truncate .Id 6}}', 'sha256'],
    ['{{gt .Size 3}}', 'true'],
    ['no action', 'no action'],
  ])('renders %s', (template, expected) => {
    expect(compileTemplate(template)(image)).toBe(expected);
  });

  it.each([
    ['{{.Id', 'an action is not closed'],
    ['{{range .Tags}}x', '{{range}} has no {{end}}'],
    ['x{{end}}', 'unexpected {{end}}'],
    ['{{jsn .}}', 'there is no function jsn; did you mean json?'],
    ['{{.Id | }}', 'a value is missing'],
    ['{{$x}}', 'unknown variable $x'],
    ['{{#}}', 'cannot read "#"'],
    ['{{.Id .Size}}', 'a value cannot be called like a function'],
    ['{{(.Id}}', 'a parenthesis is not closed'],
    ['{{index .Config.Env 9}}', 'error calling index: index out of range: 9'],
    ['{{index .Config.Env 2}}', 'error calling index: index out of range: 2'],
    ['{{index .Config.Env -1}}', 'error calling index: index out of range: -1'],
    ['{{index .Config.Cmd 0}}', 'error calling index: index out of range: 0'],
    ['{{if index .Empty 0}}x{{end}}', 'error calling index: index out of range: 0'],
    ['{{index .Tags "a"}}', 'error calling index: cannot index a list with a'],
    ['{{index .Config.Labels 0}}', 'error calling index: cannot index a map with the number 0'],
  ])('refuses %s', (template, message) => {
    expect(() => compileTemplate(template)(image)).toThrow(message);
  });

  it('names the fields there are when only those are allowed', () => {
    const template = compileTemplate('{{.Repo}}', { shape: shapeOf(['Repository', 'Repos']) });
    expect(() => template({})).toThrow('there is no field .Repo; did you mean .Repos?');
  });

  it.each([
    ['{{.Nope}}', 'there is no field .Nope'],
    ['{{.Config.user}}', 'there is no field .user'],
    ['{{with .Config}}{{.Usr}}{{end}}', 'there is no field .Usr; did you mean .User?'],
    ['{{$c := .Config}}{{$c.Nope}}', 'there is no field .Nope'],
    ['{{$.Nope}}', 'there is no field .Nope'],
    ['{{if .Nope}}x{{end}}', 'there is no field .Nope'],
    ['{{json .Config.Nope}}', 'there is no field .Nope'],
    ['{{(.Config).Nope}}', 'there is no field .Nope'],
    ['{{.Id.Nope}}', 'there is no field .Nope'],
    ['{{.Config.Healthcheck.Test}}', '.Config.Healthcheck is not set'],
  ])('refuses %s of an image', (template, message) => {
    expect(() => compileTemplate(template, { shape: imageShape })(image)).toThrow(message);
  });

  it.each([
    ['{{.Config.Labels.none}}', '<no value>'],
    ['{{index .Config.Labels "none"}}', '<no value>'],
    ['{{if .Config.Healthcheck}}x{{else}}none{{end}}', 'none'],
    ['{{.Config.ExposedPorts.none}}', '<no value>'],
    ['{{.Tags}}', '[a:1 b:2]'],
    ['{{range .Tags}}{{.}} {{end}}', 'a:1 b:2 '],
  ])('renders %s of an image', (template, expected) => {
    expect(compileTemplate(template, { shape: imageShape })(image)).toBe(expected);
  });

  it('prints absent fields as asked', () => {
    const template = compileTemplate('<{{.Config.Cmd}}>', {
      absent: (path) => (path.at(-1) === 'Cmd' ? '[]' : undefined),
    });
    expect(template(image)).toBe('<[]>');
  });
});
