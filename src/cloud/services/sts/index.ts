import { defineService } from '../../core/define-service.ts';
import { accountOfRole } from './assume-role.ts';
import { operations } from './operations.ts';
import type { StsState } from './state.ts';

/** AWS Security Token Service. */
export const sts = defineService<StsState>({
  id: 'sts',
  signingName: 'sts',
  principal: 'sts.amazonaws.com',
  scope: 'account',
  createState: () => ({}),
  operations,
  accountOf: accountOfRole,
  validationCode: 'ValidationError',
  accessDeniedCode: 'AccessDenied',
});
