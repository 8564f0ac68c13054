/** One thing that must hold. */
export interface Check {
  readonly name: string;
  run(): Promise<void>;
}

/** What a group of checks came to. */
export interface Score {
  readonly group: string;
  readonly steps: readonly { readonly name: string; readonly failure?: string }[];
}

export const expect = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

/** Runs checks one after the other: later ones use what earlier ones made. */
export const runChecks = async (group: string, checks: readonly Check[]): Promise<Score> => {
  const steps: { readonly name: string; readonly failure?: string }[] = [];
  for (const { name, run } of checks)
    try {
      await run();
      steps.push({ name });
      process.stdout.write(`ok   ${group}: ${name}\n`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      steps.push({ name, failure: reason.split('\n')[0] ?? reason });
      process.stdout.write(`FAIL ${group}: ${name}: ${reason}\n`);
    }
  return { group, steps };
};
