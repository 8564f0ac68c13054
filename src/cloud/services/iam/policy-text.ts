import type { PolicyDocument, PolicyUse } from '../../../iam/index.ts';
import { asList, parsePolicy, PolicyError } from '../../../iam/index.ts';
import { AwsError } from '../../core/aws-error.ts';
import type { IamState } from './state.ts';

const malformed = (message: string, hint: string): AwsError => {
  const error = new AwsError('MalformedPolicyDocument', message);
  error.hint = hint;
  return error;
};

/** Reads a policy document. @throws {MalformedPolicyDocument} with IAM's text */
export const readPolicy = (text: string, use: PolicyUse): PolicyDocument => {
  try {
    return parsePolicy(text, use);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw malformed(
      error.message,
      `${error.path === '' ? 'The document' : error.path}: ${error.detail}.`,
    );
  }
};

/**
 * Reads a trust policy. IAM refuses one that names a role or user which does not exist; of other accounts than this
 * cloud's own it cannot know.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 * @throws {MalformedPolicyDocument}
 */
export const readTrustPolicy = (
  text: string,
  state: IamState,
  accountId: string,
): PolicyDocument => {
  const document = readPolicy(text, 'trust');
  for (const { Principal } of document.Statement) {
    if (Principal === undefined || Principal === '*') continue;
    for (const arn of asList(Principal.AWS)) {
      const [, account, kind, name = ''] =
        /^arn:[^:]+:iam::(\d+):(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
      if (account !== accountId) continue;
      const holder = kind === 'role' ? state.role(name) : state.user(name);
      if (holder?.arn !== arn)
        throw malformed(
          `Invalid principal in policy: "AWS":"${arn}"`,
          `There is no ${kind} with this ARN.`,
        );
    }
  }
  return document;
};

/** How long a document is for IAM's quotas: white space does not count. */
export const policySize = (text: string): number => text.replaceAll(/\s/g, '').length;

/** A document as IAM returns it: percent-encoded as RFC 3986 says. */
export const encodePolicy = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
