/** What one template takes. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const HARD: StackLimits = {
  resources: 500,
  parameters: 200,
  outputs: 200,
  /** Bytes, without indentation; the stack's own parts beside its resources need the rest. */
  bytes: 900_000,
};

/** How full a nested stack is made with new things: what is in it may grow later, and does not move. */
export const FILL: StackLimits = { resources: 400, parameters: 150, outputs: 150, bytes: 700_000 };

/** From here on the service is split. */
export const SPLIT_ABOVE = 450;

/** Resources up to which the root takes what many share: the rest is left for the nested stacks themselves. */
export const ROOT_FILL = 470;

/** What is counted of one stack. */
export interface StackLimits {
  readonly resources: number;
  readonly parameters: number;
  readonly outputs: number;
  readonly bytes: number;
}
