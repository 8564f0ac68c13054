import type { PolicyDocument, Statement } from './policy-document.ts';
import { checkIdentityPolicy } from './validate-identity.ts';
import { checkSyntax, isObject, refuse, SYNTAX_MESSAGE } from './validate-syntax.ts';
import { checkResourcePolicy, checkTrustPolicy } from './validate-trust.ts';

/**
 * What a policy is for, which decides what it must and must not say:
 * `managed` and `inline` and `session` policies name no principal, a `trust` policy no resource, a `resource`
 * policy must name a principal; a `service-control` policy is one of an organization. `any` holds the document to the
 * grammar alone: for policies accepted before.
 */
export type PolicyUse =
  | 'managed'
  | 'inline'
  | 'session'
  | 'trust'
  | 'resource'
  | 'service-control'
  | 'any';

/**
 * Reads a policy document and checks it as IAM would.
 *
 * @param json - The document, as text or parsed.
 * @param use - What it is for. @defaultValue 'any'
 * @throws {PolicyError} when AWS would call the document malformed; `message` is AWS's text
 * @example
 * ```ts
 * const trust = parsePolicy(request.AssumeRolePolicyDocument, 'trust');
 * ```
 */
export function parsePolicy(json: string | object, use: PolicyUse = 'any'): PolicyDocument {
  const document = typeof json === 'string' ? readJson(json, use) : json;
  if (!isObject(document)) {
    return refuse('INVALID_JSON', invalidJson(use), '', 'a policy must be a JSON object');
  }
  const statements = checkSyntax(document, use);
  switch (use) {
    case 'managed':
    // "Every SCP must include a Version element with the value "2012-10-17"", and no principal
    // (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html).
    case 'service-control':
      if (document['Version'] !== '2012-10-17') {
        const message = 'Policy document must be version 2012-10-17 or greater.';
        refuse(
          'INVALID_VERSION',
          message,
          'Version',
          'the policy must say "Version": "2012-10-17"',
        );
      }
      checkIdentityPolicy(statements);
      break;
    case 'inline':
    case 'session':
      checkIdentityPolicy(statements);
      break;
    case 'trust':
      checkTrustPolicy(statements);
      break;
    case 'resource':
      checkResourcePolicy(statements);
      break;
    case 'any':
      break;
  }
  // The checks above establish the types.
  return {
    ...document,
    Statement: statements as unknown as readonly Statement[],
  } as PolicyDocument;
}

function readJson(text: string, use: PolicyUse): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    return refuse(
      'INVALID_JSON',
      invalidJson(use),
      '',
      cause instanceof Error ? cause.message : String(cause),
    );
  }
}

function invalidJson(use: PolicyUse): string {
  return use === 'trust' || use === 'resource'
    ? 'This policy contains invalid Json'
    : SYNTAX_MESSAGE;
}
