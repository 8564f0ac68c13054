/** What services deliver to. */
const KINDS = {
  lambda: /^function:[\w-]+(:[\w$-]+)?$/,
  sqs: /^[\w-]{1,80}(\.fifo)?$/,
  sns: /^[\w-]{1,256}(\.fifo)?$/,
  kinesis: /^stream\/[\w.-]{1,128}$/,
  logs: /^log-group:[\w./#-]{1,512}(:\*)?$/,
  events: /^event-bus\/[\w./-]{1,256}$/,
} as const;

export type TargetKind = keyof typeof KINDS;

/** The parts of a target's ARN. */
export interface TargetArn {
  readonly kind: TargetKind;
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  /** What stands after the account. */
  readonly resource: string;
}

const isKind = (service: string): service is TargetKind => Object.hasOwn(KINDS, service);

/** Reads the ARN of something that takes deliveries here; undefined for all else. */
export const readTargetArn = (arn: string): TargetArn | undefined => {
  const [, service = '', region = '', accountId = '', resource = ''] =
    /^arn:aws:([a-z]+):([a-z0-9-]+):(\d{12}):(.+)$/.exec(arn) ?? [];
  if (!isKind(service) || !KINDS[service].test(resource)) return undefined;
  return { kind: service, arn, region, accountId, resource };
};
