import { AwsError, notSupported } from './aws-error.ts';
import type { ServiceDefinition } from './define-service.ts';
import type { WireRequest } from './protocols/index.ts';
import { loadModel } from './protocols/index.ts';

/** Which service a request is for, and its path with S3's bucket in it. */
export interface Located {
  readonly service: ServiceDefinition;
  readonly path: string;
}

/** `photos.s3.us-east-1.localhost`, `photos.s3.localhost`, `photos.localhost` */
const BUCKET_HOST = /^(.+?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost$/;

const LEADING_SERVICES = new Set(['s3', 'sts', 'iam', 'lambda', 'sns', 'sqs', 'cloudformation']);

/**
 * Finds the service of a request.
 * @param signingName - What the signature's scope names.
 * @throws {NotImplemented} for a service of AWS that the cloud does not have
 */
export type LocateService = (
  signingName: string | undefined,
  host: string,
  request: WireRequest,
) => Located;

export const createServiceLocator = (
  services: ReadonlyMap<string, ServiceDefinition>,
): LocateService => {
  const byName = Map.groupBy(services.values(), ({ signingName }) => signingName);
  return (signingName, host, request) =>
    locate(services, signingName === undefined ? [] : (byName.get(signingName) ?? []), {
      signingName,
      request,
      path: bucketInPath(signingName, host, request.path),
    });
};

interface Sought {
  readonly signingName: string | undefined;
  readonly request: WireRequest;
  /** With S3's bucket in it. */
  readonly path: string;
}

/** The signature's scope names the service; where several share a name, or nobody signed, target, host and path decide. */
const locate = (
  services: ReadonlyMap<string, ServiceDefinition>,
  named: readonly ServiceDefinition[],
  { signingName, request, path }: Sought,
): Located => {
  const [only] = named;
  if (named.length === 1 && only !== undefined) return { service: only, path };
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    const prefix = target.slice(0, Math.max(0, target.lastIndexOf('.')));
    const candidates = named.length > 0 ? named : [...services.values()];
    const owner = candidates.find((service) => loadModel(service.id).targetPrefix === prefix);
    if (owner !== undefined) return { service: owner, path };
    throw notSupported(`The service of the target '${target.slice(0, 100)}'`);
  }
  if (named.length > 1) {
    const owner = named.find((service) => request.path.startsWith(`/${service.pathPrefix ?? ''}`));
    if (owner !== undefined) return { service: owner, path };
  }
  if (signingName !== undefined) throw notSupported(`The service '${signingName}'`);
  const form = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  // A link that anybody may follow, such as SNS's to confirm a subscription.
  const action = request.query.get('Action')?.[0] ?? '';
  for (const service of services.values())
    if (Array.isArray(service.allowsAnonymous) && service.allowsAnonymous.includes(action))
      return { service, path };
  const sts = services.get('sts');
  if (sts !== undefined && (form || request.query.has('Action'))) return { service: sts, path };
  const s3 = services.get('s3');
  if (s3 !== undefined) return { service: s3, path };
  throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', {
    status: 403,
  });
};

const bucketInPath = (signingName: string | undefined, host: string, path: string): string => {
  if (signingName !== undefined && signingName !== 's3') return path;
  const bucket = BUCKET_HOST.exec(host)?.[1];
  if (bucket === undefined || bucket === 's3' || LEADING_SERVICES.has(bucket)) return path;
  return `/${bucket}${path}`;
};
