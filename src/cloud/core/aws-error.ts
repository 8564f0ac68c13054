/** What an {@link AwsError} may add to its code and message. */
export interface AwsErrorOptions {
  /** HTTP status. @defaultValue 400 for a client's fault, 500 for a server's */
  readonly status?: number;
  /** Whose fault it is; decides `Sender` or `Receiver` and whether SDKs retry. @defaultValue 'client' */
  readonly fault?: 'client' | 'server';
  /** A denial by IAM, whatever its code. */
  readonly denied?: boolean;
  /** Code in the query protocol of a service that speaks JSON too. @defaultValue what the model says, or the code without `Exception` */
  readonly queryCode?: string;
  /** Members of the modelled error beside code and message, such as S3's `BucketName`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * An error as AWS puts it on the wire: exact code, message and status.
 * Thrown in operations, serialised only by the protocol layer.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fault: 'client' | 'server';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly denied: boolean;
  readonly queryCode: string | undefined;
  /** What a desk wants to know and the wire does not carry: the denied need, the grant to add. */
  hint?: string;

  constructor(code: string, message: string, options: AwsErrorOptions = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.fault = options.fault ?? ((options.status ?? 400) >= 500 ? 'server' : 'client');
    this.status = options.status ?? (this.fault === 'server' ? 500 : 400);
    this.denied = options.denied ?? false;
    this.queryCode = options.queryCode;
    this.fields = options.fields ?? {};
  }
}

/** What the journal calls the end of something that failed: whether IAM denied it. */
export const failureOutcome = (error: unknown): 'denied' | 'error' =>
  error instanceof AwsError && error.denied ? 'denied' : 'error';

/** An operation, property or type that AWS has and the embedded cloud has not. Says so, never pretends. */
export const notSupported = (what: string): AwsError =>
  new AwsError(
    'NotImplemented',
    `${what} is not supported by the embedded cloud. Deploy to AWS to use it, or leave it out locally.`,
    { status: 501, fault: 'server' },
  );
