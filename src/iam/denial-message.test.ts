import { describe, expect, it } from 'vitest';
import {
  compilePolicy,
  denialMessage,
  evaluate,
  parsePolicy,
  type AccessRequest,
  type PolicySet,
} from './index.ts';

const request: AccessRequest = {
  principal: {
    kind: 'user',
    arn: 'arn:aws:iam::777788889999:user/JohnDoe',
    account: '777788889999',
  },
  action: 'codecommit:ListRepositories',
  resource: 'arn:aws:codecommit:eu-west-1:777788889999:r',
  resourceAccount: '777788889999',
  context: {},
};
const policy = (Effect: 'Allow' | 'Deny', more: object = {}) =>
  compilePolicy(
    parsePolicy({
      Version: '2012-10-17',
      Statement: { Effect, Action: '*', Resource: '*', ...more },
    }),
  );
const WHO =
  'User: arn:aws:iam::777788889999:user/JohnDoe is not authorized to perform: codecommit:ListRepositories on resource: arn:aws:codecommit:eu-west-1:777788889999:r';
const nothing = policy('Allow', { Action: 's3:*' });

describe('the message of a denial', () => {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
  it.each<[string, PolicySet]>([
    ['because no identity-based policy allows the codecommit:ListRepositories action', {}],
    [
      'because no permissions boundary allows the codecommit:ListRepositories action',
      { identity: [policy('Allow')], boundary: [nothing] },
    ],
    [
      'because no session policy allows the codecommit:ListRepositories action',
      { identity: [policy('Allow')], session: [nothing] },
    ],
    [
      'because no service control policy allows the codecommit:ListRepositories action',
      { serviceControl: [nothing] },
    ],
    ['with an explicit deny in an identity-based policy', { identity: [policy('Deny')] }],
    ['with an explicit deny in a permissions boundary', { boundary: [policy('Deny')] }],
    ['with an explicit deny in a session policy', { session: [policy('Deny')] }],
    ['with an explicit deny in a service control policy', { serviceControl: [policy('Deny')] }],
    [
      'with an explicit deny in a resource-based policy',
      { resource: policy('Deny', { Principal: '*' }) },
    ],
  ])('%s', (ending, policies) => {
    expect(denialMessage(request, evaluate(request, policies))).toBe(`${WHO} ${ending}`);
  });

  it('names the resource policy of another account', () => {
    const across = { ...request, resourceAccount: '111122223333' };
    expect(denialMessage(across, evaluate(across, { identity: [policy('Allow')] }))).toBe(
      `${WHO} because no resource-based policy allows the codecommit:ListRepositories action`,
    );
  });

  it('gives no reason for a role that is not trusted', () => {
    const assume = {
      ...request,
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::777788889999:role/r',
    };
    expect(denialMessage(assume, evaluate(assume, {}))).toBe(
      'User: arn:aws:iam::777788889999:user/JohnDoe is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::777788889999:role/r',
    );
  });
});
