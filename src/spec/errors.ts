/** Every code of a {@link FrameworkError}, and whose mistake it is. */
export const ERROR_CODES = {
  INVALID_SERVICE_NAME: 'user', // not what CloudFormation takes as a stack's name
  INVALID_NAME: 'user', // a declaration's name is no logical id
  DUPLICATE_NAME: 'user', // two declarations of one name
  NO_FUNCTIONS: 'user', // a service that states nothing
  RESERVED_GRANT_NAME: 'user', // a grant's name is one of the context's own
  MISSING_RESOURCE: 'user', // a grant, event or alarm on nothing
  NOT_IN_SERVICE: 'user', // a reference to a function that the service does not list
  CYCLE: 'user', // declarations that need each other
  INVALID_OPTION: 'user', // an option outside of what AWS takes
  INVALID_ROUTE: 'user', // a path that API Gateway does not take
  DUPLICATE_ROUTE: 'user', // two functions on one route
  ENVIRONMENT_TOO_LARGE: 'user', // variables over 4 KB
  UNKNOWN_TYPE: 'user', // a resource type that AWS does not publish
  UNKNOWN_PROPERTY: 'user', // a property that the type does not have
  UNKNOWN_ATTRIBUTE: 'user', // an attribute that the type does not have
  MISSING_PROPERTY: 'user', // a property that the type requires
  WRONG_TYPE: 'user', // a list for a text, and the like
  INVALID_VALUE: 'user', // outside of an enum, a pattern, a range
  READ_ONLY_PROPERTY: 'user', // a property that AWS sets alone
  DEPRECATED_PROPERTY: 'user', // a property that AWS gives up; a warning
  INVALID_FUNCTION: 'user', // an intrinsic function that is none, or stands where it may not
  INVALID_POLICY: 'user', // a policy document that IAM refuses
  UNKNOWN_ACTION: 'user', // an action that no service has
  UNKNOWN_CONDITION_KEY: 'user', // a condition key that AWS lists nowhere; a warning
  OVER_LIMIT: 'user', // more than AWS takes
  SPLIT_CONFLICT: 'user', // resources of different stacks of one service that need each other
  TEMPLATE_OUTGROWN: 'user', // a stack over CloudFormation's limits, however it is split
  POLICY_TOO_LARGE: 'user', // more permissions than a role can hold
  INVALID_SERVICE: 'user', // several of the above at once
} as const;

/** A code of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** A mistake in a program, in a sentence: what, what was given, what is allowed, what to do. */
export class FrameworkError extends Error {
  /** Names the mistake for programs. */
  readonly code: ErrorCode;
  /** Every mistake that was found, when there is more than one. */
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'FrameworkError';
    this.code = code;
    this.problems = problems;
  }
}

/** One mistake, and where it was made. */
export interface Problem {
  /** Names the mistake for programs. */
  readonly code: ErrorCode;
  /** What, what was given, what is allowed, what to do. */
  readonly message: string;
  /** `app.ts:12`, where it is known. */
  readonly at?: string;
}
