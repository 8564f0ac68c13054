import type { ServerResponse } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { Cloud } from './cloud.ts';
import { lookUp } from './look-up.ts';

const MOST_ENTRIES = 1_000;

const PLACES = [
  '/_sparta/health',
  '/_sparta/journal?after=ID&limit=N&outcome=denied',
  '/_sparta/usage',
  '/_sparta/can?role=NAME&action=ACTION&resource=ARN',
];

/**
 * What people and tools may read of a cloud. Nothing can be changed there. The requests come from this machine, as all
 * do that the server takes.
 */
export const inspect = async (
  cloud: Cloud,
  target: string,
  response: ServerResponse,
): Promise<void> => {
  const { pathname, searchParams } = new URL(target, 'http://cloud');
  switch (pathname) {
    case '/_sparta/health':
      return send(response, 200, health(cloud));
    case '/_sparta/journal':
      return send(response, 200, { entries: entries(cloud, searchParams) });
    case '/_sparta/usage':
      return send(response, 200, { statements: cloud.usage.all() });
    case '/_sparta/can':
      return can(cloud, searchParams, response);
    default:
      return send(response, 404, {
        message: `There is no ${pathname}; there are ${PLACES.join(', ')}.`,
      });
  }
};

const health = (cloud: Cloud) => ({
  product: 'sparta',
  pid: process.pid,
  accountId: cloud.accountId,
  region: cloud.region,
  services: [...cloud.services.keys()],
});

/** The newest that match, oldest first. */
const entries = ({ journal }: Cloud, query: URLSearchParams) => {
  const after = Number(query.get('after') ?? 0);
  const id = query.get('id');
  const outcome = query.get('outcome');
  const limit = Math.min(Number(query.get('limit') ?? MOST_ENTRIES) || MOST_ENTRIES, MOST_ENTRIES);
  return journal
    .entries()
    .filter((entry) => entry.id > after && (id === null || entry.id === Number(id)))
    .filter((entry) => outcome === null || entry.outcome === outcome)
    .slice(-limit);
};

/** What a session of a role would be told. */
const can = async (cloud: Cloud, query: URLSearchParams, response: ServerResponse) => {
  const roleName = query.get('role') ?? '';
  const [action, resource] = [query.get('action') ?? '', query.get('resource') ?? ''];
  if (roleName === '' || action === '' || resource === '')
    return send(response, 400, {
      message: 'The question is ?role=NAME&action=ACTION&resource=ARN.',
    });
  const { accountId } = cloud;
  try {
    const answer = (await lookUp(cloud, {
      service: 'iam',
      operation: 'GetRole',
      input: { RoleName: roleName },
    })) as { readonly Role?: { readonly Arn?: string; readonly RoleId?: string } };
    const need = cloud.decide(
      {
        kind: 'session',
        accountId,
        arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/can`,
        userId: `${answer.Role?.RoleId ?? ''}:can`,
        roleArn: answer.Role?.Arn ?? '',
        roleName,
        sessionName: 'can',
        token: { issuedAt: cloud.clock.now() },
      },
      { action, resource },
    );
    return send(response, 200, { need });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return send(response, 404, { message: error.message });
  }
};

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
