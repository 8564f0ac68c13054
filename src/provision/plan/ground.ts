import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { Target } from '../aws/target.ts';
import type { ArtifactBucket } from '../artifacts/artifact-bucket.ts';
import {
  bucketOf,
  ensureArtifactBucket,
  findArtifactStack,
  namedBucket,
} from '../artifacts/artifact-bucket.ts';
import { fitsRequest, fittingBody } from '../artifacts/template-upload.ts';
import type { Artifact } from '../artifacts/upload.ts';
import type { TemplateFacts } from '../change-set/parameters.ts';
import { BUCKET_PARAMETER, KEY_PARAMETER } from '../change-set/parameters.ts';
import { ensureChangeable } from '../doctor/recover.ts';
import type { DriftPolicy } from '../drift/drift.ts';
import type { ReportDrift } from '../drift/look-for-drift.ts';
import { lookForDrift } from '../drift/look-for-drift.ts';
import type { Deployable, Divisible } from '../nested/division.ts';
import { deployableOn } from '../nested/division.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack, situationOf } from '../stack/stack-state.ts';

/** What a stack is to become, and who is told. */
export interface PlanRequest {
  readonly stackName: string;
  /** The template as it will be sent, JSON or YAML, where the service is one stack. */
  readonly templateBody: string;
  /** The parts of it that the deployer reads. */
  readonly template: TemplateFacts;
  /** How the service is split where it outgrows a template. @defaultValue one template, whatever its size */
  readonly divide?: NonNullable<Divisible['divide']>;
  /** The code, while it may still be in the making. Undefined for a service without functions. */
  readonly archive?: Promise<Artifact>;
  /** A bucket of the user's. @defaultValue Sparta's own, made when it is not there */
  readonly bucket?: string;
  /** Values for the template's other parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Tags of the stack, which CloudFormation hands on to its resources. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Whether CloudFormation is through as soon as the configuration is applied, not when everything is ready.
   * @defaultValue false
   */
  readonly express?: boolean;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  /** Where the program declares a resource: `app.ts:12`. @defaultValue it is not known */
  readonly placeOf?: (logicalId: string) => string | undefined;
  /** How a user runs a command of this program: `status` → `node app.ts status --local`. */
  readonly command: (verb: string) => string;
}

/** What a change set is built on. */
export interface Ground {
  readonly kind: 'create' | 'update';
  /** The stack as it is; undefined, or a shell, when it is to be created. */
  readonly current: StackState | undefined;
  readonly body: string;
  /** What is sent: one template, or a root with others nested in it. */
  readonly deployable: Deployable;
  /** Undefined when none is needed, or it is not there and was not to be made. */
  readonly bucket: ArtifactBucket | undefined;
  /** Whether a bucket is needed and has still to be made. */
  readonly makesBucket: boolean;
  readonly archive: Artifact | undefined;
  /**
   * Whether the stack runs on this very archive. It was in the bucket when that was deployed, so it is looked for again
   * only if something else changes.
   */
  readonly isDeployed: boolean;
  readonly reportDrift: ReportDrift;
}

/** How much may be done to make ready. */
export interface Preparation {
  /** Whether to make the artifact bucket where there is none. */
  readonly makeBucket: boolean;
  /** Whether to do first what a stuck stack needs. */
  readonly recover: boolean;
  /** What to do about changes that were made by hand. @defaultValue `ignore` */
  readonly drift?: DriftPolicy;
}

/**
 * Reads what there is: the stack, the bucket, the archive.
 *
 * @throws {STACK_BUSY | STACK_STUCK} when the stack cannot be changed now
 */
export const prepare = async (
  target: Target,
  api: CloudFormationApi,
  request: PlanRequest,
  { makeBucket, recover, drift = 'ignore' }: Preparation,
): Promise<Ground> => {
  const { stackName, signal, onProgress } = request;
  const named = request.bucket === undefined ? undefined : namedBucket(request.bucket);
  const isShort = fitsRequest(request.templateBody);
  const mayNeedBucket = request.archive !== undefined || !isShort;
  // A template that nobody can split is refused before anything is asked.
  if (request.divide === undefined) fittingBody(stackName, request.templateBody);
  const packing = { done: false };
  request.archive?.then(
    () => {
      packing.done = true;
    },
    () => undefined,
  );
  const [found, artifacts] = await Promise.all([
    describeStack(api, stackName, signal),
    mayNeedBucket && named === undefined ? findArtifactStack(api, signal) : undefined,
  ]);
  const current = await ensureChangeable(api, found, { ...request, recover });
  const reportDrift = lookForDrift(api, current, { ...request, drift });
  // Code that is still being packed is new code, and will be uploaded: the client is loaded while that goes on.
  if (request.archive !== undefined && !packing.done) target.s3().catch(() => undefined);
  // So does a stack that is not there, where its template goes through the bucket.
  if (!isShort && current === undefined) target.s3().catch(() => undefined);
  const deployable = await deployableOn(api, request, current, signal);
  const body = fittingBody(stackName, deployable.templateBody);
  const needsBucket =
    request.archive !== undefined || !fitsRequest(body) || deployable.nested.length > 0;
  const ownBucket = async () => {
    const there = mayNeedBucket ? artifacts : await findArtifactStack(api, signal);
    return makeBucket ? ensureArtifactBucket(api, there, signal, onProgress) : bucketOf(there);
  };
  const [bucket, archive] = await Promise.all([
    needsBucket ? (named ?? ownBucket()) : undefined,
    request.archive,
  ]);
  const kind = situationOf(current) === 'updatable' ? 'update' : 'create';
  const isDeployed =
    kind === 'update' &&
    archive?.key === current?.parameters[KEY_PARAMETER] &&
    bucket?.name === current?.parameters[BUCKET_PARAMETER];
  return {
    kind,
    current,
    body,
    deployable,
    bucket,
    makesBucket: needsBucket && bucket === undefined,
    archive,
    isDeployed,
    reportDrift,
  };
};
