/** What keeps a declaration the resource that it was, and what its data is worth. */
export interface Keeping {
  /**
   * The logical id, where the declaration has got another name since it was provisioned: it stays the resource that it was,
   * with its data. @defaultValue the name of the declaration
   */
  readonly logicalId?: string;
  /**
   * Whether what is stored in it may be lost: then it is replaced, removed and deleted without asking, and does not
   * outlive its stack. @defaultValue false
   */
  readonly replaceable?: boolean;
}

/** What a declaration is called in the template, and in everything that is made from it. */
export const logicalIdOf = (
  name: string,
  { logicalId }: { readonly logicalId?: string } = {},
): string => logicalId ?? name;
