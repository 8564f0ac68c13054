import { asList, type OneOrMany } from './policy-document.ts';
import { checkUniqueSids } from './validate-identity.ts';
import { isObject, refuse, type Unchecked } from './validate-syntax.ts';

/**
 * The checks that follow the syntax of a role's trust policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html
 * @throws {PolicyError}
 */
export function checkTrustPolicy(statements: readonly Unchecked[]): void {
  for (const [index, statement] of statements.entries())
    checkStatement(statement, `Statement[${index}]`);
  checkUniqueSids(statements, 'The Statement Ids in the policy are not unique');
}

/** The checks that follow the syntax of a resource-based policy and that no service words in its own way. */
export function checkResourcePolicy(statements: readonly Unchecked[]): void {
  for (const [index, statement] of statements.entries()) {
    const path = `Statement[${index}]`;
    checkEffect(statement, path);
    requirePrincipal(statement, path);
    if (statement['Action'] === undefined && statement['NotAction'] === undefined) {
      refuse('MISSING_ACTION', 'Missing required field Action', path, 'name at least one action');
    }
  }
  checkUniqueSids(statements, 'The Statement Ids in the policy are not unique');
}

function checkStatement(statement: Unchecked, path: string): void {
  checkEffect(statement, path);
  for (const element of ['Resource', 'NotResource']) {
    if (!(element in statement)) continue;
    const detail = 'a trust policy is about the role that it belongs to; leave the resource out';
    refuse('PROHIBITED_RESOURCE', `Has prohibited field ${element}`, `${path}.${element}`, detail);
  }
  requirePrincipal(statement, path);
  const actions = [statement['Action'], statement['NotAction']].flatMap((value) =>
    asList(value as OneOrMany<string> | undefined),
  );
  if (actions.length === 0) {
    refuse(
      'MISSING_ACTION',
      'Missing required field Action',
      path,
      'name at least one action, such as sts:AssumeRole',
    );
  }
  for (const action of actions) {
    if (/^sts:/i.test(action)) continue;
    const message = 'AssumeRole policy may only specify STS AssumeRole actions.';
    refuse('INVALID_ACTION', message, `${path}.Action`, `"${action}" is no action of STS`);
  }
  checkNames(statement['Principal'] ?? statement['NotPrincipal'], `${path}.Principal`);
}

function checkEffect(statement: Unchecked, path: string): void {
  const effect = String(statement['Effect']);
  if (effect === 'Allow' || effect === 'Deny') return;
  refuse(
    'INVALID_SYNTAX',
    `Invalid effect: ${effect}`,
    `${path}.Effect`,
    'write "Allow" or "Deny" with a capital',
  );
}

function requirePrincipal(statement: Unchecked, path: string): void {
  const principal = statement['Principal'] ?? statement['NotPrincipal'];
  if (principal === undefined) {
    const detail = 'say who is meant, such as { "Service": "lambda.amazonaws.com" }';
    refuse('MISSING_PRINCIPAL', 'Missing required field Principal', path, detail);
  }
  if (isObject(principal) && Object.keys(principal).length === 0) {
    const message = 'Missing required field Principal cannot be empty!';
    refuse('MISSING_PRINCIPAL', message, `${path}.Principal`, 'name at least one principal');
  }
}

const ACCOUNT_ID = /^\d{12}$/;
const PRINCIPAL_ARN =
  /^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)\/[^*]+)$/;
const UNIQUE_ID = /^(AIDA|AROA)[A-Z0-9]{12,}$/;
const SERVICE = /^[a-z0-9][a-z0-9.-]*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$/;

/** IAM refuses names that cannot be principals; whether they exist is not ours to know. */
function checkNames(principal: unknown, path: string): void {
  if (!isObject(principal)) return;
  const names = (kind: string): readonly string[] =>
    asList(principal[kind] as OneOrMany<string> | undefined);
  for (const name of names('AWS')) {
    if (name === '*' || ACCOUNT_ID.test(name) || PRINCIPAL_ARN.test(name) || UNIQUE_ID.test(name))
      continue;
    const detail =
      'use 12 digits, or the full ARN of an account, user, role or session, without wildcards';
    refuse(
      'INVALID_PRINCIPAL',
      `Invalid principal in policy: "AWS":"${name}"`,
      `${path}.AWS`,
      detail,
    );
  }
  for (const name of names('Service')) {
    if (SERVICE.test(name)) continue;
    const detail = 'a service principal looks like lambda.amazonaws.com';
    refuse(
      'INVALID_PRINCIPAL',
      `Invalid principal in policy: "SERVICE":"${name}"`,
      `${path}.Service`,
      detail,
    );
  }
}
