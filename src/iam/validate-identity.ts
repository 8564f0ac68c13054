import { parseOperator } from './condition-operators.ts';
import { parsePolicyDate } from './policy-date.ts';
import { asList, type ConditionBlock, type OneOrMany } from './policy-document.ts';
import { refuse, type Unchecked } from './validate-syntax.ts';

/**
 * The checks that follow the syntax of an identity-based policy, in the order in which IAM reports them. Nowhere
 * does AWS document these texts; they are those that IAM's API answers, as clients quote them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html
 * @throws {PolicyError}
 */
export function checkIdentityPolicy(statements: readonly Unchecked[]): void {
  const named = statements.map((statement, index) => ({ statement, path: `Statement[${index}]` }));
  for (const { statement, path } of named) {
    for (const element of ['Principal', 'NotPrincipal']) {
      if (!(element in statement)) continue;
      const detail =
        'an identity-based policy is about the identity that it is attached to; leave this out';
      refuse(
        'PROHIBITED_PRINCIPAL',
        'Policy document should not specify a principal.',
        `${path}.${element}`,
        detail,
      );
    }
  }
  for (const { statement, path } of named) checkLegacy(statement, path);
  const resourceFault = named
    .flatMap(({ statement, path }) => listOf(statement, ['Resource', 'NotResource'], path))
    .map(({ value, at }) => findResourceFault(value, at))
    .find((fault) => fault !== undefined);
  if (resourceFault?.legacy === true) refuseLegacy(resourceFault.path, resourceFault.detail);
  checkUniqueSids(statements, 'Statement IDs (SID) in a single policy must be unique.');
  for (const { statement, path } of named) {
    if (isEmpty(statement, ['Action', 'NotAction'])) {
      refuse(
        'MISSING_ACTION',
        'Policy statement must contain actions.',
        path,
        'name at least one action',
      );
    }
  }
  for (const { statement, path } of named) {
    if (isEmpty(statement, ['Resource', 'NotResource'])) {
      refuse(
        'MISSING_RESOURCE',
        'Policy statement must contain resources.',
        path,
        'name at least one ARN, or "*"',
      );
    }
  }
  if (resourceFault !== undefined) {
    refuse('INVALID_RESOURCE', resourceFault.message, resourceFault.path, resourceFault.detail);
  }
  for (const { statement, path } of named) {
    for (const { value, at } of listOf(statement, ['Action', 'NotAction'], path))
      checkAction(value, at);
  }
}

/** @throws {PolicyError} with `DUPLICATE_SID` */
export function checkUniqueSids(statements: readonly Unchecked[], message: string): void {
  const seen = new Set<unknown>();
  for (const [index, { Sid: sid }] of statements.entries() as Iterable<
    [number, { Sid?: unknown }]
  >) {
    if (sid === undefined || sid === '') continue;
    if (seen.has(sid))
      refuse('DUPLICATE_SID', message, `Statement[${index}].Sid`, `"${String(sid)}" is used twice`);
    seen.add(sid);
  }
}

/** @throws {PolicyError} with `INVALID_ACTION` */
export function checkAction(action: string, path: string): void {
  if (action === '*') return;
  const [vendor = '', ...rest] = action.split(':');
  const bad = (message: string): never =>
    refuse(
      'INVALID_ACTION',
      message,
      path,
      `"${action}" must be of the form service:Action, such as s3:GetObject`,
    );
  if (rest.length === 0)
    bad('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  if (rest.length > 1) bad('Actions/Condition can contain only one colon.');
  if (vendor !== '*' && !/^[a-zA-Z0-9\-.]+$/.test(vendor)) bad(`Vendor ${vendor} is not valid`);
}

interface ResourceFault {
  readonly message: string;
  readonly path: string;
  readonly detail: string;
  readonly legacy?: boolean;
}

const PARTITIONS: ReadonlySet<string> = new Set(['aws', 'aws-cn', 'aws-us-gov', '*']);

const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/** What IAM finds wrong with a resource, if anything. */
function findResourceFault(resource: string, path: string): ResourceFault | undefined {
  if (resource === '*') return undefined;
  const fault = (message: string, detail: string): ResourceFault => ({ message, path, detail });
  const form = 'an ARN is arn:partition:service:region:account:resource';
  const [, partition, service, ...rest] = resource.split(':');
  if (partition === undefined)
    return fault(`Resource ${resource} must be in ARN format or "*".`, form);
  if (!PARTITIONS.has(partition)) {
    const [second = '*', third = '*', ...last] = [
      service === '' && rest.length === 0 ? '*' : service,
      ...rest,
    ];
    const fourth = last[0] ?? '*';
    const fifth = last.length > 1 ? last.slice(1).join(':') : '*';
    const seen = `arn:${partition}:${second}:${third}:${fourth}:${fifth}`;
    return fault(`Partition "${partition}" is not valid for resource "${seen}".`, form);
  }
  if (service === undefined) {
    return fault('Resource vendor must be fully qualified and cannot contain regexes.', form);
  }
  const [region, , ...name] = rest;
  if (service === 'iam' && region !== undefined && region !== '' && region !== '*') {
    return fault(
      `IAM resource ${resource} cannot contain region information.`,
      'IAM is global: leave the region empty',
    );
  }
  if (service === 's3' && region !== undefined && !/^\*?$/.test(region)) {
    return fault(
      `Resource ${resource} can not contain region information.`,
      'bucket names are global: leave it empty',
    );
  }
  if (rest.length > 0 && rest.length < 3 && !resource.endsWith('*')) {
    return { ...fault('', `"${resource}" has too few colons; ${form}`), legacy: true };
  }
  if (service === '')
    return { ...fault('', `"${resource}" names no service; ${form}`), legacy: true };
  const iamPath = name.join(':');
  if (service === 'iam' && name.length > 0 && !/^[*?]/.test(iamPath) && iamPath !== 'root') {
    if (
      !IAM_PATHS.some(
        (start) =>
          iamPath.startsWith(start) ||
          (/\*/.test(iamPath) && start.startsWith(iamPath.split('*')[0] ?? '')),
      )
    ) {
      return fault(
        `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`,
        `"${iamPath}" starts with none of them`,
      );
    }
  }
  return undefined;
}

/** IAM's last resort: what an older parser of theirs does not read. */
function refuseLegacy(path: string, detail: string): never {
  return refuse('INVALID_VALUE', 'The policy failed legacy parsing', path, detail);
}

function checkLegacy(statement: Unchecked, path: string): void {
  const { Effect, Condition } = statement as { Effect: string; Condition?: ConditionBlock };
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    refuseLegacy(`${path}.Effect`, `is "${Effect}"; write "Allow" or "Deny" with a capital`);
  }
  for (const [written, keys] of Object.entries(Condition ?? {})) {
    if (parseOperator(written)?.operator?.name.startsWith('Date') !== true) continue;
    for (const [key, values] of Object.entries(keys)) {
      for (const value of asList(values)) {
        if (parsePolicyDate(String(value)) !== undefined) continue;
        const at = `${path}.Condition.${written}["${key}"]`;
        refuseLegacy(
          at,
          `"${String(value)}" is no date; write 2030-12-31T23:59:59Z or seconds since 1970`,
        );
      }
    }
  }
}

function isEmpty(statement: Unchecked, elements: readonly string[]): boolean {
  return elements.every(
    (element) => asList(statement[element] as OneOrMany<string> | undefined).length === 0,
  );
}

function listOf(
  statement: Unchecked,
  elements: readonly string[],
  path: string,
): readonly { readonly value: string; readonly at: string }[] {
  return elements.flatMap((element) => {
    const values = asList(statement[element] as OneOrMany<string> | undefined);
    return values.map((value) => ({ value, at: `${path}.${element}` }));
  });
}
