/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const LIMITS = {
  /** Bytes of a template in the request. */
  templateBodyBytes: 51_200,
  /** Bytes of a template in S3. */
  templateBytes: 1_048_576,
  resources: 500,
  parameters: 200,
  mappings: 200,
  outputs: 200,
  /** Characters of a logical id. */
  logicalIdLength: 255,
  descriptionBytes: 1_024,
  /** Bytes of a parameter's value. */
  parameterValueBytes: 4_096,
  /** Days that a deleted stack can be described by its id. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html */
  deletedStackDays: 90,
} as const;

/** Differs: AWS names no depth; without one a template could exhaust the stack of this process. */
export const MAX_TEMPLATE_DEPTH = 200;

/** Resources that are worked on at one time. Differs: AWS names no number. */
export const MAX_PARALLEL_RESOURCES = 64;

/** Entries of one page of a listing. AWS answers up to 1 MB or 100 entries. */
export const PAGE_SIZE = 100;
