export type {
  AccessRequest,
  ContextValue,
  PrincipalKind,
  RequestContext,
  RequestPrincipal,
} from './access-request.ts';
export { compilePolicy } from './compile-policy.ts';
export type { CompiledPolicy } from './compile-policy.ts';
export { DECISION_REASONS } from './decision.ts';
export type { DecidingStatement, Decision, DecisionReason, PolicyKind } from './decision.ts';
export { denialMessage } from './denial-message.ts';
export { POLICY_ERROR_CODES, PolicyError } from './errors.ts';
export type { PolicyErrorCode } from './errors.ts';
export { evaluate } from './evaluate.ts';
export type { PolicySet } from './evaluate.ts';
export { parsePolicy } from './parse-policy.ts';
export type { PolicyUse } from './parse-policy.ts';
export { asList } from './policy-document.ts';
export type {
  ConditionBlock,
  ConditionValue,
  OneOrMany,
  PolicyDocument,
  PolicyVersion,
  Principal,
  PrincipalMap,
  Statement,
} from './policy-document.ts';
export { isPublicPolicy } from './public-policy.ts';
