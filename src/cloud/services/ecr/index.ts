import { defineService } from '../../core/define-service.ts';
import { operations, withResource } from './operations.ts';
import { repository } from './resources.ts';
import type { EcrState } from './state.ts';
import { createEcrState } from './state.ts';

/** Amazon Elastic Container Registry: repositories, without their images. */
export const ecr = defineService<EcrState>({
  id: 'ecr',
  signingName: 'ecr',
  principal: 'ecr.amazonaws.com',
  scope: 'region',
  createState: createEcrState,
  operations,
  resourcePolicy: (arn, state) => {
    const { policy } = state.repositories.get(arn.split(':repository/')[1] ?? '') ?? {};
    return policy === undefined ? undefined : withResource(policy);
  },
  resources: [repository],
});
