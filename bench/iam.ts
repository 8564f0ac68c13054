// Decisions a second for a role of ten statements, on one core.
import { compilePolicy, evaluate, parsePolicy } from '../src/iam/index.ts';

const SECONDS = 2;
const statements = Array.from({ length: 10 }, (_, index) => ({
  Effect: 'Allow',
  Action: [`s3:Get${index === 9 ? 'Object' : `Thing${index}`}`],
  Resource: `arn:aws:s3:::bucket-${index}/*`,
}));
const identity = [
  compilePolicy(parsePolicy({ Version: '2012-10-17', Statement: statements }), 'bench'),
];
const request = {
  principal: {
    kind: 'role-session',
    arn: 'arn:aws:sts::000000000000:assumed-role/r/session',
    account: '000000000000',
    roleArn: 'arn:aws:iam::000000000000:role/r',
  },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::bucket-9/key',
  resourceAccount: '000000000000',
  context: { 'aws:RequestedRegion': 'us-east-1' },
} as const;

let decisions = 0;
let allowed = 0;
const until = performance.now() + SECONDS * 1000;
while (performance.now() < until)
  for (let i = 0; i < 1000; i += 1) {
    decisions += 1;
    if (evaluate(request, { identity }).effect === 'allow') allowed += 1;
  }
if (allowed !== decisions) throw new Error('the policy must allow the request');
process.stdout.write(`${Math.round(decisions / SECONDS).toLocaleString('en')} decisions/s\n`);
