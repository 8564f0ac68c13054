import type { ExpressionForm, Value } from '../spec/value.ts';
import { isExpression } from '../spec/value.ts';
import type { CloudNames } from './cloud-names.ts';
import { TestingError } from './testing-error.ts';

/** Where a value is told. */
export interface ValueGround {
  readonly names: CloudNames;
  readonly accountId: string;
  readonly region: string;
  /** The declaration that it is of, by whose stack it is told. */
  readonly of: string | undefined;
}

/**
 * What CloudFormation makes of a value, as far as the names of what is provisioned tell it.
 *
 * @throws {NOT_PROVISIONED} for a name of what is in no stack
 * @throws {NO_VALUE} for what only CloudFormation can tell
 */
export const physicalValue = (value: Value<string | number>, ground: ValueGround): string =>
  isExpression(value) ? formed(value.form, ground) : String(value);

const formed = (form: ExpressionForm, ground: ValueGround): string => {
  const { names } = ground;
  switch (form.is) {
    case 'ref':
      return names.required(form.target.name);
    case 'getAtt':
      // A name is how an ARN or an address ends.
      if (form.attribute.endsWith('Name'))
        return /[^/:]*$/.exec(names.required(form.target.name))?.[0] ?? '';
      throw untold(`the attribute ${form.attribute} of ${form.target.name}`);
    case 'sub':
      return form.texts
        .map((text, at) => {
          const value = form.values[at];
          return value === undefined ? text : text + physicalValue(value, ground);
        })
        .join('');
    case 'pseudo':
      return pseudoValue(form.name, ground);
  }
};

const pseudoValue = (name: string, { names, accountId, region, of }: ValueGround): string => {
  const told: Readonly<Record<string, string | undefined>> = {
    'AWS::AccountId': accountId,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::StackName': names.stackOf(of),
  };
  const value = told[name];
  if (value === undefined) throw untold(name);
  return value;
};

const untold = (what: string) =>
  new TestingError(
    'NO_VALUE',
    `Only CloudFormation can tell ${what}. A test takes text, ref() of a declaration, an attribute that is its name, and what is put together from these.`,
  );
