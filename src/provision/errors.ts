/** Who has to act on a {@link DeployError}: `user`, `cloud` (it may pass by itself), or us (`bug`). */
const DEPLOY_ERROR_CODES = {
  NO_CREDENTIALS: 'user', // the credential chain found nothing
  CREDENTIALS_EXPIRED: 'user', // temporary keys or an SSO session ran out
  CREDENTIALS_INVALID: 'user', // the endpoint does not know the key, or the secret does not fit
  PROFILE_NOT_FOUND: 'user', // --profile or AWS_PROFILE names none
  CLOCK_SKEWED: 'user', // this machine's clock is minutes off
  ACCESS_DENIED: 'user', // known, but not allowed
  REGION_MISSING: 'user', // no region anywhere
  ENDPOINT_INVALID: 'user', // an endpoint that is no URL
  ENDPOINT_UNREACHABLE: 'user', // nobody answers: network, region spelled wrong, service not started
  BUCKET_NAME_INVALID: 'user', // --bucket is no bucket name
  BUCKET_NOT_FOUND: 'user', // --bucket does not exist
  BUCKET_FORBIDDEN: 'user', // --bucket is another account's, or closed to this identity
  BUCKET_WRONG_REGION: 'user', // Lambda reads code from its own region only
  BUCKET_NOT_READY: 'cloud', // the stack of the artifact bucket failed
  TEMPLATE_TOO_LARGE: 'user', // over CloudFormation's 1 MB
  TEMPLATE_REFUSED: 'user', // CloudFormation does not accept the template or a parameter
  PARAMETER_UNKNOWN: 'user', // --parameter names none of the template's
  PARAMETER_MISSING: 'user', // a parameter without default has no value
  STACK_BUSY: 'cloud', // another operation runs on the stack
  STACK_OVERTAKEN: 'cloud', // another deployment changed the stack after the plan was made
  STACK_STUCK: 'user', // the state allows no change before something else is done
  STACK_PROTECTED: 'user', // termination protection is on
  EXPORT_IN_USE: 'user', // another stack imports what would go
  EXPORT_NOT_FOUND: 'user', // --keep-export names none that the stack has
  WAY_CLOSED: 'user', // doctor --do names what this state does not offer
  DRIFTED: 'user', // --drift stop, and something was changed by hand
  DRIFT_UNKNOWN: 'cloud', // --drift stop, and it could not be found out
  STACK_NOT_FOUND: 'user', // nothing was provisioned under this name
  RETAIN_REFUSED: 'user', // --retain outside of DELETE_FAILED
  PURGE_REFUSED: 'user', // --purge of what only its service can delete
  RESOURCE_NOT_FOUND: 'user', // --purge or --retain name what the stack does not have
  DATA_LOSS: 'user', // data would be lost, and nobody allowed it
  ALLOWANCE_UNKNOWN: 'user', // --allow-loss names what is not there
  RENAME_REFUSED: 'user', // --rename cannot be done
  CHANGE_SET_FAILED: 'user', // CloudFormation refused before it changed anything
  IN_PLACE_REFUSED: 'user', // --inplace cannot carry this change
  IN_PLACE_UNFINISHED: 'cloud', // a function could not be changed in place; others were
  DEPLOYMENT_FAILED: 'user', // a resource failed; rolled back
  DELETE_FAILED: 'user', // a resource could not be deleted
  DECLINED: 'user', // the question was answered with no
  INTERRUPTED: 'user', // Ctrl-C
  QUOTA_EXCEEDED: 'user', // an account's quota
  THROTTLED: 'cloud', // too many requests, after retries
  SERVICE_FAILED: 'cloud', // 5xx, after retries
  UNEXPECTED_ANSWER: 'bug', // an answer that we do not understand
} as const;

/** The key of {@link DEPLOY_ERROR_CODES} that says why a stack was not changed as asked. */
export type DeployErrorCode = keyof typeof DEPLOY_ERROR_CODES;

/** The resource that failed first: the cause of everything after it. */
export interface ResourceFailure {
  /** `Photos` */
  readonly logicalId: string;
  /** `AWS::S3::Bucket` */
  readonly resourceType: string;
  readonly physicalId?: string;
  /** `CREATE_FAILED` */
  readonly status: string;
  /** What the resource's service said, without CloudFormation's wrapping. */
  readonly reason: string;
  /** CloudFormation's class of the failure, when it gives one: `AlreadyExists`, `AccessDenied`, … */
  readonly handlerErrorCode?: string;
  /** Where the resource stands in the template: `Resources.Photos`. */
  readonly templatePath: string;
  readonly timestamp: Date;
}

/** What a {@link DeployError} may say beside its code and message. */
export interface DeployErrorOptions {
  /** What to do about it. One line per step. */
  readonly hint?: string;
  /** The failure that started it. */
  readonly failure?: ResourceFailure;
  /** State of the stack when it ended. */
  readonly stackStatus?: string;
  /** The error beneath, for a debugger. */
  readonly cause?: unknown;
}

/** A stack that was not changed as asked. The message is for the user of the framework. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
  readonly code: DeployErrorCode;
  readonly hint: string | undefined;
  readonly failure: ResourceFailure | undefined;
  readonly stackStatus: string | undefined;

  constructor(code: DeployErrorCode, message: string, options: DeployErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.failure = options.failure;
    this.stackStatus = options.stackStatus;
  }
}
