/** What CloudFormation asks of a custom resource. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface RawRequest {
  /** What is to be done. */
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** Where the answer is put. */
  readonly ResponseURL: string;
  /** ARN of the stack. */
  readonly StackId: string;
  /** Id of the request; the answer repeats it. */
  readonly RequestId: string;
  /** `Custom::DnsRecord` */
  readonly ResourceType: string;
  /** The resource's name in the template. */
  readonly LogicalResourceId: string;
  /** What it is called; not in a request to create it. */
  readonly PhysicalResourceId?: string;
  /** What the template says of it, `ServiceToken` included. */
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  /** What the template said before; of an update alone. */
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

/** Properties as they were sent: CloudFormation makes text of numbers and truth values. */
export type SentProperties = Readonly<Record<string, unknown>>;

interface Request {
  /** The resource's logical id. */
  readonly logicalResourceId: string;
  /** ARN of the stack. */
  readonly stackId: string;
  /** `Custom::DnsRecord` */
  readonly resourceType: string;
  /** As CloudFormation sent it. */
  readonly request: RawRequest;
}

/** A resource is to be made. */
export interface CreateRequest<Properties> extends Request {
  /** What is to be done. */
  readonly requestType: 'Create';
  /** What the program says of it, as the schema makes it. */
  readonly properties: Properties;
}

/** What the program says of a resource has changed. */
export interface UpdateRequest<Properties> extends Request {
  /** What is to be done. */
  readonly requestType: 'Update';
  /** What the program says of it now, as the schema makes it. */
  readonly properties: Properties;
  /** What it said before; unchecked, for it may be of an older program. */
  readonly oldProperties: SentProperties;
  /** What it is called, as `create` answered. */
  readonly physicalResourceId: string;
}

/** A resource is to go. */
export interface DeleteRequest extends Request {
  /** What is to be done. */
  readonly requestType: 'Delete';
  /** What the program said of it last; unchecked, for it may be of an older program. */
  readonly properties: SentProperties;
  /** What it is called, as `create` answered. */
  readonly physicalResourceId: string;
}

/** What became of a resource. */
export interface CustomResourceResult<Attributes> {
  /**
   * What it is called, up to 1 KB. Another one than before is another resource: CloudFormation deletes the old one.
   * @defaultValue the name that it has; of a new one a name that stays the same for the resource
   */
  readonly physicalResourceId?: string;
  /** What `getAtt` answers. All that is answered is up to 4,096 bytes of JSON. */
  readonly attributes?: Attributes;
  /** Whether the attributes are hidden in what CloudFormation shows. @defaultValue false */
  readonly noEcho?: boolean;
}
