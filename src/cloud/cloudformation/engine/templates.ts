import { createHash } from 'node:crypto';
import type { StackSpec } from '../state.ts';
import type { Context } from './context.ts';

/** Keeps a template's text, once however many stacks and change sets have it. Answers its key. */
export const keepTemplate = ({ state }: Context, text: string): string => {
  const key = createHash('sha256').update(text).digest('hex');
  if (!state.templates.has(key)) state.templates.set(key, text);
  return key;
};

/** The text that a stack is deployed from: as its transforms made it. */
export const deployedText = ({ state }: Context, spec: StackSpec): string =>
  state.templates.get(spec.processedKey ?? spec.templateKey) ?? '';

/** Forgets texts that no stack, change set or operation has. */
export const dropUnusedTemplates = ({ state }: Context): void => {
  const used = new Set<string | undefined>();
  const use = (spec: StackSpec | undefined) => used.add(spec?.templateKey).add(spec?.processedKey);
  for (const { spec } of state.stacks.values()) use(spec);
  for (const { spec } of state.changeSets.values()) use(spec);
  for (const { previous } of state.operations.values()) use(previous);
  for (const { stacks } of state.refactors.values()) for (const { spec } of stacks) use(spec);
  for (const key of state.templates.keys()) if (!used.has(key)) state.templates.delete(key);
};
