import type { AccessRequest } from './access-request.ts';
import type { Decision, PolicyKind } from './decision.ts';

/** How AWS names the kinds of policy in its messages. */
const POLICY_NAMES: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  'service-control': 'service control policy',
};

/** The kind of policy that AWS names when several deny, first match first. */
const BLAME_ORDER: readonly PolicyKind[] = [
  'service-control',
  'resource',
  'identity',
  'boundary',
  'session',
];

/**
 * AWS's message for a denied request: who, what, on what, and the kind of policy that decided. Of a trust policy AWS
 * says nothing.
 *
 * @param quoteResource - Whether the resource stands in quotation marks, as Amazon S3 writes it. @defaultValue false
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialMessage(
  request: Pick<AccessRequest, 'principal' | 'action' | 'resource'>,
  decision: Decision,
  quoteResource = false,
): string {
  const { principal, action } = request;
  const who = principal.kind === 'anonymous' ? 'anonymous' : principal.arn;
  const resource = quoteResource ? `"${request.resource}"` : request.resource;
  const attempt = `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`;
  if (action.toLowerCase().startsWith('sts:assumerole')) return attempt;
  const because = blame(action, decision);
  return because === undefined ? attempt : `${attempt} ${because}`;
}

function blame(action: string, { reason, statements }: Decision): string | undefined {
  const none = (policy: string): string => `because no ${policy} allows the ${action} action`;
  switch (reason) {
    case 'EXPLICIT_DENY': {
      const kind =
        BLAME_ORDER.find((candidate) => statements.some((s) => s.kind === candidate)) ?? 'identity';
      return `with an explicit deny in ${kind === 'identity' ? 'an' : 'a'} ${POLICY_NAMES[kind]}`;
    }
    case 'NO_IDENTITY_POLICY':
      return none(POLICY_NAMES.identity);
    case 'NO_RESOURCE_POLICY':
      return none(POLICY_NAMES.resource);
    case 'NO_BOUNDARY':
      return none(POLICY_NAMES.boundary);
    case 'NO_SESSION_POLICY':
      return none(POLICY_NAMES.session);
    case 'NO_SERVICE_CONTROL_POLICY':
      return none(POLICY_NAMES['service-control']);
    case 'ROOT_USER':
    case 'IDENTITY_POLICY':
    case 'RESOURCE_POLICY':
    case 'RESOURCE_POLICY_FOR_ROLE':
    case 'RESOURCE_AND_IDENTITY_POLICY':
    case 'CROSS_ACCOUNT':
      return undefined;
  }
}
