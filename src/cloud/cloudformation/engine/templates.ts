import { createHash } from 'node:crypto';
import type { Context } from './context.ts';

/** Keeps a template's text, once however many stacks and change sets have it. Answers its key. */
export const keepTemplate = ({ state }: Context, text: string): string => {
  const key = createHash('sha256').update(text).digest('hex');
  if (!state.templates.has(key)) state.templates.set(key, text);
  return key;
};

/** Forgets texts that no stack, change set or operation has. */
export const dropUnusedTemplates = ({ state }: Context): void => {
  const used = new Set<string | undefined>();
  for (const { spec } of state.stacks.values()) used.add(spec?.templateKey);
  for (const { spec } of state.changeSets.values()) used.add(spec.templateKey);
  for (const { previous } of state.operations.values()) used.add(previous?.templateKey);
  for (const key of state.templates.keys()) if (!used.has(key)) state.templates.delete(key);
};
