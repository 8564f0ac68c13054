import { iamConditionKeys } from '../schema/index.ts';
import type { PolicyPlace } from './find-policies.ts';
import type { JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';
import { nearest } from './nearest.ts';
import { printPath } from './property-path.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export const GLOBAL_KEYS = [
  'aws:AssumedRoot',
  'aws:CalledVia',
  'aws:CalledViaAWSMCP',
  'aws:CalledViaFirst',
  'aws:CalledViaLast',
  'aws:ChatbotSourceArn',
  'aws:CurrentTime',
  'aws:Ec2InstanceSourcePrivateIPv4',
  'aws:Ec2InstanceSourceVpc',
  'aws:EpochTime',
  'aws:FederatedProvider',
  'aws:MultiFactorAuthAge',
  'aws:MultiFactorAuthPresent',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalServiceName',
  'aws:PrincipalServiceNamesList',
  'aws:PrincipalTag/',
  'aws:PrincipalType',
  'aws:Referer',
  'aws:RequestedRegion',
  'aws:RequestTag/',
  'aws:ResourceAccount',
  'aws:ResourceOrgID',
  'aws:ResourceOrgPaths',
  'aws:ResourceTag/',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceIdentity',
  'aws:SourceIp',
  'aws:SourceOrgID',
  'aws:SourceOrgPaths',
  'aws:SourceVpc',
  'aws:SourceVpcArn',
  'aws:SourceVpce',
  'aws:TagKeys',
  'aws:TokenIssueTime',
  'aws:UserAgent',
  'aws:userid',
  'aws:username',
  'aws:ViaAWSMCPService',
  'aws:ViaAWSService',
  'aws:VpceAccount',
  'aws:VpceOrgID',
  'aws:VpceOrgPaths',
  'aws:VpcSourceIp',
] as const;

/** Keys with a name of the user's own at their end, by what stands before it. */
const family = (key: string): string => key.replace(/[/:](\$\{[^}]*\}|<[^>]*>)?[^/]*$/, '');

/** Warns of condition keys that AWS lists nowhere: a condition on one is never true, or always. */
export const checkConditionKeys = (statement: JsonObject, place: PolicyPlace): void => {
  const condition = statement['Condition'];
  if (!isObject(condition)) return;
  for (const [operator, keys] of Object.entries(condition))
    if (isObject(keys))
      for (const key of Object.keys(keys)) {
        const candidates = candidatesOf(key, statement);
        if (candidates === undefined || isListed(key, candidates)) continue;
        const path = { up: { up: { up: place.path, key: 'Condition' }, key: operator }, key };
        const meant = nearest(key, candidates);
        place.report.warning(
          'UNKNOWN_CONDITION_KEY',
          { id: place.id, path },
          `${printPath({ up: place.path, key: 'Condition' })} of ${place.id} asks for ${key}, which AWS lists nowhere${meant === undefined ? '. See the service authorization reference.' : `; did you mean ${meant}?`}`,
        );
      }
};

const lower = new Map<readonly string[], ReadonlySet<string>>();

const isListed = (key: string, candidates: readonly string[]): boolean => {
  let names = lower.get(candidates);
  if (names === undefined) {
    names = new Set(
      candidates.flatMap((one) => [
        one.toLowerCase(),
        ...(/[/:]\$\{|\/$|<|\*/.test(one) ? [`${family(one).toLowerCase()}/`] : []),
      ]),
    );
    lower.set(candidates, names);
  }
  const wanted = key.toLowerCase();
  const slash = wanted.indexOf('/');
  return names.has(wanted) || (slash >= 0 && names.has(wanted.slice(0, slash + 1)));
};

/** Where a key would be listed; undefined for keys of identity providers, whose names are theirs. */
const candidatesOf = (key: string, statement: JsonObject): readonly string[] | undefined => {
  const prefix = key.slice(0, Math.max(0, key.indexOf(':'))).toLowerCase();
  if (prefix === 'aws') return GLOBAL_KEYS;
  // `token.actions.githubusercontent.com:sub`, `saml:aud`
  if (prefix.includes('.') || prefix.includes('/') || prefix === 'saml') return undefined;
  const own = iamConditionKeys(prefix);
  if (own !== undefined) return own;
  const actions = statement['Action'];
  const services = (isList(actions) ? actions : [actions]).map(
    (action) => String(action).split(':')[0] ?? '',
  );
  return services.flatMap((service) => iamConditionKeys(service.toLowerCase()) ?? []);
};
