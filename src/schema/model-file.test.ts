import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from './model-file.ts';

describe.for([
  'cloudformation-types.json',
  'cloudformation-constraints.json',
  'cloudformation-permissions.json',
  'iam-actions.json',
])('%s', (name) => {
  const whole = JSON.parse(
    readFileSync(new URL(`../../models/${name}`, import.meta.url), 'utf8'),
  ) as Readonly<Record<string, unknown>>;
  const names = Object.keys(whole);

  it('lies in the order of its names, without which nothing in it would be found', () => {
    expect(names).toEqual([...names].sort());
    expect(openModel(name).names()).toEqual(names);
  });

  it('is found line by line as it would be read whole', () => {
    const model = openModel<unknown>(name);
    for (const one of names) expect(model.find(one), one).toEqual(whole[one]);
  });

  it('knows nothing before its first name, between two, behind its last, and of parts of one', () => {
    const model = openModel<unknown>(name);
    for (const one of ['', '!', '{', '}', '~', 'AWS::S3::Buckett', 'AWS::S3::Bucke', 'z'])
      expect(model.find(one), one).toBeUndefined();
    for (const one of names) {
      expect(model.find(`${one} `)).toBeUndefined();
      expect(model.find(one.slice(0, -1)), one).toEqual(whole[one.slice(0, -1)]);
    }
  });
});
