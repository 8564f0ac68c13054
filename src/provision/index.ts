export type { Machine } from './aws/machine.ts';
export { THIS_MACHINE } from './aws/machine.ts';
export type { DeletePlan, DeleteRequest, Purge } from './delete-stack.ts';
export { deleteStack } from './delete-stack.ts';
export type { Diagnosis, WayName, WayOut } from './doctor/diagnosis.ts';
export { WAY_NAMES } from './doctor/diagnosis.ts';
export { diagnosisLines, wayLines } from './doctor/diagnosis-words.ts';
export { examineStack, healStack } from './doctor/doctor.ts';
export type { DriftedProperty, DriftedResource, DriftPolicy } from './drift/drift.ts';
export { DRIFT_POLICIES } from './drift/drift.ts';
export type { Contents } from './contents/index.ts';
export { contentsInWords } from './contents/index.ts';
export type { DataLoss } from './data-loss/index.ts';
export { holdingInWords, lossInWords } from './data-loss/index.ts';
export type { DeployErrorCode } from './errors.ts';
export { DeployError } from './errors.ts';
export { exportNames, keepExports } from './exports/keep-exports.ts';
export type { InPlaceResult } from './inplace/index.ts';
export { provisionInPlace } from './inplace/index.ts';
export type { ArchiveChange, PartChange } from './plan/archive-change.ts';
export { growth } from './plan/archive-change.ts';
export type { Gate } from './plan/gate.ts';
export type { PlanRequest } from './plan/ground.ts';
export type { ChangedPermission, HolderChange, Permission } from './plan/permissions/index.ts';
export type {
  Plan,
  PlannedAction,
  PlannedChange,
  PlannedPermissions,
  PlannedProperty,
} from './plan/plan.ts';
export { planStack } from './plan/plan-stack.ts';
export type { OnProgress, Progress, ResourceProgress } from './progress.ts';
export type { ProvisionRequest, ProvisionResult } from './provision.ts';
export { provision } from './provision.ts';
export { deleteByHand, isPurgeable } from './purge/index.ts';
export type { Rename } from './rename/index.ts';
export type { StackOutput } from './stack/stack-state.ts';
export type { StackResource } from './stack/describe-contents.ts';
export type { StackReport } from './stack/status.ts';
export { readStatus } from './stack/status.ts';
export type { Target } from './aws/target.ts';
export { openTarget } from './aws/target.ts';
export type { ArchiveContents } from './artifacts/contents.ts';
export { ARTIFACT_STACK_NAME, artifactTemplate } from './artifacts/artifact-template.ts';
export { nestedTemplateUrl, templateKey } from './artifacts/template-upload.ts';
export type { Artifact } from './artifacts/upload.ts';
