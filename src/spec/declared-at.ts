/** Where a declaration stands in the user's program. Never part of a template. */
export interface DeclaredAt {
  /** Absolute path of the file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Absolute path of the module whose top level was running: evaluating it makes the declaration. */
  readonly module: string;
}

type Capture = () => DeclaredAt | undefined;

const state: { capture: Capture } = { capture: () => undefined };

/** Set at the desk; in an archive nobody asks, so nothing is shipped that could answer. */
export const captureWith = (capture: Capture): void => {
  state.capture = capture;
};

export const declaredAt = (): { readonly declaredAt?: DeclaredAt } => {
  const at = state.capture();
  return at === undefined ? {} : { declaredAt: at };
};
